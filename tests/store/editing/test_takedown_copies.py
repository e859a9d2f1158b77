"""After a takedown no column of any table says a word of the article.

The rows are filled by reflection, so that a column which is added later is filled here, and stands
in the answer until the takedown empties it or `emptying.KEPT` says why it stays.
"""

import datetime as dt

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import ARRAY, Column, Enum, LargeBinary, String, insert, select, update
from sqlalchemy import Table as SqlTable
from sqlalchemy.dialects.postgresql import JSON, JSONB

from syndicate import clock
from syndicate.store.content import articles
from syndicate.store.editing import changes
from syndicate.store.editing.emptying import KEPT
from syndicate.store.ground.schema import Object
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.maintenance.tables import METADATA
from tests.newsletters.paper import HOUR, NOW, article
from tests.subscribers import desk

WORD = "secretword"
# Columns of tables that lead to an article and hold no word of it, by whatever was filled in here.
NOT_OF_IT = {
    "article_key.kind": "what the key is: link, guid or hash",
    "batch.receiver_group": "who runs the readers' mailboxes",
    "issue.content_hash": "a hash",
    "issue.note": "our own sentence; what cannot be mailed is named by its number",
    "issue.slot": "a time of the day, or an alert's number",
    "mailing.dedupe_key": "the article's number",
    "mailing.message": "a folder of templates",
    "mailing.scope": "a newsletter's number",
}
# Tables that hold something made of an article without a key that leads to it.
MADE_OF_IT = {"api_answer", "feed_document", "feed_page", "missing_link", "source_notice", "tag"}
MADE_OF_IT |= {"source_push"}


def leading_to(name: str) -> set[str]:
    """The tables whose foreign keys lead to a table, by however many steps."""
    found = {name}
    while True:
        more = {
            table.name
            for table in METADATA.sorted_tables
            for key in table.foreign_keys
            if key.column.table.name in found
        }
        if more <= found:
            return found
        found |= more


def is_of_words(column: Column[object]) -> bool:
    if isinstance(column.type, Enum) or column.foreign_keys:
        return False
    return isinstance(column.type, String | LargeBinary | JSON | JSONB | Object | ARRAY)


def word_for(column: Column[object]) -> object:
    if isinstance(column.type, LargeBinary):
        return WORD.encode()
    if isinstance(column.type, ARRAY):
        return [WORD] if isinstance(column.type.item_type, String) else []
    return WORD if isinstance(column.type, String) else {WORD: WORD}


def filler(column: Column[object]) -> object:
    """Something for a column that must not be empty and holds no words."""
    if isinstance(column.type, Enum):
        return column.type.enums[0]
    kind = column.type.python_type
    return {dt.datetime: NOW, dt.date: NOW.date(), bool: False}.get(kind, 0)


def fill(tx: Transaction, table: SqlTable, **known: object) -> None:
    """Insert a row with the word in every column that may hold one."""
    values = {name: value for name, value in known.items() if name in table.columns}
    for column in table.columns:
        name = f"{table.name}.{column.name}"
        if column.name in known:
            continue
        if is_of_words(column):
            values[column.name] = "kept" if name in KEPT | NOT_OF_IT else word_for(column)
            if isinstance(column.type, LargeBinary) and name in KEPT | NOT_OF_IT:
                values[column.name] = b"kept"
        elif not (column.nullable or column.server_default or column.identity):
            values[column.name] = filler(column)
    tx.execute(insert(table).values(values))


def holds(cell: object, word: str) -> bool:
    return word in (cell.decode("utf-8", "replace") if isinstance(cell, bytes) else str(cell))


def columns_with(url: str, word: str) -> list[str]:
    found = set()
    with psycopg.connect(url) as connection:
        for table in METADATA.sorted_tables:
            rows = connection.execute(
                sql.SQL("SELECT * FROM {}").format(sql.Identifier(table.name))
            )
            names = [each.name for each in rows.description or ()]
            cells = [cell for row in rows.fetchall() for cell in zip(names, row, strict=True)]
            found |= {f"{table.name}.{name}" for name, cell in cells if holds(cell, word)}
    return sorted(found)


