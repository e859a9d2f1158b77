"""Files that somebody names: whether they are there, what they hold, and who else can read them."""

import os
import stat
from pathlib import Path

from syndicate.errors import UsageError


def is_there(file: Path) -> bool:
    """Whether there is a file; under a name that no file can have there is none."""
    try:
        return file.is_file()
    except (OSError, ValueError):
        return False


def held_by(file: Path, named: str, *, most_bytes: int | None = None) -> bytes:
    """What a file holds.

    Args:
        file: where it is.
        named: what whoever reads a refusal calls it.
        most_bytes: how much is read of it from its start; None for all, however large it is.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        with file.open("rb") as opened:
            return opened.read(most_bytes)
    except OSError as error:
        raise UsageError(f"{named} cannot be read ({error.strerror}).") from error


def fault_of_secret(path: Path) -> str | None:
    """Why a file with a secret is not its owner's alone, in a sentence; None where it is, or gone.

    One that root hands to a group of this process, as orchestrators do, is well: nobody else is in
    that group, and another way to read it there is not.
    """
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    own = os.geteuid()
    # Of those who are not its owner: any right but that of its group to read what root handed over.
    is_handed = found.st_uid == 0 and own != 0
    allowed = stat.S_IRGRP if is_handed else 0
    if found.st_mode & (stat.S_IRWXG | stat.S_IRWXO) & ~allowed:
        return f"{path} may be read by others; run `chmod 600 {path}`."
    if own not in {0, found.st_uid} and not is_handed:
        return f"{path} belongs to another account, which may change it; run `chown {own} {path}`."
    return None
