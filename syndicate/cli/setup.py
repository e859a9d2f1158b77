"""`syndicate setup`: make a newsroom from one file, or write the file of the one that is there."""

import sys
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from syndicate import clock
from syndicate.cli.actors import actor
from syndicate.cli.files import bytes_of, is_stdin, written
from syndicate.cli.making import told
from syndicate.cli.options import AsJson, print_json
from syndicate.errors import UsageError
from syndicate.setup import applying, document, references
from syndicate.setup import export as exporting
from syndicate.setup.applying import Applied, Way
from syndicate.store.ground.session import transaction


def setup(
    file: Annotated[
        Path | None, typer.Argument(help="The newsroom.toml to make; - reads stdin.")
    ] = None,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what it would do; change nothing.")
    ] = False,
    retire_missing: Annotated[
        bool, typer.Option("--retire-missing", help="Retire what the file does not name.")
    ] = False,
    export: Annotated[
        bool, typer.Option("--export", help="Write the file of what is there instead.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(help="With --export: file to write; stdout unless given.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a newsroom from one file, all of it or nothing; what the file does not name is left."""
    if export == (file is not None):
        raise UsageError("Name a newsroom.toml to make, or give --export to write one.")
    if file is None:
        _export(out)
        return
    way = Way(is_dry=dry_run, retires=retire_missing)
    body = bytes_of(file) if is_stdin(file) else None
    who, now = actor(), clock.now()
    wanted = document.read(file, body, partial(references.missing, actor=who, now=now))
    done = applying.apply(wanted, way, actor=who, now=now)
    if as_json:
        print_json(done.as_json())
    else:
        _tell(done, way)


def _export(out: Path | None) -> None:
    with transaction() as tx:
        found = exporting.export(tx)
    if out is None:
        sys.stdout.write(found.text)
        return
    with written(out) as file:
        file.write(found.text.encode())
    for name, body in found.pictures.items():
        with written(out.parent / name) as file:
            file.write(body)


def _tell(done: Applied, way: Way) -> None:
    lines = [f"make {kind} {slug}" for kind, slug in done.create]
    lines += [f"change {kind} {slug}: {told(each)}" for kind, slug, each in done.changed]
    lines += [f"retire {kind} {slug}" for kind, slug in done.retire]
    lines += [f"leave {kind} {slug}, which is not in the file" for kind, slug in done.missing]
    lines.append(f"{done.unchanged} as the file says.")
    if way.is_dry:
        lines.append("Nothing was changed: this was a dry run.")
    sys.stdout.write("\n".join(lines) + "\n")
