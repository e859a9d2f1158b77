"""Validators: those that can be true, and those that hide what is new."""

import datetime as dt

import pytest

from syndicate.collect.validators import believed, is_lie

NOW = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
ETAG = b'"e"'


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("Tue, 24 Nov 2026 08:00:00 GMT", None),
        ("Tuesday, 24-Nov-26 08:00:00 GMT", None),
        ("Tue, 24 Nov 2026 20:00:00 GMT", None),
        ("Mon, 23 Nov 2026 08:30:00 GMT", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", "lies in 1970"),
        ("Wed, 31 Dec 1969 23:59:59 GMT", "lies in 1969"),
        ("Mon, 01 Jan 0001 00:00:00 GMT", "lies in 1"),
        ("Wed, 25 Nov 2026 10:00:00 GMT", "lies in the future"),
        ("Sat, 24 Nov 2035 08:00:00 GMT", "lies in the future"),
        ("Sun, 22 Nov 2026 08:00:00 GMT", "is before its newest story"),
        ("Fri, 01 Jan 2010 00:00:00 GMT", "is before its newest story"),
        ("0", "is no date"),
        ("-1", "is no date"),
        ("never", "is no date"),
        ("", "is no date"),
    ],
)
def test_a_time_that_cannot_be_is_not_kept(said: str, fault: str | None) -> None:
    sent = said.encode()

    found = believed(ETAG, sent, published=[NOW - HOUR, NOW - 9 * DAY, NOW + DAY], now=NOW)

    assert (found.etag, found.fault) == (ETAG, fault)
    assert found.last_modified == (None if fault else sent)


@pytest.mark.parametrize("etag", [None, b"", b" ", b'""', b'W/""'])
def test_a_tag_of_nothing_is_none(etag: bytes | None) -> None:
    assert believed(etag, None, now=NOW).etag is None


@pytest.mark.parametrize(
    ("before", "after", "published", "expected"),
    [
        ((ETAG, None), (ETAG, None), [NOW - HOUR], True),
        ((ETAG, b"1"), (ETAG, b"2"), [NOW - HOUR], True),
        ((ETAG, b"1"), (b'"f"', b"1"), [NOW - HOUR], False),
        ((None, b"1"), (None, b"1"), [NOW - HOUR], True),
        ((None, b"1"), (None, b"2"), [NOW - HOUR], False),
        ((ETAG, b"1"), (None, b"1"), [NOW - HOUR], False),
        ((None, None), (None, None), [NOW - HOUR], False),
        ((ETAG, None), (ETAG, None), [NOW - 3 * HOUR, NOW + HOUR], False),
        ((ETAG, None), (ETAG, None), [], False),
    ],
)
def test_what_stays_while_something_new_comes_is_a_lie(
    before: tuple[bytes | None, bytes | None],
    after: tuple[bytes | None, bytes | None],
    published: list[dt.datetime],
    *,
    expected: bool,
) -> None:
    found = is_lie(before, after, full_at=NOW - 2 * HOUR, published=published, now=NOW)

    assert found is expected
    assert not is_lie(before, after, full_at=None, published=published, now=NOW)
