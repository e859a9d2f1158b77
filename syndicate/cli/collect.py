"""`syndicate collect`: collect by hand; see how a document would be read, without a database."""

import dataclasses
import datetime as dt
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from syndicate import clock, phrases
from syndicate.cli.actors import actor
from syndicate.cli.options import AsJson, print_json
from syndicate.collect import picture_sizes, steering
from syndicate.errors import NotFoundError, PartialError, UsageError
from syndicate.reading import pool
from syndicate.reading.feeds import parse as feeds
from syndicate.reading.pages import extract as pages
from syndicate.reading.pages import profile as profiles
from syndicate.store.ground.session import transaction
from syndicate.store.intake import sources

app = typer.Typer(no_args_is_help=True)


@app.command(name="run")
def run_(
    *,
    source: Annotated[
        list[str] | None, typer.Option(help="Only this source, by slug or id; repeatable.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Collect from every source now, whether or not it is due."""
    asked_before = None if as_json else _asked_before(source or ())
    done = steering.collect(source or None, actor=actor(), now=clock.now())
    counted = phrases.counted
    if as_json:
        print_json(dataclasses.asdict(done))
    else:
        sys.stdout.write(
            f"{counted(done.sources, 'source')}: {done.fetched} fetched, {done.unchanged} of them "
            f"unchanged, {done.failed} failed; {counted(done.articles, 'new article')}, "
            f"{counted(done.revisions, 'revision')}.\n"
        )
        if asked_before and not (done.failed or done.articles or done.revisions):
            since = phrases.moment(asked_before)
            sys.stdout.write(f"Nothing is new since {since}, when Syndicate last asked.\n")
        for notice in done.notices:
            sys.stdout.write(f"  {notice}\n")
    if done.failed:
        raise PartialError(
            f"{done.failed} of {counted(done.sources, 'source')} failed; `syndicate sources list` "
            "says why."
        )


@app.command()
def measure(*, as_json: AsJson = False) -> None:
    """Ask new stories' lead pictures for their size, as feeds need it; each picture once."""
    told = picture_sizes.measure_due(clock.now())
    if as_json:
        print_json({"measured": told})
    else:
        sys.stdout.write(f"{phrases.counted(told, 'picture')} measured.\n")


@app.command()
def parse(
    file: Annotated[Path, typer.Argument(help="A feed: RSS, Atom, RDF or JSON Feed.")],
    *,
    url: Annotated[str | None, typer.Option(help="Where it came from.")] = None,
    content_type: Annotated[str, typer.Option(help="Its Content-Type header.")] = "",
    as_json: AsJson = False,
) -> None:
    """Print feed and entries as they would be stored; no database is needed."""
    body = _read(file)
    feed = pool.readers().feed(body, url=url, content_type=content_type, now=clock.now())
    if as_json:
        print_json(feeds.as_json(feed))
        return
    sys.stdout.write(
        f"{feed.title} ({feed.format}, {phrases.counted(len(feed.entries), 'entry')})\n"
    )
    for entry in feed.entries:
        moment = entry.published or entry.updated
        sys.stdout.write(f"  {phrases.moment(moment) if moment else '(no date)':<23}")
        sys.stdout.write(f"{entry.title or entry.link or entry.guid}\n")


@app.command()
def extract(
    file: Annotated[Path, typer.Argument(help="An article page in HTML.")],
    *,
    url: Annotated[str, typer.Option(help="Where it came from.")],
    profile: Annotated[
        Path | None, typer.Option(help="JSON file with the source's profile.")
    ] = None,
    content_type: Annotated[str, typer.Option(help="Its Content-Type header.")] = "",
    as_json: AsJson = False,
) -> None:
    """Print an article page as it would be stored; no database is needed."""
    body = _read(file)
    described = read_profile(profile)
    page = pool.readers().page(
        body, url=url, content_type=content_type, now=clock.now(), profile=described
    )
    if as_json:
        print_json(pages.as_json(page))
        return
    for name in ("headline", "standfirst", "section", "published", "updated", "language"):
        found = getattr(page, name)
        said = phrases.moment(found) if isinstance(found, dt.datetime) else found or "-"
        sys.stdout.write(f"{name:<11} {said}\n")
    sys.stdout.write(f"{'authors':<11} {', '.join(page.authors) or '-'}\n\n{page.body}\n")


def read_profile(file: Path | None) -> dict[str, Any] | None:
    """A source profile out of a file, checked.

    Raises:
        NotFoundError: there is no such file.
        UsageError: it is no JSON object, or no usable profile.
    """
    if file is None:
        return None
    try:
        found = json.loads(_read(file))
    except ValueError as error:
        raise UsageError(f"{file} is not JSON: {error}.") from error
    if not isinstance(found, dict):
        raise UsageError(f"{file} must hold one JSON object, the source's profile.")
    profiles.check(found)
    return found


def _asked_before(which: Sequence[str]) -> dt.datetime | None:
    """When those that are asked were asked last, the longest ago; None where one never was."""
    with transaction() as tx:
        found = [
            fetched.last_at
            for each, fetched in sources.listed(tx)
            if ({str(each.id), each.slug} & set(which) if which else each.is_asked)
        ]
    known = [moment for moment in found if moment is not None]
    return min(known) if known and len(known) == len(found) else None


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError as error:
        raise NotFoundError(f"There is no file {file}; name one that exists.") from error
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.") from error
