"""The data folder of an all-in-one installation: where it is, who holds it, what is running in it.

<data>/lock        flock of the supervisor; its pid is in it
<data>/run.json    what runs now: pids, addresses, socket folders (0600, gone after a stop)
<data>/secrets/    master key and DKIM key (keys.py)
<data>/logs/       one file per process
<data>/postgres/ valkey/ mailbox/    the servers' own
"""

import fcntl
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

from syndicate.errors import RefusedError, SecondStackError

LOCK = "lock"
RUN = "run.json"
# As root: beside PostgreSQL's own folder (places.py). Else the desktop's convention.
ROOT_DATA = Path("/var/lib/syndicate/main")


def default_data_dir() -> Path:
    """Where the data of the all-in-one stands when no setting says so."""
    if os.geteuid() == 0:
        return ROOT_DATA
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "syndicate"


def chosen(data_dir: Path | None) -> Path:
    """The data folder that was asked for, or the usual one, as a whole path."""
    return (data_dir or default_data_dir()).absolute()


def make(data_dir: Path) -> None:
    """Make the data folder, for its owner alone; one that exists is left as it is.

    Raises:
        RefusedError: it cannot be made or written.
    """
    try:
        data_dir.parent.mkdir(parents=True, exist_ok=True)
        data_dir.mkdir(mode=0o700, exist_ok=True)
        (data_dir / "logs").mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise RefusedError(
            f"The data folder {data_dir} cannot be written ({error.strerror}); "
            "choose another with SYNDICATE_DATA_DIR."
        ) from error


class FolderLock:
    """The right to run a stack in a data folder; the kernel takes it back when we die."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self._file: TextIO | None = None

    @property
    def is_ours(self) -> bool:
        """Whether we hold it."""
        return self._file is not None

    def take(self) -> None:
        """Take it and leave our pid.

        Raises:
            SecondStackError: another supervisor holds it.
        """
        file = (self.data_dir / LOCK).open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.close()
            raise _second(self.data_dir) from error
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        self._file = file

    def release(self) -> None:
        """Give it back; safe to call twice."""
        if self._file is not None:
            self._file.close()
            self._file = None


def refuse_if_held(data_dir: Path) -> None:
    """Refuse a folder that another supervisor holds, without writing anything.

    Raises:
        SecondStackError: it is held.
    """
    if is_held(data_dir):
        raise _second(data_dir)


def is_held(data_dir: Path) -> bool:
    """Whether a supervisor runs in this folder now."""
    try:
        file = (data_dir / LOCK).open()
    except OSError:
        return False
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def write_run(data_dir: Path, run: Mapping[str, Any]) -> None:
    """Replace run.json, whole or not at all."""
    fresh = data_dir / f"{RUN}.new"
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(run, indent=2) + "\n")
    fresh.rename(data_dir / RUN)


def read_run(data_dir: Path) -> dict[str, Any] | None:
    """What runs in this folder, or what ran when its supervisor was killed; None if nothing."""
    try:
        run: dict[str, Any] = json.loads((data_dir / RUN).read_text())
    except (FileNotFoundError, NotADirectoryError, json.JSONDecodeError):
        return None
    return run


def clear_run(data_dir: Path) -> None:
    """Forget what ran, with the socket folders that a killed supervisor left behind."""
    for folder in (read_run(data_dir) or {}).get("socket_dirs", []):
        if Path(folder).name.startswith("syndicate-"):
            shutil.rmtree(folder, ignore_errors=True)
    (data_dir / RUN).unlink(missing_ok=True)


def _second(data_dir: Path) -> SecondStackError:
    pid = (data_dir / LOCK).read_text().strip() or "unknown"
    return SecondStackError(
        f"Another Syndicate (process {pid}) already runs in {data_dir}; "
        "stop it, or choose another folder with SYNDICATE_DATA_DIR.",
        pid=pid,
    )
