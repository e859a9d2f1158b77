"""`syndicate servers`: the embedded servers alone, while a backup is made or brought back."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from syndicate.cli.terminal import Terminal
from syndicate.embedded.supervisor import Options, Stack
from syndicate.errors import RefusedError


def servers(
    *,
    data_dir: Annotated[
        Path | None, typer.Option(help="Data folder; kept between runs. [SYNDICATE_DATA_DIR]")
    ] = None,
) -> None:
    """Start the embedded servers of this machine, and nothing that mails, until Ctrl-C."""
    console = Terminal(stderr=True)
    options = Options(port=0, report=lambda step: console.print(f"· {step}"), is_servers_only=True)
    try:
        with Stack(data_dir, options) as stack:
            postgres = stack.servers.postgres if stack.servers else None
            if postgres is None:
                raise RefusedError(
                    "SYNDICATE_DATABASE_URL names a PostgreSQL of your own; there is none to start."
                )
            sys.stdout.write(f"{postgres.shell()}\n")
            sys.stdout.flush()
            console.print(
                "Run that line in another shell; pg_dump, dropdb, createdb, pg_restore and psql "
                "are then those of this installation. Ctrl-C stops the servers; the data stays."
            )
            stack.watch()
    except KeyboardInterrupt:
        console.print("· stopped")
