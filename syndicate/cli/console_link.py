"""`syndicate console-link`: a link that lets an operator into the console once."""

import sys
from typing import Annotated

import typer

from syndicate import clock
from syndicate.cli.actors import actor, user
from syndicate.cli.options import AsJson, print_json
from syndicate.newsroom import sign_in_links
from syndicate.newsroom.sign_in_links import sign_in_url
from syndicate.newsroom.tokens import of_role
from syndicate.store.ground.session import transaction
from syndicate.store.platform.tokens import LINK_WITHIN


def console_link(
    *,
    name: Annotated[
        str | None, typer.Option(help="Who will sign in, for the audit; this account by default.")
    ] = None,
    role: Annotated[str, typer.Option(help="viewer, editor, sender or admin.")] = "admin",
    operator: Annotated[
        str | None, typer.Option(help="Slug of the operator who will sign in; no role is needed.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print a link to the console; it works once, for 15 minutes."""
    of_role(role)
    if operator is not None:
        with transaction() as tx:
            url = sign_in_links.make(tx, operator, actor=actor(), now=clock.now())
    else:
        url = sign_in_url(name or user(), role)
    minutes = int(LINK_WITHIN.total_seconds() // 60)
    if as_json:
        print_json({"url": url, "minutes": minutes})
    else:
        sys.stdout.write(f"{url}\n")
        sys.stderr.write(f"It works once, within {minutes} minutes.\n")
