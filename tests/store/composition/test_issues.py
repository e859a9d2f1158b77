"""Issues on their way: one for each slot, and each arrow from the state that it begins at."""

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import OperationalError

from syndicate.reading.records import Words
from syndicate.store.composition import issues
from syndicate.store.composition.corrections import LaterChange
from syndicate.store.composition.stories import Story, StoryPicture
from syndicate.store.content.articles import Article
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.newsroom.newsletters import Issue
from syndicate.store.readers import recipients
from syndicate.store.readers.subscribers import Subscription
from syndicate.vocabulary.newsletters import IssueState, NewsletterKind
from syndicate.vocabulary.sending import MailingState
from tests import rows
from tests.rows import DAY, NOW
from tests.store import mailed

pytestmark = pytest.mark.usefixtures("database")
WINDOW = (NOW - DAY, NOW)
SECOND = dt.timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _newsroom(database: str) -> None:  # noqa: ARG001 - the database must be there first
    """A digest, 1, and an alert newsletter, 2."""
    with transaction() as tx:
        publication = rows.publication(tx)
        rows.newsletter(tx, publication.id)
        rows.newsletter(tx, publication.id, "now", kind=NewsletterKind.ALERT)


def made(state: IssueState = IssueState.DUE, number: int = 1, newsletter_id: int = 1) -> int:
    with transaction() as tx:
        return rows.issue(tx, newsletter_id, number, state=state).id


def read(issue_id: int) -> Issue:
    with transaction() as tx:
        found = issues.find(tx, issue_id)
        assert found is not None
        return found


def open_slot(slot: str = "08:00", *, newsletter_id: int = 1, day: int = 0) -> tuple[Issue, bool]:
    with transaction() as tx:
        local = ((NOW + day * DAY).date(), slot)
        return issues.open_slot(tx, newsletter_id, local, WINDOW, now=NOW)


def test_an_issue_that_is_not_there_is_not_found() -> None:
    with transaction() as tx:
        assert issues.find(tx, 7) is None


def test_a_slot_is_opened_once_as_due() -> None:
    issue, is_new = open_slot()
    again, is_new_again = open_slot()

    assert (is_new, is_new_again) == (True, False)
    assert again.id == issue.id
    assert (issue.number, issue.slot, issue.local_date) == (None, "08:00", NOW.date())
    assert (issue.window_from, issue.window_to) == WINDOW
    assert (issue.state, issue.created_at) == (IssueState.DUE, NOW)


def test_an_issue_that_was_opened_keeps_its_window_and_state() -> None:
    issue, _ = open_slot()
    with transaction() as tx:
        tx.execute(update(Issue).values(state=IssueState.DONE))
        local = (issue.local_date, issue.slot)
        found, _ = issues.open_slot(tx, 1, local, (NOW, NOW + DAY), now=NOW + DAY)

    assert (found.window_from, found.state) == (WINDOW[0], IssueState.DONE)


def take_number(issue_id: int, number: int) -> bool:
    with transaction() as tx:
        issues.lock_numbers(tx, 1)
        issue = issues.lock_issue(tx, issue_id, IssueState.DUE)
        assert issue is not None
        return issues.take_number(tx, issue, number)


def test_numbers_rise_within_each_newsletter_in_the_order_of_freezing() -> None:
    first, second, other, third = (
        open_slot(slot, newsletter_id=of, day=day)[0].id
        for slot, of, day in (("08:00", 1, 0), ("18:00", 1, 0), ("08:00", 2, 0), ("08:00", 1, 1))
    )

    assert take_number(third, 1)
    assert take_number(first, 2)
    assert take_number(other, 1)
    # Written with a number that another was given meanwhile: it is composed again.
    assert not take_number(second, 2)
    # One that has a number keeps it.
    assert take_number(third, 1)
    assert not take_number(third, 3)
    found = [read(each).number for each in (first, second, other, third)]
    assert found == [2, None, 1, 1]
    with transaction() as tx:
        assert [issues.next_number(tx, each) for each in (1, 2, 3)] == [3, 2, 1]


def test_numbers_of_one_newsletter_are_given_one_after_the_other() -> None:
    with transaction() as tx, transaction() as other:
        issues.lock_numbers(tx, 1)
        issues.lock_numbers(other, 2)
        other.execute(text("SET LOCAL lock_timeout = '20ms'"))
        with pytest.raises(OperationalError, match="lock timeout"):
            issues.lock_numbers(other, 1)
        other.session.rollback()


