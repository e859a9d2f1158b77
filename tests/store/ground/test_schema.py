"""The ground of all tables: words of an enum in SQL, and columns that read what was written."""

import enum
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import (
    BigInteger,
    Column,
    Identity,
    Integer,
    MetaData,
    Table,
    cast,
    create_engine,
    insert,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError, StatementError

from syndicate.store.ground.schema import Object, SmallEnum, sql, text_enum
from syndicate.store.ground.session import driver_url
from syndicate.vocabulary.articles import ArticleState
from syndicate.vocabulary.sending import BatchState, DeliveryState


class Colour(enum.StrEnum):
    RED = "red"
    GREEN = "green"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


SAMPLE = Table(
    "sample",
    MetaData(),
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("colour", text_enum(Colour)),
    Column("level", SmallEnum(Level)),
    Column("said", Object()),
    Column("numbers", Object(int)),
)


@pytest.fixture
def connection(empty_database: str) -> Iterator[Connection]:
    engine = create_engine(driver_url(empty_database))
    with engine.connect() as found:
        SAMPLE.create(found)
        yield found
    engine.dispose()


def read(connection: Connection, column: str) -> list[Any]:
    return list(connection.scalars(select(SAMPLE.c[column]).order_by(SAMPLE.c.id)))


@pytest.mark.parametrize(
    ("members", "written"),
    [
        ((DeliveryState.ACCEPTED,), "1"),
        ((ArticleState.LIVE,), "'live'"),
        ((ArticleState.KILLED, ArticleState.DRAFT), "'draft', 'killed'"),
        ((DeliveryState.AMBIGUOUS, DeliveryState.PENDING), "0, 6"),
        ((BatchState.READY, BatchState.READY), "0"),
        ((), ""),
    ],
)
def test_words_of_an_enum_stand_in_sql_as_they_are_drawn(
    members: tuple[Any, ...], written: str
) -> None:
    assert sql(*members) == written


def test_a_word_is_kept_as_text_and_read_as_a_member(connection: Connection) -> None:
    connection.execute(insert(SAMPLE), [{"colour": Colour.GREEN}, {"colour": None}])

    assert read(connection, "colour") == [Colour.GREEN, None]
    assert connection.scalar(text("SELECT colour FROM sample LIMIT 1")) == "green"
    assert connection.scalar(select(SAMPLE.c.id).where(SAMPLE.c.colour == Colour.GREEN)) == 1


def test_no_other_word_gets_in(connection: Connection) -> None:
    with pytest.raises(StatementError, match="not among the defined enum values"):
        connection.execute(insert(SAMPLE), {"colour": "blue"})
    with pytest.raises(IntegrityError, match="violates check constraint"):
        connection.execute(text("INSERT INTO sample (colour) VALUES ('blue')"))


def test_a_number_is_kept_small_and_read_as_a_member(connection: Connection) -> None:
    connection.execute(insert(SAMPLE), [{"level": Level.HIGH}, {"level": None}, {"level": 1}])

    found = read(connection, "level")
    assert found == [Level.HIGH, None, Level.LOW]
    assert [type(each) for each in found] == [Level, type(None), Level]
    kind = connection.scalar(text("SELECT pg_typeof(level)::text FROM sample LIMIT 1"))
    assert kind == "smallint"


@pytest.mark.parametrize(
    ("stored", "said", "numbers"),
    [
        ('{"a": 1, "b": "x"}', {"a": 1, "b": "x"}, {"a": 1}),
        ('{"a": null, "b": [7]}', {"a": None, "b": [7]}, {}),
        ("{}", {}, {}),
        ("[1]", {}, {}),
        ("7", {}, {}),
        ('"x"', {}, {}),
        ("null", {}, {}),
        (None, {}, {}),
    ],
)
def test_an_object_is_read_whatever_is_in_the_row(
    connection: Connection, stored: str | None, said: dict[str, Any], numbers: dict[str, int]
) -> None:
    statement = "INSERT INTO sample (said, numbers) VALUES (CAST(:it AS jsonb), CAST(:it AS jsonb))"
    connection.execute(text(statement), {"it": stored})

    assert read(connection, "said") == [said]
    assert read(connection, "numbers") == [numbers]


def test_an_object_is_taken_apart_as_jsonb_is(connection: Connection) -> None:
    connection.execute(insert(SAMPLE), [{"said": {"a": {"b": "x"}}}, {"said": {"a": 1}}])

    apart = select(SAMPLE.c.id).where(SAMPLE.c.said[("a", "b")].astext == "x")
    holds = select(SAMPLE.c.id).where(SAMPLE.c.said.contains({"a": 1}))
    both = select(cast(SAMPLE.c.said.concat({"c": 2}), JSONB)).where(SAMPLE.c.id == 2)

    assert connection.scalars(apart).all() == [1]
    assert connection.scalars(holds).all() == [2]
    assert connection.scalars(both).all() == [{"a": 1, "c": 2}]


def test_the_types_are_those_of_the_columns() -> None:
    assert isinstance(Object().impl_instance, JSONB)
    assert issubclass(SmallEnum.impl, Integer)
