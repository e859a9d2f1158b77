"""What the sample newsroom remembers between runs, in <data>/sample/state.json.

The file is written whole by the command line (set up, edit, move) and read by the newsroom's server
on every request: an edit is on its pages at once.
"""

import datetime as dt
import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from syndicate.errors import NotFoundError

FOLDER = "sample"
FILES = "files"
_STATE = "state.json"
_SERVING = "serving"
_REMOVED = "removed"


@dataclass(frozen=True)
class Edit:
    """One change that the newsroom's editor made: fix, update or correction; `at` is aware UTC."""

    kind: str
    at: dt.datetime


@dataclass(frozen=True)
class State:
    """What is remembered.

    Attributes:
        started_at: what the articles' times are relative to, aware UTC.
        port: where the server listens on 127.0.0.1.
        embargo_s: the embargo's end in seconds after the start; None takes each article's own.
        edits: by article ("en/river-treaty"), oldest first.
    """

    started_at: dt.datetime
    port: int
    embargo_s: float | None = None
    edits: dict[str, tuple[Edit, ...]] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        """The server's address without a trailing slash."""
        return f"http://127.0.0.1:{self.port}"

    def with_edit(self, key: str, edit: Edit) -> "State":
        """The same with one more edit of an article."""
        return replace(self, edits={**self.edits, key: (*self.edits.get(key, ()), edit)})


def folder_of(data_dir: Path) -> Path:
    """The newsroom's folder in a data folder."""
    return data_dir / FOLDER


def exists(folder: Path) -> bool:
    """Whether a newsroom was set up here."""
    return (folder / _STATE).is_file()


def read(folder: Path) -> State:
    """What is remembered.

    Raises:
        NotFoundError: no newsroom was set up here.
    """
    try:
        facts: dict[str, Any] = json.loads((folder / _STATE).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise NotFoundError(
            f"There is no sample newsroom in {folder}; `syndicate up` on an empty installation "
            "sets one up."
        ) from error
    return State(
        started_at=dt.datetime.fromisoformat(facts["started_at"]),
        port=facts["port"],
        embargo_s=facts["embargo_s"],
        edits={
            key: tuple(Edit(edit["kind"], dt.datetime.fromisoformat(edit["at"])) for edit in edits)
            for key, edits in facts["edits"].items()
        },
    )


def write(folder: Path, state: State) -> None:
    """Remember, whole or not at all."""
    (folder / FILES).mkdir(mode=0o700, parents=True, exist_ok=True)
    facts = {
        "started_at": state.started_at.isoformat(),
        "port": state.port,
        "embargo_s": state.embargo_s,
        "edits": {
            key: [{"kind": edit.kind, "at": edit.at.isoformat()} for edit in edits]
            for key, edits in state.edits.items()
        },
    }
    fresh = folder / f"{_STATE}.new"
    fresh.write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    fresh.rename(folder / _STATE)


def say_serving(folder: Path) -> None:
    """Note that the server listens: whoever started it waits for this."""
    (folder / _SERVING).write_text("yes\n", encoding="utf-8")


def is_serving_since(folder: Path, moment_s: float) -> bool:
    """Whether a server has begun to listen since a moment (seconds since the epoch)."""
    try:
        return (folder / _SERVING).stat().st_mtime >= moment_s
    except FileNotFoundError:
        return False


def forget(folder: Path) -> None:
    """Forget the newsroom, and that it is not wanted again. Safe to run twice."""
    (folder / _STATE).unlink(missing_ok=True)
    (folder / _REMOVED).touch()


def was_removed(folder: Path) -> bool:
    """Whether somebody took the newsroom away."""
    return (folder / _REMOVED).exists()
