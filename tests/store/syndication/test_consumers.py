"""Who fetches our feeds: visits, partners, and who still shows what was taken back."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select

from syndicate import signing
from syndicate.master_key import MasterKey
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.newsroom.publications import Publication
from syndicate.store.syndication import consumers
from syndicate.store.syndication.consumers import Behind, FeedConsumer, FeedPartner, Visit
from syndicate.store.syndication.feeds import Feed
from syndicate.vocabulary.articles import ArticleState, Change
from syndicate.vocabulary.feeds import FeedFormat, FeedKind
from tests import rows
from tests.rows import DAY, NOW
from tests.store.syndication import published

in_database = pytest.mark.usefixtures("database")

TICK = dt.timedelta(microseconds=1)
HOUR = dt.timedelta(hours=1)
KEY = MasterKey(b"k" * 32)


@pytest.fixture
def daily(database: str) -> Publication:  # noqa: ARG001 - the rows go there
    with transaction() as tx:
        return rows.publication(tx)


@pytest.fixture
def feed(daily: Publication) -> Feed:
    with transaction() as tx:
        return published.feed(tx, daily.id)


def visit(feed: Feed, client: str = "Reader", at: dt.datetime = NOW, **fields: Any) -> None:
    plain = {"form": FeedFormat.RSS, "partner_id": None, "status": 200, "etag": "e", "requests": 1}
    with transaction() as tx:
        made = Visit(feed_id=feed.id, client=client, at=at, **(plain | fields))
        consumers.note(tx, [made])


def noted() -> FeedConsumer:
    with transaction() as tx:
        [found] = consumers.consumers(tx)
        return found


def test_a_first_visit_is_written_down(feed: Feed) -> None:
    visit(feed, status=304, etag="first", requests=3)

    made = noted()
    assert (made.feed_id, made.format, made.client) == (feed.id, FeedFormat.RSS, "Reader")
    assert (made.first_at, made.last_at, made.partner_id) == (NOW, NOW, None)
    assert (made.status, made.etag, made.requests, made.noticed_at) == (304, "first", 3, None)


@pytest.mark.parametrize("after", [dt.timedelta(0), HOUR])
def test_the_newest_visit_tells_the_version_held(feed: Feed, after: dt.timedelta) -> None:
    visit(feed, status=200, etag="old", requests=2)
    visit(feed, at=NOW + after, status=304, etag="new", requests=3)

    made = noted()
    assert (made.first_at, made.last_at, made.requests) == (NOW, NOW + after, 5)
    assert (made.status, made.etag) == (304, "new")


def test_a_visit_that_is_written_late_takes_no_newer_version_back(feed: Feed) -> None:
    """Two web processes write down what they saw every few seconds, each in its own time."""
    visit(feed, status=304, etag="new")
    visit(feed, at=NOW - HOUR, status=200, etag="old")

    made = noted()
    assert (made.last_at, made.status, made.etag, made.requests) == (NOW, 304, "new", 2)


def test_a_program_is_known_by_feed_format_and_name(feed: Feed, daily: Publication) -> None:
    with transaction() as tx:
        other = published.feed(tx, daily.id, "other")
    visit(feed)
    visit(feed, form=FeedFormat.ATOM, at=NOW + HOUR)
    visit(other, at=NOW + 2 * HOUR)
    visit(feed, "Newsboat", at=NOW + 3 * HOUR)

    with transaction() as tx:
        assert consumers.last_visits(tx) == {
            (feed.id, FeedFormat.RSS, "Reader"): NOW,
            (feed.id, FeedFormat.ATOM, "Reader"): NOW + HOUR,
            (other.id, FeedFormat.RSS, "Reader"): NOW + 2 * HOUR,
            (feed.id, FeedFormat.RSS, "Newsboat"): NOW + 3 * HOUR,
        }
        of_feed = [each.client for each in consumers.consumers(tx, feed.id)]
        assert of_feed == ["Newsboat", "Reader", "Reader"]
        assert len(consumers.consumers(tx)) == 4


def test_of_several_visits_those_of_unknown_and_revoked_partners_are_left_out(feed: Feed) -> None:
    with transaction() as tx:
        known, revoked = (consumers.add_partner(tx, name, now=NOW) for name in ("A", "B"))
        consumers.revoke_partner(tx, "B", now=NOW)
        visits = [
            Visit(feed.id, FeedFormat.RSS, f"partner:{partner}", partner, NOW, 200, "e", 1)
            for partner in (known.id, revoked.id, revoked.id + 99)
        ]

        consumers.note(tx, visits)
        consumers.note(tx, [])

    made = noted()
    assert (made.client, made.partner_id) == (f"partner:{known.id}", known.id)


def test_visits_are_written_in_one_order_whatever_order_they_come_in(
    feed: Feed, daily: Publication
) -> None:
    """Two web processes that write at once wait for each other, and never in a circle."""
    with transaction() as tx:
        other = published.feed(tx, daily.id, "other")
        keys = [
            (feed_id, form, client)
            for feed_id in (feed.id, other.id)
            for form in (FeedFormat.ATOM, FeedFormat.RSS)
            for client in ("a", "b")
        ]
        visits = [Visit(*key, None, NOW, 200, "e", 1) for key in keys]

        consumers.note(tx, visits[::-1])

        written = tx.scalars(select(FeedConsumer).order_by(FeedConsumer.id)).all()
        assert [(row.feed_id, row.format, row.client) for row in written] == keys


# The correction was made five hours ago, of an article of the day before.
CHANGED = NOW - 5 * HOUR
BEFORE = CHANGED - HOUR


def changed(
    tx: Transaction, publication_id: int, kind: Change = Change.CORRECTION, **columns: Any
) -> int:
    name = columns.pop("name", "story")
    at = columns.pop("created_at", CHANGED)
    made = rows.article(tx, publication_id, name, NOW - DAY, **({"updated_at": CHANGED} | columns))
    rows.revision(tx, made.id, 2, kind, created_at=at)
    return made.id


def behind(**of: Any) -> list[str]:
    with transaction() as tx:
        return [each.client for each in consumers.behind(tx, now=NOW, **of)]


def test_who_is_behind_is_told_with_what_was_taken_back_when(
    feed: Feed, daily: Publication
) -> None:
    with transaction() as tx:
        made = changed(tx, daily.id)
        rows.revision(tx, made, 3, Change.KILL, created_at=CHANGED + HOUR)
        partner = consumers.add_partner(tx, "The Aggregator", now=NOW)
    visit(feed, "Reader", BEFORE, form=FeedFormat.JSON)
    visit(feed, "partner:1", BEFORE - HOUR, partner_id=partner.id)
    visit(feed, "Fresh", NOW)

    with transaction() as tx:
        ids = {each.client: each.id for each in consumers.consumers(tx)}
        found = consumers.behind(tx, now=NOW)

    last = CHANGED + HOUR
    name = "The Aggregator"
    assert found == [
        Behind(ids["partner:1"], feed.slug, "rss", "partner:1", name, BEFORE - HOUR, last),
        Behind(ids["Reader"], feed.slug, "json", "Reader", None, BEFORE, last),
    ]


@pytest.mark.parametrize(
    ("kind", "columns", "is_behind"),
    [
        (Change.CORRECTION, {}, True),
        (Change.KILL, {"state": ArticleState.KILLED}, True),
        (Change.UPDATE, {}, False),
        (Change.FIX, {}, False),
        (Change.FIX, {"state": ArticleState.TAKEN_DOWN}, True),
        (Change.FIX, {"state": ArticleState.KILLED}, False),
    ],
)
def test_what_is_taken_back_is_a_correction_a_kill_and_a_takedown(
    feed: Feed, daily: Publication, kind: Change, columns: dict[str, Any], *, is_behind: bool
) -> None:
    visit(feed, at=BEFORE)
    with transaction() as tx:
        changed(tx, daily.id, kind, **columns)

    assert behind() == (["Reader"] if is_behind else [])


@pytest.mark.parametrize(
    ("last_at", "is_behind"),
    [
        (CHANGED - TICK, True),
        (CHANGED, False),
        (NOW - DAY + TICK, True),
        (NOW - DAY, False),  # they came before the article did, and never had it
    ],
)
def test_who_came_between_the_article_and_its_correction_has_the_old_one(
    feed: Feed, daily: Publication, last_at: dt.datetime, *, is_behind: bool
) -> None:
    visit(feed, at=last_at)
    with transaction() as tx:
        changed(tx, daily.id)

    assert behind() == (["Reader"] if is_behind else [])


@pytest.mark.parametrize(("grace", "is_behind"), [(5 * HOUR - TICK, True), (5 * HOUR, False)])
def test_a_reader_has_time_to_come_by(
    feed: Feed, daily: Publication, grace: dt.timedelta, *, is_behind: bool
) -> None:
    visit(feed, at=BEFORE)
    with transaction() as tx:
        changed(tx, daily.id)

    assert behind(grace=grace) == (["Reader"] if is_behind else [])


@pytest.mark.parametrize(("ago", "is_behind"), [(HOUR + TICK, True), (HOUR, False)])
def test_a_polite_reader_comes_once_an_hour(
    feed: Feed, daily: Publication, ago: dt.timedelta, *, is_behind: bool
) -> None:
    visit(feed, at=BEFORE)
    with transaction() as tx:
        changed(tx, daily.id, created_at=NOW - ago)

    assert behind() == (["Reader"] if is_behind else [])


@pytest.mark.parametrize(("after", "is_behind"), [(TICK, True), (dt.timedelta(0), False)])
@pytest.mark.parametrize("what", ["visit", "change"])
def test_what_lies_a_month_back_is_the_readers_own_affair(
    feed: Feed, daily: Publication, what: str, after: dt.timedelta, *, is_behind: bool
) -> None:
    edge = NOW - 30 * DAY + after
    visit(feed, at=edge if what == "visit" else BEFORE)
    with transaction() as tx:
        at = edge if what == "change" else CHANGED
        changed(tx, daily.id, published_at=NOW - 40 * DAY, updated_at=at)

    assert behind() == (["Reader"] if is_behind else [])


def test_only_feeds_in_which_the_article_stands_are_behind(feed: Feed, daily: Publication) -> None:
    with transaction() as tx:
        arabic = published.feed(tx, daily.id, "arabic", FeedKind.LANGUAGE, language="ar")
        yawmi = published.feed(tx, rows.publication(tx, "yawmi").id, "yawmi")
        changed(tx, daily.id)
        rows.article(tx, daily.id, "arabic", NOW - DAY, language="ar", updated_at=CHANGED)
    visit(arabic, "Arabic", BEFORE)
    visit(yawmi, "Elsewhere", BEFORE)
    assert behind() == []

    visit(feed, "Here", BEFORE)
    assert behind() == ["Here"]
    assert behind(feed_id=feed.id) == ["Here"]
    assert behind(feed_id=arabic.id) == []


def test_programs_are_counted_once_for_each_feed(feed: Feed, daily: Publication) -> None:
    with transaction() as tx:
        other, unseen = (published.feed(tx, daily.id, slug) for slug in ("other", "unseen"))
    visit(feed, "Reader")
    visit(feed, "Reader", form=FeedFormat.JSON)
    visit(feed, "Robot", BEFORE)
    visit(other, "Reader")

    with transaction() as tx:
        assert consumers.counts(tx, [feed.id, unseen.id]) == {feed.id: 2}
        assert [each.client for each in consumers.consumers(tx, limit=1)] == ["Reader"]


def test_of_one_change_a_notice_is_given_once_and_of_the_next_again(
    feed: Feed, daily: Publication
) -> None:
    visit(feed, "a", BEFORE)
    visit(feed, "b", BEFORE)
    visit(feed, "c", BEFORE)
    with transaction() as tx:
        changed(tx, daily.id)
        first = consumers.behind(tx, now=NOW)

        assert consumers.mark_noticed(tx, first[:1]) == first[:1]
        assert consumers.mark_noticed(tx, first) == first[1:]
        assert consumers.mark_noticed(tx, first) == []

        changed(tx, daily.id, name="next", created_at=CHANGED + HOUR)
        second = consumers.behind(tx, now=NOW)
        assert consumers.mark_noticed(tx, second) == second
        assert consumers.mark_noticed(tx, first) == []


@pytest.mark.parametrize(("age", "is_kept"), [(30 * DAY, True), (30 * DAY + TICK, False)])
def test_a_program_that_has_been_silent_for_a_month_is_forgotten_unless_a_partner(
    feed: Feed, age: dt.timedelta, *, is_kept: bool
) -> None:
    with transaction() as tx:
        partner = consumers.add_partner(tx, "The Aggregator", now=NOW)
    visit(feed, "Reader", NOW - age)
    visit(feed, "partner:1", NOW - age, partner_id=partner.id)

    with transaction() as tx:
        consumers.forget_silent(tx, NOW)
        left = {each.client for each in consumers.consumers(tx)}

    assert left == ({"partner:1", "Reader"} if is_kept else {"partner:1"})


@in_database
def test_a_partner_is_made_once_and_works_again_after_a_revocation() -> None:
    with transaction() as tx:
        made = consumers.add_partner(tx, "The Aggregator", now=NOW)
        consumers.add_partner(tx, "Another", now=NOW)
        assert consumers.revoke_partner(tx, "The Aggregator", now=NOW + HOUR)
        assert consumers.revoke_partner(tx, "The Aggregator", now=NOW + HOUR)
        assert not consumers.revoke_partner(tx, "Nobody", now=NOW)
        revoked = tx.execute(select(FeedPartner.name, FeedPartner.revoked_at)).all()
        assert dict(revoked) == {"The Aggregator": NOW + HOUR, "Another": None}

        again = consumers.add_partner(tx, "The Aggregator", now=NOW + DAY)

        assert (again.id, again.created_at, again.revoked_at) == (made.id, NOW, None)


@in_database
def test_a_partner_is_found_by_name_also_when_revoked() -> None:
    with transaction() as tx:
        made = consumers.add_partner(tx, "The Aggregator", now=NOW)
        consumers.revoke_partner(tx, "The Aggregator", now=NOW)

        found = consumers.partner_named(tx, "The Aggregator")
        assert found is not None
        assert found.id == made.id
        assert consumers.partner_named(tx, "the aggregator") is None


def test_a_partners_token_names_them_to_us_alone() -> None:
    token = consumers.token_of(KEY, 7)

    assert consumers.partner_of(KEY, token) == 7
    assert consumers.partner_of(MasterKey(b"x" * 32), token) is None


@pytest.mark.parametrize(
    "token",
    [
        "",
        "forged",
        consumers.token_of(KEY, 7)[:-1],
        signing.sign(KEY, "partner", "seven"),
        signing.sign(KEY, "reader-feed", "7"),
    ],
)
def test_a_token_that_we_did_not_make_for_a_partner_names_nobody(token: str) -> None:
    assert consumers.partner_of(KEY, token) is None
