"""`syndicate sources`: find, add, check, pause, remove the places that articles come from."""

import dataclasses
import datetime as dt
import inspect
import json
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from syndicate import clock, phrases, settings
from syndicate.addresses import check_origin
from syndicate.articles import push_keys
from syndicate.cli import making as shared
from syndicate.cli.actors import actor
from syndicate.cli.collect import read_profile
from syndicate.cli.options import AsJson, one_of, print_json
from syndicate.cli.terminal import Table, Terminal
from syndicate.collect import checking, finding, making, shown_sources, steering
from syndicate.collect.source_fields import IGNORE
from syndicate.newsroom import publications
from syndicate.newsroom.making import said_sections
from syndicate.newsroom.sources import named
from syndicate.store.ground.session import transaction
from syndicate.store.intake import sources
from syndicate.store.intake import websub as websub_rows
from syndicate.vocabulary.sources import SourceKind, SourceState

if TYPE_CHECKING:
    from syndicate.collect.finding import Found

Which = Annotated[str, typer.Argument(help="The source's slug, or its id.")]
Allow = Annotated[
    list[str] | None,
    typer.Option(
        help="IP:port of an in-house server, or 10.1.0.0/16, that Syndicate may connect to."
    ),
]
Profile = Annotated[Path | None, typer.Option(help="JSON file with the source's profile.")]
NoRobots = Annotated[
    bool, typer.Option("--no-robots", hidden=True, help="The same as --robots ignore.")
]
Checks = Annotated[
    bool, typer.Option(help="Fetch it once before it is added; refuse it when that fails.")
]
OrFirst = Annotated[
    str | None, typer.Option(help="Slug of the publication; the first one by default.")
]
Kind = Annotated[str, typer.Option(help=f"How it is read: {', '.join(SourceKind)}.")]
app = typer.Typer(no_args_is_help=True)
shared.offer(app, making.SHELF, but=("add", "list"))


def _add() -> Callable[..., Any]:
    """`sources add`: by an address, which is fetched first; one that is there is changed."""

    def command(
        url: str,
        *,
        publication: str | None,
        no_robots: bool,
        check: bool,
        as_json: bool,
        **options: object,
    ) -> None:
        given = {"url": url, "publication": publication, **shared.given_of(making.SHELF, options)}
        if no_robots:
            given.setdefault("robots", IGNORE)
        used = making.use(given, is_checked=check, actor=actor(), now=clock.now())
        if as_json:
            with transaction() as tx:
                print_json(making.SHELF.as_json(tx, used.source))
        else:
            sys.stdout.write(f"Source {used.source.id} ({used.source.slug}) {_became(used)}.\n")

    address = inspect.Parameter(
        "url",
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
        annotation=Annotated[str, typer.Argument(help="Its address.")],
    )
    own = (
        shared.keyword("publication", OrFirst),
        shared.keyword("no_robots", NoRobots, default=False),
        shared.keyword("check", Checks, default=True),
    )
    options = shared.options_of(making.SHELF, but=("url", "publication"))
    return shared.signed(command, [address, *options, *own])


app.command(
    "add",
    help="Add a source; it is due at once. An address that is there is changed by what is given.",
)(_add())


@app.command(name="list")
def list_(*, as_json: AsJson = False) -> None:
    """List sources with the result of their last fetch."""
    with transaction() as tx:
        found = shown_sources.listed(tx)
        notices = sources.notices(tx)
    if as_json:
        print_json(
            {
                "sources": [told for _, _, told in found],
                "notices": [
                    {
                        "source_id": each.source_id,
                        "at": clock.iso(each.at),
                        "kind": each.kind,
                        "message": each.message,
                    }
                    for each in notices
                ],
            }
        )
        return
    table = Table("id", "slug", "kind", "state", "name", "last", "next", "why")
    for source, state, _ in found:
        table.add_row(
            *(str(source.id), source.slug, source.kind.value, source.state.value, source.name),
            *(_short(state.last_at), _short(state.next_at), (state.reason or "")[:60]),
        )
    Terminal().print(table)
    for each in notices[:10]:
        sys.stdout.write(f"{phrases.moment(each.at)}  {each.message}\n")


@app.command(name="check")
def check_(
    url: Annotated[str, typer.Argument(help="Its address.")],
    *,
    kind: Kind = SourceKind.FEED.value,
    allow: Allow = None,
    profile: Profile = None,
    as_json: AsJson = False,
) -> None:
    """Fetch an address once and explain what would happen with it as a source, and why."""
    chosen = one_of(SourceKind, kind, "kind")
    origins = [check_origin(each) for each in allow or ()]
    found = checking.check(
        url,
        kind=chosen,
        allow=origins,
        profile=read_profile(profile),
        base_url=settings.load().base_url(),
        now=clock.now(),
    )
    if as_json:
        print_json(found.as_json())
        return
    for line in found.lines():
        sys.stdout.write(f"{line}\n")


