"""What a row is emptied of is found in its columns: whatever may hold words, and nothing else."""

import enum
import itertools

import pytest
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    LargeBinary,
    MetaData,
    String,
    types,
)
from sqlalchemy import Table as SqlTable
from sqlalchemy.dialects.postgresql import JSON, JSONB

from syndicate.store.content.articles import Article, ArticleSource
from syndicate.store.editing.emptying import nothing_of
from syndicate.store.ground.schema import Object, Table, text_enum
from syndicate.store.sending.mailings import MailingContent

_NUMBERS = itertools.count(1)


class Colour(enum.StrEnum):
    RED = "red"


def emptied(*columns: Column[object]) -> dict[str, object]:
    """What a table of these columns is emptied to."""

    name = f"Row{next(_NUMBERS)}"
    key = Column("id", BigInteger, primary_key=True)
    row = type(name, (Table,), {"__table__": SqlTable(name, MetaData(), key, *columns)})
    return nothing_of(row)


def test_a_new_column_is_emptied_unasked() -> None:
    assert emptied(
        Column("teaser", String, nullable=False),
        Column("podcast", JSONB, nullable=True),
        Column("words", ARRAY(String), nullable=False),
        Column("sound", LargeBinary, nullable=False),
        Column("said", JSONB, nullable=False),
    ) == {
        "teaser": "",
        "podcast": None,
        "words": [],
        "sound": b"",
        "said": {},
    }


@pytest.mark.parametrize(
    ("kind", "nothing"),
    [
        pytest.param(String(80), "", id="text"),
        pytest.param(LargeBinary(), b"", id="bytes"),
        pytest.param(JSON(), {}, id="json"),
        pytest.param(Object(), {}, id="an object"),
        pytest.param(ARRAY(BigInteger), [], id="a list of numbers"),
    ],
)
@pytest.mark.parametrize("nullable", [True, False])
def test_nothing_is_null_where_a_column_may_be_null_and_else_of_its_type(
    kind: types.TypeEngine[object], nothing: object, *, nullable: bool
) -> None:
    found = emptied(Column("words", kind, nullable=nullable))

    assert found == {"words": None if nullable else nothing}


@pytest.mark.parametrize(
    "column",
    [
        pytest.param(Column("at", DateTime(timezone=True)), id="a time"),
        pytest.param(Column("is_it", Boolean), id="a boolean"),
        pytest.param(Column("number", BigInteger), id="a number"),
        pytest.param(Column("colour", text_enum(Colour)), id="a word of ours"),
        pytest.param(Column("atom_id", String, ForeignKey("tombstone.atom_id")), id="a reference"),
    ],
)
def test_what_holds_nobodys_words_stays(column: Column[object]) -> None:
    assert emptied(column) == {}


def test_an_article_keeps_its_id_and_direction_and_loses_its_words() -> None:
    found = nothing_of(Article)

    assert (found["headline"], found["url"], found["authors"]) == ("", None, [])
    assert found["visible_hash"] == b""
    assert not found.keys() & {"atom_id", "language", "direction", "state", "published_at"}


def test_an_entry_keeps_the_hashes_by_which_it_is_known() -> None:
    assert nothing_of(ArticleSource) == dict.fromkeys(("guid", "link", "title", "raw_published"))


def test_a_column_that_stays_in_one_table_goes_in_another() -> None:
    # A block's language is part of its key; its words go.
    found = nothing_of(MailingContent)

    assert not found.keys() & {"language", "kind", "mask", "position"}
    assert {"html", "text", "headers"} <= found.keys()