def test_the_next_issue_covers_the_news_of_those_that_were_merged_into_it() -> None:
    early, late = WINDOW[0] - 2 * DAY, WINDOW[1] + DAY
    with transaction() as tx:
        merged = {"state": IssueState.MERGED, "article_id": None}
        first = rows.issue(tx, 1, 1, **merged, window_from=early, window_to=early + DAY).id
        second = rows.issue(tx, 1, 2, **merged, window_from=early + DAY).id
        # Later news, and what is another newsletter's, was dropped, or is an alert's.
        rows.issue(tx, 1, 3, **merged, window_from=early - DAY, window_to=late)
        rows.issue(tx, 2, 1, **merged, window_from=early - DAY)
        rows.issue(tx, 1, 4, state=IssueState.DROPPED, window_from=early - DAY)
        told = rows.article(tx, 1).id
        alert = merged | {"article_id": told}
        rows.issue(tx, 1, 5, **alert, window_from=early - DAY)
    following, _ = open_slot("18:00")

    with transaction() as tx:
        assert issues.window_with_merged(tx, 1, WINDOW) == (early, WINDOW[1])
        assert issues.claim(tx, following.id)
        assert issues.claim(tx, following.id)

    assert (read(following.id).window_from, read(following.id).window_to) == (early, WINDOW[1])
    assert [read(each).merged_into for each in (first, second)] == [following.id] * 2
    with transaction() as tx:
        into = select(func.count()).select_from(Issue).where(Issue.merged_into.is_not(None))
        assert tx.scalar(into) == 2
        assert issues.window_with_merged(tx, 1, WINDOW) == WINDOW


def test_a_newsletters_issues_are_listed_newest_first_page_by_page() -> None:
    first, held, last = (
        made(state, number)
        for state, number in ((IssueState.DUE, 2), (IssueState.HELD, 1), (IssueState.DUE, 3))
    )
    other = made(newsletter_id=2)

    def ids(limit: int = 9, before: int | None = None) -> list[int]:
        with transaction() as tx:
            return [each.id for each in issues.of_newsletter(tx, 1, limit=limit, before=before)]

    assert ids() == [last, held, first]
    assert ids(limit=2) == [last, held]
    assert ids(before=last) == [held, first]
    assert ids(before=first) == []
    with transaction() as tx:
        assert [each.id for each in issues.listed(tx, limit=1)] == [other]
        assert [each.id for each in issues.listed(tx, limit=9, states=(IssueState.HELD,))] == [held]


def test_the_news_goes_on_where_the_newest_issue_of_the_past_ended() -> None:
    def last(now: dt.datetime = NOW) -> dt.datetime | None:
        with transaction() as tx:
            return issues.last_window(tx, 1, now)

    made(newsletter_id=2)
    assert last() is None

    for number, to in enumerate((NOW - DAY, NOW, NOW + DAY), 1):
        with transaction() as tx:
            rows.issue(tx, 1, number, window_to=to)
    assert last() == NOW
    assert last(NOW - SECOND) == NOW - DAY


def test_what_is_still_to_be_composed_is_listed_oldest_first() -> None:
    for number, state in enumerate(IssueState, 1):
        made(state, number)
    alert = made(newsletter_id=2)

    with transaction() as tx:
        found = issues.unfinished(tx)

    digest = NewsletterKind.DIGEST
    assert found == [(1, digest), (2, digest), (3, digest), (alert, NewsletterKind.ALERT)]


Arrow = Callable[[Transaction, int], bool]
ARROWS: list[tuple[str, Arrow, set[IssueState], IssueState, str | None]] = [
    ("claim", issues.claim, {IssueState.DUE, IssueState.COMPOSING}, IssueState.COMPOSING, None),
    (
        "skip",
        lambda tx, each: issues.skip(tx, each, "Nothing new."),
        {IssueState.COMPOSING},
        IssueState.EMPTY,
        "Nothing new.",
    ),
    (
        "hold",
        lambda tx, each: issues.hold(tx, each, "Too large."),
        {IssueState.COMPOSING},
        IssueState.HELD,
        "Too large.",
    ),
    ("again", issues.compose_again, {IssueState.EMPTY, IssueState.HELD}, IssueState.DUE, None),
    ("let go", issues.let_go, {IssueState.EMPTY, IssueState.HELD}, IssueState.DUE, None),
    (
        "merge",
        lambda tx, each: issues.merge(tx, each, "In the next."),
        {IssueState.HELD},
        IssueState.MERGED,
        "In the next.",
    ),
    (
        "drop",
        lambda tx, each: issues.drop(tx, each, "Dropped."),
        {IssueState.HELD},
        IssueState.DROPPED,
        "Dropped.",
    ),
]


@pytest.mark.parametrize("was", list(IssueState))
@pytest.mark.parametrize(
    ("arrow", "begins_at", "to", "note"),
    [each[1:] for each in ARROWS],
    ids=[each[0] for each in ARROWS],
)
def test_an_arrow_begins_at_its_states_and_no_other(
    was: IssueState, arrow: Arrow, begins_at: set[IssueState], to: IssueState, note: str | None
) -> None:
    issue_id = made(was)
    with transaction() as tx:
        tx.execute(update(Issue).values(note="as before"))

    with transaction() as tx:
        turned = arrow(tx, issue_id)
        assert not arrow(tx, 99)

    assert turned is (was in begins_at)
    row = read(issue_id)
    assert (row.state, row.note) == ((to, note) if turned else (was, "as before"))


