"""Secrets that whoever runs the machines keeps in files: read once, and known by their hash alone.

A file that Syndicate writes never holds one, and no answer, log or audit says one or its hash.
"""

from dataclasses import dataclass, field
from pathlib import Path

from syndicate import files
from syndicate.errors import NotFoundError, UsageError
from syndicate.store.platform.tokens import digest

_MOST_BYTES = 4096
_LEAST, _MOST = 32, 512  # characters
_LEAST_DIFFERENT = 10  # of 32 that are drawn at random from 16, fewer never come
_OTHERS_READ = 0o004


@dataclass(frozen=True)
class Secret:
    """What is known of a secret; two are the same where their hashes are.

    Attributes:
        digest: 32 bytes, SHA-256.
        said: what is shown instead.
    """

    digest: bytes = field(repr=False)
    said: str = field(compare=False)

    def __str__(self) -> str:
        """What is shown instead."""
        return self.said


def of_file(file: Path, named: str) -> Secret:
    """The secret that a file holds, without blanks and line ends around it.

    Args:
        file: where it is.
        named: as whoever asks called it.

    Raises:
        NotFoundError: there is none.
        UsageError: it cannot be read, others on this machine can read it, or it is easily guessed.
    """
    if not files.is_there(file):
        raise NotFoundError(
            f"There is no file {named}; write a secret into it, such as `openssl rand -hex 32` "
            "prints."
        )
    held = files.held_by(file, named, most_bytes=_MOST_BYTES).decode("ascii", "replace").strip()
    if file.stat().st_mode & _OTHERS_READ:
        raise UsageError(
            f"Everybody on this machine can read {named}; `chmod o-rwx {named}` keeps it secret."
        )
    is_plain = held.isascii() and held.isprintable() and " " not in held
    if not is_plain or not _LEAST <= len(held) <= _MOST or len(set(held)) < _LEAST_DIFFERENT:
        raise UsageError(
            f"{named} holds no secret that is hard to guess: {_LEAST} to {_MOST} letters and "
            "digits on one line, such as `openssl rand -hex 32` prints."
        )
    return Secret(digest(held), "the one in the file")
