"""`syndicate feeds`: list, build, make, change and retire feeds; the hub, and who fetches what."""

import datetime as dt
import inspect
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any

import typer

from syndicate import clock, phrases
from syndicate.cli import making
from syndicate.cli.actors import actor
from syndicate.cli.options import AsJson, print_json
from syndicate.cli.terminal import Table, Terminal
from syndicate.errors import UsageError
from syndicate.feeds import hub, outside_hub, steering
from syndicate.feeds import making as feed_making
from syndicate.feeds import publish as publishing
from syndicate.feeds import watch as watching
from syndicate.newsroom.making.acts import Key
from syndicate.newsroom.making.problems import quoted
from syndicate.settings import load
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import publications
from syndicate.store.syndication import consumers, feed_documents, feed_rules, feeds
from syndicate.store.syndication import hub as hub_rows
from syndicate.store.syndication.consumers import Behind, FeedConsumer
from syndicate.store.syndication.feeds import Feed
from syndicate.store.syndication.hub import FeedCallback

app = typer.Typer(no_args_is_help=True)
# How each part of a rule is said for one value.
PARTS = {part.removesuffix("s"): part for part in feed_rules.PARTS}
SHELF = feed_making.SHELF
Slug = Annotated[str, typer.Argument(help="Slug of the feed.")]
_PLACES = [
    inspect.Parameter(
        name,
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
        annotation=Annotated[str, typer.Argument(help=said)],
    )
    for name, said in (
        ("slug", "Slug of the new feed."),
        ("title", "Its title, as readers see it."),
    )
]


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
    for row, feed in zip(rows, found, strict=True):
        table.add_row(*_cells(row, due_at=feed.due_at))
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
            steering.build_anew(tx, actor=actor(), now=clock.now())
    built = 0
    # Each round by its own time: leases count from it, and a rebuild takes longer than one lease.
    while count := publishing.publish_due(clock.now()):
        built += count
    if as_json:
        print_json({"built": built})
    else:
        sys.stdout.write(f"{phrases.counted(built, 'feed was', 'feeds were')} built.\n")


@app.command()
def show(slug: Slug, *, as_json: AsJson = False) -> None:
    """Show one feed and its documents.

    Raises:
        NotFoundError: there is no feed of that slug.
    """
    with transaction() as tx:
        feed = feeds.by_slug(tx, slug)
        if feed is None:
            raise steering.unknown(slug)
        documents = feed_documents.described(tx, feed.id)
        counts = feed_documents.entry_counts(tx, [feed.id])
    rule = feed.rule or {}
    found = {**_row(feed, counts.get(feed.id, 0)), "rule": rule, "documents": documents}
    if as_json:
        print_json(found)
        return
    for part, values in rule.items():
        sys.stdout.write(f"{part}: {', '.join(values)}\n")
    table = Table("format", "page", "entries", "bytes", "modified at", "etag", title=feed.title)
    for document in documents:
        modified_at = dt.datetime.fromisoformat(str(document["modified_at"]))
        table.add_row(*_cells(document, modified_at=modified_at))
    Terminal().print(table)


def _add() -> Callable[..., Any]:
    """`feeds add`: with a title behind the slug, and parts of the rule also as PART=VALUE."""

    def command(
        slug: str, title: str, *, fits: list[str] | None, as_json: bool, **options: object
    ) -> None:
        typed = {"slug": slug, "title": title, **making.given_of(SHELF, options)}
        given = making.placed(SHELF, typed)
        for part, values in _parts(fits or ()).items():
            given[part] = [*given.get(part, ()), *values]
        with transaction() as tx:
            made = feed_making.add(tx, given, actor=actor(), now=clock.now())
            row = SHELF.as_json(tx, made)
        if as_json:
            print_json(row)
        else:
            sys.stdout.write(f"The feed {slug} was added and is being built.\n")

    said = f"PART=VALUE, several times: {', '.join(PARTS)}."
    fits = making.keyword("fits", Annotated[list[str] | None, typer.Option(help=said)])
    options = making.options_of(SHELF, but=("slug", "title"))
    return making.signed(command, [*_PLACES, fits, *options])


app.command("add", help="Add a feed by a rule: articles that fit every part, by any value.")(_add())
making.offer(app, SHELF, but=("add", "list", "show", "retire"))


@app.command()
def retire(slug: Slug) -> None:
    """Take a feed away for good: its address answers 410, so that apps stop asking.

    Raises:
        NotFoundError: there is no feed of that slug.
    """
    with transaction() as tx:
        feed_making.end(tx, Key(slug), actor=actor(), now=clock.now())
    sys.stdout.write(f"The feed {slug} is gone for good.\n")


