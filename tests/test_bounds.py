"""The bounds of what is kept: what they let in holds in every zone, column and index."""

import datetime as dt
import zoneinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate import bounds
from syndicate.errors import OutOfBoundsError, UsageError

ZONES = ("Pacific/Kiritimati", "Etc/GMT+12", "Asia/Kolkata", "UTC", "America/New_York")
IN_1970 = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


@pytest.mark.parametrize(
    "said",
    [
        "0001-01-01T00:00:00+00:00",
        "0001-01-01T00:00:00+05:00",  # the year 0 in UTC: Python has none
        "0001-01-01T00:00:00-05:00",
        "1969-12-31T23:59:59Z",
        "1970-01-01T02:59:59+03:00",
        "2101-01-01T00:00:00Z",
        "2100-12-31T23:59:59-05:00",
        "9999-12-31T23:59:59-05:00",  # the year 10000 in UTC
        "9999-12-31T23:59:59.999999+00:00",
        "2026-11-24T08:00:00",  # in no zone
    ],
)
def test_a_moment_outside_1970_to_2100_is_refused(said: str) -> None:
    with pytest.raises(OutOfBoundsError, match=r"^The end of the rights "):
        bounds.moment(at(said), "The end of the rights")

    assert bounds.moment_or_none(at(said)) is None


@pytest.mark.parametrize(
    ("said", "utc"),
    [
        ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00+00:00"),
        ("1969-12-31T19:00:00-05:00", "1970-01-01T00:00:00+00:00"),
        ("2026-11-24T11:00:00+03:00", "2026-11-24T08:00:00+00:00"),
        ("2101-01-01T02:59:59+03:00", "2100-12-31T23:59:59+00:00"),
    ],
)
def test_a_moment_within_them_comes_back_in_utc(said: str, utc: str) -> None:
    assert bounds.moment(at(said)).isoformat() == utc
    assert bounds.moment_or_none(at(said)) == at(utc)


def test_no_moment_is_none() -> None:
    assert bounds.moment_or_none(None) is None


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("0001-01-01T00:00:00+05:00", bounds.EARLIEST),
        ("0001-01-01T00:00:00-05:00", bounds.EARLIEST),
        ("2026-11-24T11:00:00+03:00", at("2026-11-24T08:00:00Z")),
        ("9999-12-31T23:59:59-05:00", bounds.LATEST),
        ("9999-12-31T23:59:59+05:00", bounds.LATEST),
    ],
)
def test_a_clamped_moment_is_the_nearest_one_that_can_be_kept(said: str, kept: dt.datetime) -> None:
    assert bounds.clamped(at(said)) == kept


@given(
    st.datetimes(timezones=st.sampled_from(ZONES).map(zoneinfo.ZoneInfo)),
    st.sampled_from(ZONES).map(zoneinfo.ZoneInfo),
)
def test_a_clamped_moment_holds_in_every_zone(any_one: dt.datetime, zone: dt.tzinfo) -> None:
    kept = bounds.clamped(any_one)

    assert bounds.moment(kept) == kept
    assert kept.astimezone(zone) - dt.timedelta(days=365) < kept  # with room to reckon in


@pytest.mark.parametrize("said", ["a\0b", "\0", "\ud800", "x\udfff"])
def test_a_text_that_no_column_holds_is_refused(said: str) -> None:
    with pytest.raises(OutOfBoundsError, match=r"^The note holds a character that no text can"):
        bounds.text(said, "The note")
    assert not bounds.is_storable(said)


@pytest.mark.parametrize("said", ["", "plain", "\t\n\x1b", "عربي", "\U0001f600", "\ufffe"])
def test_any_other_text_is_taken_as_it_is(said: str) -> None:
    assert bounds.text(said, most=5) == said


def test_a_text_is_counted_in_characters_and_an_index_in_bytes() -> None:
    arabic = "ع" * (bounds.INDEXED_BYTES // 2)

    assert bounds.text(arabic, most=len(arabic)) == arabic
    assert bounds.indexed(arabic) == arabic
    with pytest.raises(OutOfBoundsError, match="longer than 5 characters"):
        bounds.text("sixteen", most=5)
    with pytest.raises(OutOfBoundsError, match=r"^The id is longer than 2,500 bytes"):
        bounds.indexed(arabic + "x", "The id")


def test_an_error_is_told_as_a_usage_error_and_caught_as_a_value_error() -> None:
    error = OutOfBoundsError("The time names no zone; write it.")

    assert isinstance(error, UsageError)
    assert isinstance(error, ValueError)
    assert IN_1970 == bounds.EARLIEST
