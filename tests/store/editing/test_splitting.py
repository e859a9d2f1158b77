"""Rows of an article that is made two: what is copied, what moves, and what stays."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select, text

from syndicate.store.content import articles
from syndicate.store.content.articles import Article, ArticleKey, ArticleSource, ArticleTag
from syndicate.store.content.pictures import Picture
from syndicate.store.editing import splitting
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.intake.sources import FetchState
from syndicate.vocabulary.articles import Access, ArticleKind, Change
from tests import rows
from tests.rows import NOW

pytestmark = pytest.mark.usefixtures("database")
LATER = NOW + dt.timedelta(hours=1)


def copied(tx: Transaction, article: Article) -> Article:
    id_ = splitting.copy(tx, article, "tag:new", "https://daily.example/new", now=LATER)
    found = articles.find(tx, id_)
    assert found is not None
    return found


def told(tx: Transaction) -> list[int]:
    return list(tx.scalars(text("SELECT article_id FROM changed_article ORDER BY article_id")))


def test_who_carries_an_article_stands_in_the_order_in_which_they_brought_it() -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id
        article, other = (rows.article(tx, daily, name).id for name in ("a", "b"))
        second, first = (rows.source(tx, daily, name).id for name in ("second", "first"))
        oldest = rows.carried(tx, article, first, "x")
        rows.carried(tx, article, second, "y")
        rows.carried(tx, other, second, "z")
        oldest.title = "Its row stands behind the others now"
        tx.flush()

        assert [row.source_id for row in splitting.carried_by(tx, article)] == [first, second]
        assert splitting.carried_by(tx, 99) == []


def test_a_copy_has_the_words_and_a_life_of_its_own() -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id
        section = rows.section(tx, daily).id
        columns: dict[str, Any] = {
            "kind": ArticleKind.OPINION,
            "access": Access.PAID,
            "section_id": section,
        }
        article = rows.article(
            tx, daily, revision=7, alert_at=NOW, body_html="<p>x</p>", authors=["A"], **columns
        )

        made = copied(tx, article)

        assert made.id != article.id
        assert (made.atom_id, made.url) == ("tag:new", "https://daily.example/new")
        assert (made.collected_at, made.revision, made.alert_at) == (LATER, 1, None)
        assert (made.kind, made.access, made.section_id) == ("opinion", "paid", section)
        assert (made.headline, made.body_html, made.authors) == (
            ("Headline story", "<p>x</p>", ["A"])
        )
        assert (made.published_at, made.publication_id) == (NOW, daily)
        assert (article.atom_id, article.revision) == ("tag:daily.example,2026:story", 7)


def test_a_copy_begins_with_a_revision_of_its_words() -> None:
    with transaction() as tx:
        article = rows.article(tx, rows.publication(tx).id, body_html="<p>x</p>")
        rows.revision(tx, article.id, 3, Change.CORRECTION)

        made = copied(tx, article)

        (first,) = articles.revisions_of(tx, made.id)
        assert (first.number, first.change, first.is_material) == (1, Change.FIRST, True)
        assert (first.headline, first.body_html) == ("Headline story", "<p>x</p>")
        assert (first.visible_hash, first.created_at) == (article.visible_hash, LATER)
        assert [each.number for each in articles.revisions_of(tx, article.id)] == [3]


def test_a_copy_has_the_pictures_and_tags_of_its_article_alone_and_no_source() -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id
        article, other = (rows.article(tx, daily, name) for name in ("a", "b"))
        rows.picture(tx, article.id, url="lead", channels=["page"], rights_until=NOW)
        rows.picture(tx, article.id, url="second", position=1)
        rows.picture(tx, other.id, url="another's")
        east = rows.tag(tx, article, "east")
        rows.tag(tx, other, "west")
        rows.carried(tx, article.id, rows.source(tx, daily).id)

        made = copied(tx, article)

        query = select(Picture).where(Picture.article_id == made.id).order_by(Picture.position)
        lead, second = tx.scalars(query)
        assert (lead.url, lead.channels, lead.rights_until) == ("lead", ["page"], NOW)
        assert (second.url, second.position) == ("second", 1)
        tags = select(ArticleTag.tag_id).where(ArticleTag.article_id == made.id)
        assert list(tx.scalars(tags)) == [east.id]
        assert splitting.carried_by(tx, made.id) == []
        assert len(splitting.carried_by(tx, article.id)) == 1


def test_an_article_with_nothing_around_it_is_copied() -> None:
    with transaction() as tx:
        article = rows.article(tx, rows.publication(tx).id)

        assert copied(tx, article).headline == article.headline


def test_rows_and_addresses_move_and_the_rest_stays() -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id
        article, to = (rows.article(tx, daily, name) for name in ("a", "b"))
        foreign = rows.article(tx, rows.publication(tx, "weekly").id, "c")
        moves, stays = (rows.source(tx, daily, name).id for name in ("moves", "stays"))
        moved = rows.carried(tx, article.id, moves, "x")
        kept = rows.carried(tx, article.id, stays, "y")
        for address in ("x/1", "x/2"):
            rows.link(tx, article, address)
        rows.link(tx, foreign, "x/1")
        tx.add(ArticleKey(kind="guid", key=f"{daily}:x/1", article_id=article.id))
        tx.flush()

        splitting.move(tx, article, to.id, [moved.id], links=["x/1"], entry_hash=b"none", now=LATER)

        tx.session.expire_all()
        carried = select(ArticleSource.id, ArticleSource.article_id, ArticleSource.entry_hash)
        assert tx.execute(carried.order_by(ArticleSource.id)).all() == [
            (moved.id, to.id, b"none"),
            (kept.id, article.id, b"entry"),
        ]
        keys = select(ArticleKey.kind, ArticleKey.key, ArticleKey.article_id)
        assert sorted(tx.execute(keys).all()) == [
            ("guid", f"{daily}:x/1", article.id),
            ("link", f"{daily}:x/1", to.id),
            ("link", f"{daily}:x/2", article.id),
            ("link", f"{foreign.publication_id}:x/1", foreign.id),
        ]
        assert told(tx) == [article.id, to.id]


def test_an_address_that_leads_to_another_article_does_not_move() -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id
        article, to, other = (rows.article(tx, daily, name) for name in ("a", "b", "c"))
        rows.link(tx, other, "x/1")

        splitting.move(tx, article, to.id, [], links=["x/1"], entry_hash=b"", now=LATER)

        assert list(tx.scalars(select(ArticleKey.article_id))) == [other.id]


def test_the_sources_that_moved_are_read_again_whole_and_no_others() -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id
        article, to = (rows.article(tx, daily, name) for name in ("a", "b"))
        sources = [rows.source(tx, daily, name).id for name in ("moves", "stays")]
        carried = [rows.carried(tx, article.id, each, "x").id for each in sources]
        tx.execute(text("UPDATE fetch_state SET etag = 'e', last_modified = 'l', body_hash = 'b'"))

        splitting.move(tx, article, to.id, carried[:1], links=[], entry_hash=b"", now=LATER)

        found = select(
            FetchState.etag, FetchState.last_modified, FetchState.body_hash, FetchState.next_at
        )
        assert tx.execute(found.order_by(FetchState.source_id)).all() == [
            (None, None, None, LATER),
            (b"e", b"l", b"b", NOW),
        ]
