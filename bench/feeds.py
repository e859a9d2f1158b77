"""What feeds cost to build and to serve, next to plain feedgen and to nginx with files.

    python -m bench.feeds [--json] [--seconds 5] [--building]

Building: RSS, Atom and JSON Feed of 50, 500 and 5,000 entries in one document each, from rows in
memory; and the same entries by plain feedgen (RSS and Atom, all it can). Codings are shown apart.

Serving: page 0 of a feed from two processes of `syndicate web`, through nginx with the
configuration that deploy/ ships, and by the same nginx from files: plainly without a log, and with
the log, the open files and the headers that the shipped configuration has. 200, gzip and 304, each
for a second in turn. A change: from an article's row written to all its feeds served changed, with
a worker of the build queue in between.

Serving needs Debian's nginx and wrk; `--building` leaves it out, and a change with it.
"""

import argparse
import gzip
import json
import os
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import brotli

from bench import needs
from bench.feeds_rows import entries, newsroom, plain_feedgen, publication, touch
from bench.feeds_servers import Nginx, Web, fetch, load
from bench.ground import ROOT, Ground
from syndicate import clock
from syndicate.embedded import child, plan
from syndicate.embedded.child import Recipe
from syndicate.embedded.probes import ReadySocket
from syndicate.embedded.running import Adoption
from syndicate.embedded.valkey import Valkey
from syndicate.feeds import build, model, pages, publish
from syndicate.store.ground.session import transaction
from syndicate.store.syndication import feeds
from syndicate.store.syndication.feed_rows import EntryRow
from syndicate.store.syndication.feeds import Feed
from syndicate.vocabulary.feeds import FeedFormat, FeedKind

SIZES = (50, 500, 5000)
_BASE = "https://daily.example"
_GZIP = {"Accept-Encoding": "gzip"}
_KINDS = ("200", "gzip", "304")
_CHANGES = 5
# Every process of the server must serve a change, so it is looked for several times.
_IN_A_ROW = 6
_EMPTY = frozenset({FeedKind.FEATURED, FeedKind.CORRECTIONS})


@dataclass(frozen=True)
class Load:
    """What a server did in a second, and nginx's CPU for each answer."""

    per_s: float
    p99_ms: float
    cpu_us: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Feeds: building and serving.")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seconds", type=float, default=5.0, help="of each load")
    parser.add_argument("--building", action="store_true", help="only what no server is needed for")
    asked = parser.parse_args()
    found = building() if asked.building else everything(asked.seconds)
    sys.stdout.write(json.dumps(found, indent=None if asked.json else 2) + "\n")


def everything(seconds: float) -> dict[str, Any]:
    """All figures.

    Raises:
        SystemExit: nginx or wrk is not installed.
    """
    needs.refuse_without("nginx", "wrk", instead="With --building it measures what needs neither.")
    with tempfile.TemporaryDirectory(prefix="syndicate-bench-") as name:
        Path(name).chmod(0o755)  # nginx's workers are of another account where root starts it
        return {**building(), **serving(Path(name), seconds)}


