"""The statements that write articles: what each clause writes, and what it leaves alone."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select

from syndicate.store.content.articles import Article, ArticleKey, ArticleSource, Revision
from syndicate.store.content.pictures import Picture
from syndicate.store.editing import article_rows
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.newsroom.newsletters import IssueStory
from syndicate.vocabulary.articles import Change
from tests import rows
from tests.rows import NOW

pytestmark = pytest.mark.usefixtures("database")
LATER = NOW + dt.timedelta(hours=1)
WORDS = ("headline", "standfirst", "body_html", "authors", "visible_hash")
STEM = b"\x00stem\xff"


def columns(publication_id: int, name: str, **more: Any) -> dict[str, Any]:
    """An article to make; when it was collected is the statement's to say."""
    plain = rows.article_columns(name, publication_id=publication_id, body_html="<p>x</p>", **more)
    return {key: value for key, value in plain.items() if key != "collected_at"}


def entry(source_id: int, **more: Any) -> dict[str, Any]:
    plain = {"entry_key": "k", "stem": STEM, "guid": "g", "link": "l", "title": "t"}
    hashes = {"raw_published": "today", "entry_hash": b"new", "said_hash": None}
    return {"source_id": source_id, **plain, **hashes, **more}


def picture(url: str, position: int = 0, **more: Any) -> dict[str, Any]:
    plain = {"caption": "new", "credit": "new", "alt": "new", "media_type": "image/png"}
    size = {"width": 10, "height": 20, "size_bytes": 30, "channels": ["mail"]}
    return {"url": url, "position": position, **plain, **size, "rights_until": LATER, **more}


def said(article_id: int, **more: Any) -> dict[str, Any]:
    """A change of an article for `alter`, which makes no revision unless it is named."""
    plain = {"change": None, "is_material": False, "is_gathered": False, "note": None}
    return {"id": article_id, **plain, **more}


def fresh(tx: Transaction, article_id: int) -> Article:
    found = tx.get(Article, article_id, populate_existing=True)
    assert found is not None
    return found


def revisions(tx: Transaction, article_id: int) -> list[tuple[int, str, str]]:
    query = select(Revision.number, Revision.change, Revision.headline)
    found = query.where(Revision.article_id == article_id).order_by(Revision.number)
    return [(number, change.value, headline) for number, change, headline in tx.execute(found)]


def urls(tx: Transaction, article_id: int) -> list[str]:
    query = select(Picture.url).where(Picture.article_id == article_id)
    return list(tx.scalars(query.order_by(Picture.position, Picture.id)))


def links(tx: Transaction) -> dict[str, int]:
    query = select(ArticleKey.key, ArticleKey.article_id).where(ArticleKey.kind == "link")
    return dict(tx.execute(query).all())


def carried(tx: Transaction) -> list[ArticleSource]:
    query = select(ArticleSource).order_by(ArticleSource.id)
    return list(tx.scalars(query.execution_options(populate_existing=True)))


def make(tx: Transaction, *articles: dict[str, Any], **around: Any) -> list[int]:
    nothing: dict[str, Any] = {"carried": [], "links": [], "pictures": [], "now": LATER}
    return article_rows.make(tx, articles, **(nothing | around))


def test_articles_are_made_in_order_with_all_that_is_said_of_them() -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id

        first, second = make(tx, columns(daily, "b"), columns(daily, "a", authors=["A", "B"]))

        assert fresh(tx, first).slug == "b"
        made = fresh(tx, second)
        assert (made.slug, made.headline, made.authors) == ("a", "Headline a", ["A", "B"])
        assert (made.published_at, made.collected_at, made.revision) == (NOW, LATER, 1)


def test_an_article_begins_with_a_material_revision_of_its_words() -> None:
    with transaction() as tx:
        (made,) = make(tx, columns(rows.publication(tx).id, "a"))

        (first,) = tx.scalars(select(Revision).where(Revision.article_id == made))
        article = fresh(tx, made)
        assert (first.number, first.change, first.is_material) == (1, Change.FIRST, True)
        assert first.created_at == LATER
        assert [getattr(first, each) for each in WORDS] == [
            getattr(article, each) for each in WORDS
        ]


def test_what_hangs_on_new_articles_hangs_on_the_right_one() -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id
        wire = rows.source(tx, daily).id
        one, two = columns(daily, "one"), columns(daily, "two")
        of_one, of_two = ({"atom_id": each["atom_id"]} for each in (one, two))

        first, second = make(
            tx,
            one,
            two,
            carried=[entry(wire) | of_two],
            links=[{"key": "1:x/two"} | of_two, {"key": "1:x/one"} | of_one],
            pictures=[picture("p2") | of_two, picture("p1") | of_one],
        )

        (row,) = carried(tx)
        assert (row.article_id, row.source_id, row.stem, row.seen_at) == (second, wire, STEM, LATER)
        assert links(tx) == {"1:x/two": second, "1:x/one": first}
        assert (urls(tx, first), urls(tx, second)) == (["p1"], ["p2"])


