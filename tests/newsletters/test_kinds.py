"""A kind of newsletter that nothing sends yet is refused at every face; old rows harm nobody."""

import re
from pathlib import Path
from typing import Any

import pytest
import structlog
from starlette.testclient import TestClient
from typer.testing import CliRunner

from syndicate.cli import findings
from syndicate.cli import newsletters as shell
from syndicate.errors import InvalidError, RefusedError
from syndicate.newsletters import alerts, kinds, rehearse, run, steering, timetable
from syndicate.settings import load
from syndicate.store.composition import alerts as asked
from syndicate.store.composition import issues
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import newsletters
from syndicate.store.newsroom.newsletters import Issue, Newsletter
from syndicate.store.sending import ledger
from syndicate.vocabulary.newsletters import NewsletterKind, OpenedBy
from syndicate.vocabulary.sending import MailingKind
from tests import rows
from tests.acting import TESTER
from tests.application import build
from tests.mail.fault_relay import FaultRelay
from tests.newsletters.paper import NOW
from tests.web import operators

SAID = "Monday note is a letter, which cannot be sent yet; make a digest or an alert."
MORNING, LETTER = 1, 2
HERE: dict[str, Any] = {
    "base_url": "http://127.0.0.1:8080",
    "headers": {"Sec-Fetch-Site": "same-origin"},
    "follow_redirects": False,
}


@pytest.fixture
def letter(relay: FaultRelay) -> int:
    """A letter that an older version let in, beside the digest of the morning."""
    assert relay.url
    with transaction() as tx:
        return rows.newsletter(
            tx, 1, "monday-note", name="Monday note", kind=NewsletterKind.LETTER
        ).id


def test_every_kind_has_a_rule_and_a_kind_of_mailing() -> None:
    assert set(kinds.RULES) == set(NewsletterKind)
    assert MailingKind.SINGLE not in {rule.mailing for rule in kinds.RULES.values()}
    assert [kind for kind in NewsletterKind if kind not in kinds.OFFERED] == [NewsletterKind.LETTER]
    for opened_by in (OpenedBy.CLOCK, OpenedBy.ARTICLE):
        assert any(kind.opened_by is opened_by for kind in kinds.OFFERED)


@pytest.fixture(params=NewsletterKind)
def kind(request: pytest.FixtureRequest) -> NewsletterKind:
    return NewsletterKind(request.param)


def test_a_list_names_the_times_of_what_the_clock_opens_alone(kind: NewsletterKind) -> None:
    row = Newsletter(kind=kind, zone="UTC", schedule={"times": ["08:00"], "days": [1]})

    times = (["08:00"], [1]) if kind.opened_by is OpenedBy.CLOCK else ([], [])
    assert timetable.times_and_days(row) == times
    assert timetable.has_slots(row) is (kind.opened_by is not OpenedBy.ARTICLE)


def test_an_alert_comes_when_something_happens_whatever_times_its_row_has() -> None:
    row = Newsletter(kind=NewsletterKind.ALERT, zone="UTC", schedule={"times": ["08:00"]})

    assert timetable.when(row) == "when something happens"


@pytest.mark.parametrize("times", [["08:00", "18:00"], ["8 o'clock"]])
def test_a_zone_is_said_beside_times_alone(kind: NewsletterKind, times: list[str]) -> None:
    row = Newsletter(kind=kind, zone="Asia/Qatar", schedule={"times": times, "days": []})

    has_times = timetable.times_and_days(row)[0] != []
    said = "08:00, 18:00 (Asia/Qatar)" if has_times else kinds.when(kind)
    assert timetable.when(row) == said


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ([], "08:00 (UTC)"),
        ([1, 2, 3, 4, 5, 6, 7], "08:00 (UTC)"),
        ([1], "Mondays, 08:00 (UTC)"),
        ([5, 1], "Mondays and Fridays, 08:00 (UTC)"),
        ([6, 7], "Saturdays and Sundays, 08:00 (UTC)"),
        ([1, 3, 5], "Mondays, Wednesdays and Fridays, 08:00 (UTC)"),
        ([1, 2, 3, 4, 5], "Monday to Friday, 08:00 (UTC)"),
        ([7, 1, 2, 3, 4], "Sunday to Thursday, 08:00 (UTC)"),
        ([6, 7, 1], "Saturday to Monday, 08:00 (UTC)"),
        ([1, 2, 4, 5], "Mondays, Tuesdays, Thursdays and Fridays, 08:00 (UTC)"),
    ],
)
def test_a_newsletter_that_is_not_daily_says_its_weekdays(days: list[int], said: str) -> None:
    row = Newsletter(
        kind=NewsletterKind.DIGEST, zone="UTC", schedule={"times": ["08:00"], "days": days}
    )

    assert timetable.when(row) == said


