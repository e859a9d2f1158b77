"""`syndicate migrate`: bring the database's schema up to this version, one process at a time."""

import json
import sys
from typing import Annotated

import typer

from syndicate.store import migrate as schema


def migrate(
    *,
    begin: Annotated[
        str | None, typer.Option(help="Write the next migration instead, with this title.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Bring the database's schema up to this version; safe to run twice, or at once."""
    if begin is not None:
        sys.stdout.write(f"{schema.begin(begin)}\n")
        return
    before = schema.current()
    after = schema.upgrade()
    if as_json:
        sys.stdout.write(json.dumps({"before": before, "after": after}) + "\n")
    elif before == after:
        sys.stdout.write(f"The schema is at {after} already.\n")
    else:
        sys.stdout.write(f"The schema went from {before or 'nothing'} to {after}.\n")
