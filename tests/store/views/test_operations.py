"""What operators watch: which mailings, late mail, issues by state, counts, and who did what."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import text

from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.platform import audit
from syndicate.store.sending.mailings import Mailing
from syndicate.store.views import operations
from syndicate.store.views.operations import LATE_SINGLE, RECENT, Title
from syndicate.vocabulary.acts import Act
from syndicate.vocabulary.newsletters import IssueState, SubscriptionState
from syndicate.vocabulary.sending import BatchState, Lane, MailingState
from syndicate.vocabulary.sources import SourceState
from tests import rows
from tests.rows import NOW

pytestmark = pytest.mark.usefixtures("database")
SECOND, HOUR = dt.timedelta(seconds=1), dt.timedelta(hours=1)
RESERVED = r"@([^@]+\.)?example(\.com)?$"


def newsletter(tx: Transaction, slug: str = "morning") -> int:
    daily = tx.scalar(text("SELECT id FROM publication")) or rows.publication(tx).id
    return rows.newsletter(tx, daily, slug).id


def mailings(tx: Transaction, *states: MailingState) -> list[int]:
    """Mailings of issues of one newsletter, oldest first."""
    of = newsletter(tx)
    return [
        rows.mailing(tx, rows.issue(tx, of, number, slot=f"s{number}"), state=state).id
        for number, state in enumerate(states, 1)
    ]


def test_mailings_that_are_not_over_stand_newest_first() -> None:
    with transaction() as tx:
        ids = mailings(tx, *MailingState)
        rows.single(tx)

        by_state = dict(zip(MailingState, ids, strict=True))
        open_ones = (MailingState.PAUSED, MailingState.SENDING, MailingState.MATERIALISING)
        assert operations.open_mailings(tx) == [by_state[state] for state in open_ones]


def test_no_more_open_mailings_are_shown_than_fifty() -> None:
    with transaction() as tx:
        ids = mailings(tx, *[MailingState.SENDING] * 51)

        assert operations.open_mailings(tx) == ids[:0:-1]


def test_the_newest_mailings_and_those_that_are_not_over_are_watched() -> None:
    with transaction() as tx:
        done = [MailingState.DONE] * RECENT
        ids = mailings(tx, MailingState.DONE, MailingState.PAUSED, MailingState.DONE, *done)
        rows.single(tx)

        assert operations.watched(tx) == [*reversed(ids[3:]), ids[1]]


def test_a_mailing_that_is_new_and_open_is_watched_once() -> None:
    with transaction() as tx:
        ids = mailings(tx, MailingState.SENDING)

        assert operations.watched(tx) == ids


def test_mailings_are_paged_newest_first_and_singles_only_where_they_are_asked_for() -> None:
    with transaction() as tx:
        first, second, third = mailings(tx, *[MailingState.DONE] * 3)
        single = rows.single(tx).id

        assert operations.mailing_ids(tx, limit=2) == [third, second]
        assert operations.mailing_ids(tx, limit=9, before=second) == [first]
        assert operations.mailing_ids(tx, limit=2, with_singles=True) == [single, third]


def test_a_mailing_is_called_by_its_newsletter_and_issue() -> None:
    with transaction() as tx:
        (mailing,) = mailings(tx, MailingState.DONE)
        other = rows.mailing(tx, rows.issue(tx, newsletter(tx, "evening"), 7)).id
        single = rows.single(tx).id

        found = operations.titles(tx, [mailing, single])

        issue = tx.get(Mailing, mailing)
        assert issue is not None
        assert found == {mailing: Title("Morning", NOW.date(), issue.issue_id or 0, 1)}
        assert operations.titles(tx, [other])[other].newsletter == "Evening"
        assert operations.titles(tx, []) == {}


@pytest.mark.parametrize(
    ("columns", "is_late"),
    [
        pytest.param({"created_at": NOW - LATE_SINGLE - SECOND}, True, id="late"),
        pytest.param({"created_at": NOW - LATE_SINGLE}, False, id="not yet"),
        pytest.param(
            {"created_at": NOW - HOUR, "state": MailingState.DONE}, False, id="sent in the end"
        ),
        pytest.param(
            {"created_at": NOW - HOUR, "state": MailingState.CANCELLED}, False, id="cancelled"
        ),
    ],
)
def test_a_single_mail_is_late_after_two_minutes(columns: dict[str, Any], *, is_late: bool) -> None:
    with transaction() as tx:
        issue = rows.issue(tx, newsletter(tx))
        rows.mailing(tx, issue, created_at=NOW - HOUR)
        rows.single(tx, **columns)

        assert operations.late_singles(tx, NOW) == is_late


def test_issues_in_some_states_since_a_moment_stand_newest_first() -> None:
    with transaction() as tx:
        of = newsletter(tx)
        made = [
            (IssueState.HELD, NOW),
            (IssueState.EMPTY, NOW - SECOND),
            (IssueState.EMPTY, NOW + HOUR),
            (IssueState.DONE, NOW),
        ]
        for number, (state, at) in enumerate(made, 1):
            rows.issue(tx, of, number, state=state, created_at=at)

        found = operations.issues_in(tx, [IssueState.HELD, IssueState.EMPTY], since=NOW)

        assert [(issue.number, of_.slug) for issue, of_ in found] == [
            (3, "morning"),
            (1, "morning"),
        ]


def unusable_story(tx: Transaction, issue: object, *, action: Act = Act.ARTICLE_LEAVE_OUT) -> None:
    subject = "article:7"
    audit.record(tx, at=NOW, actor="compose", action=action, subject=subject, issue=issue)
    tx.flush()


def test_stories_that_were_left_out_of_an_issue_stand_newest_first() -> None:
    with transaction() as tx:
        issue, other = (rows.issue(tx, newsletter(tx, slug)).id for slug in ("a", "b"))
        for each in (issue, other):
            unusable_story(tx, each)
        unusable_story(tx, issue, action=Act.ARTICLE_KILL)

        found = operations.unusable_stories(tx, since=NOW)

        assert [(made.id, of.slug) for _, made, of in found] == [(other, "b"), (issue, "a")]
        assert [line.subject for line, _, _ in found] == ["article:7"] * 2
        assert operations.unusable_stories(tx, since=NOW + SECOND) == []


@pytest.mark.parametrize("issue", ["x", None, "7; 8", 10**18, [1], -1])
def test_a_line_that_names_no_issue_takes_no_list_down(issue: object) -> None:
    with transaction() as tx:
        rows.issue(tx, newsletter(tx))
        unusable_story(tx, issue)

        assert operations.unusable_stories(tx, since=NOW) == []


def test_a_line_whose_detail_is_no_object_takes_no_list_down() -> None:
    with transaction() as tx:
        unusable_story(tx, 1)
        tx.execute(text("UPDATE audit SET detail = '[1]'"))

        assert operations.unusable_stories(tx, since=NOW) == []


def test_each_newsletter_has_its_newest_issue() -> None:
    with transaction() as tx:
        morning, evening = newsletter(tx), newsletter(tx, "evening")
        newsletter(tx, "without issues")
        # The newest, whatever its number: it may have been frozen first.
        rows.issue(tx, morning, 3)
        last = rows.issue(tx, morning, 2).id
        only = rows.issue(tx, evening, 1).id

        found = {of: issue.id for of, issue in operations.last_issues(tx).items()}

        assert found == {morning: last, evening: only}


def test_an_issue_leads_to_the_mailing_that_sends_it() -> None:
    with transaction() as tx:
        of = newsletter(tx)
        sent, composed, other = (rows.issue(tx, of, number) for number in (1, 2, 3))
        mailing = rows.mailing(tx, sent).id
        rows.mailing(tx, other)
        rows.single(tx)

        assert operations.mailings_of_issues(tx, [sent.id, composed.id]) == {sent.id: mailing}


def test_sources_are_counted_by_state() -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id
        states = [SourceState.ACTIVE, SourceState.ACTIVE, SourceState.GONE]
        for number, state in enumerate(states):
            rows.source(tx, daily, f"s{number}", state=state)

        assert operations.sources_by_state(tx) == {SourceState.ACTIVE: 2, SourceState.GONE: 1}


def test_active_readers_are_counted_by_newsletter() -> None:
    with transaction() as tx:
        morning, evening = newsletter(tx), newsletter(tx, "evening")
        newsletter(tx, "without readers")
        rows.reader(tx, 1, morning)
        rows.reader(tx, 2, morning)
        for number, state in ((3, SubscriptionState.PENDING), (4, SubscriptionState.ENDED)):
            rows.subscription(tx, rows.subscriber(tx, number).id, morning, state=state)
        rows.reader(tx, 5, evening)

        assert operations.active_readers(tx) == {morning: 2, evening: 1}


def test_batches_that_wait_are_counted_in_each_lane() -> None:
    with transaction() as tx:
        before = operations.ready_batches(tx)
        bulk = rows.mailing(tx, rows.issue(tx, newsletter(tx)))
        for number, state in enumerate(BatchState):
            rows.batch(tx, bulk, number, state=state)
        rows.batch(tx, bulk, 9)

        assert before == {Lane.URGENT: 0, Lane.BULK: 0}
        assert operations.ready_batches(tx) == {Lane.URGENT: 0, Lane.BULK: 2}


def test_who_did_what_is_paged_newest_first_and_about_one_subject() -> None:
    with transaction() as tx:
        for subject in ("mailing:7", "mailing:77", "mailing:7"):
            audit.record(tx, at=NOW, actor="cli:desk", action=Act.MAILING_PAUSE, subject=subject)
            tx.flush()

        every = [line.id for line in operations.audit_rows(tx, limit=9)]
        newest = operations.audit_rows(tx, limit=1)
        earlier = operations.audit_rows(tx, limit=9, before=every[0])
        about = operations.audit_rows(tx, limit=9, about=["mailing:7"])

        assert every == sorted(every, reverse=True)
        assert [line.id for line in newest] == every[:1]
        assert [line.id for line in earlier] == every[1:]
        assert [line.id for line in about] == [every[0], every[2]]


def reader_at(tx: Transaction, address: str, of: int, **columns: Any) -> None:
    number = tx.scalar(text("SELECT count(*) FROM subscriber")) or 0
    who = rows.subscriber(tx, number, address=address)
    rows.subscription(tx, who.id, of, **columns)


@pytest.mark.parametrize(
    ("address", "names", "is_beyond"),
    [
        ("reader@real.org", [], True),
        ("reader001@example.com", [], False),
        ("reader001@mail.example", [], False),
        ("Reader@EXAMPLE.COM", [], False),
        ("Reader@Real.org", ["reader@real.org"], False),
        ("reader@real.org", ["other@real.org"], True),
        ("reader@real.org", ["@real.org"], False),
        ("reader@mail.real.org", ["@real.org"], True),
        ('"a@example.com"@real.org', [], True),
        ("reader@example.com.real.org", [], True),
    ],
)
def test_a_reader_whom_nobody_named_is_counted(
    address: str, names: list[str], *, is_beyond: bool
) -> None:
    with transaction() as tx:
        of = newsletter(tx)
        reader_at(tx, address, of)

        assert operations.count_beyond(tx, of, pattern=RESERVED, names=names) == is_beyond


def test_only_active_readers_of_the_newsletter_are_counted() -> None:
    with transaction() as tx:
        morning, evening = newsletter(tx), newsletter(tx, "evening")
        reader_at(tx, "a@real.org", morning)
        reader_at(tx, "b@real.org", morning, state=SubscriptionState.PENDING)
        reader_at(tx, "c@real.org", morning, state=SubscriptionState.ENDED)
        reader_at(tx, "d@real.org", evening)

        assert operations.count_beyond(tx, morning, pattern=RESERVED, names=[]) == 1
