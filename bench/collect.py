"""How fast sources are collected, storing included, next to a plain script on the same machine.

    python -m bench.collect [--json] [--feeds 1000] [--plain-feeds 200] [--far-ms 50]

Rounds: cold, all 304, one in ten changed, the same bytes without ETag, and one with slow, busy and
oversized publishers among them. Nothing may be missing at the end and nothing may be there twice.

All of it twice. First with publishers that answer at once, which no publisher does: that is what
the machine can do, and the plain script, which asks one after the other, never waits. Then with
publishers that take 50 ms: about a round trip to another continent's edge or half of one to its
heart, and less than a new TLS connection takes; so it flatters the plain script still.

The plain script gets fewer feeds, and fewer still of the hostile round: a slow publisher costs it
3 s and an oversized one 10 s. Two quiet cores are through with everything in three minutes.
"""

import argparse
import json
import os
import resource
import sys
import tempfile
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, text

from bench.ground import ROOT, Ground, cpu_s_of
from bench.plain_collector import PlainCollector
from bench.publishers import ENTRIES, address
from syndicate import clock, jobs, logs
from syndicate.collect import run
from syndicate.embedded import child
from syndicate.embedded.child import Recipe
from syndicate.reading import pool
from syndicate.store.content.articles import Article, ArticleSource, Revision
from syndicate.store.ground.session import transaction
from syndicate.store.intake import sources
from syndicate.store.intake.sources import FetchHost, FetchState
from syndicate.store.newsroom.publications import Publication
from syndicate.store.syndication import feeds
from syndicate.vocabulary.sources import Pages, SourceKind

ROUNDS = ("cold", "unchanged", "changed_10", "bare", "hostile")
SERVED = {"cold": "first", "unchanged": "first", "changed_10": "changed", "bare": "bare"}
PLAIN_ROUNDS = ("cold", "unchanged", "changed_10", "hostile")
PLAIN_HOSTILE = 100  # five slow, five busy, one oversized


@dataclass
class Round:
    """What one round took."""

    feeds_per_s: float
    cpu_ms_per_feed: float
    p99_s: float
    most_per_host: int
    memory_mb: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Collecting, next to a plain script.")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--feeds", type=int, default=1000)
    parser.add_argument("--plain-feeds", type=int, default=200)
    parser.add_argument("--far-ms", type=float, default=50.0, help="0: only the near publishers")
    asked = parser.parse_args()
    logs.configure(log_format="json", level="error")
    report = measure(asked.feeds, asked.plain_feeds, 0.0)
    if asked.far_ms:
        report["far"] = measure(asked.feeds, asked.plain_feeds, asked.far_ms)
    sys.stderr.write(json.dumps(report, indent=1) + "\n")
    if asked.json:
        sys.stdout.write(json.dumps(report) + "\n")


def measure(count: int, plain_count: int, latency_ms: float) -> dict[str, Any]:
    """Every figure at one distance, on a database of its own."""
    with (
        tempfile.TemporaryDirectory(prefix="syndicate-bench-") as name,
        Ground(Path(name)) as ground,
    ):
        folder = Path(name)
        (folder / "round").write_text("first")
        recipe = Recipe(
            name="publishers",
            argv=[sys.executable, "-m", "bench.publishers", str(folder), str(latency_ms)],
            env=dict(os.environ) | {"PYTHONPATH": str(ROOT)},
            log_file=folder / "publishers.log",
        )
        publishers = child.start(recipe)
        try:
            child.wait_until((folder / "port").exists, publishers, recipe)
            port = int((folder / "port").read_text())
            add_sources(count, port)
            warm_up()
            rounds = {name: one_round(name, folder, port, count) for name in ROUNDS}
            plain = plain_rounds(ground, folder, port, plain_count)
        finally:
            publishers.kill()
            publishers.wait()
        return report_of(rounds, plain, count) | {"latency_ms": latency_ms}


def add_sources(count: int, port: int) -> None:
    """One source per publisher, all of one publication."""
    with transaction() as tx:
        publication = Publication(
            slug="bench",
            name="Bench",
            language="en",
            direction="ltr",
            zone="UTC",
            sender_name="Bench",
            sender_address="bench@example.com",
            postal_address="1 Example Street",
        )
        tx.add(publication)
        tx.flush()
        feeds.ensure(tx, publication.id)
        for number in range(count):
            origin = f"{address(number)}:{port}"
            sources.add(
                tx,
                publication.id,
                SourceKind.FEED,
                f"http://{origin}/feed",
                f"Publisher {number}",
                pages=Pages.NEVER,
                allow_origins=[origin],
            )


