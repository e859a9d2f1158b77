import datetime as dt

import pytest

from syndicate.collect import dates

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
