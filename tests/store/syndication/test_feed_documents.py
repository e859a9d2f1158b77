"""Stored feeds: taken by one builder, written by nobody who was overtaken, due again in time."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select

from syndicate.store.ground.session import transaction
from syndicate.store.syndication import feed_documents
from syndicate.store.syndication.feed_documents import Done, FeedDocument, NewPage, Stored, Taken
from syndicate.store.syndication.feeds import Feed, FeedPage
from syndicate.vocabulary.feeds import FeedFormat, FeedKind
from tests import rows
from tests.rows import DAY, NOW
from tests.store.syndication import published

TICK = dt.timedelta(microseconds=1)
MINUTE = dt.timedelta(minutes=1)
LEASED = NOW + 2 * MINUTE
ATOM, JSON, RSS = FeedFormat.ATOM, FeedFormat.JSON, FeedFormat.RSS


@pytest.fixture
def daily(database: str) -> int:  # noqa: ARG001 - the rows go there
    with transaction() as tx:
        return rows.publication(tx).id


@pytest.fixture
def taken(daily: int) -> Taken:
    """A feed in a builder's hands, and another one that is nobody's business."""
    with transaction() as tx:
        published.feed(tx, daily, "everything", due_at=NOW)
        other = published.feed(tx, daily, "other", FeedKind.FEATURED)
        _page(other.id, 1, tx=tx)
        published.document(tx, other.id, ATOM, 1)
    return take()


def _page(feed_id: int, number: int, *, tx: Any, **columns: Any) -> None:
    plain = {"article_ids": [7], "fingerprint": f"print {number}"}
    rows.added(tx, FeedPage(feed_id=feed_id, page=number, **(plain | columns)))


def take(now: dt.datetime = NOW) -> Taken:
    with transaction() as tx:
        found = feed_documents.take(tx, now=now)
    assert found is not None
    return found


def new_page(number: int, *documents: FeedDocument, **fields: Any) -> NewPage:
    plain = {"article_ids": [7, 8], "fingerprint": "new", "until": None}
    return NewPage(number=number, documents=documents, **(plain | fields))


def write(taken: Taken, *pages: NewPage) -> bool:
    with transaction() as tx:
        return feed_documents.write(tx, taken, pages)


def finish(taken: Taken, **done: Any) -> Feed:
    """The feed's row afterwards."""
    plain: dict[str, Any] = {"last_page": 9, "built_for": "code 1", "next_moment": None}
    with transaction() as tx:
        feed_documents.finish(tx, taken, Done(**(plain | done)), now=NOW)
    return feed(taken.feed.id)


def feed(feed_id: int) -> Feed:
    with transaction() as tx:
        return tx.session.get_one(Feed, feed_id)


def stored(feed_id: int) -> set[tuple[FeedFormat, int]]:
    with transaction() as tx:
        query = select(FeedDocument.format, FeedDocument.page)
        return {
            (form, page) for form, page in tx.execute(query.where(FeedDocument.feed_id == feed_id))
        }


def test_a_feed_that_is_due_is_taken_and_leased(daily: int) -> None:
    with transaction() as tx:
        made = published.feed(tx, daily, due_at=NOW, epoch=7)

    found = take()

    assert (found.feed.id, found.feed.epoch, found.feed.due_at) == (made.id, 8, LEASED)
    assert (found.publication.id, found.lease_until) == (daily, LEASED)
    with transaction() as tx:
        assert feed_documents.take(tx, now=LEASED - TICK) is None
    assert take(LEASED).feed.epoch == 9


@pytest.mark.parametrize("columns", [{}, {"due_at": NOW + TICK}, {"due_at": NOW, "gone_at": NOW}])
def test_a_feed_that_is_not_due_or_is_gone_is_not_taken(
    daily: int, columns: dict[str, Any]
) -> None:
    with transaction() as tx:
        published.feed(tx, daily, **columns)

        assert feed_documents.take(tx, now=NOW) is None


