"""The zone that a written date names: read, absent, or there and not understood."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.reading import zones
from syndicate.reading.zones import NONE, UNREAD, Zone


def hours(number: float) -> Zone:
    return Zone(dt.timezone(dt.timedelta(hours=number)), is_written=True)


def named(name: str, number: float) -> Zone:
    return Zone(dt.timezone(dt.timedelta(hours=number)), is_written=True, name=name)


def at(place: str) -> Zone:
    return Zone(ZoneInfo(place), is_written=True)


@pytest.mark.parametrize(
    ("text", "zone", "rest"),
    [
        ("", NONE, ""),
        (" 30 November", NONE, " 30 November"),
        (" +0300", hours(3), ""),
        ("+03:00", hours(3), ""),
        (" +3", hours(3), ""),
        (" GMT+3", hours(3), ""),
        (" (UTC-5)", hours(-5), ""),
        (" \N{MINUS SIGN}0530", hours(-5.5), ""),
        (" +05:30:00", hours(5.5), ""),
        (" +0300 2026", hours(3), " 2026"),
        (" +0300 (MSK)", hours(3), ""),
        (" +0300 (EST)", hours(3), ""),  # a shared name says nothing against digits
        (" -0500 EST", hours(-5), ""),
        (" +0300 GMT", UNREAD, ""),
        (" +0300 Europe/Moscow", UNREAD, ""),
        (" +1401", UNREAD, ""),
        (" -1201", UNREAD, ""),
        (" +0360", UNREAD, ""),
        (" +1400", hours(14), ""),
        (" -1200", hours(-12), ""),
        (" +123456", UNREAD, ""),
        (" GMT", named("GMT", 0), ""),
        ("Z", named("Z", 0), ""),
        (" z", named("Z", 0), ""),
        (" utc, Monday", named("UTC", 0), ", Monday"),
        (" CET", named("CET", 1), ""),
        (" (CET) 2026", named("CET", 1), " 2026"),
        (" CET (winter)", named("CET", 1), ""),
        (" ET", at("America/New_York"), ""),
        (" NDT", named("NDT", -2.5), ""),
        (" XYZ", Zone(is_written=True, name="XYZ"), ""),
        (" A", Zone(is_written=True, name="A"), ""),
        (" cet", NONE, " cet"),
        (" MON", NONE, " MON"),
        (" NOV 30", NONE, " NOV 30"),
        (" AM", NONE, " AM"),
        (" Uhr", NONE, " Uhr"),
        (" NOVEMBERS", NONE, " NOVEMBERS"),
        (" America/Argentina/Salta", at("America/Argentina/Salta"), ""),
        ("[Europe/Paris]", at("Europe/Paris"), ""),
        (" Europe/Atlantis", UNREAD, ""),
        (" بتوقيت مكه المكرمه", at("Asia/Riyadh"), ""),
        (" (بتوقيت غرينتش)", at("UTC"), ""),
        (" بتوقيت القدس", UNREAD, ""),
    ],
)
def test_what_follows_a_clock(text: str, zone: Zone, rest: str) -> None:
    assert zones.behind(text) == (zone, rest)


@pytest.mark.parametrize(
    ("text", "zone", "rest"),
    [
        ("30 November 2026", NONE, "30 November 2026"),
        ("CET 30 November", named("CET", 1), "  30 November"),
        ("30 November ET", at("America/New_York"), "30 November  "),
        ("CET or EET 30 November", UNREAD, "CET or EET 30 November"),
        ("XYZ 30 November", NONE, "XYZ 30 November"),
        ("cet 30 November", NONE, "cet 30 November"),
        ("CETA 30 November", NONE, "CETA 30 November"),
        ("Etc/GMT 30 November", NONE, "Etc/GMT 30 November"),
    ],
)
def test_a_name_that_stands_anywhere(text: str, zone: Zone, rest: str) -> None:
    assert zones.within(text) == (zone, rest)


@pytest.mark.parametrize(
    ("zone", "is_unread"), [(NONE, False), (UNREAD, True), (named("CET", 1), False)]
)
def test_a_zone_is_unread_when_it_is_written_and_not_understood(
    zone: Zone, *, is_unread: bool
) -> None:
    assert zone.is_unread is is_unread


@pytest.mark.parametrize(
    ("name", "elsewhere", "in_rfc_5322"),
    [
        ("CST", True, False),
        ("EST", True, False),
        ("IST", True, True),
        ("AST", True, True),
        ("CET", False, False),
        ("", False, False),
    ],
)
def test_a_name_of_several_countries_is_shared_but_where_its_standard_says(
    name: str, *, elsewhere: bool, in_rfc_5322: bool
) -> None:
    zone = Zone(dt.UTC, is_written=True, name=name)

    assert zone.is_shared(in_rfc_5322=False) is elsewhere
    assert zone.is_shared(in_rfc_5322=True) is in_rfc_5322


@pytest.mark.parametrize(
    ("name", "is_there"),
    [
        ("Asia/Qatar", True),
        ("UTC", True),
        ("Europe/Atlantis", False),
        ("", False),
        ("../etc/passwd", False),
        ("x" * 5_000, False),
        ("Europe", False),
        ("a\0b", False),
    ],
)
def test_a_place_is_one_of_the_database_or_none(name: str, *, is_there: bool) -> None:
    assert (zones.place(name) is not None) is is_there


@pytest.mark.parametrize(
    ("number", "expected"), [(14, True), (14.25, False), (-12, True), (-12.25, False), (0, True)]
)
def test_no_clock_of_the_earth_is_farther_from_utc(number: float, *, expected: bool) -> None:
    assert zones.is_of_the_earth(dt.timedelta(hours=number)) is expected


@given(st.text(alphabet="+-0123456789:.()[] /GMTUCZEScet\N{MINUS SIGN}بتوقيت", max_size=30))
def test_no_text_raises_and_what_is_read_is_of_the_earth(text: str) -> None:
    for read in (zones.behind, zones.within):
        zone, _ = read(text)
        offset = zone.info.utcoffset(dt.datetime(2026, 11, 30)) if zone.info else None  # noqa: DTZ001 - a clock
        assert offset is None or zones.is_of_the_earth(offset)
        assert zone.is_written or zone == NONE
