"""Working beside a running stack: its addresses become this process's settings.

`syndicate collect run` in a second terminal finds the stack of `syndicate up` by the run.json in
the data folder, as long as its supervisor lives; a setting that is set already is left alone. A
process whose own database is another one belongs to another installation, and takes nothing.
"""

import importlib
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from syndicate import configured, settings
from syndicate.embedded import folder
from syndicate.master_key import read as read_key

# Where PostgreSQL listens unless an address says otherwise.
_PORT = "5432"


class Adoption:
    """Other settings for this process, until `undo`.

    Args:
        env: the environment variables to set.
    """

    def __init__(self, env: Mapping[str, str]) -> None:
        self._before = {name: os.environ.get(name) for name in env}
        os.environ.update(env)
        _forget()

    def undo(self) -> None:
        """Take the settings back."""
        for name, value in self._before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        _forget()


def attach() -> Path | None:
    """Take over the addresses of the stack that runs in the data folder.

    Returns:
        The data folder, or None when no stack runs there or none is needed.

    Raises:
        SettingsError: a setting of this process is not usable.
    """
    own = settings.load()
    data_dir = folder.chosen(own.data_dir)
    run = folder.read_run(data_dir) if folder.is_held(data_dir) else None
    if run is None or not _is_of(own.database_url, run):
        return None
    Adoption(_lacking(run, own))
    own = settings.load()
    if own.master_key is None and run.get("has_made_key", True):
        keys = importlib.import_module("syndicate.embedded.keys")
        line = _as_it_runs(keys.master_key(data_dir), run)
        Adoption({"SYNDICATE_MASTER_KEY": line})
    return data_dir


def keeper() -> Path | None:
    """The data folder of the stack whose own file holds this process's master key; None elsewhere.

    Raises:
        SettingsError: the key is missing or is none.
    """
    own = settings.load()
    data_dir = folder.chosen(own.data_dir)
    run = folder.read_run(data_dir) if folder.is_held(data_dir) else None
    if run is None or not run.get("has_made_key") or not _is_of(own.database_url, run):
        return None
    held = read_key(importlib.import_module("syndicate.embedded.keys").master_key(data_dir))
    return data_dir if held.addresses_id == own.key().addresses_id else None


def _as_it_runs(line: str, run: Mapping[str, Any]) -> str:
    """A master key as the running stack has it: what was put in place since does not sign yet."""
    held = read_key(line)
    signs = str(run.get("signs", ""))
    return held.signed_by(signs).line() if signs in held.ids else line


def _lacking(run: Mapping[str, Any], own: settings.Settings) -> dict[str, str]:
    """What a stack runs with and this process does not name, its files of settings too."""
    found = {name: str(value) for name, value in run["settings"].items() if name not in os.environ}
    if own.port == 0:  # "a free one": the stack knows which it took
        found["SYNDICATE_PORT"] = str(run["settings"]["SYNDICATE_PORT"])
    if configured.has_file():
        found.pop("SYNDICATE_CONFIG", None)
    return found


def _is_of(database_url: str | None, run: Mapping[str, Any]) -> bool:
    """Whether a process that names this database, or none, means the stack that runs."""
    theirs = run["settings"].get("SYNDICATE_DATABASE_URL")
    return database_url is None or theirs is None or _place(database_url) == _place(theirs)


def _place(database_url: str) -> tuple[object, ...]:
    """Which database an address leads to, whoever signs in there and however."""
    try:
        parts = urlsplit(database_url)
        said = parse_qs(parts.query)
        host = parts.hostname or said.get("host", [""])[0]
        return host, str(parts.port or said.get("port", [_PORT])[0]), parts.path
    except ValueError:
        return (database_url,)


def _forget() -> None:
    settings.load.cache_clear()
    # The store comes with it, which half of the commands never need.
    if (session := sys.modules.get("syndicate.store.ground.session")) is not None:
        session.dispose()
