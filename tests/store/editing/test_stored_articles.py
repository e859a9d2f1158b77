"""What a transaction that stores reads before it decides: the entries, articles and addresses."""

import datetime as dt

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from syndicate.store.content.articles import Article
from syndicate.store.editing import stored_articles
from syndicate.store.editing.stored_articles import LinkedArticle, StoredPicture, buried_key
from syndicate.store.ground.session import transaction
from syndicate.vocabulary.articles import Access, ArticleKind, ArticleState, Change
from tests import rows
from tests.rows import NOW

pytestmark = pytest.mark.usefixtures("database")
HOUR = dt.timedelta(hours=1)


def test_entries_are_known_by_stem_within_their_source_oldest_first() -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id
        article = rows.article(tx, daily)
        wire, other = (rows.source(tx, daily, name).id for name in ("wire", "other"))
        said = {"stem": b"one", "link": "l", "title": "t", "raw_published": "today"}
        first = rows.carried(tx, article.id, wire, "a", said_hash=b"s", **said)
        second = rows.carried(tx, article.id, wire, "b", **said)
        rows.carried(tx, article.id, wire, "c", stem=b"two")
        rows.carried(tx, article.id, other, "a", **said)

        found = stored_articles.known_entries(tx, wire, [b"one", b"none"])

        assert [each.row_id for each in found] == [first.id, second.id]
        assert found[0] == stored_articles.CarriedEntry(
            row_id=first.id,
            article_id=article.id,
            entry_key="a",
            stem=b"one",
            guid="a",
            link="l",
            title="t",
            entry_hash=b"entry",
            published_at=NOW,
            raw_published="today",
            said_hash=b"s",
        )


def test_no_entry_is_known_under_no_stem() -> None:
    with transaction() as tx:
        assert stored_articles.known_entries(tx, 1, []) == []


def test_an_article_for_change_says_what_judging_needs() -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id
        section = rows.section(tx, daily).id
        until = NOW + HOUR
        made = rows.article(
            tx,
            daily,
            kind=ArticleKind.OPINION,
            state=ArticleState.EMBARGOED,
            access=Access.PAID,
            embargo_until=until,
            embargo_said="later",
            section_id=section,
            authors=["A", "B"],
        )

        (found,) = stored_articles.for_change(tx, [made.id])

        assert (found.id, found.section_id) == (made.id, section)
        assert found.kind is ArticleKind.OPINION
        assert found.access is Access.PAID
        assert found.state is ArticleState.EMBARGOED
        assert (found.embargo_until, found.embargo_said) == (until, "later")
        assert (found.words.authors, found.is_dated) == (("A", "B"), True)
        assert (found.url, found.words.headline) == (
            "https://daily.example/story",
            "Headline story",
        )
        assert (found.pictures, found.tags, found.notes) == ((), (), ())
        assert found.first_source_id is None


def test_articles_for_change_come_by_id_and_no_others() -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id
        ids = [rows.article(tx, daily, name).id for name in ("a", "b", "c")]

        assert [each.id for each in stored_articles.for_change(tx, [ids[2], ids[0], 99])] == [
            ids[0],
            ids[2],
        ]
        assert stored_articles.for_change(tx, []) == []


def test_the_source_that_brought_an_article_first_is_the_oldest_row() -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id
        article = rows.article(tx, daily).id
        newer, older = (rows.source(tx, daily, name).id for name in ("newer", "older"))
        rows.carried(tx, article, older)
        rows.carried(tx, article, newer)

        (found,) = stored_articles.for_change(tx, [article])

        assert found.first_source_id == older


def test_revisions_are_counted_and_dated_and_give_the_notes_of_corrections() -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id
        article, other = (rows.article(tx, daily, name).id for name in ("a", "b"))
        made = [
            (Change.FIRST, None),
            (Change.FIX, "not for readers"),
            (Change.CORRECTION, "Five, not four."),
            (Change.CORRECTION, None),
            (Change.UPDATE, "not a correction's"),
        ]
        for number, (change, note) in enumerate(made, 1):
            at = NOW + number * HOUR
            rows.revision(tx, article, number, change, note=note, created_at=at)
        rows.revision(tx, other, 1, Change.CORRECTION, note="another's", is_material=False)

        (found,) = stored_articles.for_change(tx, [article])

        assert (found.immaterial, found.revised_at) == (1, NOW + 5 * HOUR)
        assert found.notes == ("Five, not four.",)


def test_an_article_without_revisions_was_revised_when_it_was_collected() -> None:
    with transaction() as tx:
        made = rows.article(tx, rows.publication(tx).id, collected_at=NOW + HOUR)

        (found,) = stored_articles.for_change(tx, [made.id])

        assert (found.immaterial, found.revised_at) == (0, NOW + HOUR)


