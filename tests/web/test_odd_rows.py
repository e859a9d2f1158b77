"""A value that no code of ours writes, in every column that can hold it: each page stands."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy import BigInteger, Column, SmallInteger, String, Table, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.exc import DBAPIError
from starlette.testclient import TestClient

from syndicate.store.ground.schema import Object
from syndicate.store.ground.session import transaction
from syndicate.store.maintenance.tables import METADATA
from syndicate.vocabulary.feeds import FeedFormat
from tests.web import operators
from tests.web.newsroom import Newsroom
from tests.web.test_bad_rows import answers, whole, work

assert whole  # a fixture
# Whoever looks stays signed in; what says whose database this is has checks of its own.
OUT = {"console_session", "api_token", "installation"}
# The story and the house that everybody reads are beside the bad ones.
SOUND = {"article": "slug <> 'report'", "publication": "slug <> 'courier'",
         "section": "publication_id <> 1", "feed": "slug <> 'everything'",
         "revision": "article_id <> 1", "article_tag": "article_id <> 1",
         "picture": "position > 0"}  # fmt: skip
OBJECTS = ["'[1]'", "'7'", "'\"x\"'", "'null'", '\'{"en": [7], "x": {}}\'']
LISTS = ["'{NULL}'", "'{NULL,\"\",x}'", "'{}'", "'{\"\x01\"}'"]
NUMBERS = ["-1", "0", "32767", "4611686018427387904"]
TEXTS = ["E'\\x01\\x1b'", "'http://['", "'Mars/Base'", "repeat('x ', 150000)", "''",
         "U&'\\202e\\ffff\\+01f600'", "'{{ 7 }} {% x %} %s {0}'"]  # fmt: skip


def columns(*kinds: type, besides: type | None = None) -> Iterator[tuple[Table, Column[object]]]:
    """Every column of a type that is no key of any sort."""
    for table in METADATA.sorted_tables:
        for column in table.columns:
            is_one = isinstance(column.type, kinds)
            is_other = besides is not None and isinstance(column.type, besides)
            is_key = column.primary_key or column.foreign_keys or column.name == "slug"
            if is_one and not is_other and not is_key and table.name not in OUT:
                yield table, column


def spoil(table: Table, column: Column[object], value: str) -> bool:
    """Put a value in a column wherever it is let in; whether it was anywhere."""
    where = SOUND.get(table.name, "true")
    try:
        with transaction() as tx:
            tx.execute(text(f"UPDATE {table.name} SET {column.name} = {value} WHERE {where}"))  # noqa: S608 - our own names
    except DBAPIError:
        return False
    return True


def stands(browser: TestClient, room: Newsroom) -> None:
    work(room)
    after = answers(browser, room)
    assert {path: code for path, code in after.items() if code >= 500} == {}
    feeds = [f"/feeds/everything.{form}" for form in FeedFormat]
    for path in ("/", "/sections/world", "/sitemap-news.xml", *feeds):
        assert "Council agrees on the river report" in browser.get(path).text, path


@pytest.mark.long
@pytest.mark.parametrize("value", OBJECTS)
def test_no_object_of_another_shape_takes_a_page_down(
    browser: TestClient, whole: Newsroom, value: str
) -> None:
    operators.sign_in(browser)
    spoilt = [spoil(*each, value) for each in columns(JSONB, Object)]

    assert sum(spoilt) > 5
    stands(browser, whole)


@pytest.mark.long
@pytest.mark.parametrize("value", LISTS)
def test_no_list_of_other_values_takes_a_page_down(
    browser: TestClient, whole: Newsroom, value: str
) -> None:
    operators.sign_in(browser)
    spoilt = [spoil(*each, value) for each in columns(ARRAY)]

    assert sum(spoilt) > 5
    stands(browser, whole)


@pytest.mark.long
@pytest.mark.parametrize("value", TEXTS)
def test_no_text_in_any_row_takes_a_page_down(
    browser: TestClient, whole: Newsroom, value: str
) -> None:
    operators.sign_in(browser)
    spoilt = [spoil(*each, value) for each in columns(String, besides=sa.Enum)]

    assert sum(spoilt) > 20
    stands(browser, whole)


@pytest.mark.long
@pytest.mark.parametrize("value", NUMBERS)
def test_no_number_in_any_row_takes_a_page_down(
    browser: TestClient, whole: Newsroom, value: str
) -> None:
    operators.sign_in(browser)
    spoilt = [spoil(*each, value) for kind in (BigInteger, SmallInteger) for each in columns(kind)]

    assert sum(spoilt) > 20
    stands(browser, whole)
