"""What is published where, and what a change costs."""

import datetime as dt
import gzip
import hashlib
from typing import Any
from urllib.parse import parse_qs, urlsplit

import brotli
import pytest
from lxml import etree
from sqlalchemy import delete, func, select, update

from syndicate import settings
from syndicate.feeds import publish
from syndicate.store.ground.session import transaction
from syndicate.store.syndication import feed_documents, feeds
from syndicate.store.syndication.feed_documents import FeedDocument
from syndicate.store.syndication.feeds import Feed
from syndicate.vocabulary.articles import Access, ArticleState, Change
from syndicate.vocabulary.feeds import FeedFormat, FeedKind
from tests import matrix
from tests.clean_database import CleanDatabase
from tests.feeds import building, newsroom, reading, shelf
from tests.feeds.newsroom import NOW, minutes

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def articles(
    database: str,  # noqa: ARG001 - the rows go there
    clean_database: CleanDatabase,
) -> list[int]:
    """Those of four pages, published."""
    return shelf.filled(clean_database, 173)


@pytest.mark.usefixtures("articles")
def test_following_next_leads_through_every_article_once() -> None:
    pages = _follow_next("everything")
    assert [len(page) for page in pages] == [50, 23, 50, 50]
    assert [each for page in pages for each in page] == [
        f"tag:daily.example,2026:{number}" for number in range(173)
    ]


@pytest.mark.usefixtures("articles")
def test_a_new_article_touches_page_0_and_the_open_page_alone() -> None:
    before = reading.documents("everything")

    newsroom.article(1, -1)  # of the only publication
    building.publish_due(NOW)

    after = reading.documents("everything")
    changed = {page for form, page in after if after[form, page].etag != before[form, page].etag}
    assert changed == {0, 3}
    assert [len(page) for page in _follow_next("everything")] == [50, 24, 50, 50]


def test_an_older_article_that_was_corrected_comes_to_page_0_too(articles: list[int]) -> None:
    newsroom.change(articles[110], headline="Put right", revision=2, updated_at=NOW)
    newsroom.change(articles[111], headline="A silent fix", revision=2)
    building.publish_due(NOW)

    first = reading.ids("everything")
    assert len(first) == 51
    assert first[-1] == "tag:daily.example,2026:110"
    assert first[-1] in reading.ids("everything", 2)
    assert "tag:daily.example,2026:111" not in first


@pytest.mark.usefixtures("articles")
def test_archives_are_sealed_pages_and_never_the_open_one() -> None:
    def is_archive(page: int) -> bool:
        found = {form: reading.documents("everything")[form, page] for form in FeedFormat}
        [is_one] = {document.is_archive for document in found.values()}
        for form in (FeedFormat.RSS, FeedFormat.ATOM):
            root = etree.fromstring(found[form].body)
            assert bool(root.xpath("//fh:archive", namespaces=reading.NAMES)) is is_one
        return is_one

    assert [is_archive(page) for page in (0, 3, 2, 1)] == [False, False, True, True]
    root = reading.atom("everything")
    assert reading.texts(root, "/a:feed/a:link[@rel='prev-archive']/@href") == [
        f"{newsroom.BASE}/feeds/everything.atom?page=2"
    ]


def test_a_killed_article_leaves_a_tombstone_and_moves_nobody_else(articles: list[int]) -> None:
    before = reading.documents("everything")

    newsroom.kill(articles[172], now=NOW + minutes(1))
    building.publish_due(NOW + minutes(1))

    after = reading.documents("everything")
    changed = {page for form, page in after if after[form, page].etag != before[form, page].etag}
    assert changed == {0, 1}
    assert [len(page) for page in _follow_next("everything")] == [50, 23, 50, 49]
    root = reading.atom("everything")
    assert reading.texts(root, "//at:deleted-entry/@ref") == ["tag:daily.example,2026:172"]
    assert reading.texts(root, "//at:deleted-entry/@when") == ["2026-11-24T08:01:00+00:00"]
    assert after[FeedFormat.RSS, 0].modified_at == NOW + minutes(1)
    assert after[FeedFormat.RSS, 1].modified_at == NOW + minutes(1)


