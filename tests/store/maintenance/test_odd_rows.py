"""Rows that hold what nobody can use: found by their columns, told by their keys, put right."""

import pytest
from sqlalchemy import Column, MetaData, String, Table, literal_column, text, update

from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.intake.sources import FetchHost
from syndicate.store.maintenance import odd_rows
from syndicate.store.maintenance.odd_rows import MOST_BYTES, OddRow
from syndicate.store.maintenance.tables import METADATA
from syndicate.vocabulary.sources import SourceKind
from tests import matrix, rows

pytestmark = pytest.mark.usefixtures("database")


def newsroom(tx: Transaction) -> None:
    """One row of each of the tables that the tests spoil."""
    daily = rows.publication(tx)
    article = rows.article(tx, daily.id)
    rows.picture(tx, article.id)
    rows.revision(tx, article.id)
    rows.source(tx, daily.id)
    issue = rows.issue(tx, rows.newsletter(tx, daily.id).id)
    rows.story(tx, issue.id, 0, article.id)


def spoil(tx: Transaction, column: str, value: str) -> None:
    """Put a value, as SQL, in a column of every row."""
    table, _, name = column.partition(".")
    target = METADATA.tables[table]
    tx.execute(update(target).values({name: literal_column(value)}))


def found(tx: Transaction, most: int = 9) -> list[OddRow]:
    return odd_rows.found(tx, most=most)


TIME, OBJECT = "is not a time in the calendar", "is not an object"
NULL, ADDRESS = "has a NULL among its values", "is not a web address"
ZONE, LANGUAGE = "is not a time zone", "is not a language"
LONG = "is longer than any page or mail shows"
AN_ADDRESS = "'https://…'"


@pytest.mark.parametrize(
    ("column", "value", "why", "repaired"),
    matrix.rows(
        [
            ("article.published_at", "'infinity'", TIME, "now()"),
            ("article.published_at", "'10000-01-01 00:00+00'", TIME, "now()"),
            ("article.embargo_until", "'-infinity'", TIME, "NULL"),
            ("article.embargo_until", "'0001-01-01 00:00+00 BC'", TIME, "NULL"),
            ("issue.local_date", "'infinity'", TIME, "now()"),
            ("newsletter.schedule", "'[1]'", OBJECT, "'{}'"),
            ("newsletter.schedule", "'null'", OBJECT, "'{}'"),
            ("newsletter.translations", "'7'", OBJECT, "'{}'"),
            ("source.profile", "'\"x\"'", OBJECT, "NULL"),
            ("article.authors", "'{A,NULL}'", NULL, "array_remove(authors, NULL)"),
            ("article.url", "'ftp://x.example/'", ADDRESS, "NULL"),
            ("article.url", "'https:///path'", ADDRESS, "NULL"),
            ("article.url", "'https://a b/'", ADDRESS, "NULL"),
            ("article.url", "'http://['", ADDRESS, "NULL"),
            ("picture.url", "'x'", ADDRESS, AN_ADDRESS),
            ("publication.home_url", "'daily.example'", ADDRESS, "NULL"),
            ("source.compare_url", "'x'", ADDRESS, "NULL"),
            ("issue_story.picture_url", "'x'", ADDRESS, "NULL"),
            ("publication.zone", "'Mars/Base'", ZONE, "'UTC'"),
            ("newsletter.zone", "''", ZONE, "'UTC'"),
            ("article.language", "'e n'", LANGUAGE, "'en'"),
            ("article.headline", f"repeat('x', {MOST_BYTES + 1})", LONG, "left(headline, 500)"),
            (
                "article.headline",
                f"repeat('é', {MOST_BYTES // 2 + 1})",
                LONG,
                "left(headline, 500)",
            ),
            ("revision.note", f"repeat('x', {MOST_BYTES + 1})", LONG, "left(note, 500)"),
        ],
        every=4,
    ),
)
def test_what_nobody_can_use_is_told_and_can_be_put_right(
    column: str, value: str, why: str, repaired: str
) -> None:
    table, _, name = column.partition(".")
    with transaction() as tx:
        newsroom(tx)
        spoil(tx, column, value)

        (odd,) = found(tx)

        assert (odd.table, odd.column, odd.why, odd.value) == (table, name, why, repaired)
        tx.execute(text(odd.repair.replace(":", "\\:")))
        assert found(tx) == []