def test_feeds_are_taken_by_who_waited_longest_and_single_tags_last(daily: int) -> None:
    due = [
        ("tag", FeedKind.TAG, 9),
        ("author", FeedKind.AUTHOR, 8),
        ("late", FeedKind.SECTION, 1),
        ("twin-1", FeedKind.LANGUAGE, 2),
        ("twin-2", FeedKind.RULE, 2),
        ("early", FeedKind.FEATURED, 3),
    ]
    with transaction() as tx:
        for slug, kind, minutes in due:
            published.feed(tx, daily, slug, kind, due_at=NOW - minutes * MINUTE)

    order = [take().feed.slug for _ in due]

    assert order == ["early", "twin-1", "twin-2", "late", "tag", "author"]


def test_two_builders_at_once_take_different_feeds(daily: int) -> None:
    with transaction() as tx:
        for slug in ("a", "b"):
            published.feed(tx, daily, slug, due_at=NOW)

    with transaction() as first, transaction() as second:
        mine = feed_documents.take(first, now=NOW)
        theirs = feed_documents.take(second, now=NOW)
        with transaction() as third:
            assert feed_documents.take(third, now=NOW) is None

    assert mine is not None
    assert theirs is not None
    assert (mine.feed.slug, theirs.feed.slug) == ("a", "b")


def test_what_is_stored_is_told_without_its_bytes(taken: Taken) -> None:
    feed_id = taken.feed.id
    with transaction() as tx:
        for number in (0, 1, 2):
            _page(feed_id, number, tx=tx, article_ids=[number, 7])
        archived = published.document(tx, feed_id, ATOM, 1, is_archive=True, modified_at=NOW - DAY)
        published.document(tx, feed_id, ATOM, 0, body=b"atom of page 0")
        published.document(tx, feed_id, JSON, 0, body=b"json of page 0")

        assert feed_documents.fingerprints(tx, feed_id) == {
            0: "print 0",
            1: "print 1",
            2: "print 2",
        }
        assert feed_documents.article_ids(tx, feed_id, [0, 2, 9]) == {0: [0, 7], 2: [2, 7]}
        assert feed_documents.stored(tx, feed_id, [1, 2]) == {
            (1, ATOM): Stored(archived.etag, is_archive=True, modified_at=NOW - DAY)
        }
        assert set(feed_documents.stored(tx, feed_id, [0])) == {(0, ATOM), (0, JSON)}
        bodies = {form: feed_documents.body(tx, feed_id, form) for form in FeedFormat}
        nothing = dict.fromkeys(FeedFormat)
        assert bodies == nothing | {ATOM: b"atom of page 0", JSON: b"json of page 0"}


def test_a_page_is_written_with_its_documents(taken: Taken) -> None:
    feed_id = taken.feed.id
    made = published.unsaved_document(feed_id, ATOM, 1, gzip=b"g", brotli=b"b", entries=2)

    assert write(taken, new_page(1, made, until=NOW + DAY))

    with transaction() as tx:
        page = tx.session.get_one(FeedPage, (feed_id, 1))
        kept = tx.session.get_one(FeedDocument, (feed_id, ATOM, 1))
    assert (page.article_ids, page.fingerprint, page.until) == ([7, 8], "new", NOW + DAY)
    columns = FeedDocument.__table__.columns.keys()
    assert {name: getattr(kept, name) for name in columns} == {
        name: getattr(made, name) for name in columns
    }


def test_a_page_that_is_written_again_replaces_what_stood_there_and_nothing_else(
    taken: Taken,
) -> None:
    feed_id = taken.feed.id
    forms = [
        published.unsaved_document(feed_id, form, page) for form in (ATOM, RSS) for page in (0, 1)
    ]
    write(taken, new_page(0, *forms[::2], until=NOW), new_page(1, *forms[1::2]))

    again = published.unsaved_document(feed_id, ATOM, 0, body=b"anew", is_archive=True)
    write(taken, new_page(0, again, article_ids=[9], fingerprint="newer"))

    with transaction() as tx:
        assert feed_documents.body(tx, feed_id, ATOM) == b"anew"
        assert feed_documents.body(tx, feed_id, RSS) == forms[2].body
        assert feed_documents.fingerprints(tx, feed_id) == {0: "newer", 1: "new"}
        assert feed_documents.article_ids(tx, feed_id, [0, 1]) == {0: [9], 1: [7, 8]}
        assert tx.session.get_one(FeedPage, (feed_id, 0)).until is None
        assert feed_documents.stored(tx, feed_id, [0])[0, ATOM].is_archive


