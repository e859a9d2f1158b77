"""`syndicate publications`: make and change them, list them, show one."""

import typer

from syndicate.cli import making
from syndicate.newsroom.making import publications

app = typer.Typer(no_args_is_help=True)
making.offer(app, publications.SHELF)
