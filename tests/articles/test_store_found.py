"""What a document writes, and two of them at the same time."""

import contextlib
import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import OperationalError

from syndicate.articles import editing, store_found
from syndicate.articles.decide import Facts
from syndicate.articles.identity import identify
from syndicate.reading.feeds.parse import parse
from syndicate.store.content import featured
from syndicate.store.content.articles import ArticleSource, Tag
from syndicate.store.content.pictures import Picture
from syndicate.store.editing import outbox
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.intake import sources
from syndicate.vocabulary.sources import SourceKind
from tests import searching
from tests.acting import TESTER
from tests.collect import newsroom
from tests.collect.newsroom import NOW, item, rss
from tests.store import racing

pytestmark = pytest.mark.usefixtures("database")
Picks = Sequence[tuple[str, str]]


def test_stories_that_many_feeds_carry_at_once_are_one_article_each() -> None:
    publication_id = newsroom.publication()
    numbers, ids = range(6), []
    with contextlib.ExitStack() as stack:
        for number in range(6):
            # A host each, so that they are asked at once; orders differ, and nobody knows the tags.
            site = stack.enter_context(newsroom.running(f"127.0.0.{number + 10}"))
            items = [item(n, guid=f"{number}-{n}", category=f"tag {n}") for n in numbers]
            site.serve("/feed", rss(*(reversed(items) if number % 2 else items)))
            ids.append(newsroom.source(publication_id, site, "/feed"))

        done = newsroom.collect(*ids)

    assert (done.articles, done.failed) == (len(numbers), 0)
    assert len(newsroom.articles()) == len(numbers)
    assert len(newsroom.carried()) == len(numbers) * len(ids)
    with transaction() as tx:
        assert len(list(tx.scalars(select(Tag.id)))) == len(numbers)


def desk() -> store_found.Place:
    """Where the entries of one source go."""
    publication_id = newsroom.publication()
    with transaction() as tx:
        source = sources.add(tx, publication_id, SourceKind.FEED, "https://daily.example/f", "Feed")
    facts = Facts(source.id, "en", None, {}, is_first_connect=False)
    return store_found.Place(publication_id, "daily.example", facts)


def bring(
    tx: Transaction, place: store_found.Place, *items: str, picks: Picks = ()
) -> store_found.Stored:
    """Store what a document of these items brings."""
    entries = parse(rss(*items), now=NOW).entries
    return store_found.store(tx, place, identify(entries), now=NOW, featured=picks)


def test_an_identity_that_is_used_again_makes_another_article() -> None:
    place = desk()
    hour = dt.timedelta(hours=1)
    with transaction() as tx:
        bring(tx, place, item(1, guid="slot-1"), item(2))
    with transaction() as tx:
        again = item(9, guid="slot-1", title="The lifeboat goes out", when=NOW - hour)
        second = bring(tx, place, again, item(2), item(3))
    with transaction() as tx:
        third = bring(tx, place, item(10, guid="slot-1", title="A third", when=NOW), again)

    assert (second.articles, second.revisions, third.articles, third.revisions) == (2, 0, 1, 0)
    assert [each.headline for each in newsroom.articles()] == [
        *("Story 1", "Story 2", "The lifeboat goes out", "Story 3", "A third"),
    ]


def media(url: str) -> str:
    return f'<media:content url="{url}" type="image/jpeg"/></item>'


def pictured(number: int, url: str, *, access: str = "") -> str:
    return item(number, dcterms_accessRights=access).replace("</item>", media(url))


def test_who_stores_locks_no_feed_and_writes_the_list_of_picks_alone() -> None:
    place = desk()
    with transaction() as tx:
        bring(tx, place, item(1, category="world"), item(2))
        outbox.pass_on(tx, NOW)
    gone = item(1, category="news", syndicate_state="killed")

    with transaction() as first:
        stored = bring(first, place, gone, picks=[("Two", "https://daily.example/story/2")])
        with transaction() as second:
            free = second.execute(text("SELECT id FROM feed FOR UPDATE SKIP LOCKED")).all()
            every = second.execute(text("SELECT id FROM feed")).all()
        with transaction() as second:
            second.execute(text("SET LOCAL lock_timeout = '100ms'"))
            with pytest.raises(OperationalError):
                featured.replace(
                    second, place.publication_id, [("X", "https://x.example/")], now=NOW
                )
            second.session.rollback()

    assert stored.article_ids == (newsroom.articles()[0].id,)
    assert len(free) == len(every) > 0
    with transaction() as tx:
        told = set(tx.scalars(text("SELECT article_id FROM changed_article")))
    assert told == {each.id for each in newsroom.articles()}


