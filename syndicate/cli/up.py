"""`syndicate up`: a newsroom's whole installation on this machine, until Ctrl-C."""

import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from syndicate import clock, settings
from syndicate.alarms import memory
from syndicate.cli import newsroom
from syndicate.cli.actors import user
from syndicate.cli.migrate import Restored
from syndicate.cli.options import print_json
from syndicate.cli.terminal import Terminal
from syndicate.embedded import folder, mailbox_link
from syndicate.embedded.servers import StackBrokenError
from syndicate.embedded.supervisor import Options, Stack
from syndicate.mail.recovery import copy_check
from syndicate.newsroom.sign_in_links import sign_in_url
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import publications

_ROLE = "admin"  # whoever starts an installation may do everything in it


def up(
    *,
    data_dir: Annotated[
        Path | None, typer.Option(help="Data folder; kept between runs. [SYNDICATE_DATA_DIR]")
    ] = None,
    host: Annotated[str | None, typer.Option(help="Address of the web server.")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Its port; 0 takes a free one.")
    ] = None,
    empty: Annotated[
        bool, typer.Option("--empty", help="Do not set up the sample newsroom the first time.")
    ] = False,
    restored: Restored = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print what runs as one JSON object, once it is ready.")
    ] = False,
) -> None:
    """Start everything on this machine and keep it up until Ctrl-C.

    An installation that holds nothing yet gets a sample newsroom to look at, unless --empty.
    """
    console = Terminal(stderr=True)
    began = time.monotonic()
    options = Options(
        host=host,
        port=port,
        extras=newsroom.servers(folder.chosen(data_dir or settings.load().data_dir)),
        report=lambda step: console.print(f"· {step}"),
        is_all_restored=restored,
    )
    try:
        with Stack(data_dir, options) as stack:
            if not empty and newsroom.is_wanted(stack):
                console.print("· sample newsroom")
                newsroom.open_all(stack)
            if as_json:
                link = sign_in_url(user(), _ROLE)
                mails = mailbox_link.link(stack.web_url) if stack.mailbox_dir else None
                links = {"console_link": link, "mailbox_link": mails}
                said = stack.run() | {"held": stack.held_why} | links
                print_json(said)
                sys.stdout.flush()
            else:
                _welcome(console, stack, time.monotonic() - began)
            _keep_up(stack)
    except KeyboardInterrupt:
        console.print("· stopped")


def _keep_up(stack: Stack) -> None:
    """Keep it up; where PostgreSQL dies and takes all with it, somebody is told before the end."""
    try:
        stack.watch()
    except StackBrokenError as error:
        memory.ring_once(clock.now(), f"{error} All of Syndicate on this machine ends with it.")
        raise


def _welcome(console: Terminal, stack: Stack, seconds: float) -> None:
    console.print(f"\nSyndicate runs at {stack.web_url} (ready after {seconds:.1f} s).")
    if stack.mailbox_dir:
        console.print(f"  mail      {mailbox_link.link(stack.web_url)}", soft_wrap=True)
        console.print(
            f"            opens on this machine alone; its files are in {stack.mailbox_dir}",
            soft_wrap=True,
        )
    console.print(f"  console   {sign_in_url(user(), _ROLE)}", soft_wrap=True)
    console.print(
        "            signs you in once, within 15 minutes; `syndicate console-link` prints another"
    )
    _publications(console, stack)
    if newsroom.is_open(stack):
        console.print("  sample    an invented newsroom to play with: `syndicate sample --help`")
    if stack.servers and stack.servers.postgres:
        console.print(f"  database  {stack.servers.postgres.shell()}", soft_wrap=True)
    console.print(f"  data      {stack.data_dir}")
    console.print(f"  logs      {stack.data_dir / 'logs'}")
    if stack.held_why is not None:
        console.print(copy_check.held_notice(stack.held_why), style="bold red", soft_wrap=True)
    console.print("Ctrl-C stops it; the data stays.\n")


def _publications(console: Terminal, stack: Stack) -> None:
    """Where each publication is read; on an empty installation what to do first."""
    with transaction() as tx:
        found = publications.all_publications(tx)
    for number, each in enumerate(found):
        where = stack.web_url if number == 0 else f"{stack.web_url}/p/{each.slug}"
        console.print(
            f"  {'pages' if number == 0 else '':9} {where}/ ({each.name})", soft_wrap=True
        )
    if not found:
        console.print(
            "            There is no publication yet: the console's link leads you through the "
            f"first steps, and {stack.web_url}/docs/first-hour shows the other ways",
            soft_wrap=True,
        )
