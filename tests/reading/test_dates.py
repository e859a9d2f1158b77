import datetime as dt
import time

import pytest

from syndicate.reading import dates

NOW = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)


def utc(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=dt.UTC)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mon, 31 Mar 2014 16:26:00 GMT", utc(2014, 3, 31, 16, 26)),
        ("Mon, 31 Mar 2014 16:26:00 EST", utc(2014, 3, 31, 21, 26)),
        ("Mon, 31 Mar 2014 16:26:00 PDT", utc(2014, 3, 31, 23, 26)),
        ("Mon, 31 Mar 2014 16:26:00 CEST", utc(2014, 3, 31, 14, 26)),
        ("Mon, 31 Mar 2014 16:26:00 +0530", utc(2014, 3, 31, 10, 56)),
        ("31 Mar 2014 16:26", utc(2014, 3, 31, 16, 26)),
        ("31 Mar 14 16:26 UT", utc(2014, 3, 31, 16, 26)),
        ("2014-03-31T16:26:00Z", utc(2014, 3, 31, 16, 26)),
        ("2014-03-31T16:26:00+0200", utc(2014, 3, 31, 14, 26)),
        ("2014-03-31 16:26:00 +02:00", utc(2014, 3, 31, 14, 26)),
        ("2014-03-31T16:26:00.1234567+02:00", utc(2014, 3, 31, 14, 26, 0, 123456)),
        ("2014-03-31T9:26", utc(2014, 3, 31, 9, 26)),
        ("2014-03-31", utc(2014, 3, 31)),
        ("2026-W08-2", utc(2026, 2, 17)),
        ("1771373700", utc(2026, 2, 18, 0, 15)),
        ("1771373700000", utc(2026, 2, 18, 0, 15)),
        ("mardi 5 mars 2024 10:12", utc(2024, 3, 5, 10, 12)),
        ("5. März 2024, 10:12", utc(2024, 3, 5, 10, 12)),
        ("الأربعاء، 5 مارس 2024", utc(2024, 3, 5)),
        ("31.03.2014 16:26", utc(2014, 3, 31, 16, 26)),
        ("04.12.2023", utc(2023, 12, 4)),
        ("2014/03/31 16:26", utc(2014, 3, 31, 16, 26)),
        ("20140331T162600Z", utc(2014, 3, 31, 16, 26)),
        ("2014-03-31T24:00:00Z", utc(2014, 4, 1)),
        ("Mon, 31 Mar 2014 16:26:60 GMT", utc(2014, 3, 31, 16, 27)),
        ("Lun, 31 mar 2014 16:26:00 +0100", utc(2014, 3, 31, 15, 26)),
        ("Δευ, 31 Μαρ 2014 16:26:00 +0200", utc(2014, 3, 31, 14, 26)),  # noqa: RUF001 - Greek
        ("2014年3月31日 16:26", utc(2014, 3, 31, 16, 26)),
    ],
)
def test_a_date_is_read(text: str, expected: dt.datetime) -> None:
    assert dates.read(text, now=NOW) == expected


@pytest.mark.parametrize(
    "text",
    [
        *(None, "", "yesterday", "24:00:00", "31 Feb 2014 10:00:00 GMT", "2014", "March"),
        *("0001-01-01T00:00:00Z", "1772-01-08", "Thu, 26 Nov 2026 09:00:00 GMT"),
        "a whole sentence in which the number 5 occurs, and which goes on " * 3,
    ],
)
def test_what_is_no_credible_date_is_none(text: str | None) -> None:
    assert dates.read(text, now=NOW) is None


def test_a_profile_knows_zone_and_pattern() -> None:
    assert dates.read("31 Mar 2014 16:26", now=NOW, zone="Asia/Qatar") == utc(2014, 3, 31, 13, 26)
    assert dates.read("31/3/14 at 16.26", now=NOW, pattern="%d/%m/%y at %H.%M") == utc(
        2014, 3, 31, 16, 26
    )


def test_a_zone_in_the_date_beats_the_profile() -> None:
    assert dates.read("2014-03-31T16:26:00Z", now=NOW, zone="Asia/Qatar") == utc(
        2014, 3, 31, 16, 26
    )


@pytest.mark.parametrize(
    ("written", "hours"),
    [
        *(
            ("+03:00", 3),
            ("+0300", 3),
            ("+3", 3),
            ("-05:00", -5),
            ("\u22125:00", -5),
            ("+05:30", 5.5),
        ),
        *(("GMT+3", 3), ("GMT-5", -5), ("GMT+0300", 3), ("UTC+3", 3), ("UTC +03:00", 3)),
        *(("(GMT+3)", 3), ("Z", 0), ("gmt", 0), ("UT", 0), ("-0000", 0), ("(CET)", 1)),
        *(
            ("CET", 1),
            ("CEST", 2),
            ("MESZ", 2),
            ("IDT", 3),
            ("EDT", -4),
            ("PST", -8),
            ("NST", -3.5),
        ),
        *(
            ("ET", -5),
            ("PT", -8),
            ("America/New_York", -5),
            ("[Asia/Qatar]", 3),
            ("US/Eastern", -5),
        ),
        *(
            ("+0300 (Arabian Standard Time)", 3),
            ("+0000 UTC", 0),
            ("+0300 +03", 3),
            ("+0300 AST", 3),
        ),
    ],
)
def test_a_zone_is_read_however_it_is_written(written: str, hours: float) -> None:
    said = dates.read(f"Mon, 23 Nov 2026 08:00:00 {written}", now=NOW)

    assert said == utc(2026, 11, 23, 8) - dt.timedelta(hours=hours)