def test_what_is_served_has_a_new_generation_when_a_document_is_written(taken: Taken) -> None:
    feed_id = taken.feed.id
    write(taken, new_page(0), new_page(1))
    assert feed(feed_id).generation == 0

    documents = [published.unsaved_document(feed_id, ATOM, page) for page in (0, 1)]
    write(taken, *(new_page(each.page, each) for each in documents), new_page(2))

    assert feed(feed_id).generation == 1
    with transaction() as tx:
        assert feed_documents.generations(tx, [feed_id, feed_id + 1, 99]) == {
            feed_id: 1,
            feed_id + 1: 0,
        }


def test_a_builder_that_was_overtaken_writes_nothing(taken: Taken) -> None:
    quick = take(LEASED)
    made = published.unsaved_document(taken.feed.id)

    assert not write(taken, new_page(0, made))
    after = finish(taken, last_page=0)

    assert stored(taken.feed.id) == set()
    assert (after.built_for, after.due_at) == (None, quick.lease_until)
    assert write(quick, new_page(0, made))


@pytest.mark.parametrize(
    ("last_page", "left"), [(2, {0, 1, 2}), (1, {0, 1}), (0, {0}), (9, {0, 1, 2})]
)
def test_pages_past_the_last_are_dropped_when_a_feed_is_done(
    taken: Taken, last_page: int, left: set[int]
) -> None:
    feed_id, other = taken.feed.id, taken.feed.id + 1
    documents = [published.unsaved_document(feed_id, ATOM, page) for page in range(3)]
    write(taken, *(new_page(each.page, each) for each in documents))

    after = finish(taken, last_page=last_page)

    assert stored(feed_id) == {(ATOM, page) for page in left}
    with transaction() as tx:
        assert set(feed_documents.fingerprints(tx, feed_id)) == left
        assert set(feed_documents.fingerprints(tx, other)) == {1}
    assert stored(other) == {(ATOM, 1)}
    assert after.generation == (1 if len(left) == 3 else 2)
    assert feed(other).generation == 0


@pytest.mark.parametrize(
    ("ends", "next_moment", "due_at"),
    [
        ([None, None], None, None),
        ([None, None], NOW + DAY, NOW + DAY),
        ([NOW + DAY, None], None, NOW + DAY),
        ([NOW + 2 * DAY, NOW + DAY], NOW + 3 * DAY, NOW + DAY),
        ([NOW + 2 * DAY, None], NOW + DAY, NOW + DAY),
        ([NOW, NOW - DAY], None, None),  # they had ended when it was built
        ([NOW, NOW + TICK], None, NOW + TICK),
    ],
)
def test_a_feed_that_is_done_is_due_when_it_changes_next_by_itself(
    taken: Taken,
    ends: list[dt.datetime | None],
    next_moment: dt.datetime | None,
    due_at: dt.datetime | None,
) -> None:
    write(taken, *(new_page(page, until=until) for page, until in enumerate(ends)))
    with transaction() as tx:
        tx.session.get_one(FeedPage, (taken.feed.id + 1, 1)).until = NOW + MINUTE

    after = finish(taken, next_moment=next_moment)

    assert (after.due_at, after.built_for) == (due_at, "code 1")


def test_a_right_on_a_page_that_was_dropped_makes_nothing_due(taken: Taken) -> None:
    write(taken, new_page(0), new_page(1, until=NOW + DAY))

    assert finish(taken, last_page=0).due_at is None


def test_a_feed_that_was_marked_due_while_it_was_built_stays_due(taken: Taken) -> None:
    with transaction() as tx:
        tx.session.get_one(Feed, taken.feed.id).due_at = NOW + TICK

    after = finish(taken, next_moment=NOW + DAY)

    assert (after.due_at, after.built_for) == (NOW + TICK, "code 1")


