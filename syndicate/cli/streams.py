"""`syndicate streams`: senders of a publication's alerts, digests and other mail."""

import typer

from syndicate.cli import making
from syndicate.newsroom.making import streams

app = typer.Typer(no_args_is_help=True)
making.offer(app, streams.SHELF)
