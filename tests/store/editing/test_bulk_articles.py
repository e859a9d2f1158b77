"""What a document writes at once, and who waits for whom while two of them are stored."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from syndicate.store.content.articles import Article, ArticleKey, ArticleSource, Revision
from syndicate.store.content.pictures import Picture
from syndicate.store.editing import bulk_articles
from syndicate.store.editing.bulk_articles import AlteredArticle, NewArticle
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.newsroom.newsletters import IssueStory
from tests import rows
from tests.rows import NOW

pytestmark = pytest.mark.usefixtures("database")
LATER = NOW + dt.timedelta(hours=1)
MANY = [f"daily.example/story/{number}" for number in range(200)]


def waits(held: Sequence[str], wanted: Sequence[str], *, of: tuple[int, int] = (1, 1)) -> bool:
    """Whether a transaction that wants addresses waits for one that holds others."""
    with transaction() as first:
        bulk_articles.lock_links(first, of[0], held)
        try:
            with transaction() as second:
                second.execute(text("SET LOCAL lock_timeout = '100ms'"))
                bulk_articles.lock_links(second, of[1], wanted)
        except OperationalError:
            return True
    return False


@pytest.mark.parametrize(
    ("held", "wanted", "of", "expected"),
    [
        pytest.param(["a"], ["b"], (1, 1), False, id="other addresses"),
        pytest.param(["a", "b"], ["b", "c"], (1, 1), True, id="one address in both"),
        pytest.param(["a"], ["a"], (1, 2), False, id="other publications"),
        pytest.param(MANY, ["b"], (1, 1), True, id="many addresses keep all others waiting"),
        pytest.param(["b"], MANY, (1, 1), True, id="many addresses wait for any other"),
        pytest.param(MANY, MANY, (1, 2), False, id="many addresses, other publications"),
        pytest.param([], [], (1, 1), False, id="no addresses"),
        pytest.param(MANY, [], (1, 1), True, id="no addresses, after many"),
        pytest.param(MANY[:60], MANY[60:120], (1, 1), False, id="sixty are locked one by one"),
        pytest.param(MANY[:61], MANY[61:121], (1, 1), True, id="sixty-one are locked together"),
    ],
)
def test_who_waits_for_whom(
    held: Sequence[str], wanted: Sequence[str], of: tuple[int, int], *, expected: bool
) -> None:
    assert waits(held, wanted, of=of) is expected


def new(publication_id: int, name: str, **more: Any) -> NewArticle:
    columns = rows.article_columns(name, publication_id=publication_id, body_html="")
    del columns["collected_at"]
    return NewArticle(columns, more.pop("carried", None), **more)


def shown(url: str, **more: Any) -> dict[str, Any]:
    plain = {"caption": "", "credit": "", "alt": "", "media_type": None, "width": None}
    rights = {"height": None, "size_bytes": None, "channels": None, "rights_until": None}
    return {"url": url, **plain, **rights, **more}


def pictures(tx: Transaction, article_id: int) -> list[tuple[int, str]]:
    query = select(Picture.position, Picture.url).where(Picture.article_id == article_id)
    return [(place, url) for place, url in tx.execute(query.order_by(Picture.position))]


def keys(tx: Transaction) -> dict[str, int]:
    return dict(tx.execute(select(ArticleKey.key, ArticleKey.article_id)).all())


def revisions(tx: Transaction, article_id: int) -> list[tuple[int, str, str | None]]:
    query = select(Revision.number, Revision.headline, Revision.note)
    found = tx.execute(query.where(Revision.article_id == article_id).order_by(Revision.number))
    return [(number, headline, note) for number, headline, note in found]


def article(tx: Transaction, article_id: int) -> Article:
    found = tx.get(Article, article_id, populate_existing=True)
    assert found is not None
    return found


def test_no_articles_are_made_of_none() -> None:
    with transaction() as tx:
        assert bulk_articles.make(tx, [], NOW) == []


def test_articles_are_made_with_their_addresses_and_pictures_in_place() -> None:
    with transaction() as tx:
        daily, weekly = rows.publication(tx).id, rows.publication(tx, "weekly").id
        said = [shown("lead"), shown("second"), shown("lead", caption="again")]

        first, second = bulk_articles.make(
            tx,
            [new(daily, "a", links=["x/1", "x/2"], pictures=said), new(weekly, "b", links=["x/1"])],
            LATER,
        )

        assert keys(tx) == {f"{daily}:x/1": first, f"{daily}:x/2": first, f"{weekly}:x/1": second}
        assert pictures(tx, first) == [(0, "lead"), (1, "second")]
        assert pictures(tx, second) == []
        assert article(tx, first).collected_at == LATER


def test_who_pushes_without_a_source_leaves_no_row_of_one() -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id
        hashes = {"entry_key": "k", "stem": b"s", "entry_hash": b"e", "said_hash": None}
        words = {"guid": "g", "link": None, "title": None, "raw_published": None}
        carried = {"source_id": rows.source(tx, daily).id, **hashes, **words}

        made = bulk_articles.make(tx, [new(daily, "a"), new(daily, "b", carried=carried)], NOW)

        assert list(tx.scalars(select(ArticleSource.article_id))) == [made[1]]


def test_addresses_are_noted_within_their_publication() -> None:
    with transaction() as tx:
        old = rows.article(tx, rows.publication(tx).id, "old")
        other = rows.article(tx, old.publication_id, "other")
        rows.link(tx, old, "x/1")

        bulk_articles.add_links(tx, [(other.id, old.publication_id, ["x/1", "x/2"])])
        bulk_articles.add_links(tx, [])

        daily = old.publication_id
        assert keys(tx) == {f"{daily}:x/1": old.id, f"{daily}:x/2": other.id}


def one_article(tx: Transaction) -> int:
    (made,) = bulk_articles.make(tx, [new(rows.publication(tx).id, "story")], NOW)
    return made


def test_a_revision_may_change_no_column() -> None:
    with transaction() as tx:
        made = one_article(tx)
        noted = AlteredArticle(made, {}, change="correction", note="Five, not four.")
        again = AlteredArticle(made, {"headline": "Five"}, change="fix")

        bulk_articles.alter(tx, [noted, again], NOW)

        assert article(tx, made).revision == 3
        first, second, third = revisions(tx, made)
        assert (first, third) == ((1, "Headline story", None), (3, "Five", None))
        assert second == (2, "Headline story", "Five, not four.")


def test_changes_of_one_article_are_made_in_their_order_whatever_columns_they_have() -> None:
    with transaction() as tx:
        made = one_article(tx)
        changes: list[dict[str, Any]] = [
            {"headline": "1"},
            {"headline": "2", "slug": "two"},
            {"headline": "3"},
        ]

        said = [AlteredArticle(made, each, change="update") for each in changes]
        bulk_articles.alter(tx, said, NOW)

        assert [headline for _, headline, _ in revisions(tx, made)[1:]] == ["1", "2", "3"]
        assert (article(tx, made).headline, article(tx, made).slug) == ("3", "two")


def test_articles_with_other_columns_change_together() -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id
        one, two = bulk_articles.make(tx, [new(daily, "one"), new(daily, "two")], NOW)

        bulk_articles.alter(
            tx, [AlteredArticle(one, {"headline": "1"}), AlteredArticle(two, {"slug": "2"})], NOW
        )

        assert (article(tx, one).headline, article(tx, one).slug) == ("1", "one")
        assert (article(tx, two).headline, article(tx, two).slug) == ("Headline two", "2")


def test_an_article_has_the_pictures_of_its_last_change_and_else_keeps_them() -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id
        had = [shown("old")]
        given, left = bulk_articles.make(
            tx, [new(daily, "a", pictures=had), new(daily, "b", pictures=had)], NOW
        )

        bulk_articles.alter(
            tx,
            [
                AlteredArticle(given, {}, pictures=[shown("between")]),
                AlteredArticle(given, {}, pictures=[shown("last"), shown("next")]),
                AlteredArticle(left, {"slug": "x"}),
            ],
            NOW,
        )

        assert pictures(tx, given) == [(0, "last"), (1, "next")]
        assert pictures(tx, left) == [(0, "old")]


@pytest.mark.parametrize("has_rights", [True, False])
def test_rights_change_where_somebody_spoke_of_them(*, has_rights: bool) -> None:
    with transaction() as tx:
        made = one_article(tx)
        rows.picture(tx, made, url="p", channels=["page"])

        said = AlteredArticle(
            made, {}, pictures=[shown("p", channels=["mail"])], has_rights=has_rights
        )
        bulk_articles.alter(tx, [said], NOW)

        assert tx.scalar(select(Picture.channels)) == (["mail"] if has_rights else ["page"])


def test_a_picture_moves_before_it_is_shown_and_keeps_what_is_known_of_it() -> None:
    with transaction() as tx:
        made = one_article(tx)
        rows.picture(tx, made, url="old", size_bytes=7)

        said = AlteredArticle(made, {}, pictures=[shown("new")], readdressed=[("old", "new")])
        bulk_articles.alter(tx, [said], NOW)

        assert tx.execute(select(Picture.url, Picture.size_bytes)).one() == ("new", 7)


@pytest.mark.parametrize(
    ("change", "is_held"),
    [
        ({"change": "correction"}, True),
        ({"is_withdrawn": True}, True),
        ({"change": "update"}, False),
        ({}, False),
    ],
)
def test_mails_on_their_way_wait_for_what_makes_them_wrong(
    change: dict[str, Any], *, is_held: bool
) -> None:
    with transaction() as tx:
        made = one_article(tx)
        issue = rows.issue(tx, rows.newsletter(tx, article(tx, made).publication_id).id)
        rows.story(tx, issue.id, 0, made)
        mailing = rows.mailing(tx, issue)

        bulk_articles.alter(tx, [AlteredArticle(made, {}, **change)], LATER)

        tx.session.refresh(mailing)
        assert mailing.renew_since == (LATER if is_held else None)
        assert tx.scalar(select(IssueStory.article_id)) == made
