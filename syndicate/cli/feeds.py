"""`syndicate feeds`: list, build, add and retire feeds; the hub, and who fetches what."""

import re
import sys
from typing import Annotated, Any

import typer

from syndicate import clock, jobs
from syndicate.cli.options import AsJson, print_json
from syndicate.cli.terminal import Table, Terminal
from syndicate.errors import NotFoundError, RefusedError, UsageError
from syndicate.feeds import hub, outside_hub
from syndicate.feeds import publish as publishing
from syndicate.feeds import watch as watching
from syndicate.settings import load
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.newsroom import publications
from syndicate.store.newsroom.publications import Publication
from syndicate.store.syndication import consumers, feed_documents, feed_rules, feeds
from syndicate.store.syndication import hub as hub_rows
from syndicate.store.syndication.consumers import Behind, FeedConsumer
from syndicate.store.syndication.feeds import Feed
from syndicate.store.syndication.hub import FeedCallback

app = typer.Typer(no_args_is_help=True)

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


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
        print_json({"feeds": rows})
        return
    table = Table("slug", "kind", "title", "entries", "due at")
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row.values()))
    Terminal().print(table)


@app.command()
def publish(
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="Build every feed from nothing, due or not.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Build the feeds that are due. Safe to run twice: the same rows give the same bytes."""
    if everything:
        with transaction() as tx:
            feeds.mark_all_due(tx, now=clock.now())
    built = 0
    # Each round by its own time: leases count from it, and a rebuild takes longer than one lease.
    while count := publishing.publish_due(clock.now()):
        built += count
    if as_json:
        print_json({"built": built})
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
        print_json(found)
        return
    table = Table("format", "page", "entries", "bytes", "modified at", "etag", title=feed.title)
    for document in documents:
        table.add_row(*(str(value)[:25] for value in document.values()))
    Terminal().print(table)


@app.command()
def add(
    slug: str,
    title: str,
    *,
    fits: Annotated[
        list[str],
        typer.Option(help="PART=VALUE, several times: section, tag, author, language, kind, word."),
    ],
    publication: Annotated[str | None, typer.Option(help="Its slug; else the first one.")] = None,
) -> None:
    """Add a feed by a rule: articles that fit every part named, by any of its values.

    Raises:
        UsageError: the rule says nothing, or the slug is no address.
        RefusedError: the slug is taken.
        NotFoundError: there is no such publication.
    """
    if not _SLUG.fullmatch(slug):
        raise UsageError("A feed's slug is letters, digits and hyphens: it is part of its address.")
    named: dict[str, list[str]] = {}
    for each in fits:
        part, _, value = each.partition("=")
        named.setdefault(f"{part}s", []).append(value)
    rule = feed_rules.check(named)
    with transaction() as tx:
        if feeds.by_slug(tx, slug) is not None:
            raise RefusedError(f"There is a feed {slug} already; choose another slug.")
        brand = _publication(tx, publication)
        feeds.add(tx, brand.id, slug=slug, kind=feeds.FeedKind.RULE, rule=rule, title=title)
        tx.hint(jobs.PUBLISH_FEEDS)
    sys.stdout.write(f"The feed {slug} was added and is being built.\n")


@app.command()
def retire(slug: str) -> None:
    """Take a feed away for good: its address answers 410, so that readers stop asking.

    Raises:
        NotFoundError: there is no feed of that slug.
    """
    with transaction() as tx:
        _must(feeds.retire(tx, slug, now=clock.now()), slug)


@app.command()
def move(
    slug: str,
    to: Annotated[
        str | None, typer.Argument(help="Slug or whole address; without it the move is taken back.")
    ] = None,
) -> None:
    """Have a feed's address answer 301 to another feed of ours, or to a whole address.

    Raises:
        NotFoundError: there is no feed of that slug.
        RefusedError: readers' apps would be led nowhere.
    """
    with transaction() as tx:
        if to is not None:
            _refuse_nowhere(tx, slug, to)
        _must(feeds.move(tx, slug, to), slug)
    sys.stdout.write(f"The feed {slug} {f'leads to {to}' if to else 'is itself again'}.\n")


def _refuse_nowhere(tx: Transaction, slug: str, to: str) -> None:
    """Apps keep a 301 for good: a slip of the pen would cost every reader of the feed."""
    if to.startswith(("https://", "http://")):
        return
    target = feeds.by_slug(tx, to)
    _must(target is not None, to)
    if target is None or to == slug or target.gone_at or target.moved_to:
        raise RefusedError(
            f"The feed {to} is not offered itself, or is the same one; "
            "name one that `syndicate feeds list` shows, or a whole address."
        )


@app.command("hub")
def run_hub(*, as_json: AsJson = False) -> None:
    """Verify and deliver what is due at the hub, and list its subscriptions."""
    requests = outside_hub.run_due(clock.now()) + hub.run_due(clock.now())
    with transaction() as tx:
        rows = [_callback(row) for row in hub_rows.subscriptions(tx)]
    if as_json:
        print_json({"requests": requests, "subscriptions": rows})
        return
    table = Table("id", "topic", "host", "lease until", "due at", "attempts", "last status")
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row.values()))
    Terminal().print(table)
    sys.stdout.write(f"{requests} requests were made.\n")


