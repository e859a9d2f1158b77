r"""Who was answered from the proxy's cache, by the log of the proxy configuration that we ship.

    2026-11-24T08:00:00+00:00 192.0.2.7 "GET /feeds/everything.rss" 304 0 0.000s HIT "Reader/1.0" \
        "\x22c0ffee-gzip\x22" "-"

A line of any other kind says nothing here: what the proxy passed on, the web server saw itself.
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from syndicate import bounds
from syndicate.vocabulary.feeds import FeedFormat

# MISS, EXPIRED and REVALIDATED were asked of the web server, and so was "-": an address not kept.
_LINE = re.compile(
    r"(?P<at>\S+) \S+ \"(?:GET|HEAD) (?:/p/[^/ ]+)?/feeds/(?P<slug>[^/ ]+)\.(?P<form>[a-z]+)\" "
    r"(?P<status>200|304) \d+ \S+ (?:HIT|STALE|UPDATING) "
    r"\"(?P<agent>[^\"]*)\" \"(?P<tag>[^\"]*)\" \"[0-]?\"\s*"
)
# What nginx writes for a byte that would end a field or is none of ASCII.
_ESCAPED = re.compile(r"(?:\\x[0-9A-F]{2})+")


@dataclass(frozen=True)
class Seen:
    """One answer from the cache.

    Attributes:
        slug: of the feed.
        form: of the document.
        agent: what the program calls itself, "-" when it says nothing.
        at: aware.
        status: 200 or 304.
        etag: of the document, without its coding.
    """

    slug: str
    form: FeedFormat
    agent: str
    at: dt.datetime
    status: int
    etag: str


def read(lines: Iterable[str]) -> Iterator[Seen]:
    """Answers from the cache that gave a feed's newest entries, in the log's order."""
    for line in lines:
        found = _LINE.fullmatch(line)
        form = FeedFormat.ending(found["form"]) if found else None
        at = _moment(found["at"]) if found else None
        if found is None or form is None or at is None:
            continue
        tag = _plain(found["tag"]).removeprefix("W/").strip('"')
        yield Seen(
            slug=unquote(_plain(found["slug"])),
            form=form,
            agent=_plain(found["agent"]),
            at=at,
            status=int(found["status"]),
            etag=tag.partition("-")[0],
        )


def _moment(text: str) -> dt.datetime | None:
    try:
        at = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return bounds.moment_or_none(at)


def _plain(text: str) -> str:
    """The text that nginx escaped."""
    return _ESCAPED.sub(
        lambda found: bytes.fromhex(found[0].replace("\\x", "")).decode(errors="replace"), text
    )