def test_pictures_stand_in_their_order_with_their_rights_in_seconds() -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id
        article, other = (rows.article(tx, daily, name).id for name in ("a", "b"))
        rows.picture(tx, article, url="second", position=1)
        rights = {"channels": ["page", "mail"], "rights_until": NOW}
        rows.picture(tx, article, url="lead", position=0, **rights)
        rows.picture(tx, other, url="another's")

        (found,) = stored_articles.for_change(tx, [article])

        lead, second = found.pictures
        assert lead == StoredPicture(
            url="lead",
            caption="A street after rain",
            credit="EPA",
            alt="A wet street",
            media_type="image/jpeg",
            width=800,
            height=600,
            size_bytes=12345,
            channels=("page", "mail"),
            rights_until=NOW.timestamp(),
        )
        assert (second.url, second.channels, second.rights_until) == ("second", None, None)


def test_tags_stand_as_pairs() -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id
        made, other = (rows.article(tx, daily, name) for name in ("a", "b"))
        rows.tag(tx, made, "east", "Middle East")
        rows.tag(tx, other, "west")

        (found,) = stored_articles.for_change(tx, [made.id])

        assert found.tags == (("east", "Middle East"),)


def test_an_article_for_change_is_locked_until_the_commit_and_its_tags_are_not() -> None:
    with transaction() as tx:
        made = rows.article(tx, rows.publication(tx).id)
        rows.tag(tx, made, "east")

    with transaction() as first:
        stored_articles.for_change(first, [made.id])
        with transaction() as second:
            second.execute(text("SELECT FROM tag FOR UPDATE NOWAIT"))
            with pytest.raises(OperationalError):
                second.execute(text("SELECT FROM article FOR UPDATE NOWAIT"))
            second.session.rollback()


def test_an_address_leads_to_its_article_as_the_source_carries_it() -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id
        wire, other = (rows.source(tx, daily, name).id for name in ("wire", "other"))
        own, foreign = (rows.article(tx, daily, name) for name in ("own", "foreign"))
        for article in (own, foreign):
            rows.link(tx, article, f"x/{article.slug}")
            rows.carried(tx, article.id, other, article.slug)
        rows.carried(tx, own.id, wire, "own", guid="g", title="t")

        found = stored_articles.by_links(tx, daily, wire, ["x/own", "x/foreign", "x/none"])

        assert sorted(found, key=lambda each: each.article_id) == [
            LinkedArticle("x/own", own.id, is_own=True, guid="g", title="t", is_gone=False),
            LinkedArticle(
                "x/foreign", foreign.id, is_own=False, guid=None, title=None, is_gone=False
            ),
        ]


def linked() -> Article:
    with transaction() as tx:
        made = rows.article(tx, rows.publication(tx).id)
        rows.link(tx, made, "x/1")
        return made


def test_a_push_without_a_source_finds_articles_that_are_nobodys_own() -> None:
    made = linked()
    with transaction() as tx:
        (found,) = stored_articles.by_links(tx, made.publication_id, None, ["x/1"])

        assert (found.article_id, found.is_own) == (made.id, False)


def test_an_address_of_another_publication_leads_nowhere() -> None:
    linked()
    with transaction() as tx:
        weekly = rows.publication(tx, "weekly").id

        assert stored_articles.by_links(tx, weekly, None, ["x/1"]) == []


def test_a_key_of_another_kind_is_no_address() -> None:
    made = linked()
    with transaction() as tx:
        tx.execute(text("UPDATE article_key SET kind = 'guid'"))

        assert stored_articles.by_links(tx, made.publication_id, None, ["x/1"]) == []


def test_no_address_leads_nowhere() -> None:
    made = linked()
    with transaction() as tx:
        assert stored_articles.by_links(tx, made.publication_id, None, []) == []


def test_an_article_that_was_taken_down_is_found_by_the_hash_of_its_address() -> None:
    made = linked()
    with transaction() as tx:
        said = {"key": buried_key(f"{made.publication_id}:x/1")}
        tx.execute(text("UPDATE article_key SET key = :key"), said)
        tx.execute(text("UPDATE article SET state = 'taken_down'"))

        (found,) = stored_articles.by_links(tx, made.publication_id, None, ["x/1"])

        assert (found.link, found.article_id, found.is_gone) == ("x/1", made.id, True)


def test_the_key_of_a_buried_article_is_the_hash_that_a_restored_database_is_searched_for() -> None:
    # printf '1:x/1' | sha256sum
    expected = "83dd3c421e32bbcc38f5c53719f6dfe7e7e67cc5811dd3127d180abbd0becd35"

    assert buried_key("1:x/1") == f"sha256:{expected}"
