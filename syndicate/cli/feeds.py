"""`syndicate feeds`: list feeds, build them, and look at what is published."""

import json
import sys
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from syndicate import clock
from syndicate.errors import NotFoundError
from syndicate.feeds import publish as publishing
from syndicate.store import feed_documents, feeds, publications
from syndicate.store.feeds import Feed
from syndicate.store.session import transaction

app = typer.Typer(no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command("list")
def list_feeds(*, as_json: AsJson = False) -> None:
    """List the feeds that are offered."""
    with transaction() as tx:
        found = [
            feed
            for publication in publications.all_publications(tx)
            for feed in feeds.offered(tx, publication.id)
        ]
        counts = feed_documents.entry_counts(tx, [feed.id for feed in found])
    rows = [_row(feed, counts.get(feed.id, 0)) for feed in found]
    if as_json:
        sys.stdout.write(json.dumps({"feeds": rows}) + "\n")
        return
    table = Table("slug", "kind", "title", "entries", "due at")
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row.values()))
    Console().print(table)


@app.command()
def publish(
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="Build every feed from nothing, due or not.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Build the feeds that are due. Safe to run twice: the same rows give the same bytes."""
    now = clock.now()
    if everything:
        with transaction() as tx:
            feeds.mark_all_due(tx, now=now)
    built = 0
    while count := publishing.publish_due(now):
        built += count
    if as_json:
        sys.stdout.write(json.dumps({"built": built}) + "\n")
    else:
        sys.stdout.write(f"{built} feeds were built.\n")


@app.command()
def show(slug: str, *, as_json: AsJson = False) -> None:
    """Show one feed and its documents.

    Raises:
        NotFoundError: there is no feed of that slug.
    """
    with transaction() as tx:
        feed = feeds.by_slug(tx, slug)
        if feed is None:
            raise NotFoundError(f"There is no feed {slug}; `syndicate feeds list` shows them.")
        documents = feed_documents.described(tx, feed.id)
        counts = feed_documents.entry_counts(tx, [feed.id])
    found = {**_row(feed, counts.get(feed.id, 0)), "documents": documents}
    if as_json:
        sys.stdout.write(json.dumps(found) + "\n")
        return
    table = Table("format", "page", "entries", "bytes", "modified at", "etag", title=feed.title)
    for document in documents:
        table.add_row(*(str(value)[:25] for value in document.values()))
    Console().print(table)


def _row(feed: Feed, entries: int) -> dict[str, Any]:
    return {
        "slug": feed.slug,
        "kind": feed.kind.value,
        "title": feed.title,
        "entries": entries,
        "due_at": feed.due_at and feed.due_at.isoformat(),
    }