@app.command()
def move(
    slug: Slug,
    to: Annotated[
        str | None, typer.Argument(help="Slug or whole address; without it the move is undone.")
    ] = None,
) -> None:
    """Have a feed's address answer 301 to another feed of ours, or to a whole address.

    Raises:
        NotFoundError: there is no feed of that slug.
        RefusedError: readers' apps would be led nowhere.
    """
    with transaction() as tx:
        steering.move(tx, slug, to, actor=actor(), now=clock.now())
    sys.stdout.write(f"The feed {slug} {f'leads to {to}' if to else 'is itself again'}.\n")


@app.command("hub")
def run_hub(*, as_json: AsJson = False) -> None:
    """Verify and deliver what is due at the hub, and list its subscriptions."""
    requests = outside_hub.run_due(clock.now()) + hub.run_due(clock.now())
    with transaction() as tx:
        callbacks = hub_rows.subscriptions(tx)
    rows = [_callback(row) for row in callbacks]
    if as_json:
        print_json({"requests": requests, "subscriptions": rows})
        return
    table = Table("id", "topic", "host", "lease until", "due at", "attempts", "last status")
    for row, each in zip(rows, callbacks, strict=True):
        table.add_row(*_cells(row, lease_until=each.lease_until, due_at=each.deliver_at))
    Terminal().print(table)
    sys.stdout.write(f"{phrases.counted(requests, 'request was', 'requests were')} made.\n")


@app.command()
def watch(*, as_json: AsJson = False) -> None:
    """Show who fetches the feeds, and who has not fetched since something was withdrawn."""
    now = clock.now()
    with transaction() as tx:
        fetched = consumers.consumers(tx)
        slugs = {feed_id: slug for slug, feed_id in feeds.ids_by_slug(tx).items()}
        seen = [{**_consumer(row), "feed": slugs[row.feed_id]} for row in fetched]
        late = consumers.behind(tx, now=now)
    if as_json:
        print_json({"consumers": seen, "behind": [_late(row) for row in late]})
        return
    columns = ("client", "feed", "format", "last_at", "status", "etag", "requests")
    table = Table("client", "feed", "format", "last fetch", "status", "etag", "requests")
    for row, each in zip(seen, fetched, strict=True):
        table.add_row(*_cells({name: row[name] for name in columns}, last_at=each.last_at))
    Terminal().print(table)
    for behind in late:
        sys.stdout.write(
            f"{behind.partner or behind.client} has not fetched {behind.feed_slug} since "
            f"something in it was withdrawn at {phrases.moment(behind.changed_at)}.\n"
        )


@app.command("read-log")
def read_log(
    file: Annotated[
        typer.FileText, typer.Argument(help="The proxy's log; - reads standard input.")
    ],
) -> None:
    """Note who was answered from the proxy's cache. Safe to run twice with the same log."""
    count = watching.note_log(file)
    sys.stdout.write(f"{phrases.counted(count, 'answer')} from the cache had not been noted yet.\n")


@app.command()
def partner(
    name: Annotated[str, typer.Argument(help="What the partner is called.")],
    *,
    revoke: Annotated[
        bool, typer.Option("--revoke", help="Make the partner's address invalid.")
    ] = False,
) -> None:
    """Print what a partner puts behind a feed's address, so that we know who fetched what.

    Raises:
        NotFoundError: there is no such partner to revoke.
    """
    now = clock.now()
    with transaction() as tx:
        if revoke:
            steering.revoke_partner(tx, name, actor=actor(), now=now)
            sys.stdout.write(f"The address of {name} is no longer valid.\n")
            return
        made = steering.add_partner(tx, name, actor=actor(), now=now)
        address = steering.partner_address(load().base_url(), load().key(), made)
    sys.stdout.write(f"{address}\n")


def _parts(fits: Iterable[str]) -> dict[str, list[str]]:
    """What is said as PART=VALUE, by the names that parts have where they hold several values."""
    found: dict[str, list[str]] = {}
    for each in fits:
        said, _, value = each.partition("=")
        if said not in PARTS:
            raise UsageError(
                f"A feed's rule has no {quoted(said)}; its parts are {', '.join(PARTS)}."
            )
        found.setdefault(PARTS[said], []).append(value)
    return found


def _cells(row: Mapping[str, object], **moments: dt.datetime | None) -> list[str]:
    """What a table shows of a row: nothing for what there is none of, and moments in words."""
    said = {name: phrases.moment(at) for name, at in moments.items() if at is not None}
    return ["" if row[name] is None else str(said.get(name, row[name])) for name in row]


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
        "last_at": row.last_at.isoformat(timespec="seconds"),
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
