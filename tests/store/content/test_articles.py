"""Articles as operators and editors find them, with their revisions and tags."""

import hashlib

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import IntegrityError

from syndicate.store.content import articles
from syndicate.store.content.articles import (
    LINK,
    Article,
    ArticleKey,
    ArticleSource,
    ArticleTag,
    Revision,
    Tag,
    Tombstone,
)
from syndicate.store.content.pictures import Picture
from syndicate.store.ground.session import transaction
from syndicate.vocabulary.articles import Access, ArticleKind, ArticleState, Change
from tests import rows
from tests.rows import DAY, NOW

pytestmark = pytest.mark.usefixtures("database")


def test_an_article_is_found_by_its_id_whatever_its_state() -> None:
    with transaction() as tx:
        publication = rows.publication(tx)
        made = {
            rows.article(tx, publication.id, state, state=state).id: state for state in ArticleState
        }

    with transaction() as tx:
        found = [articles.find(tx, article_id) for article_id in made]
        assert {each.id: each.state for each in found if each is not None} == made
        assert articles.find(tx, max(made) + 1) is None


def test_held_is_embargoed_without_an_end() -> None:
    held = [
        (state, until)
        for state in ArticleState
        for until in (None, NOW - DAY, NOW + DAY)
        if rows.unsaved_article(state=state, embargo_until=until).is_held
    ]

    assert held == [(ArticleState.EMBARGOED, None)]


def test_an_article_begins_as_a_free_story_of_one_revision() -> None:
    with transaction() as tx:
        made = rows.article(tx, rows.publication(tx).id)
    with transaction() as tx:
        found = tx.session.get_one(Article, made.id)

    assert (found.kind, found.access, found.revision) == (ArticleKind.STORY, Access.FREE, 1)


def test_no_two_articles_have_one_permanent_id() -> None:
    with transaction() as tx:
        publication, other = rows.publication(tx), rows.publication(tx, "yawmi")
        made = rows.article(tx, publication.id)

    with pytest.raises(IntegrityError, match="atom_id"), transaction() as tx:
        rows.article(tx, other.id, "other", atom_id=made.atom_id)


def test_a_headline_of_any_length_is_stored() -> None:
    """A B-tree refuses what fills more than a third of a page; nothing here compresses."""
    headline = "".join(hashlib.sha256(bytes([number])).hexdigest() for number in range(200))
    with transaction() as tx:
        rows.article(tx, rows.publication(tx).id, headline=headline)

    with transaction() as tx:
        found = tx.scalars(select(Article.slug).where(Article.headline == headline)).all()
    assert found == ["story"]


def test_articles_are_read_by_their_ids_and_unknown_ones_are_left_out() -> None:
    with transaction() as tx:
        publication = rows.publication(tx)
        one, _, three = (rows.article(tx, publication.id, name) for name in ("a", "b", "c"))

    with transaction() as tx:
        found = articles.by_ids(tx, {one.id, three.id, three.id + 1})
        assert {each.slug for each in found} == {"a", "c"}
        assert articles.by_ids(tx, []) == []


def test_articles_are_read_anew_after_a_statement_changed_them() -> None:
    with transaction() as tx:
        made = rows.article(tx, rows.publication(tx).id)
        changed = update(Article).where(Article.id == made.id).values(headline="As it is now")
        tx.execute(changed.execution_options(synchronize_session=False))

        [found] = articles.by_ids(tx, [made.id])

        assert found.headline == "As it is now"


def test_operators_see_what_was_published_last_first_whatever_its_state() -> None:
    with transaction() as tx:
        publication = rows.publication(tx)
        rows.article(tx, publication.id, "first", NOW + DAY)
        rows.article(tx, publication.id, "second", NOW, state=ArticleState.TAKEN_DOWN)
        rows.article(tx, publication.id, "third", NOW - DAY, state=ArticleState.DRAFT)

        assert [each.slug for each in articles.listed(tx)] == ["first", "second", "third"]


def test_a_list_is_narrowed_by_publication_and_by_state() -> None:
    with transaction() as tx:
        daily, yawmi = rows.publication(tx), rows.publication(tx, "yawmi")
        rows.article(tx, daily.id, "live")
        rows.article(tx, daily.id, "draft", state=ArticleState.DRAFT)
        rows.article(tx, yawmi.id, "other")

        def slugs(publication_id: int | None, state: ArticleState | None) -> list[str]:
            found = articles.listed(tx, publication_id=publication_id, state=state)
            return [each.slug for each in found]

        assert slugs(daily.id, None) == ["draft", "live"]
        assert slugs(None, ArticleState.LIVE) == ["other", "live"]
        assert slugs(daily.id, ArticleState.LIVE) == ["live"]
        assert slugs(yawmi.id, ArticleState.DRAFT) == []


