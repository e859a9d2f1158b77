"""Article pages that are read again: which are watched, which are due, and whose host is free."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select, text

from syndicate.store.content.articles import ArticleSource
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.intake import article_pages
from syndicate.store.intake.article_pages import ArticlePage
from syndicate.store.intake.sources import FetchHost, FetchState
from syndicate.vocabulary.sources import SourceKind, SourceState
from tests import rows
from tests.rows import NOW

pytestmark = pytest.mark.usefixtures("database")
MINUTE = dt.timedelta(minutes=1)
LATER = NOW + MINUTE


def source(tx: Transaction, name: str = "wire", **columns: Any) -> int:
    """A source whose host may be asked."""
    daily = tx.scalar(text("SELECT id FROM publication")) or rows.publication(tx).id
    return rows.source(tx, daily, name, **columns).id


def entry(tx: Transaction, source_id: int, name: str = "story", **columns: Any) -> int:
    """An entry of the source; its row's id."""
    daily = tx.scalar(text("SELECT id FROM publication"))
    assert daily is not None
    article = rows.article(tx, daily, f"{name}-{source_id}")
    return rows.carried(tx, article.id, source_id, name, **columns).id


def page(tx: Transaction, source_id: int, name: str = "story", **columns: Any) -> int:
    """A page that is watched, due at `NOW`; its entry's id."""
    carried_id = entry(tx, source_id, name)
    plain = {"url": f"https://x.example/{name}", "since": NOW, "next_at": NOW, "seen": b"seen"}
    row = ArticlePage(carried_id=carried_id, source_id=source_id, **(plain | columns))
    rows.added(tx, row)
    return carried_id


def read(**columns: Any) -> dict[str, Any]:
    """What a reading of a page brought, for `watch`."""
    plain = {"url": "https://x.example/1", "since": NOW, "next_at": LATER, "seen": b"new"}
    return plain | {"etag": b"e", "last_modified": b"l"} | columns


def watched(tx: Transaction) -> list[ArticlePage]:
    query = select(ArticlePage).order_by(ArticlePage.carried_id)
    return list(tx.scalars(query.execution_options(populate_existing=True)))


def test_a_page_that_was_read_is_watched_under_each_of_its_sources_entries() -> None:
    with transaction() as tx:
        wire, other = source(tx), source(tx, "other")
        first, second = (entry(tx, wire, name, stem=b"one") for name in ("a", "b"))
        entry(tx, wire, "c", stem=b"two")
        entry(tx, other, stem=b"one")

        article_pages.watch(tx, wire, {b"one": read(), b"none": read()})

        found = watched(tx)
        assert [(row.carried_id, row.source_id) for row in found] == [(first, wire), (second, wire)]
        assert (found[0].url, found[0].since, found[0].next_at) == (
            ("https://x.example/1", NOW, LATER)
        )
        assert (found[0].etag, found[0].last_modified, found[0].seen) == (b"e", b"l", b"new")


def test_no_page_is_watched_of_an_entry_that_is_not_there() -> None:
    with transaction() as tx:
        article_pages.watch(tx, source(tx), {b"none": read()})
        article_pages.watch(tx, 1, {})

        assert watched(tx) == []


def test_a_page_that_is_watched_keeps_its_schedule_and_learns_the_rest() -> None:
    with transaction() as tx:
        wire = source(tx)
        page(tx, wire)
        stem = tx.scalar(select(ArticleSource.stem))
        assert stem is not None

        said = read(since=LATER, next_at=LATER + MINUTE, url="https://x.example/moved")
        article_pages.watch(tx, wire, {stem: said})

        (row,) = watched(tx)
        assert (row.since, row.next_at) == (NOW, NOW)
        assert (row.url, row.etag, row.last_modified, row.seen) == (
            ("https://x.example/moved", b"e", b"l", b"new")
        )


def asked(tx: Transaction) -> list[int]:
    return article_pages.due_sources(tx, NOW, limit=9)


