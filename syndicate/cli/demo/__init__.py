"""`syndicate demo`: the whole journey on a sample newsroom, from a fresh folder, in a minute.

Nothing of the user's own is touched: servers, settings and folder are the demo's. It ends with 0
only if the job was really done, as counted afterwards in rows, documents and mailbox files.
"""

import os
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from syndicate import clock, logs, settings
from syndicate.cli.demo import ground, own_sources, result
from syndicate.cli.demo.journey import Journey, started_at
from syndicate.cli.demo.result import Result
from syndicate.cli.demo.telling import Teller
from syndicate.cli.newsroom import READERS, Opening
from syndicate.cli.options import print_json
from syndicate.embedded.supervisor import Options, Stack


def demo(
    *,
    once: Annotated[
        bool, typer.Option("--once", help="Exit after the job; the mailbox folder is kept.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print what happened as one JSON object at the end.")
    ] = False,
    source: Annotated[
        list[str] | None,
        typer.Option(metavar="FILE_OR_URL", help="Collect from this feed too; repeatable."),
    ] = None,
    subscribers: Annotated[
        int,
        typer.Option(
            min=2, max=1_000_000, help="Number of readers, including the one who signs up."
        ),
    ] = READERS + 1,
    data_dir: Annotated[
        Path | None,
        typer.Option(help="A new or empty folder for its data; a temporary one by default."),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(
            min=0, max=65535, help="Port of the web server; 8080 or a free one by default."
        ),
    ] = None,
) -> None:
    """Run the whole journey on a sample newsroom, and stay up to be looked at."""
    began = time.monotonic()
    own = [own_sources.read(each) for each in source or ()]
    own_sources.check(own, clock.now())
    _quieten()
    teller = Teller()
    start = started_at(clock.now())
    opening = Opening(started_at=start, slot=f"{start:%H:%M}", readers=subscribers - 1)
    with ground.fresh(data_dir, port) as (folder, own_port), ExitStack() as stopping:
        with teller.step("starting") as bar:
            options = Options(port=own_port, keep_database=False, report=bar.tell)
            stack = stopping.enter_context(Stack(folder, options))
            bar.note = "PostgreSQL, Valkey, mailbox, web server, workers, clock"
        journey = Journey(stack, teller, opening, own)
        done = result.run(journey, began)
        _show(journey, done, stays_up=not once)
        if not once:
            _stay_up(stack, done if as_json else None)
        teller.say("Stopping …")
    teller.say(f"The mailbox's files stay in {done.mailbox.path}.")
    _end(done, as_json=once and as_json)


def _quieten() -> None:
    """Leave the screen to the demo; the logs of the stack's processes say it all."""
    if "SYNDICATE_LOG_LEVEL" not in os.environ:
        logs.configure(log_format=settings.load().log_format, level="warning")


def _show(journey: Journey, done: Result, *, stays_up: bool) -> None:
    teller = journey.teller
    teller.show(result.table(done))
    for text in done.missing():
        teller.say(f"[red]✗[/red] {text}")
    if stays_up:
        teller.say("Open in a browser:\n")
        for what, address in result.addresses(journey):
            teller.say(f"  [bold]{what.ljust(25)}[/bold]{address}")
        teller.say(f"\nMails are files in {done.mailbox.path}. Ctrl-C ends the demo.")


def _stay_up(stack: Stack, to_print: Result | None) -> None:
    if to_print is not None:
        _print(to_print)
    try:
        stack.watch()
    except KeyboardInterrupt:
        return


def _end(done: Result, *, as_json: bool) -> None:
    if as_json:
        _print(done)
    done.refuse_unless_whole()


def _print(done: Result) -> None:
    print_json(done.as_dict())
    sys.stdout.flush()