def test_console_and_shell_say_when_a_newsletter_is_sent_in_the_same_words(
    other: int, kind: NewsletterKind
) -> None:
    with transaction() as tx:
        said = timetable.when(newsletters.every(tx)[-1])
    browser = TestClient(build(), **HERE)
    operators.sign_in(browser)

    page = browser.get(f"/console/newsletters/{other}").text
    listed = CliRunner().invoke(shell.app, ["list"], env={"COLUMNS": "300"}).output

    assert f"<dd>{said}</dd>" in page
    assert re.search(rf"^\s*other\b.*\s{re.escape(said)}(?:\s|$)", listed, re.MULTILINE)
    assert ("Asia/Qatar" in said) is (kind.opened_by is OpenedBy.CLOCK)


@pytest.fixture
def other(relay: FaultRelay, kind: NewsletterKind) -> int:
    """A newsletter of the kind beside the digest of the morning, with an article asked for."""
    assert relay.url
    with transaction() as tx:
        row = rows.newsletter(tx, 1, "other", section_ids=[1], kind=kind, zone="Asia/Qatar")
        asked.ask(tx, [1], now=NOW)
        return row.id


def can_be_sent(newsletter_id: int) -> bool:
    try:
        steering.send_now(newsletter_id, actor=TESTER, now=NOW)
    except RefusedError:
        return False
    return True


def issues_of(newsletter_id: int) -> list[Issue]:
    with transaction() as tx:
        return issues.of_newsletter(tx, newsletter_id, limit=9)


def test_the_tick_opens_the_issues_of_what_the_clock_opens(
    other: int, kind: NewsletterKind
) -> None:
    run.open_due_issues(NOW)
    with transaction() as tx:
        row = newsletters.find(tx, other)
    assert row is not None

    is_the_clocks = kind in kinds.OFFERED and kind.opened_by is OpenedBy.CLOCK
    assert bool(issues_of(other)) is is_the_clocks
    assert (timetable.next_slot(row, NOW) is not None) is is_the_clocks


def test_an_article_opens_the_issues_of_what_articles_open(
    other: int, kind: NewsletterKind
) -> None:
    alerts.send_due(NOW)

    is_the_articles = kind in kinds.OFFERED and kind.opened_by is OpenedBy.ARTICLE
    assert [each.article_id for each in issues_of(other)] == ([1] if is_the_articles else [])


def test_an_editor_sends_what_has_slots_and_it_goes_as_its_rule_says(
    other: int, kind: NewsletterKind
) -> None:
    can_be = can_be_sent(other)

    assert can_be is (kind in kinds.OFFERED and kind.opened_by is not OpenedBy.ARTICLE)
    for issue in issues_of(other):
        run.compose_issue(issue.id, NOW)
        with transaction() as tx:
            mailing = ledger.of_issue(tx, issue.id)
        assert mailing is not None
        rule = kinds.RULES[kind]
        assert (mailing.kind, mailing.message, mailing.lane) == (
            rule.mailing,
            rule.message,
            rule.lane,
        )


def test_the_console_offers_to_send_what_can_be_sent(other: int) -> None:
    with TestClient(build(), client=("127.0.0.1", 50000), **HERE) as desk:
        operators.sign_in(desk, "editor")
        page = desk.get(f"/console/newsletters/{other}").text

    can_be = can_be_sent(other)
    assert (f'href="/console/newsletters/{other}/send"' in page) is can_be
    assert (f'href="/console/newsletters/{other}/rehearsal?next=1"' in page) is can_be


def test_the_shell_makes_no_letter(relay: FaultRelay) -> None:
    assert relay.url
    asked = ["add", "note", "--name", "Monday note", "--publication", "daily", "--kind", "letter"]

    answer = CliRunner().invoke(shell.app, asked)

    assert (type(answer.exception), str(answer.exception)) == (InvalidError, SAID)
    with transaction() as tx:
        assert newsletters.by_slug(tx, "note") is None


def test_a_letter_of_old_is_sent_by_nobody_s_word(letter: int) -> None:
    with pytest.raises(RefusedError) as refused:
        steering.send_now(letter, actor=TESTER, now=NOW)
    with pytest.raises(RefusedError) as rehearsed:
        rehearse.dry_run(letter, NOW)

    assert (str(refused.value), str(rehearsed.value)) == (SAID, SAID)


def test_a_letter_of_old_costs_no_other_newsletter_its_issue(letter: int) -> None:
    run._tell.cache_clear()

    with structlog.testing.capture_logs() as logged:
        opened = run.open_due_issues(NOW)

    assert len(opened) == 1
    told = [each for each in logged if each["event"] == "newsletter_not_scheduled"]
    assert [(each["newsletter_id"], each["reason"]) for each in told] == [(letter, SAID)]


def test_the_doctor_names_a_letter_of_old(letter: int) -> None:
    assert letter == LETTER
    found = findings.check_rows(load(), Path())

    assert (found.state, SAID in found.says) == ("warn", True)
