"""What a builder of feeds asks for and gives back: each one transaction, and fenced."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select

from syndicate import jobs
from syndicate.store.content.articles import Article
from syndicate.store.ground.session import transaction
from syndicate.store.syndication import feed_documents, publishing
from syndicate.store.syndication.feed_documents import Done, NewPage, Taken
from syndicate.store.syndication.feed_entries import EntryPage
from syndicate.store.syndication.feed_rows import Place
from syndicate.store.syndication.feeds import Feed, FeedPage
from syndicate.store.syndication.hub import FeedCallback
from syndicate.store.syndication.hub_pings import FeedPing
from syndicate.store.syndication.publishing import DueFeed, Made, PageRows
from syndicate.vocabulary.articles import Access, ArticleState, Change
from syndicate.vocabulary.feeds import FeedFormat, FeedKind
from tests import rows
from tests.rows import DAY, NOW
from tests.store.syndication import published

ATOM, JSON, RSS = FeedFormat.ATOM, FeedFormat.JSON, FeedFormat.RSS
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def daily(database: str) -> int:  # noqa: ARG001 - the rows go there
    with transaction() as tx:
        return rows.publication(tx).id


def take(publication_id: int, kind: FeedKind = FeedKind.EVERYTHING) -> Taken:
    """A feed of a publication in a builder's hands."""
    with transaction() as tx:
        published.feed(tx, publication_id, f"feed-{publication_id}", kind, due_at=NOW)
        found = feed_documents.take(tx, now=NOW)
    assert found is not None
    return found


def ask(taken: Taken, *, with_before: bool = False) -> DueFeed:
    with transaction() as tx:
        return publishing.ask(tx, taken, with_before=with_before, now=NOW)


def test_a_feed_that_was_never_built_is_asked_for(daily: int) -> None:
    with transaction() as tx:
        made = rows.article(tx, daily).id
    taken = take(daily)

    found = ask(taken, with_before=True)

    [page] = found.pages
    assert page.places == (Place(made, 0),)
    assert (dict(found.stored), found.before, found.tombstones) == ({}, None, [])
    assert (found.next_moment, found.is_first) == (None, True)


def test_everything_is_asked_that_decides_which_pages_must_be_built(daily: int) -> None:
    with transaction() as tx:
        other = rows.publication(tx, "yawmi").id
        live = rows.article(tx, other, "live").id
        rows.article(tx, other, "paid", access=Access.PAID)
        rows.article(tx, other, "killed", state=ArticleState.KILLED)
        held = rows.article(tx, other, "held", state=ArticleState.EMBARGOED)
        held.embargo_until = NOW + DAY
        rows.article(tx, daily, "elsewhere")
    taken = take(other)
    with transaction() as tx:
        for number in (0, 1):
            prints = {"article_ids": [live], "fingerprint": f"print {number}"}
            tx.add(FeedPage(feed_id=taken.feed.id, page=number, **prints))
        published.document(tx, taken.feed.id, JSON, body=b"before")
        published.document(tx, taken.feed.id, ATOM, body=b"other form")

    found = ask(taken, with_before=True)

    assert [(page.number, page.article_ids) for page in found.pages] == [(0, [live])]
    assert found.stored == {0: "print 0", 1: "print 1"}
    assert found.before == b"before"
    assert found.tombstones == [("tag:daily.example,2026:killed", NOW)]
    assert (found.next_moment, found.is_first) == (NOW + DAY, False)
    assert ask(taken).before is None


def read(taken: Taken, *pages: EntryPage) -> list[PageRows]:
    with transaction() as tx:
        return publishing.rows(tx, taken, pages, now=NOW)


def page(number: int, *article_ids: int) -> EntryPage:
    return EntryPage(number, tuple(Place(each, 0) for each in article_ids), f"print {number}")


def test_pages_are_read_in_their_order_each_with_its_own(daily: int) -> None:
    with transaction() as tx:
        ids = [rows.article(tx, daily, name).id for name in ("a", "b", "c")]
        a, b, c = ids
        rows.picture(tx, a, url="1", rights_until=NOW + 2 * DAY)
        rows.picture(tx, b, url="2", rights_until=NOW + DAY)
        rows.picture(tx, b, url="3", channels=["page"])
    taken = take(daily)
    with transaction() as tx:
        tx.add(FeedPage(feed_id=taken.feed.id, page=2, article_ids=[a, 99], fingerprint=""))
        tx.add(FeedPage(feed_id=taken.feed.id, page=3, article_ids=[7], fingerprint=""))
        for form, number in ((ATOM, 2), (RSS, 2), (ATOM, 1), (ATOM, 3)):
            published.document(tx, taken.feed.id, form, number)

    second, first = read(taken, page(2, b, a), page(1, c, a))

    assert [each.article.slug for each in second.entries] == ["b", "a"]
    assert [each.article.slug for each in first.entries] == ["c", "a"]
    assert (second.page.number, first.page.number) == (2, 1)
    assert (list(second.stood), list(first.stood)) == ([a, 99], [])
    assert (set(second.stored), set(first.stored)) == ({ATOM, RSS}, {ATOM})
    assert second.stored[ATOM].etag == f"etag of atom 2 of {taken.feed.id}"
    assert (second.until, first.until) == (NOW + DAY, NOW + 2 * DAY)
    assert [each.may_show for each in second.entries[0].pictures] == [True, False]


