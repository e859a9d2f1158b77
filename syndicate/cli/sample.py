"""`syndicate sample`: play the sample newsroom's editor, beside a running `syndicate up`.

A change is made at the newsroom and comes here like any other: collected from its feed and page,
decided on, published again.
"""

import sys
from dataclasses import asdict, dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Annotated

import typer
from lxml import etree

from syndicate import clock, phrases, settings
from syndicate.cli.options import AsJson, Yes, print_json
from syndicate.cli.terminal import Table, Terminal
from syndicate.cli.waiting import Seen, Waiter
from syndicate.collect import run
from syndicate.embedded import folder
from syndicate.errors import NotFoundError, TemporaryError, UsageError
from syndicate.sample import newsroom, setup, state, visitor
from syndicate.sample.state import Edit, State
from syndicate.store.content import articles
from syndicate.store.content.articles import Article
from syndicate.store.ground.session import transaction
from syndicate.store.syndication import feeds
from syndicate.store.views import waits

app = typer.Typer(no_args_is_help=True)

_ATOM = "{http://www.w3.org/2005/Atom}"


@dataclass(frozen=True)
class Face:
    """What a reader's program sees of a feed: when it changed, and its ETag."""

    updated: str
    etag: str


@app.command()
def edit(
    article_id: Annotated[int, typer.Argument(metavar="ID", help="See `syndicate sample list`.")],
    *,
    fix: Annotated[bool, typer.Option("--fix", help="Fix a slip silently.")] = False,
    update: Annotated[
        bool, typer.Option("--update", help="Add news; this is the default.")
    ] = False,
    correction: Annotated[
        bool, typer.Option("--correction", help="Correct a mistake, with a note.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Change an article at the newsroom, collect it, and show the result."""
    if fix + update + correction > 1:
        raise UsageError("One change at a time: --fix, --update or --correction.")
    kind = "fix" if fix else "correction" if correction else "update"
    data_dir, remembered = _newsroom()
    article = _article(article_id)
    before = _faces(article)
    key = _key(article, remembered)
    state.write(state.folder_of(data_dir), remembered.with_edit(key, Edit(kind, clock.now())))
    with transaction() as tx:
        ids = [source.id for source in setup.sources_of(tx, remembered)]
    done = run.collect_now(ids, clock.now())
    Waiter(lambda: None, data_dir / "logs").wait("the feeds to be built", _feeds_seen)
    _tell(article, kind, done.revisions, before, as_json=as_json)


@app.command(name="list")
def list_(*, as_json: AsJson = False) -> None:
    """List the newsroom's articles with their ids."""
    _, remembered = _newsroom()
    with transaction() as tx:
        found = [
            article
            for article in reversed(articles.listed(tx, limit=1000))
            if (article.url or "").startswith(f"{remembered.origin}/")
        ]
    rows = [
        {
            "id": article.id,
            "article": _key(article, remembered),
            "state": article.state.value,
            "access": article.access.value,
            "revision": article.revision,
            "headline": article.headline,
        }
        for article in found
    ]
    if as_json:
        print_json({"articles": rows})
        return
    table = Table("id", "article", "state", "access", "revision", "headline")
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    Terminal().print(table)


@app.command()
def remove(
    *,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Delete the newsroom: its publications, articles, feeds, mailings and sample readers."""
    data_dir, _ = _newsroom()
    names = " and ".join(told.name for told in newsroom.publications())
    if not yes:
        typer.confirm(f"Delete {names} with everything in them?", abort=True)
    state.forget(state.folder_of(data_dir))
    with transaction() as tx:
        readers = setup.remove(tx)
    if as_json:
        print_json({"subscribers": readers})
    else:
        sys.stdout.write(f"{names} are gone, with {phrases.counted(readers, 'sample reader')}.\n")


def _newsroom() -> tuple[Path, State]:
    """The data folder of the stack that runs here, and what its newsroom remembers."""
    own = settings.load().data_dir
    if own is None or not folder.is_held(own):
        raise NotFoundError(
            "No sample newsroom runs here; start `syndicate up` on an empty installation first."
        )
    return own, state.read(state.folder_of(own))


def _article(article_id: int) -> Article:
    with transaction() as tx:
        found = articles.find(tx, article_id)
    if found is None:
        raise NotFoundError(
            f"There is no article {article_id}; `syndicate sample list` shows them.",
            article_id=article_id,
        )
    return found


def _key(article: Article, remembered: State) -> str:
    """The article's name at the newsroom: "en/river-treaty"."""
    start = f"{remembered.origin}/"
    if not (article.url or "").startswith(start):
        raise NotFoundError(
            f"Article {article.id} is not the sample newsroom's; `syndicate sample list` shows "
            "those that are.",
            article_id=article.id,
        )
    return (article.url or "").removeprefix(start).replace("/articles/", "/")


def _faces(article: Article) -> dict[str, Face]:
    """The feeds that the article stands in, by slug, as HTTP shows them."""
    with transaction() as tx:
        slugs = [feed.slug for feed in feeds.offered(tx, article.publication_id)]
    found = {}
    for slug in slugs:
        reply = visitor.get(f"{settings.load().base_url()}/feeds/{slug}.atom")
        if reply.status != HTTPStatus.OK:
            raise TemporaryError(f"The feed {reply.url} answered {reply.status}; try again soon.")
        root = etree.fromstring(reply.body)
        if article.atom_id in {
            entry.findtext(f"{_ATOM}id") for entry in root.iter(f"{_ATOM}entry")
        }:
            updated = root.findtext(f"{_ATOM}updated") or ""
            found[slug] = Face(updated, reply.headers.get("etag", ""))
    return found


def _feeds_seen() -> Seen:
    with transaction() as tx:
        return Seen(*waits.feeds_built(tx, clock.now()))


def _tell(
    article: Article, kind: str, revisions: int, before: dict[str, Face], *, as_json: bool
) -> None:
    fresh, after = _article(article.id), _faces(article)
    rows = [
        {
            "slug": slug,
            "old": asdict(before[slug]) if slug in before else None,
            "new": asdict(face),
        }
        for slug, face in after.items()
    ]
    answer = {
        "article": article.id,
        "change": kind,
        "revisions": revisions,
        "revision": fresh.revision,
        "feeds": rows,
    }
    if as_json:
        print_json(answer)
        return
    console = Terminal()
    console.print(
        f"Article {article.id}, {fresh.headline}: {kind}, "
        f"{'now' if revisions else 'still'} revision {fresh.revision}."
    )
    table = Table("feed", "updated before", "updated now", "ETag")
    for slug, face in after.items():
        old = before.get(slug)
        is_same = old is not None and old.etag == face.etag
        table.add_row(
            slug, old.updated if old else "", face.updated, "the same" if is_same else "new"
        )
    console.print(table)
