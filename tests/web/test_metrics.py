"""/metrics: gauges of this moment, and how many findings each alarm has."""

import datetime as dt
import re

import pytest
from starlette.testclient import TestClient

from syndicate import clock
from syndicate.alarms.ringing import ALARMS
from syndicate.store.ground.session import transaction
from syndicate.store.platform import due
from tests import rows
from tests.web import operators
from tests.web.newsroom import Newsroom
from tests.web.test_home import spoil_an_embargoed_article


def tick_state(metrics: str) -> str:
    (state,) = re.findall(r'^syndicate_tick{state="(\w+)"} 1$', metrics, re.MULTILINE)
    return str(state)


@pytest.mark.parametrize(
    ("ages_s", "state", "age"),
    [([90], "late", "9"), ([-3600], "ahead", r"\+Inf"), ([-60, 3], "ahead", r"\d\.")],
)
@pytest.mark.usefixtures("newsroom")
def test_metrics_call_a_tick_of_another_time_by_its_name(
    browser: TestClient, ages_s: list[int], state: str, age: str
) -> None:
    with transaction() as tx:
        for age_s in ages_s:
            due.take(tx, "tick", clock.now() - dt.timedelta(seconds=age_s))

    said = browser.get("/metrics", headers=operators.bearer("viewer")).text

    assert tick_state(said) == state
    assert re.search(rf"^syndicate_tick_age_seconds {age}", said, re.MULTILINE)


def test_a_quote_in_one_row_costs_no_line_of_the_metrics(
    browser: TestClient, newsroom: Newsroom
) -> None:
    assert newsroom.english
    with transaction() as tx:
        operators.incident(tx, reason='a"b\\\nc')

    said = browser.get("/metrics", headers=operators.bearer("viewer")).text

    assert 'syndicate_incidents{reason="a\\"b\\\\\\nc"} 1' in said.splitlines()


def test_metrics_tell_numbers_and_never_an_address(browser: TestClient, newsroom: Newsroom) -> None:
    mailing_id = operators.mailing(newsroom)

    answer = browser.get("/metrics", headers=operators.bearer("viewer"))

    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    lines = answer.text.splitlines()
    assert f'syndicate_deliveries{{mailing="{mailing_id}",state="remaining"}} 2' in lines
    assert 'syndicate_ready_batches{lane="bulk"} 1' in lines
    assert "syndicate_tick_age_seconds +Inf" in lines
    assert tick_state(answer.text) == "never"
    assert "@" not in answer.text
    assert browser.get("/metrics").status_code == 401


def gauges(browser: TestClient, name: str) -> list[str]:
    """The lines of one gauge, without its help and type."""
    said = browser.get("/metrics", headers=operators.bearer("viewer"))
    assert said.status_code == 200
    return [line for line in said.text.splitlines() if line.startswith((f"{name}{{", f"{name} "))]


@pytest.mark.usefixtures("database")
def test_every_alarm_has_the_number_of_its_findings(browser: TestClient) -> None:
    with transaction() as tx:
        for receiver in ("google", "microsoft"):
            rows.incident(tx, receiver)

    said = gauges(browser, "syndicate_alarm")

    assert said == [
        f'syndicate_alarm{{name="{alarm.name}"}} {2 if alarm.name == "incidents" else 0}'
        for alarm in ALARMS
    ]


@pytest.mark.usefixtures("database")
def test_the_help_of_the_alarms_says_when_each_rings(browser: TestClient) -> None:
    said = browser.get("/metrics", headers=operators.bearer("viewer")).text

    (line,) = re.findall(r"^# HELP syndicate_alarm (.*)$", said, re.MULTILINE)
    assert [alarm.name for alarm in ALARMS if f"{alarm.name}: {alarm.help}" not in line] == []


def test_a_row_that_cannot_be_read_costs_its_own_alarm_alone(
    browser: TestClient, newsroom: Newsroom
) -> None:
    spoil_an_embargoed_article(newsroom)

    found = gauges(browser, "syndicate_alarm")

    assert [line for line in found if not line.endswith(" 0")] == [
        'syndicate_alarm{name="unread_embargoes"} 1'
    ]
    assert gauges(browser, "syndicate_late_singles") == ["syndicate_late_singles 0"]