def rows() -> list[tuple[str, dict[str, object]]]:
    """One row for each table that may hold something of article 1; the fixture fills the rest."""
    nothing = dict.fromkeys(("profile", "compare_url", "reason", "basis", "moved_to", "etag"))
    nothing |= dict.fromkeys(
        ("last_modified", "body_hash", "dropped_hash", "author", "rule", "built_for", "holder")
    )
    named = {"name": "x", "domain": "x", "url": "https://daily.example/feed", "title": "x"}
    hub = {"hub_url": "x", "topic": "x", "callback": "x", "secret": b"x"}
    plain = {**nothing, **named, **hub, "allow_origins": [], "aliases": [], "description": "x"} | {
        "language": "en"
    }
    block = {"mailing_id": 7, "version": 1, "language": "en"}
    frame = {**block, "kind": "frame", "position": 0, "html": b"", "text": b""}
    answer = {"results": [{"article_id": 1, "id": WORD}]}
    return [
        ("source", {"id": 7, "publication_id": 1, "slug": "wire", **plain}),
        ("fetch_state", {"source_id": 7, **plain}),
        ("hub_subscription", {"id": 7, "source_id": 7, **plain}),
        ("source_push", {"subscription_id": 7}),
        ("source_notice", {"source_id": 7, "message": f"Of article 1: “{WORD}”."}),
        ("missing_link", {"source_id": 7}),
        ("article_source", {"id": 7, "article_id": 1, "source_id": 7}),
        ("article_page", {"carried_id": 7, "source_id": 7}),
        ("article_key", {"article_id": 1, "key": f"1:{WORD}", "kind": "link"}),
        ("tag", {"id": 7, "publication_id": 1}),
        ("article_tag", {"article_id": 1, "tag_id": 7}),
        ("revision", {"article_id": 1, "number": 1}),
        ("picture", {"article_id": 1}),
        ("featured", {"publication_id": 1, "article_id": 1}),
        ("issue", {"id": 7, "newsletter_id": 1, "article_id": 1}),
        ("issue_story", {"issue_id": 7, "position": 3, "article_id": 1}),
        ("mailing", {"id": 7, "issue_id": 7, "newsletter_id": 1, "publication_id": 1}),
        ("mailing_content", {**block, "kind": "story", "position": 3, "mask": 1 << 3}),
        ("mailing_content", {**frame, "headers": {"subject": WORD}}),
        ("mailing_revision", {"mailing_id": 7}),
        ("mailing", {"id": 8, "dedupe_key": "article:1:x", "publication_id": 1}),
        ("mailing_content", {**block, "mailing_id": 8, "kind": "frame", "position": 0}),
        ("feed", {"id": 7, "publication_id": 1, "slug": "x", "gone_at": NOW, **plain}),
        ("feed_document", {"feed_id": 7, "page": 0}),
        ("feed_page", {"feed_id": 7, "page": 0, "article_ids": [1]}),
        ("api_answer", {"key_hash": b"x", "request_hash": b"x", "answer": answer}),
    ]


@pytest.fixture
def told(database: str) -> str:
    """Article 1 and everything made of it, full of the word."""
    table = METADATA.tables["article"]
    words = {
        column.name: word_for(column)
        for column in table.columns
        if is_of_words(column) and f"article.{column.name}" not in KEPT
    }
    with transaction() as tx:
        desk.morning(tx)
        assert article(tx, 1, "world-one", NOW - HOUR).id == 1
        tx.execute(update(table).values(words))
        for name, known in rows():
            fill(tx, METADATA.tables[name], **known)
    return database


def test_no_column_of_any_table_has_a_word_of_it(told: str) -> None:
    full = {name.partition(".")[0] for name in columns_with(told, WORD)}
    without_words = {"article_tag", "batch", "mailing", "mailing_hold", "mailing_revision"}
    assert full == leading_to("article") - without_words | MADE_OF_IT

    with transaction() as tx:
        found = articles.find(tx, 1)
        assert found is not None
        assert changes.take_down(tx, found, now=clock.now())

    assert columns_with(told, WORD) == []


def test_a_subject_of_an_older_headline_and_only_its_own_notices_go(told: str) -> None:
    table, notice = METADATA.tables["article"], METADATA.tables["source_notice"]
    with transaction() as tx:
        tx.execute(update(table).values(headline="Corrected"))
        tx.execute(update(METADATA.tables["article_source"]).values(guid="1"))
        fill(tx, notice, source_id=7, message="Of article 11: “soon”.", kind="dates")
        found = articles.find(tx, 1)
        assert found is not None
        assert changes.take_down(tx, found, now=clock.now())

    assert columns_with(told, WORD) == []
    with transaction() as tx:
        assert list(tx.scalars(select(notice.c.message))) == ["Of article 11: “soon”."]


def test_what_stays_of_a_row_is_a_column_of_ours() -> None:
    columns = {
        f"{table.name}.{column.name}"
        for table in METADATA.sorted_tables
        for column in table.columns
    }

    assert (KEPT | NOT_OF_IT).keys() <= columns
