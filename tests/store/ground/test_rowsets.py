"""Many rows as one parameter: read by the server as they were given, each in its column's type."""

import datetime as dt
import uuid
from typing import Any

import pytest
from sqlalchemy import select, text

from syndicate.errors import OutOfBoundsError
from syndicate.store.content.articles import Article, ArticleSource
from syndicate.store.content.pictures import Picture
from syndicate.store.ground.rowsets import among, as_json, rows_of
from syndicate.store.ground.session import transaction
from syndicate.vocabulary.articles import ArticleState
from tests import rows
from tests.rows import NOW

CAIRO = dt.timezone(dt.timedelta(hours=2))


def test_columns_have_the_types_of_their_table_and_those_that_are_named() -> None:
    found = rows_of("said", Article, ["id", "headline", "authors", "updated_at"], change="text")

    assert found == (
        "json_to_recordset(CAST(:said AS json)) AS said (id BIGINT, headline VARCHAR, "
        "authors TEXT[], updated_at TIMESTAMP WITH TIME ZONE, change text)"
    )


def test_a_foreign_key_is_an_id() -> None:
    assert "source_id bigint" in rows_of("x", ArticleSource, ["source_id"]).lower()


def test_a_column_that_its_table_lacks_is_a_fault_of_ours() -> None:
    with pytest.raises(KeyError):
        rows_of("said", Article, ["no_such_column"])


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("table", "column", "given", "read"),
    [
        (Article, "headline", 'a "quoted" \\ line\nand أخبار 😀', None),
        (Article, "headline", "", None),
        (Article, "embargo_said", None, None),
        (Article, "authors", ["A, B", 'C "D"'], None),
        (Article, "authors", [], None),
        (Article, "is_dated", True, None),
        (Article, "id", 2**62, None),
        (Article, "visible_hash", b"\x00\xff\\x", None),
        (Article, "visible_hash", b"", None),
        (Article, "published_at", NOW.replace(microsecond=123456), None),
        (Article, "published_at", NOW.astimezone(CAIRO), NOW),
        (Article, "state", ArticleState.KILLED, "killed"),
        (Picture, "channels", None, None),
        (Picture, "channels", ["page", "mail"], None),
        (Picture, "width", 640, None),
    ],
)
def test_a_value_arrives_as_it_was_given(
    table: type[Article | Picture], column: str, given: Any, read: Any
) -> None:
    statement = select(text(column)).select_from(text(rows_of("said", table, [column])))

    with transaction() as tx:
        found = tx.execute(statement, {"said": as_json([{column: given}])}).scalar_one()

    assert found == (given if read is None else read)


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("count", [0, 1, 1000])
def test_a_statement_is_the_same_for_any_number_of_rows(count: int) -> None:
    rows_said = text(rows_of("said", Article, ["id"]))
    statement = select(text("count(*), sum(id)")).select_from(rows_said)

    with transaction() as tx:
        said = {"said": as_json({"id": number} for number in range(count))}
        found, total = tx.execute(statement, said).one()

    assert (found, total) == (count, sum(range(count)) if count else None)


@pytest.mark.usefixtures("database")
def test_what_a_row_leaves_out_is_null() -> None:
    rows_said = text(rows_of("said", Article, ["id", "headline"]))
    statement = select(text("headline")).select_from(rows_said)

    with transaction() as tx:
        assert tx.scalar(statement, {"said": as_json([{"id": 1}])}) is None


def test_a_moment_that_no_row_may_hold_is_refused() -> None:
    with pytest.raises(OutOfBoundsError):
        as_json([{"at": dt.datetime.max.replace(tzinfo=dt.UTC)}])


def test_what_no_column_holds_is_a_fault_of_ours() -> None:
    with pytest.raises(TypeError, match="no column holds a UUID"):
        as_json([{"id": uuid.UUID(int=1)}])


@pytest.mark.usefixtures("database")
def test_a_column_is_among_values_by_one_parameter() -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id
        ids = [rows.article(tx, daily, name).id for name in ("a", "b", "c")]

        def found(*wanted: int) -> list[int]:
            query = select(Article.id).where(among(Article.id, wanted))
            return list(tx.scalars(query.order_by(Article.id)))

        assert found(ids[2], ids[0], 99) == [ids[0], ids[2]]
        assert found() == []
        by_slug = select(Article.id).where(among(Article.slug, ["b"]))
        assert list(tx.scalars(by_slug)) == [ids[1]]
