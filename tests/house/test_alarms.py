"""Every alarm says who looks into it, what to do, and which test brings its cause about."""

import datetime as dt
import re
from pathlib import Path

import pytest

from syndicate.alarms.need import Alarm, Threshold, span
from syndicate.alarms.ringing import ALARMS
from syndicate.vocabulary.bells import Bell, Severity
from tests.house import trees

ROOT = Path(__file__).resolve().parents[2]
RUNBOOKS = ROOT / "docs" / "runbooks"
BY_BELL = {bell: f"runbooks/{bell.value.replace('_', '-')}" for bell in Bell}


@pytest.mark.parametrize("alarm", ALARMS, ids=lambda alarm: alarm.name)
def test_the_runbook_of_an_alarm_is_there(alarm: Alarm) -> None:
    page, _, heading = alarm.runbook.partition("#")

    text = (ROOT / "docs" / f"{page}.md").read_text()

    assert not heading or f"\n## {heading}\n" in text


@pytest.mark.parametrize("alarm", ALARMS, ids=lambda alarm: alarm.name)
def test_the_test_that_an_alarm_names_is_there(alarm: Alarm) -> None:
    path, _, name = alarm.test.partition("::")

    tests = {each.name for each in trees.tree(ROOT / path).body if hasattr(each, "name")}

    assert name in tests


def test_each_bell_has_a_page_that_its_alarms_lead_to() -> None:
    wrong = {
        alarm.name: alarm.runbook
        for alarm in ALARMS
        if alarm.bell is not None and alarm.runbook != BY_BELL[alarm.bell]
    }

    assert wrong == {}


def test_what_rings_no_bell_wakes_nobody() -> None:
    assert [a.name for a in ALARMS if a.bell is None and a.severity is not Severity.NOTICE] == []


@pytest.mark.parametrize("bell", Bell)
def test_a_page_for_the_night_says_what_it_means_and_what_to_do(bell: Bell) -> None:
    text = (RUNBOOKS / f"{bell.value.replace('_', '-')}.md").read_text()

    parts = re.findall(r"^\*\*(.+?)\*\*", text, re.MULTILINE)

    assert parts == ["What it means.", "What to look at.", "What to do."]


def test_a_threshold_is_said_in_its_largest_unit() -> None:
    said = {str(alarm.threshold) for alarm in ALARMS}

    assert "30 seconds after it is due" in said
    assert str(Threshold()) == "at once"
    assert span(dt.timedelta(hours=1)) == "1 hour"