def test_of_retired_feeds_the_pages_are_dropped_that_hold_an_article(daily: int) -> None:
    with transaction() as tx:
        gone, also, stays = (
            published.feed(tx, daily, slug, kind, gone_at=at).id
            for slug, kind, at in (
                ("gone", FeedKind.EVERYTHING, NOW),
                ("also", FeedKind.FEATURED, NOW),
                ("stays", FeedKind.CORRECTIONS, None),
            )
        )
        for feed_id, page, ids in (
            (gone, 0, [1, 7]),
            (gone, 1, [70]),
            (also, 0, [1]),
            (also, 1, [7]),
            (stays, 0, [7]),
        ):
            _page(feed_id, page, tx=tx, article_ids=ids)
            for form in (ATOM, RSS):
                published.document(tx, feed_id, form, page)

        feed_documents.drop_retired(tx, 7)
        feed_documents.drop_retired(tx, 7)

        left = {each: set(feed_documents.fingerprints(tx, each)) for each in (gone, also, stays)}
    assert left == {gone: {1}, also: {0}, stays: {0}}
    assert {each: stored(each) for each in (gone, also, stays)} == {
        each: {(form, page) for form in (ATOM, RSS) for page in pages}
        for each, pages in left.items()
    }


@pytest.mark.parametrize(
    ("columns", "is_marked"),
    [
        ({"built_for": "code 2"}, False),
        ({"built_for": "code 1"}, True),
        ({"built_for": None}, True),
        ({"built_for": "code 1", "gone_at": NOW}, False),
        ({"built_for": "code 1", "due_at": NOW - DAY}, False),  # it waits, and keeps its place
        ({"built_for": "code 1", "due_at": LEASED}, False),  # it is being built
        ({"built_for": "code 1", "due_at": LEASED + TICK}, True),
    ],
)
def test_a_feed_that_was_built_by_other_code_is_built_again(
    daily: int, columns: dict[str, Any], *, is_marked: bool
) -> None:
    with transaction() as tx:
        made = published.feed(tx, daily, **columns).id

    with transaction() as tx:
        feed_documents.mark_outdated(tx, "code 2", now=NOW)

    assert feed(made).due_at == (NOW if is_marked else columns.get("due_at"))


def test_a_document_is_found_by_slug_form_and_page(daily: int) -> None:
    with transaction() as tx:
        made = published.feed(tx, daily)
        bare = published.feed(tx, daily, "other", FeedKind.FEATURED, gone_at=NOW)
        wanted = published.document(tx, made.id, ATOM, 1)
        for form, page in ((ATOM, 0), (RSS, 1)):
            published.document(tx, made.id, form, page)

        assert feed_documents.find(tx, "everything", ATOM, 1) == (made, wanted)
        assert feed_documents.find(tx, "everything", JSON, 1) == (made, None)
        assert feed_documents.find(tx, "other", ATOM, 0) == (bare, None)
        assert feed_documents.find(tx, "nothing", ATOM, 0) is None


def test_entries_are_counted_over_all_pages_in_one_form(daily: int) -> None:
    with transaction() as tx:
        made, other = (published.feed(tx, daily, slug).id for slug in ("a", "b"))
        for form, page, entries in ((JSON, 0, 50), (JSON, 1, 7), (ATOM, 0, 50)):
            published.document(tx, made, form, page, entries=entries)
        published.document(tx, other, JSON, 0, entries=3)

        assert feed_documents.entry_counts(tx, [made]) == {made: 57}
        assert feed_documents.entry_counts(tx, [made, other, 99]) == {made: 57, other: 3}


def test_operators_are_told_of_each_document_in_order(daily: int) -> None:
    with transaction() as tx:
        made = published.feed(tx, daily).id
        published.document(tx, published.feed(tx, daily, "other").id, ATOM)
        for form, page in ((RSS, 0), (ATOM, 1), (ATOM, 0)):
            published.document(
                tx, made, form, page, body=b"12345", entries=page, etag=f"{form}{page}"
            )

        found = feed_documents.described(tx, made)

    assert [(row["format"], row["page"]) for row in found] == [("atom", 0), ("atom", 1), ("rss", 0)]
    assert found[1] == {
        "format": "atom",
        "page": 1,
        "entries": 1,
        "bytes": 5,
        "modified_at": "2026-11-24T08:00:00+00:00",
        "etag": "atom1",
    }
