"""`syndicate migrate`: bring the database's schema up to this version, one process at a time.

What was taken down and came back with a restored backup is taken down again.
"""

import json
import sys
from typing import Annotated

import typer

from syndicate import clock, settings
from syndicate.journal import takedowns
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
    path = takedowns.path_of(settings.load())
    repeated = takedowns.replay(path, clock.now()) if path is not None else 0
    if as_json:
        said = {"before": before, "after": after, "takedowns_repeated": repeated}
        sys.stdout.write(json.dumps(said) + "\n")
        return
    if repeated:
        sys.stdout.write(f"{repeated} takedowns of the journal were made again.\n")
    if before == after:
        sys.stdout.write(f"The schema is at {after} already.\n")
    else:
        sys.stdout.write(f"The schema went from {before or 'nothing'} to {after}.\n")
