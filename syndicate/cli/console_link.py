"""`syndicate console-link`: a link that lets an operator into the console once."""

import sys
from typing import Annotated

import typer

from syndicate import clock, settings, signing
from syndicate.cli.actors import user
from syndicate.cli.options import AsJson, print_json
from syndicate.newsroom import operators
from syndicate.newsroom.tokens import of_role
from syndicate.store.ground.session import transaction
from syndicate.store.platform.tokens import AS_OPERATOR, LINK_PURPOSE, LINK_WITHIN, link_payload


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
            operators.active(tx, operator)
        url = sign_in_url(operator, AS_OPERATOR)
    else:
        url = sign_in_url(name or user(), role)
    minutes = int(LINK_WITHIN.total_seconds() // 60)
    if as_json:
        print_json({"url": url, "minutes": minutes})
    else:
        sys.stdout.write(f"{url}\n")
        sys.stderr.write(f"It works once, within {minutes} minutes.\n")


def sign_in_url(name: str, role: str) -> str:
    """A link that lets somebody into the console once, soon.

    Args:
        name: who, for the audit; the slug of an operator.
        role: one of `ROLES`, or `AS_OPERATOR`.
    """
    own = settings.load()
    payload = link_payload(name, role, now=clock.now())
    return f"{own.console_url()}/console/sign-in/{signing.sign(own.key(), LINK_PURPOSE, payload)}"