def test_what_was_killed_before_its_embargo_ended_leaves_no_trace() -> None:
    publication = newsroom.publication()
    secret = newsroom.article(
        publication, 1, state=ArticleState.EMBARGOED, embargo_until=NOW + minutes(60)
    )

    newsroom.kill(secret)
    building.publish_due(NOW)

    assert not any(
        b"2026:1<" in document.body or b'2026:1"' in document.body
        for document in reading.documents("everything").values()
    )


def test_the_same_rows_give_the_same_bytes() -> None:
    publication = newsroom.publication()
    for made in newsroom.articles(publication, range(70)):
        newsroom.picture(made)
    building.publish_due(NOW)
    before = reading.etags()

    assert newsroom.publish_all(NOW + dt.timedelta(days=3)) == 5  # one is of their author

    assert reading.etags() == before


def test_a_document_carries_its_hash_and_two_codings_of_its_body() -> None:
    newsroom.article(newsroom.publication(), 1)

    building.publish_due(NOW)

    for document in reading.documents("everything").values():
        assert document.etag == hashlib.sha256(document.body).hexdigest()
        assert gzip.decompress(document.gzip) == document.body
        assert brotli.decompress(document.brotli) == document.body
        assert document.entries == 1


def test_an_embargoed_article_is_nowhere_before_its_second_and_then_everywhere() -> None:
    publication = newsroom.publication()
    until = NOW + minutes(5)
    newsroom.article(publication, 1)
    newsroom.article(publication, 2, state=ArticleState.EMBARGOED, embargo_until=until)

    building.publish_due(NOW)

    assert reading.ids("everything") == ["tag:daily.example,2026:1"]
    assert _due_at("everything") == until
    with transaction() as tx:
        assert not feeds.has_due(tx, until - dt.timedelta(seconds=1))
        assert feeds.has_due(tx, until)

    building.publish_due(until)

    assert set(reading.ids("everything")) == {
        "tag:daily.example,2026:1",
        "tag:daily.example,2026:2",
    }
    assert "2026-11-24T08:05:00+00:00" in reading.texts(
        reading.atom("everything"), "//a:entry/a:published"
    )


@pytest.mark.parametrize("access", [Access.PAID, Access.REGISTERED])
def test_an_article_that_is_not_free_is_in_no_public_feed(access: Access) -> None:
    publication = newsroom.publication()
    free = newsroom.article(publication, 1)
    newsroom.article(publication, 2, access=access)
    building.publish_due(NOW)
    assert reading.ids("everything") == ["tag:daily.example,2026:1"]

    newsroom.change(free, access=access)
    building.publish_due(NOW)

    assert reading.ids("everything") == []


def test_a_picture_leaves_with_its_right_and_is_gone_from_the_text_too() -> None:
    publication = newsroom.publication()
    until = NOW + minutes(30)
    rights: list[dict[str, Any]] = [
        {},
        {"channels": ["page", "mail"]},
        {"channels": ["public_feed"], "rights_until": until},
    ]
    for number, values in enumerate(rights):
        body = f'<p>Text.</p><figure><img src="https://daily.example/p{number}.jpg"></figure>'
        made = newsroom.article(publication, number, body_html=body)
        newsroom.picture(made, url=f"https://daily.example/p{number}.jpg", **values)

    def shown() -> dict[FeedFormat, list[int]]:
        found = reading.documents("everything")
        return {
            form: [number for number in range(3) if f"/p{number}.jpg".encode() in document.body]
            for (form, _), document in found.items()
        }

    building.publish_due(NOW)
    assert shown() == {form: [0, 2] for form in FeedFormat}
    assert _due_at("everything") == until

    building.publish_due(until)
    assert shown() == {form: [0] for form in FeedFormat}