def test_a_list_is_paged_by_the_last_id_of_the_page_before() -> None:
    with transaction() as tx:
        publication = rows.publication(tx)
        ids = [rows.article(tx, publication.id, str(number)).id for number in range(5)]

        pages, before = [], None
        for _ in range(4):
            page = [each.id for each in articles.listed(tx, before_id=before, limit=2)]
            pages.append(page)
            before = page[-1] if page else before

    assert pages == [[ids[4], ids[3]], [ids[2], ids[1]], [ids[0]], []]


def test_a_list_that_names_no_limit_is_a_page() -> None:
    with transaction() as tx:
        publication = rows.publication(tx)
        for number in range(51):
            rows.article(tx, publication.id, str(number))

        assert len(articles.listed(tx)) == 50


def test_revisions_come_oldest_first_and_are_the_articles_own() -> None:
    with transaction() as tx:
        publication = rows.publication(tx)
        made, other = rows.article(tx, publication.id, "a"), rows.article(tx, publication.id, "b")
        rows.revision(tx, made.id, 10, Change.CORRECTION)
        rows.revision(tx, made.id, 2, Change.UPDATE)
        rows.revision(tx, made.id, 1)
        rows.revision(tx, other.id, 3, Change.FIX)
        tx.execute(text("SET LOCAL enable_indexscan = off"))  # it would bring them in order
        tx.execute(text("SET LOCAL enable_bitmapscan = off"))

        assert [each.number for each in articles.revisions_of(tx, made.id)] == [1, 2, 10]
        assert articles.revisions_of(tx, other.id + 1) == []


def test_tags_come_by_article_in_alphabetical_order_of_their_names() -> None:
    with transaction() as tx:
        publication = rows.publication(tx)
        made, other, bare = (rows.article(tx, publication.id, name) for name in ("a", "b", "c"))
        rows.tag(tx, made, "aa", "Water")
        rows.tag(tx, made, "zz", "Floods")
        rows.tag(tx, other, "nile", "Nile")

        assert articles.tags_of(tx, [made.id, bare.id]) == {made.id: ["Floods", "Water"]}
        assert articles.tags_of(tx, [made.id, other.id])[other.id] == ["Nile"]
        assert articles.tags_of(tx, []) == {}


def test_a_tag_is_a_word_of_one_publication() -> None:
    with transaction() as tx:
        daily, yawmi = rows.publication(tx), rows.publication(tx, "yawmi")
        rows.tag(tx, rows.article(tx, daily.id, "a"), "floods")
        rows.tag(tx, rows.article(tx, yawmi.id, "b"), "floods")

    with pytest.raises(IntegrityError), transaction() as tx:
        tx.add(Tag(publication_id=daily.id, slug="floods", name="Floods again"))


def test_what_hangs_on_an_article_goes_with_it_and_its_tombstone_stays() -> None:
    with transaction() as tx:
        publication = rows.publication(tx)
        made = rows.article(tx, publication.id)
        source = rows.source(tx, publication.id)
        rows.revision(tx, made.id)
        rows.picture(tx, made.id)
        rows.tag(tx, made, "floods")
        tx.add(ArticleKey(kind=LINK, key="1:daily.example/story", article_id=made.id))
        carried = {"entry_key": "e", "stem": b"s", "entry_hash": b"h", "seen_at": NOW}
        tx.add(ArticleSource(article_id=made.id, source_id=source.id, **carried))
        tx.add(
            Tombstone(atom_id=made.atom_id, publication_id=publication.id, reason="privacy", at=NOW)
        )

    with transaction() as tx:
        tx.execute(delete(Article).where(Article.id == made.id))

    with transaction() as tx:
        hanging = (Revision, Picture, ArticleTag, ArticleKey, ArticleSource)
        assert [len(tx.scalars(select(table)).all()) for table in hanging] == [0] * len(hanging)
        assert tx.scalars(select(Tombstone.atom_id)).all() == [made.atom_id]
        assert tx.scalars(select(Tag.slug)).all() == ["floods"]


def test_one_source_carries_an_entry_once() -> None:
    with transaction() as tx:
        publication = rows.publication(tx)
        one, two = rows.article(tx, publication.id, "a"), rows.article(tx, publication.id, "b")
        wire, other = rows.source(tx, publication.id), rows.source(tx, publication.id, "other")
        carried = {"entry_key": "e", "stem": b"s", "entry_hash": b"h", "seen_at": NOW}
        tx.add(ArticleSource(article_id=one.id, source_id=wire.id, **carried))
        tx.add(ArticleSource(article_id=one.id, source_id=other.id, **carried))

    with pytest.raises(IntegrityError, match="entry_key"), transaction() as tx:
        tx.add(ArticleSource(article_id=two.id, source_id=wire.id, **carried))
