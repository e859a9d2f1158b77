"""`syndicate subscribers`: bring readers in, give them out, count them, forget one."""

import json
import os
import sys
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from syndicate import clock
from syndicate.cli.files import text_of
from syndicate.errors import NotFoundError, PartialError, UsageError
from syndicate.store import audit, newsletters, subscribers
from syndicate.store.session import transaction
from syndicate.subscribers import erase as erasing
from syndicate.subscribers import transfer

app = typer.Typer(no_args_is_help=True)
REASONS_SHOWN = 20

Newsletter = Annotated[str, typer.Option("--newsletter", "-n", help="Slug of the newsletter.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command(name="import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV with a column `address`; - reads stdin.")],
    *,
    newsletter: Newsletter,
    wording: Annotated[
        str, typer.Option(help="What these readers agreed to; kept as proof of consent.")
    ],
    origin: Annotated[
        str | None, typer.Option(help="Where the file comes from; its name, unless you say.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Bring a file's readers in; they have agreed elsewhere.

    Nobody who unsubscribed, was erased or is suppressed comes back by it.
    """
    began = time.monotonic()
    text = _read(file)
    done = transfer.import_csv(
        text.splitlines(keepends=True),
        newsletter,
        wording=wording,
        origin=origin or file.name,
        now=clock.now(),
    )
    _record(
        "import",
        newsletter,
        added=done.added,
        known=done.known,
        refused=len(done.refused),
    )
    if as_json:
        refused = [{"line": line, "reason": reason} for line, reason in done.refused]
        answer = {"added": done.added, "known": done.known, "refused": refused}
        sys.stdout.write(
            json.dumps(answer | {"seconds": round(time.monotonic() - began, 1)}) + "\n"
        )
    else:
        _tell(done)
    if done.refused:
        raise PartialError(
            f"{len(done.refused)} lines were refused; correct them and import the file again."
        )


@app.command()
def export(
    *,
    newsletter: Newsletter,
    out: Annotated[Path | None, typer.Option(help="File to write; stdout unless given.")] = None,
) -> None:
    """Write a newsletter's subscribers as CSV, with what they chose; `import` reads it."""
    _record("export", newsletter)
    if out is None:
        sys.stdout.writelines(transfer.export_csv(newsletter))
        return
    try:
        # Addresses are nobody else's business.
        descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise UsageError(
            f"{out} cannot be written ({error.strerror}); name another file with --out."
        ) from error
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.writelines(transfer.export_csv(newsletter))


@app.command()
def counts(*, as_json: AsJson = False) -> None:
    """How many readers each newsletter has."""
    with transaction() as tx:
        rows = {each.slug: subscribers.counts(tx, each.id) for each in newsletters.every(tx)}
    if as_json:
        sys.stdout.write(json.dumps(rows) + "\n")
        return
    for slug, row in rows.items():
        numbers = " · ".join(f"{number} {state}" for state, number in row.items())
        sys.stdout.write(f"{slug}: {numbers}\n")


@app.command()
def erase(
    address: Annotated[str, typer.Argument(help="Whose everything is to be forgotten.")],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Forget a person: address, subscriptions, choices and consents. There is no way back."""
    if not yes and not typer.confirm("Forget this person for good?", err=True):
        raise UsageError("Nothing was changed.")
    done = erasing.erase(address, actor="cli", now=clock.now())
    if as_json:
        sys.stdout.write(json.dumps({"subscriptions": done.subscriptions}) + "\n")
    else:
        sys.stdout.write(f"Forgotten, with {done.subscriptions} subscriptions.\n")


def _record(action: str, slug: str, **numbers: int) -> None:
    """Write down that readers' addresses came in or went out."""
    with transaction() as tx:
        found = newsletters.by_slug(tx, slug)
        if found is None:
            raise NotFoundError(f"There is no newsletter {slug}.", slug=slug)
        subject = f"newsletter:{found.id}"
        audit.record(tx, at=clock.now(), actor="cli", action=action, subject=subject, **numbers)


def _read(file: Path) -> str:
    if str(file) == "-":
        return sys.stdin.read()
    return text_of(file)


def _tell(done: transfer.Imported) -> None:
    console = Console(stderr=True)
    console.print(f"{done.added} added, {done.known} known already, {len(done.refused)} refused.")
    for line, reason in done.refused[:REASONS_SHOWN]:
        console.print(f"  line {line}: {reason}")
    if len(done.refused) > REASONS_SHOWN:
        console.print(f"  … and {len(done.refused) - REASONS_SHOWN} more (--json has them all)")