@pytest.mark.parametrize(
    ("column", "value"),
    matrix.rows(
        [
            ("article.published_at", "'1969-07-20 20:17+00'"),
            ("article.published_at", "'9999-12-30 00:00+00'"),
            ("article.embargo_until", "NULL"),
            ("article.url", "''"),
            ("article.url", "NULL"),
            ("article.url", "'http://[2001:db8::1]:8080/a?b#c'"),
            ("article.url", "'https://daily.example'"),
            ("article.url", "'https://أخبار.example/x'"),
            ("source.profile", "'null'"),
            ("source.profile", "NULL"),
            ("article.authors", "'{}'"),
            ("article.language", "'zh-Hant-TW'"),
            ("article.language", "'pt_BR'"),
            ("publication.zone", "'Asia/Qatar'"),
            ("article.headline", f"repeat('x', {MOST_BYTES})"),
            ("article.body_html", f"repeat('x', {MOST_BYTES + 1})"),
        ],
        every=4,
    ),
)
def test_what_can_be_read_as_it_stands_is_well(column: str, value: str) -> None:
    with transaction() as tx:
        newsroom(tx)
        spoil(tx, column, value)

        assert found(tx) == []


def test_an_empty_house_has_nothing_odd() -> None:
    with transaction() as tx:
        assert found(tx) == []


def test_the_name_of_a_source_that_is_pushed_to_is_no_address_and_well() -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id
        rows.source(tx, daily, "cms", kind=SourceKind.PUSH, url="push:daily")

        assert found(tx) == []


def test_a_callback_of_ours_is_the_end_of_an_address_and_well() -> None:
    with transaction() as tx:
        rows.hub_subscription(tx, rows.source(tx, rows.publication(tx).id).id)

        assert found(tx) == []


@pytest.mark.parametrize("name", ["url", "voice_url", "callback"])
def test_a_column_with_the_name_of_an_address_holds_one(name: str) -> None:
    table = Table("letter", MetaData(), Column(name, String), Column("curl", String))

    found = {each.column.name: each.why for each in odd_rows._faults(table, [])}

    assert found == {name: ADDRESS}


def test_several_faults_of_one_row_are_told_each() -> None:
    with transaction() as tx:
        newsroom(tx)
        tx.execute(text("UPDATE article SET url = 'x', language = '?', authors = '{NULL}'"))

        assert {each.column for each in found(tx)} == {"url", "language", "authors"}


def test_a_row_is_named_by_its_number_or_numbers() -> None:
    with transaction() as tx:
        newsroom(tx)
        tx.execute(text("UPDATE article SET url = 'x'"))
        tx.execute(text("UPDATE revision SET created_at = 'infinity'"))

        keys = {each.table: each.key for each in found(tx)}

        assert keys == {"article": "id = 1", "revision": "article_id = 1 AND number = 1"}


def test_a_row_whose_key_is_text_is_named_by_its_place() -> None:
    with transaction() as tx:
        rows.added(tx, FetchHost(domain="daily.example"))
        tx.execute(text("UPDATE fetch_host SET not_before = 'infinity'"))

        (odd,) = found(tx)

        assert odd.key.startswith("ctid = '(0,")
        assert "daily" not in odd.repair
        tx.execute(text(odd.repair))
        assert found(tx) == []


def test_no_more_rows_of_a_table_are_told_than_were_asked_for() -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id
        for name in ("a", "b", "c"):
            rows.picture(tx, rows.article(tx, daily, name).id)
        tx.execute(text("UPDATE article SET url = 'x'"))
        tx.execute(text("UPDATE picture SET url = 'x'"))

        told = [each.table for each in found(tx, most=2)]

        assert sorted(told) == ["article"] * 2 + ["picture"] * 2


def test_the_ledger_is_not_read() -> None:
    with transaction() as tx:
        newsroom(tx)
        issue = rows.issue(tx, 1, 2)
        rows.delivery(tx, rows.batch(tx, rows.mailing(tx, issue)), 0, rows.recipient(tx).id)
        tx.execute(text("UPDATE delivery SET done_at = 'infinity', language = '?'"))

        assert found(tx) == []
