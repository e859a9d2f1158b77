"""The files that a command is given to read, and those that it is told to write."""

import os
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import BinaryIO

from syndicate import files
from syndicate.errors import NotFoundError, UsageError
from syndicate.incoming import PIECE


def is_stdin(file: Path) -> bool:
    """Whether somebody named standard input: `-`."""
    return str(file) == "-"


def bytes_of(file: Path) -> bytes:
    """What a file holds; of `-` what comes by standard input.

    Raises:
        NotFoundError: there is none.
        UsageError: it may not be read.
    """
    if is_stdin(file):
        return sys.stdin.buffer.read()
    if not files.is_there(file):
        raise NotFoundError(f"There is no file {file}; name one that exists.")
    return files.held_by(file, str(file))


def start_of_stdin(most_bytes: int) -> bytes:
    """The beginning of what comes by standard input, which is read to its end all the same."""
    start = sys.stdin.buffer.read(most_bytes)
    while sys.stdin.buffer.read(PIECE):
        pass
    return start


def written_or_printed(file: Path | None) -> AbstractContextManager[BinaryIO]:
    """A file to write, as `written` opens it; stdout, which stays open, where none is named.

    Raises:
        UsageError: it cannot be written.
    """
    return nullcontext(sys.stdout.buffer) if file is None else written(file)


def written(file: Path) -> BinaryIO:
    """A file to write, open and empty; if it is new, nobody else may read it.

    Raises:
        UsageError: it cannot be written; an older file of that name stays as it is.
    """
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise UsageError(
            f"{file} cannot be written ({error.strerror}); name another file with --out."
        ) from error
    return os.fdopen(descriptor, "wb")
