"""Takedowns as another database is told of them, and doing them once more there."""

import dataclasses
import datetime as dt

import pytest
from sqlalchemy import select, text

from syndicate.store.content.articles import Article, ArticleKey, ArticleSource, Tombstone
from syndicate.store.editing import changes, takedown_record
from syndicate.store.editing.stored_articles import buried_key
from syndicate.store.editing.takedown_record import Remembered
from syndicate.store.ground.session import Transaction, transaction
from syndicate.vocabulary.articles import ArticleState
from tests import rows
from tests.rows import NOW

pytestmark = pytest.mark.usefixtures("database")
HOUR = dt.timedelta(hours=1)
LATER = NOW + HOUR


def taken_down(tx: Transaction, article: Article, now: dt.datetime = NOW) -> None:
    assert changes.take_down(tx, article, now=now)


def remembered(publication_id: int = 1, **facts: object) -> Remembered:
    """A takedown of another database: of an address, and of an entry of source 1."""
    return dataclasses.replace(
        Remembered(
            atom_id="tag:elsewhere",
            publication="daily",
            at=NOW - HOUR,
            keys=(("link", buried_key(f"{publication_id}:x/1")),),
            carried=((1, "01", "entry"),),
        ),
        **facts,  # type: ignore[arg-type]
    )


def states(tx: Transaction) -> dict[str, ArticleState]:
    tx.session.expire_all()
    return {row.atom_id: row.state for row in tx.scalars(select(Article))}


def gone(tx: Transaction, *names: str) -> list[bool]:
    found = states(tx)
    return [found[f"tag:daily.example,2026:{name}"] is ArticleState.TAKEN_DOWN for name in names]


def test_takedowns_after_a_moment_are_told_oldest_first() -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id
        made = {name: rows.article(tx, daily, name) for name in "abcd"}
        for name, hours in (("a", 3), ("b", 2), ("c", 1), ("d", 2)):
            taken_down(tx, made[name], NOW + hours * HOUR)

        found = takedown_record.since(tx, NOW + HOUR)

        assert [each.atom_id[-1] for each in found] == ["b", "d", "a"]
        assert [each.at for each in found] == [NOW + hours * HOUR for hours in (2, 2, 3)]


def test_a_takedown_is_told_by_hashes_and_the_entries_that_brought_it() -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id
        article = rows.article(tx, daily)
        first, second = (rows.source(tx, daily, name).id for name in ("first", "second"))
        rows.carried(tx, article.id, second, "late", stem=b"\x02")
        rows.carried(tx, article.id, first, "soon", stem=b"\x01")
        addresses = [f"x/{number}" for number in range(5)]
        hashes = sorted(buried_key(rows.link(tx, article, each).key) for each in addresses)
        taken_down(tx, article)
        earlier = rows.article(tx, daily, "earlier")
        rows.link(tx, earlier, "x/earlier")
        rows.carried(tx, earlier.id, first, "earlier")
        taken_down(tx, earlier, NOW - HOUR)

        (found,) = takedown_record.since(tx, NOW - HOUR)

        assert (found.publication, found.at) == ("daily", NOW)
        assert found.keys == tuple(("link", each) for each in hashes)
        assert found.carried == ((first, "01", "soon"), (second, "02", "late"))


def test_a_kill_is_told_as_one_with_the_hashes_of_its_addresses() -> None:
    with transaction() as tx:
        article = rows.article(tx, rows.publication(tx).id)
        address = rows.link(tx, article, "x/1").key
        changes.kill(tx, article, note=None, now=NOW)

        [found] = takedown_record.since(tx, NOW - HOUR)

        assert (found.reason, found.keys) == (
            ArticleState.KILLED,
            (("link", buried_key(address)),),
        )


def test_a_stone_without_an_article_is_told_without_its_hashes() -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id
        rows.added(tx, Tombstone(atom_id="x", publication_id=daily, reason="taken_down", at=NOW))

        (found,) = takedown_record.since(tx, NOW - HOUR)

        assert (found.atom_id, found.keys, found.carried) == ("x", (), ())


def test_what_this_database_knows_and_whom_it_does_not_know_is_heeded() -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id
        killed, known = (rows.article(tx, daily, name) for name in ("killed", "known"))
        changes.kill(tx, killed, note=None, now=NOW)
        taken_down(tx, known)
        said = [
            remembered(atom_id=killed.atom_id),
            remembered(atom_id=known.atom_id),
            remembered(atom_id="new"),
            remembered(atom_id="foreign", publication="weekly"),
        ]

        found = takedown_record.unheeded(tx, said)

        assert [each.atom_id for each in found] == [killed.atom_id, "new"]
        assert takedown_record.unheeded(tx, []) == []


def test_the_article_of_this_id_goes_and_no_other_of_its_addresses() -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id
        same, other = (rows.article(tx, daily, name) for name in ("same", "other"))
        rows.link(tx, other, "x/1")

        takedown_record.repeat(tx, remembered(daily, atom_id=same.atom_id), now=LATER)

        assert gone(tx, "same", "other") == [True, False]