def test_a_place_that_stands_on_two_pages_is_read_for_both(daily: int) -> None:
    with transaction() as tx:
        made = rows.article(tx, daily).id
    taken = take(daily)

    found = read(taken, page(0, made), page(1, made))

    assert [[each.article.id for each in rows_.entries] for rows_ in found] == [[made], [made]]


def test_corrections_are_read_with_their_notes(daily: int) -> None:
    with transaction() as tx:
        made = rows.article(tx, daily)
        rows.revision(tx, made.id, 2, Change.CORRECTION, note="The river was another.")
    taken = take(daily, FeedKind.CORRECTIONS)

    [found] = read(taken, EntryPage(0, (Place(made.id, 2),), ""))

    [entry] = found.entries
    assert entry.correction is not None
    assert entry.correction.note == "The river was another."


def test_no_pages_are_read_as_none(daily: int) -> None:
    assert read(take(daily)) == []


DONE = Done(last_page=0, built_for="code 1", next_moment=NOW + DAY)


def made(taken: Taken, *, news: tuple[FeedFormat, ...] = (), done: Done | None = None) -> Made:
    document = published.unsaved_document(taken.feed.id, ATOM)
    return Made([NewPage(0, [], "new", None, [document])], news, done)


def give_back(taken: Taken, what: Made, *, is_hub_ours: bool = True) -> tuple[bool, list[Any]]:
    """Whether it was written, and the jobs that were hinted at."""
    with transaction() as tx:
        is_written = publishing.give_back(tx, taken, what, is_hub_ours=is_hub_ours, now=NOW)
        return is_written, [job for job, _ in tx.hints]


def feed(taken: Taken) -> Feed:
    with transaction() as tx:
        return tx.session.get_one(Feed, taken.feed.id)


def test_a_slice_is_written_and_the_feed_stays_in_hand(daily: int) -> None:
    taken = take(daily)

    assert give_back(taken, made(taken)) == (True, [])

    with transaction() as tx:
        assert feed_documents.body(tx, taken.feed.id, ATOM) == b"atom 0 of 1"
    assert (feed(taken).due_at, feed(taken).built_for) == (taken.lease_until, None)


def test_the_last_slice_ends_the_work(daily: int) -> None:
    taken = take(daily)

    assert give_back(taken, made(taken, done=DONE)) == (True, [])

    assert (feed(taken).due_at, feed(taken).built_for) == (NOW + DAY, "code 1")


def follow(taken: Taken, form: FeedFormat, lease_until: dt.datetime = NOW + DAY) -> int:
    with transaction() as tx:
        name = f"{form} {lease_until}"
        columns = {"format": form, "lease_until": lease_until}
        return published.callback(tx, taken.feed.id, name, **columns).id


def due() -> tuple[list[int], list[FeedFormat]]:
    """The hub's subscribers that something is due to, and the outside hub's forms."""
    with transaction() as tx:
        ours = select(FeedCallback.id).where(FeedCallback.deliver_at == NOW)
        return list(tx.scalars(ours)), list(tx.scalars(select(FeedPing.format)))


def test_our_hub_is_woken_when_news_is_due_to_somebody(daily: int) -> None:
    taken = take(daily)
    mine = follow(taken, ATOM)
    follow(taken, RSS)
    follow(taken, JSON, lease_until=NOW)

    assert give_back(taken, made(taken, news=(ATOM, JSON))) == (True, [jobs.HUB])

    assert due() == ([mine], [])


def test_nobody_is_woken_where_nobody_follows(daily: int) -> None:
    taken = take(daily)
    follow(taken, RSS)

    assert give_back(taken, made(taken, news=(ATOM,))) == (True, [])

    assert due() == ([], [])


def test_an_outside_hub_is_told_of_news_and_what_our_own_still_holds_too(daily: int) -> None:
    taken = take(daily)
    mine = follow(taken, ATOM)

    written = give_back(taken, made(taken, news=(ATOM,)), is_hub_ours=False)

    assert written == (True, [jobs.HUB])
    assert due() == ([mine], [ATOM])


def test_an_outside_hub_is_told_though_nobody_follows_at_ours(daily: int) -> None:
    taken = take(daily)

    written = give_back(taken, made(taken, news=(ATOM, RSS)), is_hub_ours=False)

    assert written == (True, [jobs.HUB])
    assert sorted(due()[1]) == [ATOM, RSS]


@pytest.mark.parametrize("is_hub_ours", [True, False])
def test_what_is_no_news_is_told_to_nobody(daily: int, *, is_hub_ours: bool) -> None:
    taken = take(daily)
    follow(taken, ATOM)

    assert give_back(taken, made(taken), is_hub_ours=is_hub_ours) == (True, [])

    assert due() == ([], [])


def test_a_builder_that_was_overtaken_writes_ends_and_tells_nothing(daily: int) -> None:
    slow = take(daily)
    follow(slow, ATOM)
    with transaction() as tx:
        quick = feed_documents.take(tx, now=slow.lease_until)
    assert quick is not None

    late = give_back(slow, made(slow, news=(ATOM,), done=DONE), is_hub_ours=False)

    assert late == (False, [])
    assert due() == ([], [])
    with transaction() as tx:
        assert feed_documents.body(tx, slow.feed.id, ATOM) is None
        assert tx.scalars(select(Article)).all() == []
    assert (feed(slow).due_at, feed(slow).built_for) == (quick.lease_until, None)