@pytest.mark.parametrize(
    ("next_at", "of_source", "fetched", "host", "is_asked"),
    [
        pytest.param(NOW, {}, {}, {}, True, id="due"),
        pytest.param(LATER, {}, {}, {}, False, id="not yet"),
        pytest.param(NOW, {"state": SourceState.PAUSED}, {}, {}, False, id="paused"),
        pytest.param(NOW, {"state": SourceState.GONE}, {}, {}, False, id="gone"),
        pytest.param(NOW, {"state": SourceState.FAILING}, {}, {}, True, id="failing"),
        pytest.param(NOW, {"kind": SourceKind.PUSH}, {}, {}, False, id="what is pushed"),
        pytest.param(NOW, {}, {"leased_until": LATER}, {}, False, id="somebody asks the source"),
        pytest.param(NOW, {}, {"leased_until": NOW}, {}, True, id="that lease is over"),
        pytest.param(NOW, {}, {}, {"leased_until": LATER}, False, id="somebody asks the host"),
        pytest.param(NOW, {}, {}, {"leased_until": NOW}, True, id="the host's lease is over"),
        pytest.param(NOW, {}, {}, {"not_before": LATER}, False, id="the host wants a pause"),
        pytest.param(NOW, {}, {}, {"not_before": NOW}, True, id="the pause is over"),
    ],
)
def test_a_page_is_asked_for_when_it_is_due_and_its_host_is_free(
    next_at: dt.datetime,
    of_source: dict[str, Any],
    fetched: dict[str, Any],
    host: dict[str, Any],
    *,
    is_asked: bool,
) -> None:
    with transaction() as tx:
        source(tx, "free")
        wire = source(tx, **of_source)
        page(tx, wire, next_at=next_at)
        state, domain = tx.get(FetchState, wire), tx.get(FetchHost, "wire.example")
        for row, columns in ((state, fetched), (domain, host)):
            for name, value in columns.items():
                setattr(row, name, value)
        tx.flush()

        assert asked(tx) == ([wire] if is_asked else [])
        assert article_pages.has_due(tx, NOW) is is_asked


def test_sources_are_asked_each_once_who_waits_longest_first() -> None:
    with transaction() as tx:
        late, soon = source(tx, "late"), source(tx, "soon")
        page(tx, late, "a", next_at=NOW - MINUTE)
        page(tx, soon, "b", next_at=NOW - 2 * MINUTE)
        page(tx, soon, "c", next_at=NOW)

        assert asked(tx) == [soon, late]
        assert article_pages.due_sources(tx, NOW, limit=1) == [soon]


def test_pages_of_a_source_are_read_who_waits_longest_first() -> None:
    with transaction() as tx:
        wire, other = source(tx), source(tx, "other")
        second = page(tx, wire, "a", next_at=NOW)
        first = page(tx, wire, "b", next_at=NOW - MINUTE)
        page(tx, wire, "c", next_at=LATER)
        page(tx, other, "d")

        found = [row.carried_id for row in article_pages.due_of(tx, wire, NOW, limit=9)]

        assert found == [first, second]
        assert len(article_pages.due_of(tx, wire, NOW, limit=1)) == 1


def test_what_readings_learnt_is_written_each_to_its_page() -> None:
    with transaction() as tx:
        wire = source(tx)
        one, two, other = (page(tx, wire, name) for name in ("a", "b", "c"))
        said = {"next_at": LATER, "etag": b"e", "last_modified": None}

        article_pages.put(
            tx, [{"carried_id": one, "seen": b"1", **said}, {"carried_id": two, "seen": b"2"}]
        )

        found = {row.carried_id: (row.next_at, row.etag, row.seen) for row in watched(tx)}
        assert found == {
            one: (LATER, b"e", b"1"),
            two: (NOW, None, b"2"),
            other: (NOW, None, b"seen"),
        }


def test_a_page_is_no_longer_read() -> None:
    with transaction() as tx:
        wire = source(tx)
        gone, other = (page(tx, wire, name) for name in ("a", "b"))

        for _ in range(2):
            article_pages.forget(tx, [gone])

        assert [row.carried_id for row in watched(tx)] == [other]


def test_the_entry_of_a_page_that_changed_looks_changed() -> None:
    with transaction() as tx:
        wire = source(tx)
        changed, other = (page(tx, wire, name) for name in ("a", "b"))

        article_pages.mark_changed(tx, [changed], b"none")

        hashes = dict(tx.execute(select(ArticleSource.id, ArticleSource.entry_hash)).all())
        assert hashes == {changed: b"none", other: b"entry"}


def test_a_page_goes_with_its_entry() -> None:
    with transaction() as tx:
        carried_id = page(tx, source(tx))

        tx.execute(text("DELETE FROM article_source WHERE id = :id"), {"id": carried_id})

        assert watched(tx) == []
