"""Looking at processes from outside, and running one as an ordinary user when we are root."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

# Who "an ordinary user" is when the tests run as root: an account that every Linux has.
_NOBODY = "65534"


def of_stack(stack_id: str) -> dict[int, str]:
    """The processes that carry a stack's mark: pid and command line.

    It stands in their environment; PostgreSQL's inner processes write over theirs and carry it in
    their title.
    """
    mark = stack_id.encode()
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            command = (entry / "cmdline").read_bytes()
            if mark in (entry / "environ").read_bytes() or mark in command:
                found[int(entry.name)] = command.replace(b"\0", b" ").decode()
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
    return found


def wait_for(condition: Callable[[], bool], *, seconds: float) -> bool:
    """Whether a condition comes true within so many seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def ordinary_user() -> list[str] | None:
    """What to put before a command so that it runs as an ordinary user; None if there is no way.

    As root the command enters a user namespace in which it is `nobody`: to itself and to PostgreSQL
    an ordinary user, while our Python stays readable wherever it lies (under /root, say).
    """
    if os.geteuid() != 0:
        return []
    if shutil.which("unshare") is None:
        return None
    prefix = ["unshare", "--user", f"--map-user={_NOBODY}", f"--map-group={_NOBODY}"]
    done = subprocess.run([*prefix, "true"], capture_output=True, check=False)
    return prefix if done.returncode == 0 else None
