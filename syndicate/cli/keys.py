"""`syndicate keys`: every key by name, and another in the place of one; secrets are shown once."""

import dataclasses
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from syndicate import clock, master_key, phrases, settings
from syndicate.cli.actors import actor
from syndicate.cli.options import AsJson, print_json
from syndicate.cli.terminal import Table, Terminal
from syndicate.embedded import keys as own_file
from syndicate.embedded import running
from syndicate.errors import RefusedError
from syndicate.keys import listing, master, rotating
from syndicate.master_key import MOST_HONOURED, MasterKey
from syndicate.store.ground.session import transaction
from syndicate.vocabulary.keys import KeyKind

app = typer.Typer(no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="Its name, as `syndicate keys list` shows it.")]
To = Annotated[
    Path | None,
    typer.Option(help="A new file that takes the secret, instead of printing it."),
]
_Step = Callable[[MasterKey, bool], "master.Next"]
_MOMENTS = ("made_at", "used_since", "used_at", "ends_at")


@app.command("list")
def list_keys(*, as_json: AsJson = False) -> None:
    """List every key: what it protects, since when it is used, until when it is honoured."""
    with transaction() as tx:
        found = listing.every(tx, settings.load(), actor=actor(), now=clock.now())
    if as_json:
        print_json({"keys": [as_dict(each) for each in found]})
        return
    table = Table("key", "which", "state", "made", "in use since", "last used", "until", "protects")
    for each in found:
        moments = [
            phrases.moment(at) if (at := getattr(each, name)) is not None else ""
            for name in _MOMENTS
        ]
        table.add_row(each.name, each.about, each.state, *moments, each.protects)
    Terminal().print(table)


@app.command()
def rotate(
    name: Name,
    *,
    days: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=MOST_HONOURED,
            help="Days for which the one before it is honoured: 400 of the master key, else 7.",
        ),
    ] = None,
    to: To = None,
    as_json: AsJson = False,
) -> None:
    """Let another key take the place of one; of the master key, go on to the next step."""
    now = clock.now()
    if name == KeyKind.MASTER:
        _step(
            lambda held, is_alone: master.rotate(
                held, is_alone=is_alone, days=days, actor=actor(), now=now
            ),
            to,
            as_json=as_json,
        )
        return
    target = _fresh(to)
    made = rotating.rotate(name, days=days, actor=actor(), now=now)
    until = made.until.isoformat() if made.until is not None else None
    _tell(made.says, made.secret, target, {"key": made.name, "until": until}, as_json=as_json)


@app.command()
def end(
    name: Name,
    *,
    is_early: Annotated[
        bool,
        typer.Option("--early", help="End a master key that was to be honoured for longer."),
    ] = False,
    to: To = None,
    as_json: AsJson = False,
) -> None:
    """Believe no longer what came before a key."""
    now = clock.now()
    if name == KeyKind.MASTER:
        own = settings.load()
        _step(
            lambda held, _: master.end(held, own, is_early=is_early, actor=actor(), now=now),
            to,
            as_json=as_json,
        )
        return
    was_open = rotating.end(name, actor=actor(), now=now)
    if as_json:
        print_json({"key": name, "ended": was_open})
    else:
        says = "no longer works" if was_open else "had ended already, or never was"
        sys.stdout.write(f"What came before {name} {says}.\n")


def as_dict(each: "listing.KeyLine") -> dict[str, Any]:
    """A key as JSON says it."""
    said = dataclasses.asdict(each)
    return said | {name: at.isoformat() if (at := said[name]) else None for name in _MOMENTS}


def _step(take: _Step, to: Path | None, *, as_json: bool) -> None:
    """Take a step with the master key where it is kept: in the stack's own file, or a setting."""
    data_dir = running.keeper()
    target = _fresh(to)
    if data_dir is None:
        found = take(settings.load().key(), False)
        said = {"key": found.key.ids[0], "held": list(found.key.ids), "is_written": False}
        _tell(found.says, found.key.line(), target, said, as_json=as_json)
        return
    if target is not None:
        raise RefusedError(f"The master key has a file of its own in {data_dir}; leave --to out.")
    with own_file.locked(data_dir):
        found = take(master_key.read(own_file.master_key(data_dir)), True)
        own_file.replace_master_key(data_dir, found.key.line())
    said = {"key": found.key.ids[0], "held": list(found.key.ids), "is_written": True}
    _tell(found.says, "", None, said, as_json=as_json)


def _fresh(to: Path | None) -> int | None:
    """A new file for a secret, of its owner alone, before anything is changed.

    Raises:
        RefusedError: it is there already, or cannot be made.
    """
    if to is None:
        return None
    try:
        return os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "no file can be called so"
        raise RefusedError(
            f"The secret cannot be written to {to} ({why}); name a file that is not there yet."
        ) from error


def _tell(
    says: str, secret: str, target: int | None, said: Mapping[str, Any], *, as_json: bool
) -> None:
    if target is not None:
        with os.fdopen(target, "w") as file:
            file.write(f"{secret}\n")
            file.flush()
            os.fsync(file.fileno())
    shown = secret if target is None else ""
    if as_json:
        print_json({**said, "secret": shown or None, "says": says})
        return
    if shown:
        sys.stdout.write(f"{shown}\n")
    (sys.stderr if shown else sys.stdout).write(f"{says}\n")