def building() -> dict[str, Any]:
    """Milliseconds of CPU for one document of each format, and for plain feedgen's two."""
    build_ms, codings_ms, feedgen_ms = {}, {}, {}
    for size in SIZES:
        rows = entries(size)
        repeats = max(1, 500 // size)
        build_ms[str(size)] = _cpu_ms(lambda rows=rows: _ours(rows), repeats)
        feedgen_ms[str(size)] = _cpu_ms(lambda rows=rows: plain_feedgen(rows), repeats)
        bodies = _ours(rows)
        codings_ms[str(size)] = _cpu_ms(lambda bodies=bodies: _codings(bodies), repeats)
    return {"build_ms": build_ms, "codings_ms": codings_ms, "feedgen_ms": feedgen_ms}


def serving(folder: Path, seconds: float) -> dict[str, Any]:
    """Requests per second by each server, and how long a change takes."""
    with Ground(folder) as ground:
        valkey = Valkey(folder)
        env = {**ground.env, "SYNDICATE_REDIS_URL": valkey.start()}
        adoption = Adoption(env)
        try:
            articles = newsroom(200)
            while publish.publish_due(clock.now()):
                pass
            with Web(env, folder) as web:
                return {**_loads(folder, web, seconds), **_changes(folder, env, web, articles)}
        finally:
            adoption.undo()
            valkey.stop()


def _loads(folder: Path, web: Web, seconds: float) -> dict[str, Any]:
    files = _files(folder, web)
    with Nginx(folder, web.port, files) as nginx:
        ports = {
            "app": web.port,
            "proxy": nginx.proxy_port,
            "static": nginx.static_port,
            "static_alike": nginx.alike_port,
        }
        found: dict[str, dict[str, list[Load]]] = {
            name: {kind: [] for kind in _KINDS} for name in ports
        }
        # A second for each in turn: what else the machine does hits all of them.
        for _ in range(max(1, round(seconds))):
            for kind in _KINDS:
                for name, port in ports.items():
                    found[name][kind].append(_load(nginx, port, kind))
    return {
        **{f"{name}_per_s": _each(kinds, lambda load: load.per_s) for name, kinds in found.items()},
        "p99_ms": {name: _each(kinds, lambda load: load.p99_ms) for name, kinds in found.items()},
        "proxy_to_static": _ratios(found["proxy"], found["static"]),
        "proxy_to_static_alike": _ratios(found["proxy"], found["static_alike"]),
        "nginx_cpu_us": {
            name: _each(found[name], lambda load: load.cpu_us) for name in list(ports)[1:]
        },
    }


def _files(folder: Path, web: Web) -> Path:
    """The feed as files, plain and in gzip, for nginx to serve by itself."""
    files = folder / "files"
    (files / "feeds").mkdir(parents=True)
    for ending, headers in (("", {}), (".gz", _GZIP)):
        body = fetch(web.port, "/feeds/everything.rss", headers).body
        (files / "feeds" / f"everything.rss{ending}").write_bytes(body)
    for path in (files, files / "feeds"):
        path.chmod(0o755)
    return files


def _load(nginx: Nginx, port: int, kind: str) -> Load:
    """One second of one kind of request."""
    headers = {} if kind == "200" else dict(_GZIP)
    if kind == "304":
        headers["If-None-Match"] = fetch(port, "/feeds/everything.rss", _GZIP).headers["etag"]
    before = nginx.cpu_s()
    figure = load(port, headers, 1)
    cpu_us = (nginx.cpu_s() - before) * 1e6 / figure.per_s
    return Load(figure.per_s, figure.p99_ms, cpu_us)


def _each(kinds: Mapping[str, list[Load]], what: Callable[[Load], float]) -> dict[str, float]:
    return {kind: round(statistics.median(map(what, loads)), 1) for kind, loads in kinds.items()}


def _ratios(ours: Mapping[str, list[Load]], theirs: Mapping[str, list[Load]]) -> dict[str, float]:
    """The median of each second's ratio to the second beside it."""
    return {
        kind: round(
            statistics.median(
                one.per_s / other.per_s for one, other in zip(ours[kind], theirs[kind], strict=True)
            ),
            2,
        )
        for kind in _KINDS
    }


def _changes(folder: Path, env: dict[str, str], web: Web, articles: list[int]) -> dict[str, Any]:
    """Seconds from a changed row to all its feeds served changed; the median and the worst."""
    ready = ReadySocket(folder / "worker.ready")
    recipe = Recipe(
        name="worker",
        argv=plan.worker_argv("bench", ("build",)),
        env=dict(os.environ) | {"PYTHONPATH": str(ROOT), "NOTIFY_SOCKET": str(ready.path)} | env,
        log_file=folder / "worker.log",
    )
    worker = child.start(recipe)
    child.wait_until(ready.said_ready, worker, recipe)
    try:
        took = [_one_change(web, articles[number], number) for number in range(_CHANGES)]
    finally:
        child.end(worker, ((signal.SIGTERM, 10.0),))
        ready.close()
    return {
        "change_to_served_s": round(statistics.median(took), 3),
        "change_to_served_worst_s": round(max(took), 3),
    }


def _one_change(web: Web, article_id: int, number: int) -> float:
    with transaction() as tx:
        slugs = [feed.slug for feed in feeds.offered(tx, 1) if feed.kind not in _EMPTY]
    words = f"Changed for the {number}. time"
    began = time.monotonic()
    touch(article_id, words, clock.now())
    for slug in slugs:
        seen = 0
        while seen < _IN_A_ROW:
            body = fetch(web.port, f"/feeds/{slug}.rss").body
            seen = seen + 1 if words.encode() in body else 0
    return time.monotonic() - began


def _ours(rows: list[EntryRow]) -> list[bytes]:
    """All three formats of one page."""
    brand = publication()
    brand.id = 1
    feed = Feed(slug="everything", title="Daily", description="", is_full_text=True)
    site = model.site_of(brand, _BASE, is_first=True)
    document = model.document(feed, brand, site, rows)
    return [build.build(document, form) for form in FeedFormat]


def _codings(bodies: list[bytes]) -> None:
    for body in bodies:
        gzip.compress(body, pages.GZIP_LEVEL, mtime=0)
        brotli.compress(body, mode=brotli.MODE_TEXT, quality=pages.BROTLI_QUALITY)


def _cpu_ms(work: Callable[[], object], repeats: int) -> float:
    """CPU of one run, the best of several: another process's load is not ours."""
    found = []
    for _ in range(repeats + 1):
        began = time.process_time()
        work()
        found.append((time.process_time() - began) * 1000)
    return round(min(found), 1)


if __name__ == "__main__":
    main()
