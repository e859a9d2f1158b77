"""What killed test runs have left on this machine: found when the next one starts, and removed.

A run holds a lock on a file in its folder. So a folder whose lock can be had belongs to nobody, and
with it the database that its pointer names: as root that one stands under /var/lib/syndicate.
"""

import fcntl
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from syndicate.embedded import places
from syndicate.embedded.postgres import Postgres

PREFIX = "syndicate-test-"
_HELD = "held"
_OLD_S = 86_400.0


@contextmanager
def folder() -> Iterator[Path]:
    """A folder of this run's own, gone at its end or, if it is killed, when the next one starts."""
    sweep()
    made = Path(tempfile.mkdtemp(prefix=PREFIX))
    # Locked before it has its name: no sweep sees it without.
    new = made / "new"
    with new.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        new.rename(made / _HELD)
        yield made
    shutil.rmtree(made)


def sweep() -> None:
    """Remove the folders of runs that are over. Safe to run twice, and at once."""
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        if _is_ours(path) and _is_over(path):
            server = Postgres(path)
            room = server.room()
            is_where_rooms_are = room.parent in (path, places.ROOT_FOLDER)
            if is_where_rooms_are and places.is_at_rest(room):
                server.remove()
                shutil.rmtree(path, ignore_errors=True)


def _is_ours(path: Path) -> bool:
    """In a folder that everybody may write to, a name says nothing about who made it."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()


def _is_over(path: Path) -> bool:
    try:
        with (path / _HELD).open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except FileNotFoundError:
        # Just being made, or of a time before there were locks.
        return path.exists() and time.time() - path.stat().st_mtime > _OLD_S
    except OSError:  # somebody else's
        return False
    return True