def test_an_address_of_another_article_stays_with_it_when_one_is_made() -> None:
    with transaction() as tx:
        old = rows.article(tx, rows.publication(tx).id, "old")
        key = rows.link(tx, old, "x/1").key
        new = columns(old.publication_id, "new")

        (made,) = make(tx, new, links=[{"key": key, "atom_id": new["atom_id"]}])

        assert made != old.id
        assert links(tx) == {key: old.id}


def test_an_address_is_noted_once_and_stays_where_it_is() -> None:
    with transaction() as tx:
        old = rows.article(tx, rows.publication(tx).id, "old")
        other = rows.article(tx, old.publication_id, "other").id
        key = rows.link(tx, old, "x/1").key
        said = [{"key": key, "article_id": other}, {"key": "1:x/2", "article_id": other}]

        for _ in range(2):
            article_rows.lead(tx, said)

        assert links(tx) == {key: old.id, "1:x/2": other}


def test_a_second_source_is_attached_to_an_article() -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id
        article = rows.article(tx, daily).id
        wire = rows.source(tx, daily).id

        article_rows.attach(tx, [entry(wire, article_id=article, said_hash=b"s")], LATER)

        (row,) = carried(tx)
        assert (row.article_id, row.entry_key, row.said_hash) == (article, "k", b"s")
        assert row.seen_at == LATER


def test_an_entry_seen_again_is_remembered_as_it_looks_now_and_no_other() -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id
        article, wire = rows.article(tx, daily).id, rows.source(tx, daily).id
        seen, other = (rows.carried(tx, article, wire, name).id for name in "ab")

        now = {key: each for key, each in entry(wire).items() if key != "source_id"}
        article_rows.touch(tx, [now | {"id": seen}], LATER)

        new, old = carried(tx)
        assert (new.id, new.guid, new.title, new.entry_hash) == (seen, "g", "t", b"new")
        assert (new.raw_published, new.seen_at, new.entry_key) == ("today", LATER, "a")
        assert (old.id, old.guid, old.entry_hash, old.seen_at) == (other, "b", b"entry", NOW)


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        pytest.param({}, [(1, "first", "old")], id="no revision"),
        pytest.param(
            {"change": "update"}, [(1, "first", "old"), (2, "update", "new")], id="a revision"
        ),
        pytest.param({"is_gathered": True}, [(1, "first", "new")], id="gathered into the newest"),
        pytest.param(
            {"change": "fix", "is_gathered": True},
            [(1, "first", "old"), (2, "fix", "new")],
            id="a revision gathers by itself",
        ),
    ],
)
def test_a_change_is_written_with_its_revision(
    how: dict[str, Any], expected: list[tuple[int, str, str]]
) -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id
        made, other = make(tx, *(columns(daily, name, headline="old") for name in ("one", "two")))

        article_rows.alter(tx, ["headline"], [said(made, headline="new", **how)], LATER)

        article = fresh(tx, made)
        assert (article.headline, article.revision) == ("new", expected[-1][0])
        assert revisions(tx, made) == expected
        assert (fresh(tx, other).headline, fresh(tx, other).revision) == ("old", 1)
        assert revisions(tx, other) == [(1, "first", "old")]


def test_a_revision_says_all_of_what_it_is() -> None:
    with transaction() as tx:
        (made,) = make(tx, columns(rows.publication(tx).id, "a"))
        change = {"change": "correction", "is_material": True, "note": "Five, not four."}

        article_rows.alter(tx, ["authors"], [said(made, authors=["X"], **change)], LATER)

        newest = tx.get(Revision, (made, 2))
        assert newest is not None
        assert (newest.is_material, newest.note) == (True, "Five, not four.")
        assert (newest.headline, newest.authors) == ("Headline a", ["X"])
        assert newest.created_at == LATER


def test_what_is_gathered_reaches_the_newest_revision_alone() -> None:
    with transaction() as tx:
        (made,) = make(tx, columns(rows.publication(tx).id, "a", headline="old"))
        article_rows.alter(tx, ["headline"], [said(made, headline="mid", change="fix")], NOW)

        article_rows.alter(tx, ["headline"], [said(made, headline="new", is_gathered=True)], NOW)

        assert revisions(tx, made) == [(1, "first", "old"), (2, "fix", "new")]


