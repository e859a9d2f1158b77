"""`syndicate tokens`: make, list and revoke the tokens that open the HTTP API and the console."""

import datetime as dt
import json
import sys
from collections.abc import Mapping
from typing import Annotated

import typer

from syndicate import clock
from syndicate.cli.actors import actor
from syndicate.cli.options import AsJson, print_json
from syndicate.cli.terminal import Table, Terminal
from syndicate.newsroom import tokens as acts
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import publications
from syndicate.store.platform import tokens
from syndicate.store.platform.tokens import ApiToken

app = typer.Typer(no_args_is_help=True)


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="Whose it is, for lists and the audit.")],
    *,
    role: Annotated[str, typer.Option(help="viewer, editor, sender or admin.")] = "viewer",
    allow: Annotated[
        list[str] | None, typer.Option(help="A permission instead of a role; repeatable.")
    ] = None,
    publication: Annotated[
        str | None, typer.Option(help="Slug of the only publication that it opens; all by default.")
    ] = None,
    days: Annotated[
        int | None, typer.Option(min=1, max=3650, help="Days until it expires; never by default.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Create a token and print it, this once."""
    now = clock.now()
    held = [acts.permission(each) for each in allow] if allow else acts.of_role(role)
    with transaction() as tx:
        made, secret = acts.add(
            tx, name, held, days=days, publication=publication, actor=actor(), now=now
        )
        slugs = publications.slugs(tx)
    if as_json:
        print_json(_as_dict(made, slugs) | {"token": secret})
    else:
        sys.stdout.write(f"{secret}\n")
        sys.stderr.write(
            "Copy it now: it cannot be shown again, because only its hash is stored.\n"
        )


@app.command("list")
def list_tokens(*, as_json: AsJson = False) -> None:
    """List the tokens; the secrets are known to their holders alone."""
    with transaction() as tx:
        found = tokens.all_tokens(tx)
        slugs = publications.slugs(tx)
    if as_json:
        print_json({"tokens": [_as_dict(each, slugs) for each in found]})
        return
    table = Table("id", "name", "permissions", "publication", "expires", "used")
    for each in found:
        table.add_row(
            str(each.id),
            each.name,
            " ".join(each.scopes),
            slugs[each.publication_id] if each.publication_id else "all",
            _short(each.expires_at) or "never",
            _short(each.used_at) or "not yet",
        )
    Terminal().print(table)


@app.command()
def revoke(
    token_id: Annotated[int, typer.Argument(help="The token's id.")], *, as_json: AsJson = False
) -> None:
    """Revoke a token immediately, and end the console sessions that it opened."""
    now = clock.now()
    with transaction() as tx:
        acts.revoke(tx, token_id, actor=actor(), now=now)
    sys.stdout.write(
        json.dumps({"revoked": token_id}) + "\n" if as_json else f"Token {token_id} is revoked.\n"
    )


def _as_dict(token: ApiToken, slugs: Mapping[int, str]) -> dict[str, object]:
    return {
        "id": token.id,
        "name": token.name,
        "permissions": token.scopes,
        "publication": slugs.get(token.publication_id) if token.publication_id else None,
        "expires_at": token.expires_at.isoformat() if token.expires_at else None,
        "used_at": token.used_at.isoformat() if token.used_at else None,
    }


def _short(moment: dt.datetime | None) -> str:
    return f"{moment:%d %b %Y %H:%M}" if moment else ""
