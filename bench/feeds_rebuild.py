"""How long every feed of a house takes to build from nothing.

    python -m bench.feeds_rebuild [--json] [--feeds 1000] [--processes 2]

So many feeds of 50 entries each, of topics that overlap: an article of 4.5 kB stands in five of
them. `syndicate feeds publish` builds them in as many processes as are asked for, as workers of the
build queue would; three formats, each plain, in gzip and in Brotli.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from bench.feeds_rows import NOW, article, publication
from bench.ground import ROOT, Ground
from syndicate.store.content.articles import ArticleTag, Tag
from syndicate.store.ground.session import transaction
from syndicate.store.syndication import feeds
from syndicate.store.syndication.feed_documents import FeedDocument
from syndicate.vocabulary.feeds import FeedKind

ENTRIES = 50
_FEEDS_OF_AN_ARTICLE = 5
_AT_ONCE = 1000  # rows in one commit


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Feeds: building all of them from nothing.")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--feeds", type=int, default=1000)
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="syndicate-bench-") as name, Ground(Path(name)) as own:
        _rows(asked.feeds)
        found = rebuild(own, asked.processes)
    sys.stdout.write(json.dumps(found, indent=None if asked.json else 2) + "\n")


def rebuild(ground: Ground, processes: int) -> dict[str, Any]:
    """Mark every feed due as if nothing had been built, and build them all."""
    with transaction() as tx:
        count = feeds.mark_all_due(tx, now=NOW)
    environment = dict(os.environ) | {"PYTHONPATH": str(ROOT)} | ground.env
    argv = [sys.executable, "-m", "syndicate.cli", "feeds", "publish"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.monotonic()
    running = [
        subprocess.Popen(argv, env=environment)  # noqa: S603 - our own program
        for _ in range(processes)
    ]
    failed = [process.args for process in running if process.wait() != 0]
    took = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if failed:
        raise RuntimeError("a builder failed; its words stand above")
    with transaction() as tx:
        written = tx.scalar(select(func.count()).select_from(FeedDocument)) or 0
        entries = tx.scalar(select(func.sum(FeedDocument.entries))) or 0
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "feeds": count,
        "documents": written,
        "entries_per_document": round(int(entries) / written, 1),
        "processes": processes,
        "rebuild_s": round(took, 1),
        "builders_cpu_ms_per_feed": round(cpu_s * 1000 / count, 1),
    }


def _rows(count: int) -> None:
    """A publication, its topics with a feed each, and their articles."""
    with transaction() as tx:
        brand = publication()
        tx.add(brand)
        tx.flush()
        tags = [
            Tag(publication_id=brand.id, slug=f"topic-{number}", name=f"Topic {number}")
            for number in range(count)
        ]
        tx.session.add_all(tags)
        tx.flush()
        for tag in tags:
            feeds.add(tx, brand.id, slug=tag.slug, kind=FeedKind.TAG, tag_id=tag.id, title=tag.name)
        brand_id, tag_ids = brand.id, [tag.id for tag in tags]
    articles = count * ENTRIES // _FEEDS_OF_AN_ARTICLE
    for start in range(0, articles, _AT_ONCE):
        with transaction() as tx:
            rows = [article(number) for number in range(start, min(start + _AT_ONCE, articles))]
            for row in rows:
                row.publication_id = brand_id
            tx.session.add_all(rows)
            tx.flush()
            # Each topic gets as many, and those beside it others every time around.
            tx.session.add_all(
                ArticleTag(
                    article_id=row.id,
                    tag_id=tag_ids[(number + turn * (number // count + 1)) % count],
                )
                for number, row in enumerate(rows, start)
                for turn in range(_FEEDS_OF_AN_ARTICLE)
            )


if __name__ == "__main__":
    main()