@app.command()
def find(
    address: Annotated[
        str, typer.Argument(help="A home page, feed, sitemap, section page or article.")
    ],
    *,
    publication: OrFirst = None,
    allow: Allow = None,
    as_json: AsJson = False,
) -> None:
    """Look where any address leads, and show ten stories as they would be stored."""
    found = finding.find(
        address,
        allow=allow or (),
        publication=publication,
        actor=actor(),
        now=clock.now(),
    )
    if as_json:
        print_json(found.as_json())
        return
    terminal = Terminal(soft_wrap=True)
    for line in (*_told(found), *_of_sections(found.sections, publication)):
        terminal.print(line)


@app.command()
def hubs(*, as_json: AsJson = False) -> None:
    """List the hubs that push to us: what they reported first, and how late."""
    with transaction() as tx:
        found = websub_rows.scores(tx)
    if as_json:
        rows = [dataclasses.asdict(each) for each in found]
        for row in rows:
            row["pushed_at"] = clock.iso(row["pushed_at"]) if row["pushed_at"] else None
        print_json({"hubs": rows})
        return
    table = Table("hub", "sources", "by push", "late by", "by poll", "late by", "last push")
    for each in found:
        table.add_row(
            *(each.hub_url, str(each.sources), str(each.pushed_first), _late(each.push_delay_s)),
            *(str(each.polled_first), _late(each.poll_delay_s), _short(each.pushed_at)),
        )
    Terminal().print(table)


@app.command()
def pause(source: Which, *, as_json: AsJson = False) -> None:
    """Stop polling a source until it is resumed."""
    steering.pause(source, actor=actor(), now=clock.now())
    _tell_state(source, SourceState.PAUSED, as_json=as_json)


@app.command()
def resume(source: Which, *, as_json: AsJson = False) -> None:
    """Poll a source again, immediately, whatever it did before."""
    steering.resume(source, actor=actor(), now=clock.now())
    _tell_state(source, SourceState.ACTIVE, as_json=as_json)


@app.command()
def accept(source: Which, *, as_json: AsJson = False) -> None:
    """Take what a source changes in all its stories at once, which is held until you say so."""
    steering.accept(source, actor=actor(), now=clock.now())
    _tell_answer(
        source, "accepted", "is taken with the next poll, which is due now", as_json=as_json
    )


@app.command()
def drop(source: Which, *, as_json: AsJson = False) -> None:
    """Take nothing of a document that is held; the next one is judged anew."""
    steering.drop(source, actor=actor(), now=clock.now())
    _tell_answer(source, "dropped", "is not taken; its stories stay as they are", as_json=as_json)


def _tell_answer(source: str, answer: str, said: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"source": source, "answer": answer})
    else:
        sys.stdout.write(f"What source {source} changes {said}.\n")


@app.command()
def secret(
    publication: Annotated[
        str | None, typer.Argument(help="Slug; the first one by default.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Print the key that a publication's CMS signs its pushes with."""
    with transaction() as tx:
        owner = publications.named_or_first(tx, publication)
        found = push_keys.secret_of(tx, owner, clock.now()).hex()
    if as_json:
        print_json({"key": owner.slug, "secret": found})
    else:
        sys.stdout.write(f"{found}\n")


@app.command()
def remove(source: Which, *, as_json: AsJson = False) -> None:
    """Remove a source; its articles stay."""
    removed = steering.remove(source, actor=actor(), now=clock.now())
    if as_json:
        print_json({"removed": removed})
    else:
        sys.stdout.write(f"Source {source} was removed; its articles stay.\n")


def _became(used: making.Used) -> str:
    if used.is_new:
        return "was added and is due now"
    return "was changed" if used.differences else "was already like that"


def _told(found: "Found") -> Iterator[str]:
    """What was found, for people: a line each."""
    yield found.sentence
    for each in found.choices:
        stories = phrases.counted(each.stories, "story")
        yield f"  {each.kind.value}  {each.url}  {each.title} ({stories})"
        if each.profile:
            yield f"        with the profile {json.dumps(dict(each.profile))}"
    yield from (f"  {note}" for note in found.notes)
    for story in found.stories:
        section = story.section or (f"“{story.said_section}”" if story.said_section else "-")
        yield f"\n{story.headline}"
        yield (
            f"  {phrases.moment(story.published_at)} · section {section} · {story.language} · "
            f"{', '.join(story.authors) or 'no author'} · "
            f"{story.picture['url'] if story.picture else 'no picture'}"
        )
        if story.standfirst:
            yield f"  {story.standfirst}"


def _of_sections(names: Sequence[str], publication: str | None) -> Iterator[str]:
    """Sections that the source names and the publication lacks, and what makes the first."""
    if not names:
        return
    yield f"\nThe source names these sections: {', '.join(names)}"
    yield "Make those that you want before you add the source, the first for instance with"
    given = ["syndicate", "sections", "add", said_sections.slug_of(names[0]), "--name", names[0]]
    yield f"  {shlex.join(given + (['--publication', publication] if publication else []))}"


def _tell_state(source: str, state: SourceState, *, as_json: bool) -> None:
    if as_json:
        with transaction() as tx:
            found = named(tx, source)
        print_json({"id": found.id, "slug": found.slug, "state": state.value})
    else:
        sys.stdout.write(f"Source {source} is {state.value}.\n")


def _late(seconds: float | None) -> str:
    return f"{seconds:.0f} s" if seconds is not None else "-"


def _short(moment: dt.datetime | None) -> str:
    return phrases.moment(moment) if moment else "-"
