"""What no column holds is refused at the last door; what older code wrote is read all the same."""

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import DataError

from syndicate import bounds
from syndicate.errors import OutOfBoundsError
from syndicate.store.content.articles import Article
from syndicate.store.ground import rowsets
from syndicate.store.ground.session import Transaction, UnstorableError, transaction

pytestmark = pytest.mark.usefixtures("database")

NOW = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)
YEAR_1 = dt.datetime(1, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=5)))
YEAR_10000 = dt.datetime.fromisoformat("9999-12-31T23:59:59-05:00")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("infinity", bounds.LAST),
        ("-infinity", bounds.FIRST),
        ("10000-01-01 04:59:59+00", bounds.LAST),
        ("294276-12-31 23:59:59+00", bounds.LAST),
        ("9999-12-31 23:59:59+00", bounds.LAST),
        ("2500-01-01 00:00:00+00", dt.datetime(2500, 1, 1, tzinfo=dt.UTC)),
        ("2026-11-24 11:00:00+03", NOW),
        ("1969-07-20 20:17:40+00", dt.datetime(1969, 7, 20, 20, 17, 40, tzinfo=dt.UTC)),
        ("0001-01-01 00:00:00+00", bounds.FIRST),
        ("0001-01-01 00:00:00+00 BC", bounds.FIRST),
        ("4713-01-01 00:00:00+00 BC", bounds.FIRST),
    ],
)
def test_a_moment_that_nobody_can_say_is_read_as_the_nearest(
    written: str, read: dt.datetime
) -> None:
    with transaction() as tx:
        one = tx.execute(text(f"SELECT timestamptz '{written}'")).scalar_one()
        several = tx.execute(text(f"SELECT ARRAY[timestamptz '{written}', NULL]")).scalar_one()

    assert one == read
    assert several == [read, None]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("infinity", bounds.LAST.date()),
        ("10000-01-01", bounds.LAST.date()),
        ("2026-11-24", NOW.date()),
        ("1969-07-20", dt.date(1969, 7, 20)),
        ("0044-03-15 BC", bounds.FIRST.date()),
    ],
)
def test_a_date_is_read_so_too(written: str, read: dt.date) -> None:
    with transaction() as tx:
        assert tx.execute(text(f"SELECT date '{written}'")).scalar_one() == read
        local = tx.execute(text(f"SELECT timestamp '{written}'")).scalar_one()

    assert local.date() == read


def test_a_bad_row_is_written_down_once_however_often_it_is_read(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for _ in range(3):
        with transaction() as tx:
            tx.execute(text("SELECT timestamptz '12345-06-07'")).scalar_one()

    assert capsys.readouterr().out.count("moment_out_of_bounds_read") == 1


def test_an_old_row_can_be_asked_for_by_its_own_moment() -> None:
    moment = dt.datetime(1903, 4, 1, tzinfo=dt.UTC)
    with transaction() as tx:
        asked = tx.execute(text("SELECT CAST(:at AS timestamptz)"), {"at": moment}).scalar_one()

    assert asked == moment
    assert rowsets.as_json([{"at": moment}]) == '[{"at": "1903-04-01T00:00:00+00:00"}]'


def with_parameter(value: object) -> Callable[[Transaction], object]:
    return lambda tx: tx.execute(text("SELECT CAST(:value AS text)"), {"value": value})


@pytest.mark.parametrize(
    "work",
    [
        with_parameter(YEAR_1),
        with_parameter(YEAR_10000),
        with_parameter([NOW, YEAR_10000]),
        with_parameter(dt.datetime.fromisoformat("2026-11-24T08:00:00")),
        lambda tx: tx.execute(update(Article).values(published_at=YEAR_10000)),
        lambda _tx: rowsets.as_json([{"rights_until": YEAR_10000}]),
    ],
)
def test_a_moment_that_nobody_can_say_is_not_written(work: Callable[[Transaction], object]) -> None:
    with pytest.raises(OutOfBoundsError, match="The time "), transaction() as tx:
        work(tx)


@pytest.mark.parametrize("said", ["a\0b", "\ud800"])
def test_a_text_that_no_column_holds_is_refused_with_one_sentence(said: str) -> None:
    for value in (said, [said]):
        with pytest.raises(OutOfBoundsError, match="no text can hold"), transaction() as tx:
            with_parameter(value)(tx)


def test_what_no_index_holds_is_a_bad_value_and_no_database_that_is_away() -> None:
    long = "".join(chr(0x4E00 + number * 7919 % 20_000) for number in range(4_000))

    with pytest.raises(DataError) as caught, transaction() as tx:
        tx.execute(
            text("INSERT INTO used_token (token_hash, purpose, used_at) VALUES (:it, 'x', now())"),
            {"it": long.encode()},
        )

    assert isinstance(caught.value, UnstorableError)
    assert long[:5] not in str(caught.value)


def test_what_can_be_kept_comes_back_as_it_was() -> None:
    said = "Ünïcode \U0001f600 ﷺ \x1b"
    with transaction() as tx:
        row = tx.execute(
            text("SELECT CAST(:said AS text), CAST(:at AS timestamptz), CAST(:list AS text[])"),
            {"said": said, "at": NOW, "list": [said, ""]},
        ).one()

    assert tuple(row) == (said, NOW, [said, ""])