@pytest.mark.parametrize("is_hashed", [True, False])
def test_without_its_id_an_article_is_known_by_its_address(*, is_hashed: bool) -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id
        found, other = (rows.article(tx, daily, name) for name in ("found", "other"))
        key = rows.link(tx, found, "x/1")
        rows.link(tx, other, "x/2")
        if is_hashed:
            key.key = buried_key(key.key)
            tx.flush()

        takedown_record.repeat(tx, remembered(daily, carried=()), now=LATER)

        assert gone(tx, "found", "other") == [True, False]
        stone = tx.get(Tombstone, "tag:elsewhere")
        assert stone is not None
        assert (stone.reason, stone.at, stone.keys) == ("taken_down", LATER, [])


def test_a_key_of_another_kind_is_not_that_address() -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id
        rows.link(tx, rows.article(tx, daily, "other"), "x/1").kind = "guid"
        tx.flush()

        takedown_record.repeat(tx, remembered(daily, carried=()), now=LATER)

        assert gone(tx, "other") == [False]


def test_without_its_id_an_article_is_known_by_the_entry_that_brought_it() -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id
        wire, second = (rows.source(tx, daily, name).id for name in ("wire", "second"))
        names = ("found", "source", "stem", "name")
        made = [rows.article(tx, daily, name).id for name in names]
        rows.carried(tx, made[0], wire, "entry", stem=b"\x01")
        rows.carried(tx, made[1], second, "entry", stem=b"\x01")
        rows.carried(tx, made[2], wire, "entry 2", stem=b"\x01")
        rows.carried(tx, made[3], second, "entry 3", stem=b"\x02")

        takedown_record.repeat(tx, remembered(keys=(), carried=((wire, "01", "entry"),)), now=LATER)

        assert gone(tx, *names) == [True, False, False, False]


def test_an_entry_of_another_stem_brought_another_article() -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id
        wire = rows.source(tx, daily).id
        rows.carried(tx, rows.article(tx, daily, "other").id, wire, "entry", stem=b"\x02")

        takedown_record.repeat(tx, remembered(keys=(), carried=((wire, "01", "entry"),)), now=LATER)

        assert gone(tx, "other") == [False]


def test_every_article_that_has_something_of_it_goes() -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id
        wire = rows.source(tx, daily).id
        by_key, by_entry = (rows.article(tx, daily, name) for name in ("key", "entry"))
        rows.link(tx, by_key, "x/1")
        rows.carried(tx, by_entry.id, wire, "entry", stem=b"\x01")

        said = remembered(daily, carried=((wire, "01", "entry"),))
        takedown_record.repeat(tx, said, now=LATER)

        assert gone(tx, "key", "entry") == [True, True]


def test_where_there_is_no_such_article_an_empty_row_waits_for_it() -> None:
    with transaction() as tx:
        daily = rows.publication(tx, language="ar", direction="rtl").id
        wire = rows.source(tx, daily).id
        entries = ((wire, "01", "here"), (wire + 1, "01", "of no source here"))
        said = remembered(daily, carried=entries)

        for _ in range(2):
            takedown_record.repeat(tx, said, now=LATER)

        (row,) = tx.scalars(select(Article))
        assert (row.atom_id, row.state, row.slug) == ("tag:elsewhere", "taken_down", "removed")
        assert (row.headline, row.language, row.direction) == ("", "ar", "rtl")
        assert (row.published_at, row.updated_at) == (NOW - HOUR, LATER)
        assert (row.is_dated, row.is_backlog) == (False, True)
        keys = tx.execute(select(ArticleKey.kind, ArticleKey.key, ArticleKey.article_id)).all()
        assert keys == [("link", buried_key(f"{daily}:x/1"), row.id)]
        (carried,) = tx.scalars(select(ArticleSource))
        assert (carried.article_id, carried.source_id, carried.stem) == (row.id, wire, b"\x01")
        assert (carried.entry_key, carried.seen_at) == ("here", LATER)
        assert tx.get(Tombstone, "tag:elsewhere") is not None


def test_a_publication_that_is_not_here_keeps_nothing() -> None:
    with transaction() as tx:
        rows.publication(tx)

        takedown_record.repeat(tx, remembered(publication="weekly"), now=LATER)

        assert list(tx.scalars(select(Article.id))) == []
        assert list(tx.scalars(select(Tombstone.atom_id))) == []


def test_what_another_database_hears_is_known_there_from_then_on() -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id
        article = rows.article(tx, daily)
        rows.link(tx, article, "x/1")
        taken_down(tx, article)
        (said,) = takedown_record.since(tx, NOW - HOUR)
        tx.execute(text("DELETE FROM tombstone"))
        tx.execute(text("DELETE FROM article"))
        before = takedown_record.unheeded(tx, [said])

        takedown_record.repeat(tx, said, now=LATER)

        assert (before, takedown_record.unheeded(tx, [said])) == ([said], [])
