"""/metrics: gauges of this moment, as Prometheus reads them, and at what cost."""

import datetime as dt
import re

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as plain
from sqlalchemy import event
from starlette.testclient import TestClient

from syndicate import clock
from syndicate.alarms.ringing import ALARMS
from syndicate.store.ground import session
from syndicate.store.ground.session import transaction
from syndicate.store.platform import due, tellings
from tests import rows
from tests.web import operators
from tests.web.newsroom import Newsroom
from tests.web.test_home import spoil_an_embargoed_article

STATES = ("accepted", "deferred", "failed", "suppressed", "skipped", "ambiguous", "remaining")


def tick_state(metrics: str) -> str:
    (state,) = re.findall(r'^syndicate_tick{state="(\w+)"} 1.0$', metrics, re.MULTILINE)
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

    assert 'syndicate_incidents{reason="a\\"b\\\\\\nc"} 1.0' in said.splitlines()


def test_metrics_tell_numbers_and_never_an_address(browser: TestClient, newsroom: Newsroom) -> None:
    mailing_id = operators.mailing(newsroom)

    answer = browser.get("/metrics", headers=operators.bearer("viewer"))

    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    lines = answer.text.splitlines()
    assert f'syndicate_deliveries{{mailing="{mailing_id}",state="remaining"}} 2.0' in lines
    assert 'syndicate_ready_batches{lane="bulk"} 1.0' in lines
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

    said = gauges(browser, "syndicate_alarm_findings")

    assert said == [
        f'syndicate_alarm_findings{{alarm="{name}"}} {2.0 if name == "incidents" else 0.0}'
        for name in (alarm.name for alarm in ALARMS)
    ]


@pytest.mark.usefixtures("database")
def test_the_help_of_the_alarms_says_when_each_rings(browser: TestClient) -> None:
    said = browser.get("/metrics", headers=operators.bearer("viewer")).text

    (line,) = re.findall(r"^# HELP syndicate_alarm_findings (.*)$", said, re.MULTILINE)
    assert [alarm.name for alarm in ALARMS if f"{alarm.name}: {alarm.help}" not in line] == []


def test_a_row_that_cannot_be_read_costs_its_own_alarm_alone(
    browser: TestClient, newsroom: Newsroom
) -> None:
    spoil_an_embargoed_article(newsroom)

    found = gauges(browser, "syndicate_alarm_findings")

    assert [line for line in found if not line.endswith(" 0.0")] == [
        'syndicate_alarm_findings{alarm="unread_embargoes"} 1.0'
    ]
    assert gauges(browser, "syndicate_late_singles") == ["syndicate_late_singles 0.0"]


@pytest.mark.parametrize(
    ("accept", "type_"),
    [
        ("", "text/plain; version=0.0.4; charset=utf-8"),
        ("text/plain;version=1.0.0;escaping=allow-utf-8", "text/plain; version=1.0.0; "),
        ("application/openmetrics-text;version=1.0.0", "application/openmetrics-text; version=1"),
    ],
)
@pytest.mark.usefixtures("database")
def test_who_asks_says_in_which_format_and_a_parser_reads_it(
    browser: TestClient, accept: str, type_: str
) -> None:
    said = browser.get("/metrics", headers={**operators.bearer("viewer"), "Accept": accept})

    assert said.headers["content-type"].startswith(type_)
    parse = openmetrics if "openmetrics" in type_ else plain
    names = {family.name for family in parse(said.text)}
    assert {"syndicate_up", "syndicate_bell_way_up", "process_open_fds"} <= names


@pytest.mark.usefixtures("newsroom")
def test_many_scrapes_cost_the_database_no_more_than_one(browser: TestClient) -> None:
    headers = operators.bearer("viewer")
    sent: list[str] = []
    event.listen(session.engine(), "before_cursor_execute", lambda *said: sent.append(said[2]))

    browser.get("/metrics", headers=headers)
    first = [each for each in sent if "batch" in each]
    for _ in range(20):
        assert browser.get("/metrics", headers=headers).status_code == 200

    assert 0 < len(first) < 30
    assert [each for each in sent if "batch" in each] == first


def test_what_waits_is_told_with_its_age(browser: TestClient, newsroom: Newsroom) -> None:
    operators.mailing(newsroom)

    found = [float(each.split()[1]) for each in gauges(browser, "syndicate_recent_deliveries")]
    named = dict(zip(STATES, found, strict=True))
    assert (named["accepted"], named["remaining"]) == (1, 2)
    [bulk] = [each for each in gauges(browser, "syndicate_oldest_batch_seconds") if "bulk" in each]
    assert float(bulk.split()[1]) >= 0


def test_a_way_that_fails_is_down(browser: TestClient, newsroom: Newsroom) -> None:
    assert newsroom.english
    with transaction() as tx:
        tellings.claim(tx, ["mail"], newsroom.now)
        for _ in range(tellings.FAILING_TRIES):
            tellings.fail(tx, "mail", "answered nothing", newsroom.now)

    assert gauges(browser, "syndicate_bell_way_up") == ['syndicate_bell_way_up{way="mail"} 0.0']