def test_a_story_that_came_late_is_news_to_whoever_asks_by_the_time() -> None:
    publication = newsroom.publication()
    newsroom.article(publication, 10)
    building.publish_due(NOW)
    first = reading.documents("everything")

    newsroom.article(publication, 45)
    building.publish_due(NOW + minutes(1))
    late = reading.documents("everything")

    for form in FeedFormat:
        assert first[form, 0].modified_at == NOW - minutes(10)
        assert late[form, 0].modified_at == NOW + minutes(1)


def test_an_update_moves_updated_and_a_fix_leaves_it_alone() -> None:
    publication = newsroom.publication()
    made = newsroom.article(publication, 10)
    building.publish_due(NOW)
    first = reading.documents("everything")[FeedFormat.ATOM, 0]

    newsroom.change(made, headline="Story ten")
    building.publish_due(NOW)
    fixed = reading.documents("everything")[FeedFormat.ATOM, 0]

    newsroom.change(made, headline="Story ten, told anew", updated_at=NOW)
    building.publish_due(NOW)
    updated = reading.documents("everything")[FeedFormat.ATOM, 0]

    assert len({first.etag, fixed.etag, updated.etag}) == 3
    assert first.modified_at == NOW - minutes(10)
    # The bytes are others (RFC 9110 8.8.2), though it is no news.
    assert fixed.modified_at == first.modified_at + dt.timedelta(seconds=1)
    assert updated.modified_at == NOW
    root = reading.atom("everything")
    # The fraction tells it from another entry of the same second (feeds.model.Entry).
    assert reading.texts(root, "//a:entry/a:updated") == ["2026-11-24T08:00:00.000001+00:00"]
    assert reading.json_feed("everything")["items"][0]["date_modified"] == (
        "2026-11-24T08:00:00+00:00"
    )
    assert reading.texts(root, "//a:entry/a:published") == ["2026-11-24T07:50:00+00:00"]


def test_a_section_holds_what_lies_below_it_and_loses_what_leaves() -> None:
    publication = newsroom.publication()
    world = newsroom.section(publication, "world")
    europe = newsroom.section(publication, "europe", parent_id=world)
    sport = newsroom.section(publication, "sport")
    made = newsroom.article(publication, 1, section_id=europe)
    newsroom.article(publication, 2, section_id=world)
    building.publish_due(NOW)
    assert [len(reading.ids(slug)) for slug in ("world", "europe", "sport")] == [2, 1, 0]

    newsroom.change(made, section_id=sport)
    building.publish_due(NOW)

    assert [len(reading.ids(slug)) for slug in ("world", "europe", "sport")] == [1, 0, 1]


def test_one_changed_article_builds_just_the_feeds_it_stands_in() -> None:
    publication = newsroom.publication()
    europe = newsroom.section(publication, "europe")
    newsroom.section(publication, "sport")
    made = newsroom.article(publication, 1, section_id=europe)
    building.publish_due(NOW)

    newsroom.change(made, headline="Another")

    assert building.publish_due(NOW) == 3  # everything, europe, language-en


def test_the_feed_of_corrections_says_what_was_wrong() -> None:
    publication = newsroom.publication()
    made = newsroom.article(publication, 1)
    note = "An earlier version named the wrong river."
    newsroom.revision(made, 2, Change.CORRECTION, note=note)
    newsroom.revision(made, 3, Change.FIX)

    building.publish_due(NOW)

    items = reading.json_feed("corrections")["items"]
    assert [(item["id"], item["summary"], item["content_html"]) for item in items] == [
        ("tag:daily.example,2026:1:correction:2", note, f"<p>{note}</p>")
    ]