@pytest.mark.parametrize(
    "written",
    [
        *("XYZ", "A", "N", "Y", "(XYZ)", "EST5EDT", "Asia/Nowhere", "-2400", "+15:00", "+0375"),
        *("local time", "Eastern", "Eastern Standard Time", "heure de Paris", "Gaza time"),
        *("بتوقيت القدس", "+0300 GMT", "GMT+", "+5.5"),
    ],
)
def test_a_zone_that_nobody_understands_is_not_utc(written: str) -> None:
    for day in ("Mon, 23 Nov 2026 08:00:00", "2026-11-23 08:00", "November 23, 2026 8:00 AM"):
        assert dates.read(f"{day} {written}", now=NOW) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sat Nov 28 20:00:00 CEST 2020", utc(2020, 11, 28, 18)),
        ("Sat Nov 28 20:00:00 GMT+03:00 2020", utc(2020, 11, 28, 17)),
        ("Sat Nov 28 20:00:00 +0000 2020", utc(2020, 11, 28, 20)),
        ("Sat Nov 28 2020 20:00:00 GMT+0300 (Arabian Standard Time)", utc(2020, 11, 28, 17)),
        ("2020-11-28T20:00:00+03:00[Asia/Qatar]", utc(2020, 11, 28, 17)),
        ("2020-11-28+03:00", utc(2020, 11, 27, 21)),
        ("20:00 CET, 28 November 2020", utc(2020, 11, 28, 19)),
        ("28 November 2020, 20:00 Uhr MEZ", utc(2020, 11, 28, 19)),
        ("1:33 am CST, Saturday, November 28, 2020", utc(2020, 11, 28, 7, 33)),
        ("السبت 28 نوفمبر 2020 20:00 بتوقيت غرينتش", utc(2020, 11, 28, 20)),
        ("28 نوفمبر 2020 20:00 بتوقيت مكة المكرمة", utc(2020, 11, 28, 17)),
    ],
)
def test_a_zone_is_read_wherever_it_stands(text: str, expected: dt.datetime) -> None:
    assert dates.read(text, now=NOW) == expected


@pytest.mark.parametrize("name", ["CST", "IST", "AST"])
def test_a_name_that_java_prints_for_several_countries_is_not_guessed(name: str) -> None:
    assert dates.read(f"Sat Nov 28 20:00:00 {name} 2020", now=NOW) is None


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        *(("8:05:00 PM", "20:05"), ("8:05 p.m.", "20:05"), ("8PM", "20:00"), ("8:05 am", "08:05")),
        *(("12:05 AM", "00:05"), ("12:05 PM", "12:05"), ("20:05 PM", "20:05"), ("8:05 م", "20:05")),
        *(("8:05 ص", "08:05"), ("8:05 مساءً", "20:05"), ("20h05", "20:05"), ("٢٠:٠٥", "20:05")),  # noqa: RUF001 - Arabic digits
    ],
)
def test_a_clock_of_twelve_hours_says_which_half(clock: str, expected: str) -> None:
    hour, _, minute = expected.partition(":")

    for day in ("23 Nov 2026", "November 23, 2026", "2026-11-23"):
        said = dates.read(f"{day} {clock} GMT", now=NOW)
        assert said == utc(2026, 11, 23, int(hour), int(minute))


@pytest.mark.parametrize("clock", ["13:00 AM", "25:00", "20:61", "20:00:61"])
def test_a_clock_that_no_day_has_is_no_date(clock: str) -> None:
    assert dates.read(f"23 Nov 2026 {clock} GMT", now=NOW) is None


@pytest.mark.parametrize(
    ("month", "names"),
    [
        (1, "يناير|كانون الثاني|جانفي"),
        (2, "فبراير|شباط|فيفري"),
        (3, "مارس|آذار"),
        (4, "أبريل|إبريل|ابريل|نيسان|أفريل"),
        (5, "مايو|أيار|ماي"),
        (6, "يونيو|يونية|حزيران|جوان"),
        (7, "يوليو|يوليه|تموز|جويلية|يوليوز"),
        (8, "أغسطس|اغسطس|آب|أوت|غشت"),
        (9, "سبتمبر|أيلول|شتنبر|شتمبر"),
        (10, "أكتوبر|تشرين الأول"),
        (11, "نوفمبر|تشرين الثاني|نونبر|تشرين الثاني/نوفمبر"),
        (12, "ديسمبر|كانون الأول|دجنبر|دجمبر"),
    ],
)
def test_arabic_months_are_read_from_the_gulf_to_the_maghreb(month: int, names: str) -> None:
    for name in names.split("|"):
        assert dates.read(f"28 {name} 2020 20:00", now=NOW) == utc(2020, month, 28, 20)


def test_a_month_of_two_names_that_differ_is_no_date() -> None:
    assert dates.read("28 أيلول/أكتوبر 2020 20:00", now=NOW) is None


def test_the_same_days_in_words_of_any_language_are_read_once() -> None:
    began = time.process_time()
    for number in range(2_000):
        clock = f"{number % 24:02}:{number % 60:02}"
        found = dates.read(f"samedi {7 * (number % 3 + 1)} novembre 2020 à {clock}", now=NOW)
        assert found is not None
        assert f"{found:%d %H:%M}" == f"{7 * (number % 3 + 1):02} {clock}"

    assert time.process_time() - began < 2


def test_a_pattern_is_tried_on_the_text_as_it_stands() -> None:
    said = dates.read("31/3/2014 الساعة 16.26", now=NOW, pattern="%d/%m/%Y الساعة %H.%M")

    assert said == utc(2014, 3, 31, 16, 26)


def test_a_year_of_four_digits_is_that_year() -> None:
    assert dates.read("Mon, 01 Jan 0001 00:00:00 +0000", now=NOW) is None
