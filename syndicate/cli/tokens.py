"""`syndicate tokens`: make, list and revoke the tokens that open the HTTP API and the console."""

import datetime as dt
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from syndicate import clock, phrases
from syndicate.cli.actors import actor
from syndicate.cli.making import told
from syndicate.cli.options import AsJson, print_json
from syndicate.cli.terminal import Table, Terminal
from syndicate.newsroom import tokens as acts
from syndicate.newsroom.making import tokens as making
from syndicate.newsroom.making.acts import Given, Key
from syndicate.newsroom.making.secret_files import of_file
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import publications
from syndicate.store.platform import tokens
from syndicate.store.platform.tokens import ApiToken

app = typer.Typer(no_args_is_help=True)
Which = Annotated[str, typer.Argument(help="The token's name or id.")]
SecretFile = Annotated[
    Path | None,
    typer.Option(help="A file that holds its secret, 32 characters at least, made at random."),
]


@app.command()
def add(  # noqa: PLR0913 - one option for each thing that a token has
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
    secret_file: SecretFile = None,
    as_json: AsJson = False,
) -> None:
    """Create a token and print it, this once; one whose secret is in a file is not printed."""
    now = clock.now()
    held = [acts.permission(each) for each in allow] if allow else acts.of_role(role)
    if secret_file is not None:
        given = {"slug": name, "permissions": sorted(held), "publication": publication}
        last = now + dt.timedelta(days=days) if days else None
        given |= {"expires": last.date().isoformat() if last else None}
        _add_of_file(given | {"secret_file": of_file(secret_file, str(secret_file))}, as_json)
        return
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


@app.command("set")
def change(  # noqa: PLR0913 - as `add`
    name: Which,
    *,
    new_name: Annotated[str | None, typer.Option("--name", help="Another name.")] = None,
    allow: Annotated[
        list[str] | None,
        typer.Option(help="All that its holder may do: a role or a permission; repeatable."),
    ] = None,
    publication: Annotated[
        str | None, typer.Option(help="Slug of the only publication that it opens; empty for all.")
    ] = None,
    expires: Annotated[
        str | None, typer.Option(help="The last day, as 2027-12-31, in UTC; empty for never.")
    ] = None,
    secret_file: SecretFile = None,
    as_json: AsJson = False,
) -> None:
    """Change what a token's holder may do, where, until when, and by which secret."""
    said: Given = {"slug": new_name, "permissions": allow or None, "publication": publication}
    said["expires"] = expires
    if secret_file is not None:
        said["secret_file"] = of_file(secret_file, str(secret_file))
    given: Given = {field: value for field, value in said.items() if value is not None}
    with transaction() as tx:
        found = making.change(tx, Key(name), given, actor=actor(), now=clock.now())
    if as_json:
        print_json({"slug": given.get("slug", name), "changed": [each.as_json() for each in found]})
        return
    sys.stdout.writelines(f"{told(each)}\n" for each in found)
    if not found:
        sys.stdout.write(f"The token {name} is as it was.\n")


@app.command()
def show(name: Which, *, as_json: AsJson = False) -> None:
    """Show a token; its secret is known to its holder alone."""
    with transaction() as tx:
        found = making.SHELF.keeping.found(tx, Key(name))
        row = _as_dict(found, publications.slugs(tx))
    if as_json:
        print_json(row)
        return
    table = Table("", "", box=None, show_header=False)
    row |= {
        at: phrases.moment(moment)
        for at in ("expires_at", "used_at")
        if (moment := getattr(found, at)) is not None
    }
    for field, value in row.items():
        words = " ".join(value) if isinstance(value, list) else value
        table.add_row(field.replace("_", " "), "" if words is None else str(words))
    Terminal().print(table)


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
            phrases.moment(each.expires_at) if each.expires_at else "never",
            phrases.moment(each.used_at) if each.used_at else "not yet",
        )
    Terminal().print(table)


@app.command()
def revoke(
    token_id: Annotated[int, typer.Argument(help="The token's id.")], *, as_json: AsJson = False
) -> None:
    """Revoke a token immediately, and end the console sessions that it opened."""
    now = clock.now()
    with transaction() as tx:
        making.end(tx, Key(str(token_id)), actor=actor(), now=now)
    sys.stdout.write(
        json.dumps({"revoked": token_id}) + "\n" if as_json else f"Token {token_id} is revoked.\n"
    )


def _add_of_file(given: Given, as_json: bool) -> None:
    with transaction() as tx:
        made = making.add(tx, given, actor=actor(), now=clock.now())
        row = _as_dict(made, publications.slugs(tx))
    if as_json:
        print_json(row)
    else:
        sys.stdout.write(f"The token {made.name} opens with the secret in the file.\n")


def _as_dict(token: ApiToken, slugs: Mapping[int, str]) -> dict[str, object]:
    return {
        "id": token.id,
        "name": token.name,
        "permissions": token.scopes,
        "publication": slugs.get(token.publication_id) if token.publication_id else None,
        "expires_at": token.expires_at.isoformat() if token.expires_at else None,
        "used_at": token.used_at.isoformat() if token.used_at else None,
    }