def test_a_story_that_moved_is_known_by_both_addresses() -> None:
    place = desk()
    with transaction() as tx:
        bring(tx, place, item(1))

    with transaction() as tx:
        done = bring(tx, place, item(1, link="https://daily.example/politics/1"))

    article = newsroom.only_article()
    assert (article.url, article.revision) == ("https://daily.example/politics/1", 1)
    assert (done.revisions, done.article_ids) == (0, (article.id,))
    for link in ("https://daily.example/story/1", "https://www.daily.example/politics/1"):
        with transaction() as tx:
            again = bring(tx, place, item(1, link=link, guid=f"other-{link}"))
        assert again.articles == 0
    assert len(newsroom.revisions()) == 1


def test_a_picture_that_moved_keeps_its_rights_and_makes_no_revision() -> None:
    place = desk()
    with transaction() as tx:
        bring(tx, place, pictured(1, "https://old.example/1.jpg?w=9"), item(2))
        tx.execute(update(Picture).values(rights_until=NOW + dt.timedelta(days=1)))

    with transaction() as tx:
        done = bring(tx, place, pictured(1, "https://new.example/1.jpg?w=8"), item(2))

    with transaction() as tx:
        (picture,) = tx.scalars(select(Picture))
    assert (picture.url, picture.position) == ("https://new.example/1.jpg?w=8", 0)
    assert picture.rights_until == NOW + dt.timedelta(days=1)
    assert (done.revisions, len(done.article_ids)) == (0, 1)


def test_several_changes_of_one_document_are_written_together() -> None:
    place = desk()
    with transaction() as tx:
        bring(tx, place, *(pictured(n, f"https://p.example/{n}.jpg") for n in range(4)))

    with transaction() as tx:
        done = bring(
            tx,
            place,
            item(0, title="Another title"),
            pictured(1, "https://p.example/other.jpg"),
            pictured(2, "https://p.example/2.jpg", access="paid"),
            pictured(3, "https://p.example/3.jpg"),
        )

    changed = [(each.revision, each.access.value) for each in newsroom.articles()]
    assert changed == [(2, "free"), (2, "free"), (1, "paid"), (1, "free")]
    assert done.revisions == 2
    second = [each for each in newsroom.revisions() if each.number == 2]
    assert [(each.headline, each.change.value) for each in second] == [
        ("Another title", "update"),
        ("Story 1", "fix"),
    ]
    with transaction() as tx:
        urls = set(tx.scalars(select(Picture.url)))
    assert urls == {f"https://p.example/{name}.jpg" for name in ("other", 2, 3)}


def test_an_entry_says_the_same_picture_twice() -> None:
    place = desk()
    twice = pictured(1, "https://p.example/1.jpg").replace(
        "</item>", media("https://p.example/1.jpg")
    )

    with transaction() as tx:
        bring(tx, place, twice)

    with transaction() as tx:
        assert list(tx.scalars(select(Picture.url))) == ["https://p.example/1.jpg"]


def test_another_source_of_what_is_being_taken_down_brings_no_word_of_it(database: str) -> None:
    place = desk()
    with transaction() as tx:
        bring(tx, place, item(1))
        other = sources.add(
            tx, place.publication_id, SourceKind.FEED, "https://wire.example/f", "Wire"
        )
    wire = replace(place, facts=replace(place.facts, source_id=other.id))

    def take_down(tx: Transaction) -> None:
        editing.take_down(tx, 1, reason="An order.", actor=TESTER, now=NOW)

    racing.second(take_down, lambda tx: bring(tx, wire, item(1, guid="wire-1")))

    assert searching.tables_with(database, "story/1") == []
    assert searching.tables_with(database, "story 1") == []
    with transaction() as tx:
        assert [row.link for row in tx.scalars(select(ArticleSource))] == [None, None]