@pytest.mark.parametrize("form", matrix.rows(list(FeedFormat), every=3))
def test_a_format_that_older_code_did_not_know_is_built_and_no_other_changes(
    form: FeedFormat, clean_database: CleanDatabase
) -> None:
    shelf.filled(clean_database, 60)
    before = reading.etags()
    older = "+".join(each for each in FeedFormat if each is not form)
    with transaction() as tx:
        tx.execute(delete(FeedDocument).where(FeedDocument.format == form))
        known = func.replace(Feed.built_for, "+".join(FeedFormat), older)
        tx.execute(update(Feed).values(built_for=known))

    building.publish_due(NOW + minutes(1))

    assert reading.etags() == before


def test_an_overtaken_builder_writes_nothing() -> None:
    newsroom.article(newsroom.publication(), 1)
    building.publish_due(NOW)
    with transaction() as tx:
        feeds.mark_all_due(tx, now=NOW)
        slow = feed_documents.take(tx, now=NOW)
    assert slow is not None
    with transaction() as tx:
        feeds.mark_all_due(tx, now=NOW)
        quick = feed_documents.take(tx, now=NOW)
    assert quick is not None
    assert quick.feed.id == slow.feed.id

    assert publish.publish(quick, built_for="x", now=NOW)
    assert not publish.publish(slow, built_for="x", now=NOW)


def test_a_feed_marked_due_while_it_is_built_stays_due() -> None:
    newsroom.publication()
    with transaction() as tx:
        feeds.mark_all_due(tx, now=NOW)
        taken = feed_documents.take(tx, now=NOW)
        feeds.mark_all_due(tx, now=NOW)
    assert taken is not None

    publish.publish(taken, built_for="x", now=NOW)

    assert _due_at(taken.feed.slug) == NOW


def test_another_public_address_builds_everything_again(settings_env: pytest.MonkeyPatch) -> None:
    newsroom.article(newsroom.publication(), 1, url=None)
    building.publish_due(NOW)
    settings_env.setenv("SYNDICATE_PUBLIC_URL", "https://news.example")
    settings.load.cache_clear()

    assert building.publish_due(NOW) == 4

    item = reading.json_feed("everything")["items"][0]
    assert item["url"].startswith("https://news.example/articles/")


def test_a_feed_of_a_tag_and_of_an_author_hold_what_carries_them() -> None:
    publication = newsroom.publication()
    made = newsroom.article(publication, 1, authors=["Sports desk"])
    newsroom.article(publication, 2)
    tag = newsroom.tag(made, "floods")
    with transaction() as tx:
        feeds.add(tx, publication, slug="tag-floods", kind=FeedKind.TAG, tag_id=tag, title="Floods")
        feeds.add(
            tx, publication, slug="desk", kind=FeedKind.AUTHOR, author="Sports desk", title="Desk"
        )

    building.publish_due(dt.datetime(2100, 1, 1, tzinfo=dt.UTC))

    assert reading.ids("tag-floods") == reading.ids("desk") == ["tag:daily.example,2026:1"]
    assert reading.json_feed("desk")["items"][0]["tags"] == ["Floods"]


def _follow_next(slug: str) -> list[list[str]]:
    """The entries of each page, from page 0 on; every format must lead the same way."""
    found, page = [], 0
    while True:
        found.append(reading.ids(slug, page))
        nexts = {
            *reading.texts(reading.rss(slug, page), "//channel/a:link[@rel='next']/@href"),
            *reading.texts(reading.atom(slug, page), "/a:feed/a:link[@rel='next']/@href"),
            reading.json_feed(slug, page).get("next_url", ""),
        } - {""}
        numbers = {parse_qs(urlsplit(each).query)["page"][0] for each in nexts}
        if not numbers:
            return found
        assert len(numbers) == 1
        assert len(nexts) == 3
        page = int(numbers.pop())


def _due_at(slug: str) -> dt.datetime | None:
    with transaction() as tx:
        return tx.scalar(select(Feed.due_at).where(Feed.slug == slug))