@app.command()
def watch(*, as_json: AsJson = False) -> None:
    """Show who fetches the feeds, and who has not come since something was taken back."""
    now = clock.now()
    with transaction() as tx:
        seen = [_consumer(row) for row in consumers.consumers(tx)]
        late = [_late(row) for row in consumers.behind(tx, now=now)]
    if as_json:
        print_json({"consumers": seen, "behind": late})
        return
    table = Table("client", "feed", "format", "last fetch", "status", "etag", "requests")
    for row in seen:
        table.add_row(*(str(value)[:40] for value in row.values()))
    Terminal().print(table)
    for behind in late:
        sys.stdout.write(
            f"{behind['partner'] or behind['client']} has not fetched {behind['feed']} since "
            f"something in it was taken back at {behind['changed_at']}.\n"
        )


@app.command("read-log")
def read_log(
    file: Annotated[
        typer.FileText, typer.Argument(help="The proxy's log; - reads standard input.")
    ],
) -> None:
    """Note who was answered from the proxy's cache. Safe to run twice with the same log."""
    count = watching.note_log(file)
    sys.stdout.write(f"{count} of its answers from the cache were new.\n")


@app.command()
def partner(
    name: str,
    *,
    revoke: Annotated[bool, typer.Option("--revoke", help="Know them no more.")] = False,
) -> None:
    """Print what a partner puts behind a feed's address, so that we know who fetched what.

    Raises:
        NotFoundError: there is no such partner to revoke.
    """
    now = clock.now()
    with transaction() as tx:
        if revoke:
            if not consumers.revoke_partner(tx, name, now=now):
                raise NotFoundError(f"There is no partner {name}.")
            return
        token = consumers.token_of(load().key(), consumers.add_partner(tx, name, now=now).id)
    sys.stdout.write(f"{load().base_url()}/feeds/everything.rss?for={token}\n")


def _must(done: bool, slug: str) -> None:
    if not done:
        raise NotFoundError(f"There is no feed {slug}; `syndicate feeds list` shows them.")


def _publication(tx: Transaction, slug: str | None) -> Publication:
    brands = publications.all_publications(tx)
    found = next((each for each in brands if slug in {None, each.slug}), None)
    if found is None:
        raise NotFoundError(f"There is no publication {slug or 'yet'}.")
    return found


def _callback(row: FeedCallback) -> dict[str, Any]:
    return {
        "id": row.id,
        "topic": row.topic,
        "host": row.host,
        "lease_until": row.lease_until and row.lease_until.isoformat(),
        "due_at": row.deliver_at and row.deliver_at.isoformat(),
        "attempts": row.attempts,
        "last_status": row.last_status,
    }


def _consumer(row: FeedConsumer) -> dict[str, Any]:
    return {
        "client": row.client,
        "feed_id": row.feed_id,
        "format": row.format.value,
        "last_at": row.last_at.isoformat(),
        "status": row.status,
        "etag": row.etag,
        "requests": row.requests,
    }


def _late(row: Behind) -> dict[str, Any]:
    return {
        "client": row.client,
        "partner": row.partner,
        "feed": row.feed_slug,
        "format": row.form,
        "last_at": row.last_at.isoformat(),
        "changed_at": row.changed_at.isoformat(),
    }


def _row(feed: Feed, entries: int) -> dict[str, Any]:
    return {
        "slug": feed.slug,
        "kind": feed.kind.value,
        "title": feed.title,
        "entries": entries,
        "due_at": feed.due_at and feed.due_at.isoformat(),
    }