def test_of_two_who_come_at_once_one_goes() -> None:
    issue_id = made(IssueState.COMPOSING)

    with transaction() as tx, transaction() as other:
        assert issues.skip(tx, issue_id, "Nothing new.")
        other.execute(text("SET LOCAL lock_timeout = '20ms'"))
        with pytest.raises(OperationalError, match="lock timeout"):
            issues.hold(other, issue_id, "Too large.")
        other.session.rollback()

    with transaction() as tx:
        assert not issues.hold(tx, issue_id, "Too large.")
    assert read(issue_id).state is IssueState.EMPTY


def test_an_issue_is_locked_as_it_is_now() -> None:
    issue_id = made()
    with transaction() as tx:
        before = issues.find(tx, issue_id)
        with transaction() as other:
            other.execute(update(Issue).values(state=IssueState.COMPOSING))
        locked = issues.lock_issue(tx, issue_id, IssueState.COMPOSING)

        assert locked is before
        assert locked is not None
        assert locked.state is IssueState.COMPOSING


def test_a_frozen_issue_says_what_it_was_made_of() -> None:
    issue_id = made(IssueState.COMPOSING)
    with transaction() as tx:
        issue = issues.lock_issue(tx, issue_id, IssueState.COMPOSING)
        assert issue is not None
        subjects = {"en": "Today", "ar": "اليوم"}
        issues.freeze(tx, issue, subjects=subjects, content_hash=b"h", note="Three left out.")

    row = read(issue_id)
    assert (row.state, row.subjects, row.content_hash) == (IssueState.FROZEN, subjects, b"h")
    assert row.note == "Three left out."


@pytest.mark.parametrize("audience", [1, 0])
def test_an_issue_is_sending_with_its_mailing_or_done_with_nobody_to_send_to(
    audience: int,
) -> None:
    mailing_id = mailed.digest(audience, name="evening", state=MailingState.MATERIALISING)
    later = NOW + SECOND
    with transaction() as tx:
        mailing = mailed.mailing(mailing_id)
        issue = tx.scalars(select(Issue).where(Issue.id == mailing.issue_id)).one()
        tx.session.add(mailing)
        issues.send(tx, issue, mailing, audience=audience, now=later)

    row = mailed.mailing(mailing_id)
    assert (row.audience, row.started_at) == (audience, later)
    is_over = audience == 0
    assert row.state is (MailingState.DONE if is_over else MailingState.SENDING)
    assert mailed.issue(mailing_id).state is (IssueState.DONE if is_over else IssueState.SENDING)


def story(article_id: int, picture: StoryPicture | None) -> Story:
    return Story(
        article_id=article_id,
        revision=2,
        section_slug="world",
        section_name="World",
        language="ar",
        news_at=NOW,
        collected_at=NOW,
        updated_at=NOW,
        is_dated=True,
        is_backlog=False,
        featured=None,
        words=Words(""),
        url=None,
        slug="",
        is_free=True,
        picture=picture,
    )


def test_stories_and_corrections_are_written_down_as_they_were_chosen() -> None:
    issue_id = made()
    with transaction() as tx:
        ids = [rows.article(tx, 1, name).id for name in ("one", "two", "three")]
    later = LaterChange(
        ids[2], 5, "sport", "en", "", "", None, "three", NOW, NOW.date(), is_withdrawn=True
    )
    with transaction() as tx:
        shown = StoryPicture("https://x/p.jpg", 1, 1, "", "")
        chosen = [(3, story(ids[0], None)), (1, story(ids[1], shown))]
        issues.add_stories(tx, issue_id, chosen, [(4, later)])
        issues.add_stories(tx, issue_id, [])
        tx.execute(update(Article).where(Article.id == ids[0]).values(headline="As it is now"))

    with transaction() as tx:
        found = issues.carried(tx, issue_id)
        assert issues.carried(tx, 99) == []
    assert [
        (each.position, each.article_id, each.revision, each.section_slug, each.language)
        for each, _ in found
    ] == [
        (1, ids[1], 2, "world", "ar"),
        (3, ids[0], 2, "world", "ar"),
        (4, ids[2], 5, "sport", "en"),
    ]
    assert [each.is_correction for each, _ in found] == [False, False, True]
    assert [each.picture_url for each, _ in found] == ["https://x/p.jpg", None, None]
    assert [headline for _, headline in found] == ["Headline two", "As it is now", "Headline three"]


def test_a_mailings_delivery_to_an_address_is_found() -> None:
    mailing_id, other_id = mailed.digest(2, name="evening"), mailed.digest(1, name="night")
    second = recipients.hash_of("reader002@example.com")

    def found(each: int) -> str | None:
        with transaction() as tx:
            line = issues.delivery_of(tx, each, second)
            return None if line is None else line.address

    assert found(mailing_id) == "reader002@example.com"
    assert found(other_id) is None
    with transaction() as tx:
        tx.execute(text("DELETE FROM subscription"))
        assert list(tx.scalars(select(Subscription))) == []
    assert found(mailing_id) is None
