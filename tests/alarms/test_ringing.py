"""The alarms: what rings each, what does not, in which words, and where a person looks into it.

A new alarm has its cases here: what rings it in `RINGS`, what lies beside that in `SILENT`.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from syndicate import phrases
from syndicate.alarms import ringing
from syndicate.alarms.need import Need
from syndicate.alarms.ringing import ALARMS
from syndicate.newsletters import kinds
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.newsroom.incidents import DeliveryIncident
from syndicate.store.newsroom.newsletters import Newsletter
from syndicate.store.platform import audit
from syndicate.store.sending import holds
from syndicate.store.sending.mailings import Mailing
from syndicate.vocabulary.acts import Act
from syndicate.vocabulary.articles import ArticleState
from syndicate.vocabulary.newsletters import IssueState, NewsletterKind
from syndicate.vocabulary.sending import HoldScope, MailingState
from syndicate.vocabulary.sources import SourceState
from tests import rows
from tests.alarms import (
    beside,
    hearers,
    held_documents,
    keys,
    lateness,
    senders,
    sign_ups,
    silence,
    untold,
)
from tests.rows import DAY, NOW

S = dt.timedelta(seconds=1)
LOOK_BACK = 2 * DAY
NAMES = [alarm.name for alarm in ALARMS]

# Makes rows, and says what is to be found.
Ring = Callable[[Transaction], list[Need]]
Make = Callable[[Transaction], None]

pytestmark = pytest.mark.usefixtures("database")


def morning(tx: Transaction, **columns: Any) -> Newsletter:
    return rows.newsletter(tx, rows.publication(tx).id, **columns)


def mailing(
    tx: Transaction,
    newsletter: Newsletter,
    number: int = 1,
    state: MailingState = MailingState.SENDING,
    **counts: int,
) -> Mailing:
    """A mailing of an issue to four readers."""
    made = rows.mailing(tx, rows.issue(tx, newsletter.id, number), state=state)
    rows.batch(tx, made, size=4, **counts)
    return made


def of_mailing(made: Mailing, text: str) -> Need:
    return Need(text, f"/console/mailings/{made.id}")


def of_failures(made: Mailing, text: str) -> Need:
    return replace(of_mailing(made, text), tick=f"/console/mailings/{made.id}/tick-off")


def of_incident(made: DeliveryIncident, name: str) -> Need:
    said = f"{name} refuses mail from daily.example: it says that our address is on a block list."
    return Need(said, f"/console/incidents#incident-{made.id}")


def held_issue(tx: Transaction, newsletter: Newsletter, place: int = 1, **columns: Any) -> None:
    plain = {"state": IssueState.HELD, "created_at": NOW}
    rows.issue(tx, newsletter.id, place, **(plain | columns))


def unusable_story(tx: Transaction, issue: object, *, at: dt.datetime = NOW, **detail: Any) -> None:
    audit.record(
        tx,
        at=at,
        actor="worker",
        action=Act.ARTICLE_LEAVE_OUT,
        subject="article:12",
        issue=issue,
        **detail,
    )


def unread(tx: Transaction, **columns: Any) -> int:
    """An article whose embargo nobody can read."""
    publication_id = rows.publication(tx).id
    return rows.article(tx, publication_id, state=ArticleState.EMBARGOED, **columns).id


def a_paused_mailing(tx: Transaction) -> list[Need]:
    made = mailing(tx, morning(tx), 7, MailingState.PAUSED, accepted=1, failed=1)
    return [of_mailing(made, "No. 7 of Morning is paused with 2 remaining.")]


def mailings_with_failures_and_doubts(tx: Transaction) -> list[Need]:
    newsletter = morning(tx)
    failed = mailing(tx, newsletter, 1, failed=1)
    doubtful = mailing(tx, newsletter, 2, ambiguous=2)
    both = mailing(tx, newsletter, 3, MailingState.DONE, accepted=1, failed=2, ambiguous=1)
    said = {3: "2 failed and 1 in doubt", 2: "2 in doubt", 1: "1 failed"}
    made = zip((both, doubtful, failed), said.items(), strict=True)
    return [of_failures(each, f"No. {no} of Morning has {what}.") for each, (no, what) in made]


def an_old_mailing_that_is_not_over(tx: Transaction) -> list[Need]:
    newsletter = morning(tx)
    old = mailing(tx, newsletter, 1, MailingState.PAUSED)
    for number in range(2, 9):
        mailing(tx, newsletter, number, MailingState.DONE, accepted=4)
    return [of_mailing(old, "No. 1 of Morning is paused with 4 remaining.")]


def mailings_that_are_well(tx: Transaction) -> None:
    newsletter = morning(tx)
    mailing(tx, newsletter, 1, accepted=3, deferred=1)
    mailing(tx, newsletter, 2, MailingState.DONE, accepted=2, suppressed=1, skipped=1)
    mailing(tx, newsletter, 3, MailingState.MATERIALISING)


def a_failure_in_the_seventh_mailing_from_the_top(tx: Transaction) -> None:
    newsletter = morning(tx)
    mailing(tx, newsletter, 1, MailingState.DONE, failed=4)
    for number in range(2, 8):
        mailing(tx, newsletter, number, MailingState.DONE, accepted=4)


def two_incidents(tx: Transaction) -> list[Need]:
    older = rows.incident(tx, "mx.example", last_at=NOW - S)
    newer = rows.incident(tx)
    return [of_incident(newer, "Google"), of_incident(older, "mx.example")]


def more_incidents_than_have_room(more: int, said: str) -> Ring:
    def ring(tx: Transaction) -> list[Need]:
        ages = range(5 + more)
        made = [rows.incident(tx, f"mx{each}.example", last_at=NOW - each * S) for each in ages]
        first = [of_incident(each, each.receiver) for each in made[:5]]
        return [*first, Need(said, "/console/incidents")]

    return ring


def incidents_of_somebody_or_over(tx: Transaction) -> None:
    rows.incident(tx, taken_by="token:desk", taken_at=NOW)
    rows.incident(tx, "microsoft", closed_at=NOW)


def held_issues(tx: Transaction) -> list[Need]:
    newsletter = morning(tx)
    held_issue(tx, newsletter, 1, note="Two stories were withdrawn.", created_at=NOW - LOOK_BACK)
    held_issue(tx, newsletter, 2, note="The relay is away")
    held_issue(tx, newsletter, 3, number=None)
    path = "/console/issues"
    return [
        Need("Issue id 3 of Morning is held: no reason given.", f"{path}/3"),
        Need("No. 2 of Morning is held: The relay is away.", f"{path}/2"),
        Need("No. 1 of Morning is held: Two stories were withdrawn.", f"{path}/1"),
    ]


def issues_that_are_not_held_or_old(tx: Transaction) -> None:
    newsletter = morning(tx)
    held_issue(tx, newsletter, 1, created_at=NOW - LOOK_BACK - S)
    held_issue(tx, newsletter, 2, state=IssueState.EMPTY)


def a_hold(tx: Transaction, scope: HoldScope, subject_id: int | None, why: str) -> None:
    assert holds.place(tx, holds.Target(scope, subject_id), why=why, by="operator:desk", now=NOW)


def holds_of_two_scopes(tx: Transaction) -> list[Need]:
    rows.operator(tx, name="Night desk")
    a_hold(tx, HoldScope.NEWSLETTER, morning(tx).id, "The wrong picture.")
    a_hold(tx, HoldScope.ISSUES, None, "A bad night")
    since = f"held by Night desk since {phrases.moment(NOW)}:"
    told = (
        f"All digests and letters: {since} A bad night.",
        f"Morning: {since} The wrong picture.",
    )
    return [Need(each, "/console/holds") for each in told]


def a_hold_of_a_mailing_that_is_over(tx: Transaction) -> None:
    made = mailing(tx, morning(tx), 1, MailingState.CANCELLED)
    a_hold(tx, HoldScope.MAILING, made.id, "The wrong picture.")


def unusable_stories(tx: Transaction) -> list[Need]:
    issue = rows.issue(tx, morning(tx).id, 7)
    unusable_story(tx, issue.id, at=NOW - LOOK_BACK, why="it takes 112,000 bytes of one mail")
    unusable_story(tx, issue.id)
    said = "No. 7 of Morning was sent without article 12: "
    return [
        Need(f"{said}no reason was recorded.", "/articles/12"),
        Need(f"{said}it takes 112,000 bytes of one mail.", "/articles/12"),
    ]


def stories_of_old_and_lost_issues(tx: Transaction) -> None:
    issue = rows.issue(tx, morning(tx).id, 7)
    unusable_story(tx, issue.id, at=NOW - LOOK_BACK - S)
    unusable_story(tx, issue.id + 1)
    unusable_story(tx, "none")
    act = Act.ARTICLE_KILL
    audit.record(tx, at=NOW, actor="worker", action=act, subject="article:12", issue=issue.id)


def an_unread_embargo(tx: Transaction) -> list[Need]:
    held = unread(tx)
    said = f"1 article is held because its embargo cannot be read: {held}."
    return [Need(said, "/console/held")]


def an_embargo_with_an_end(tx: Transaction) -> None:
    unread(tx, embargo_until=NOW + DAY)


def late(what: str) -> list[Need]:
    said = f"{what} been waiting for more than two minutes."
    return [Need(said, "/console/mailings?singles=1")]


def one_late_single(tx: Transaction) -> list[Need]:
    rows.single(tx, created_at=NOW - dt.timedelta(minutes=2, seconds=1))
    return late("1 confirmation or emailed article has")


def two_late_singles(tx: Transaction) -> list[Need]:
    for _ in range(2):
        rows.single(tx, created_at=NOW - DAY)
    return late("2 confirmations or emailed articles have")


def singles_in_time_or_sent(tx: Transaction) -> None:
    rows.single(tx, created_at=NOW - dt.timedelta(minutes=2))
    rows.single(tx, created_at=NOW - DAY, state=MailingState.DONE)


def a_troubled_source(state: SourceState, number: int, *said: str) -> Ring:
    def ring(tx: Transaction) -> list[Need]:
        publication_id = rows.publication(tx).id
        for each in range(number):
            rows.source(tx, publication_id, f"wire-{each}", state=state)
        return [Need(each, "/console/sources") for each in said]

    return ring


def a_newsletter(said: str, **columns: Any) -> Ring:
    def ring(tx: Transaction) -> list[Need]:
        made = morning(tx, **columns)
        return [Need(said, f"/console/newsletters/{made.id}")]

    return ring


def newsletters_that_come_out(tx: Transaction) -> None:
    publication_id = rows.publication(tx).id
    rows.newsletter(tx, publication_id)
    rows.newsletter(tx, publication_id, "news", kind=NewsletterKind.ALERT, schedule={})


RINGS: dict[str, list[Ring]] = {
    "stopped": beside.STOPS,
    **hearers.RINGS,
    "issue_not_begun": lateness.NOT_BEGUN,
    "issue_not_done": lateness.NOT_DONE,
    "alert_late": lateness.ALERTS,
    "silent": silence.RINGS,
    "paused_mailings": [a_paused_mailing, an_old_mailing_that_is_not_over],
    "mailings": [mailings_with_failures_and_doubts],
    "incidents": [
        two_incidents,
        more_incidents_than_have_room(1, "1 more receiver objects to our mail."),
        more_incidents_than_have_room(2, "2 more receivers object to our mail."),
    ],
    "held_issues": [held_issues],
    "holds": [holds_of_two_scopes],
    "paused_newsletters": [beside.a_paused_newsletter],
    "left_out_stories": [unusable_stories],
    "unread_embargoes": [an_unread_embargo],
    "late_singles": [one_late_single, two_late_singles],
    "sign_ups": sign_ups.RINGS,
    "operators_untold": untold.RINGS,
    **beside.RINGS,
    "keys": keys.RINGS,
    "open_key_files": [keys.a_file_that_others_can_read],
    "sources": [
        a_troubled_source(SourceState.FAILING, 1, "The source wire-0 is failing."),
        a_troubled_source(
            SourceState.DORMANT,
            6,
            *(f"The source wire-{each} is dormant." for each in range(5)),
            "1 more source is dormant.",
        ),
        a_troubled_source(SourceState.GONE, 1, "The source wire-0 is gone."),
    ],
    "held_documents": held_documents.RINGS,
    "newsletters": [
        a_newsletter("Morning has no language; name one.", languages=[]),
        a_newsletter(
            "Morning: A schedule needs one time at least, and weekdays from 1 to 7.",
            schedule={"times": []},
        ),
        a_newsletter(kinds.not_yet("Morning", NewsletterKind.LETTER), kind=NewsletterKind.LETTER),
    ],
    "senders": senders.RINGS,
}
SILENT: dict[str, list[Make]] = {
    "stopped": [beside.a_restore_that_was_released],
    **hearers.SILENT,
    "issue_not_begun": lateness.BEGUN,
    "issue_not_done": lateness.DONE,
    "alert_late": lateness.ALERTS_IN_TIME,
    "silent": silence.QUIET,
    "paused_mailings": [mailings_that_are_well],
    "mailings": [
        mailings_that_are_well,
        a_failure_in_the_seventh_mailing_from_the_top,
    ],
    "incidents": [incidents_of_somebody_or_over],
    "held_issues": [issues_that_are_not_held_or_old],
    "holds": [a_hold_of_a_mailing_that_is_over],
    "paused_newsletters": [beside.a_paused_newsletter_that_has_ended],
    "left_out_stories": [stories_of_old_and_lost_issues],
    "unread_embargoes": [an_embargo_with_an_end],
    "late_singles": [singles_in_time_or_sent],
    "sign_ups": sign_ups.SILENT,
    "operators_untold": untold.SILENT,
    **beside.SILENT,
    "keys": keys.SILENT,
    "open_key_files": [keys.a_file_that_was_mended],
    "sources": held_documents.WELL,
    "held_documents": held_documents.QUIET,
    "newsletters": [newsletters_that_come_out],
    "senders": senders.SILENT,
}


def silent() -> dict[str, list[Need]]:
    return {name: [] for name in NAMES}


def test_every_alarm_has_what_rings_it_and_what_does_not() -> None:
    assert list(RINGS) == list(SILENT) == NAMES
    assert [name for name in NAMES if not RINGS[name] or not SILENT[name]] == []


@pytest.mark.parametrize(
    ("name", "ring"), [(name, ring) for name, rings in RINGS.items() for ring in rings]
)
def test_an_alarm_says_what_waits_and_no_other_rings(name: str, ring: Ring) -> None:
    with transaction() as tx:
        expected = ring(tx)

        found = ringing.by_name(tx, NOW)
        told = ringing.needs(tx, NOW)

    assert found == silent() | {name: expected}
    assert told == expected


@pytest.mark.parametrize("make", [make for makes in SILENT.values() for make in makes])
def test_what_lies_beside_rings_nothing(make: Make) -> None:
    with transaction() as tx:
        make(tx)

        found = ringing.by_name(tx, NOW)

    assert found == silent()


def test_needs_come_in_the_order_of_the_list() -> None:
    with transaction() as tx:
        rows.single(tx, created_at=NOW - DAY)
        rows.incident(tx)
        rows.source(tx, rows.publication(tx).id, state=SourceState.GONE)

        paths = [need.path.partition("#")[0] for need in ringing.needs(tx, NOW)]

    assert paths == ["/console/incidents", "/console/mailings?singles=1", "/console/sources"]