def warm_up() -> None:
    """Start the parsing children and load what hints need: a worker has both when it begins."""
    jobs.hint(jobs.PUBLISH_FEEDS)
    for _ in range(4):
        pool.readers().feed(
            b"<rss version='2.0'><channel><item><title>x</title></item></channel></rss>",
            url=None,
            content_type="",
            now=clock.now(),
        )


def one_round(name: str, folder: Path, port: int, count: int) -> Round:
    """Let everything be due, collect until nothing is, and say what it took."""
    (folder / "round").write_text(SERVED.get(name, name))
    with transaction() as tx:
        tx.execute(FetchState.__table__.update().values(next_at=clock.now()))  # type: ignore[attr-defined]
        tx.execute(FetchHost.__table__.update().values(not_before=None))  # type: ignore[attr-defined]
    time.sleep(0.2)
    ask(port)
    cpu, began, moment = cpu_s(), time.monotonic(), clock.now()
    done = run.collect_due(moment, limit=1000)
    seconds = time.monotonic() - began
    if done.sources < count:
        raise RuntimeError(f"only {done.sources} of {count} sources were asked in round {name}")
    with transaction() as tx:
        delay = func.extract("epoch", Revision.created_at - moment)
        stored = tx.scalar(
            select(func.percentile_cont(0.99).within_group(delay)).where(
                Revision.created_at >= moment
            )
        )
    return Round(
        feeds_per_s=done.sources / seconds,
        cpu_ms_per_feed=(cpu_s() - cpu) / done.sources * 1000,
        p99_s=float(stored or 0),
        most_per_host=ask(port),
        memory_mb=memory_mb("VmRSS"),
    )


def plain_rounds(ground: Ground, folder: Path, port: int, count: int) -> dict[str, float]:
    """The same rounds by the plain script."""
    urls = [f"http://{address(number)}:{port}/feed" for number in range(count)]
    plain = PlainCollector(ground.env["SYNDICATE_DATABASE_URL"])
    found = {}
    for name in PLAIN_ROUNDS:
        (folder / "round").write_text(SERVED.get(name, name))
        time.sleep(0.2)
        found[name] = plain.collect(urls if name != "hostile" else urls[:PLAIN_HOSTILE])
    plain.close()
    return found


def report_of(rounds: dict[str, Round], plain: dict[str, float], count: int) -> dict[str, Any]:
    """The figures of the issue, and those that explain them."""
    expected = count * ENTRIES + (count + 9) // 10
    with transaction() as tx:
        articles = tx.scalar(select(func.count()).select_from(Article)) or 0
        guids = tx.scalar(
            select(func.count(func.distinct(ArticleSource.guid))).select_from(ArticleSource)
        )
        carried = tx.scalar(select(func.count()).select_from(ArticleSource)) or 0
        revised = tx.scalar(text("SELECT count(*) FROM revision WHERE number > 1")) or 0
    return {
        "feeds_per_s": {name: round(each.feeds_per_s, 1) for name, each in rounds.items()},
        "baseline_feeds_per_s": {name: round(value, 1) for name, value in plain.items()},
        "times_the_baseline": ratios(rounds, plain),
        "cpu_ms_per_feed": {name: round(each.cpu_ms_per_feed, 2) for name, each in rounds.items()},
        "stored_p99_s": {name: round(each.p99_s, 2) for name, each in rounds.items()},
        "memory_mb": {name: round(each.memory_mb, 1) for name, each in rounds.items()},
        "peak_mb": round(memory_mb("VmHWM"), 1),
        "missed": expected - (guids or 0),
        "duplicates": max(articles, carried) - (guids or 0),
        "revisions": revised,
        "max_requests_per_host_per_s": max(each.most_per_host for each in rounds.values()),
        "feeds": count,
    }


def cpu_s() -> float:
    """CPU seconds of this process and its parsing children so far."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    used = own.ru_utime + own.ru_stime
    return used + sum(map(cpu_s_of, pool.readers().pids()))


def ratios(rounds: Mapping[str, Round], plain: Mapping[str, float]) -> dict[str, float]:
    """How many times as many feeds, round by round."""
    return {name: round(rounds[name].feeds_per_s / value, 2) for name, value in plain.items()}


def memory_mb(line: str) -> float:
    """Memory of this process and its parsing children: VmRSS is now, VmHWM the most ever."""
    total = 0.0
    for pid in (os.getpid(), *pool.readers().pids()):
        status = Path(f"/proc/{pid}/status").read_text()
        total += int(status.partition(f"{line}:")[2].split()[0]) / 1024
    return total


def ask(port: int) -> int:
    """The most requests that one publisher had in one second since the last time."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/asked") as answer:
        return int(answer.read())


if __name__ == "__main__":
    main()