def test_several_articles_change_together_each_as_it_is_said() -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id
        one, two = make(tx, columns(daily, "one"), columns(daily, "two"))
        changes = [said(one, headline="1", change="fix"), said(two, headline="2")]

        article_rows.alter(tx, ["headline"], changes, LATER)

        found = [(fresh(tx, each).headline, fresh(tx, each).revision) for each in (one, two)]
        assert found == [("1", 2), ("2", 1)]


def rights(tx: Transaction, article_id: int, url: str) -> tuple[Any, ...]:
    query = select(Picture.size_bytes, Picture.channels, Picture.rights_until)
    return tuple(
        tx.execute(query.where(Picture.article_id == article_id, Picture.url == url)).one()
    )


def test_an_article_has_the_pictures_it_is_given_and_no_others() -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id
        given, emptied, other = (rows.article(tx, daily, name).id for name in ("a", "b", "c"))
        for each in (given, emptied, other):
            rows.picture(tx, each, url="stays", position=0)
            rows.picture(tx, each, url="goes", position=1)
        now = [picture("new", 0), picture("stays", 1)]

        article_rows.show(
            tx, [given, emptied], [{**each, "article_id": given} for each in now], spoken=[]
        )

        assert urls(tx, given) == ["new", "stays"]
        assert urls(tx, emptied) == []
        assert urls(tx, other) == ["stays", "goes"]


@pytest.mark.parametrize("is_spoken", [True, False])
def test_a_picture_that_stays_keeps_its_rights_unless_somebody_spoke_of_them(
    *, is_spoken: bool
) -> None:
    with transaction() as tx:
        article = rows.article(tx, rows.publication(tx).id).id
        rows.picture(tx, article, url="p", size_bytes=1, channels=["page"], rights_until=NOW)
        now = picture("p", 0, article_id=article)

        article_rows.show(tx, [article], [now], spoken=[article] if is_spoken else [])

        assert rights(tx, article, "p") == (
            (30, ["mail"], LATER) if is_spoken else (1, ["page"], NOW)
        )
        (shown,) = tx.scalars(select(Picture).execution_options(populate_existing=True))
        assert (shown.caption, shown.alt, shown.width, shown.media_type) == (
            ("new", "new", 10, "image/png")
        )


def test_a_new_picture_has_the_rights_it_comes_with_though_nobody_spoke() -> None:
    with transaction() as tx:
        article = rows.article(tx, rows.publication(tx).id).id

        article_rows.show(tx, [article], [picture("p", 0, article_id=article)], spoken=[])

        assert rights(tx, article, "p") == (30, ["mail"], LATER)


def mailed(tx: Transaction, article_id: int, url: str) -> None:
    """Two issues with the article: one shows this picture, the other another."""
    newsletter = rows.newsletter(tx, fresh(tx, article_id).publication_id, f"of-{article_id}")
    for number, shown in ((1, url), (2, "another")):
        rows.story(tx, rows.issue(tx, newsletter.id, number).id, 0, article_id, picture_url=shown)


def in_mails(tx: Transaction, article_id: int) -> list[str | None]:
    query = select(IssueStory.picture_url).where(IssueStory.article_id == article_id)
    return list(tx.scalars(query.order_by(IssueStory.issue_id)))


def test_a_picture_that_moved_is_known_by_its_new_address_and_keeps_the_rest() -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id
        moved, other = (rows.article(tx, daily, name).id for name in ("a", "b"))
        for each in (moved, other):
            rows.picture(tx, each, url="old", rights_until=NOW)
            mailed(tx, each, "old")
        rows.picture(tx, other, url="new", position=1)
        rows.picture(tx, moved, url="second", position=1)

        article_rows.readdress(tx, [{"article_id": moved, "was": "old", "url": "new"}])

        assert (urls(tx, moved), urls(tx, other)) == (["new", "second"], ["old", "new"])
        assert rights(tx, moved, "new") == (12345, None, NOW)
        assert (in_mails(tx, moved), in_mails(tx, other)) == (
            ["new", "another"],
            ["old", "another"],
        )


def test_a_picture_moves_to_no_address_that_another_of_its_article_has() -> None:
    with transaction() as tx:
        article = rows.article(tx, rows.publication(tx).id).id
        rows.picture(tx, article, url="old", position=0)
        rows.picture(tx, article, url="new", position=1)
        mailed(tx, article, "old")

        article_rows.readdress(tx, [{"article_id": article, "was": "old", "url": "new"}])

        assert urls(tx, article) == ["old", "new"]
        assert in_mails(tx, article) == ["new", "another"]
