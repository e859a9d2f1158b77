"""Which validators of a document, its ETag and Last-Modified, are worth sending back. Pure.

Some servers answer 304 to whatever names a time, and name 1970, the day they were set up or next
year: sent back to them, it hides all that is new. What cannot be true is not kept. What can be, and
yet stays the same while something new comes under it, is not asked with for a while.

Source: RFC 9110 8.8.2, 8.8.3.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from syndicate.reading.dates import EARLIEST, credible, written

# By how much an honest server's clock, or a story's date, is wrong.
TOLERANCE = dt.timedelta(days=1)
DISTRUST = dt.timedelta(days=30)
_OF_NOTHING = frozenset({b"", b'""', b'W/""'})


@dataclass(frozen=True)
class Validators:
    """What may be sent back, byte for byte.

    Attributes:
        fault: what is wrong with the time, where one was named and none is kept.
    """

    etag: bytes | None
    last_modified: bytes | None
    fault: str | None = None


def believed(
    etag: bytes | None,
    last_modified: bytes | None,
    *,
    published: Iterable[dt.datetime] = (),
    now: dt.datetime,
) -> Validators:
    """Those of a document that can be true.

    Args:
        etag: as it came.
        last_modified: as it came.
        published: times of the document's entries; those to come are left out.
        now: aware UTC.
    """
    tag = None if etag is None or etag.strip() in _OF_NOTHING else etag
    if last_modified is None:
        return Validators(tag, None)
    fault = _fault(last_modified, published, now)
    return Validators(tag, None if fault else last_modified, fault)


def is_lie(
    before: tuple[bytes | None, bytes | None],
    after: tuple[bytes | None, bytes | None],
    *,
    full_at: dt.datetime | None,
    published: Iterable[dt.datetime],
    now: dt.datetime,
) -> bool:
    """Whether something new came under validators that did not change.

    Args:
        before: ETag and Last-Modified of the document as it was.
        after: the same as it is.
        full_at: when the whole document came last.
        published: times of its entries.
        now: aware UTC.
    """
    # An ETag that changed is enough, and a time counts only where there is no ETag.
    is_same = before[0] == after[0] if before[0] or after[0] else before[1] == after[1]
    if not any(before) or not is_same or full_at is None:
        return False
    return any(full_at < at <= now for at in published)


def if_changed(etag: bytes | None, last_modified: bytes | None) -> dict[str, str | bytes]:
    """Headers that ask for what is newer than these validators; none where there are none."""
    found: dict[str, str | bytes] = {}
    if etag:
        found["If-None-Match"] = etag
    if last_modified:
        found["If-Modified-Since"] = last_modified
    return found


def doubt(url: str, said: Validators, *, is_lie: bool) -> str | None:
    """What operators are told of validators that are none; None where an ETag stands in."""
    what = None
    if is_lie:
        what = "said the same of itself (ETag, Last-Modified) while something new stood in it"
    elif said.fault and said.etag is None:
        what = f"names a time of its last change (Last-Modified) that {said.fault}"
    asked = "it is asked for as a whole each time, so that nothing new is missed."
    return f"{url} {what}; {asked}" if what else None


def _fault(said: bytes, published: Iterable[dt.datetime], now: dt.datetime) -> str | None:
    found = written(said.decode("latin-1"))
    moment = found.moment("UTC") if found is not None else None
    if moment is None:
        return "is no date"
    if credible(moment, now=now, ahead=TOLERANCE) is None:
        return f"lies in {moment.year}" if moment < EARLIEST else "lies in the future"
    newest = max((at for at in published if at <= now), default=moment)
    return "is before its newest story" if moment < newest - TOLERANCE else None
