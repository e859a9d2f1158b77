"""`python -m syndicate.reading.child`: the process in which hostile documents are read.

It speaks frames over its standard input and output: a length, a JSON head, then the body; one
answer per question. It may use 5 s of CPU per document and a fixed amount of memory; a document
that needs more takes this process down and nothing else. A prefork task may not fork, so it is
started anew as a program, and kept warm. When its parent dies, its standard input ends, and so
does it.

    question  {"op": "feed"|"page"|"listing"|"sitemap", "url", "content_type", "now", "profile",
               "zone"}, body
    answer    {"ok": {…}}  or  {"error": "NotAFeedError", "message": "…"}
"""

import datetime as dt
import json
import os
import resource
import signal
import struct
import sys
from typing import Any, BinaryIO

from pydantic import TypeAdapter

from syndicate.errors import SyndicateError
from syndicate.reading.records import Listing, ParsedFeed, ParsedPage, Sitemap

CPU_S = 5
MEMORY_BYTES = 256 * 1024 * 1024
HEAD = struct.Struct(">II")
FEED = TypeAdapter(ParsedFeed)
PAGE = TypeAdapter(ParsedPage)
LISTING = TypeAdapter(Listing)
SITEMAP = TypeAdapter(Sitemap)


def main() -> None:
    """Answer questions until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is the parent's to handle
    source, sink = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not look like an answer
    _load()
    _limit_memory()
    _send(sink, {"ready": True})
    while True:
        head = source.read(HEAD.size)
        if len(head) < HEAD.size:
            return
        head_size, body_size = HEAD.unpack(head)
        question = json.loads(source.read(head_size))
        body = source.read(body_size)
        _allow_cpu()
        _send_raw(sink, _answer(question, body))


def _load() -> None:
    """Import what reading needs before the clock of the first document runs."""
    import dateparser  # noqa: F401, PLC0415 - loaded here for its side effect, in this process only
    import trafilatura  # noqa: F401, PLC0415

    from syndicate import languages  # noqa: PLC0415
    from syndicate.reading import dates  # noqa: PLC0415
    from syndicate.reading.feeds import parse, sitemap  # noqa: F401, PLC0415
    from syndicate.reading.pages import extract, listing  # noqa: F401, PLC0415

    languages.direction("fr")  # Babel's modules come with the first locale that is read
    dates.written("3. x 2026")  # in words of no language: dateparser asks all that it has


def _answer(question: dict[str, Any], body: bytes) -> bytes:
    try:
        return b'{"ok":' + _read(question, body) + b"}"
    except SyndicateError as error:
        return json.dumps({"error": type(error).__name__, "message": str(error)}).encode()
    except (MemoryError, RecursionError):
        message = "The document needs more memory than a document may take."
        return json.dumps({"error": "OversizeError", "message": message}).encode()


def _read(question: dict[str, Any], body: bytes) -> bytes:
    from syndicate.reading.feeds import parse, sitemap  # noqa: PLC0415 - loaded by _load
    from syndicate.reading.pages import extract, listing  # noqa: PLC0415

    now = dt.datetime.fromisoformat(question["now"])
    url, content_type = question.get("url"), question.get("content_type", "")
    zone = question.get("zone")
    if question["op"] == "feed":
        feed = parse.parse(body, content_type=content_type, url=url, now=now, zone=zone)
        return FEED.dump_json(feed)
    if question["op"] == "sitemap":
        return SITEMAP.dump_json(sitemap.read(body, url=url, now=now, zone=zone))
    if question["op"] == "listing":
        return LISTING.dump_json(listing.read(body, url=url or "", content_type=content_type))
    page = extract.extract(
        body,
        url=url or "",
        now=now,
        content_type=content_type,
        source_profile=question.get("profile"),
    )
    return PAGE.dump_json(page)


def _send(sink: BinaryIO, answer: dict[str, Any]) -> None:
    _send_raw(sink, json.dumps(answer).encode())


def _send_raw(sink: BinaryIO, raw: bytes) -> None:
    sink.write(HEAD.pack(len(raw), 0) + raw)
    sink.flush()


def _allow_cpu() -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(used.ru_utime + used.ru_stime) + CPU_S + 1
    resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))


def _limit_memory() -> None:
    """Cap what documents may add to what this process maps already."""
    with open("/proc/self/statm", encoding="ascii") as statm:  # noqa: PTH123 - a kernel's file
        mapped = int(statm.read().split()[0]) * resource.getpagesize()
    limit = mapped + MEMORY_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


if __name__ == "__main__":
    main()
