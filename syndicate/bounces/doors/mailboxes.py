"""Where returned mails lie: files, folders, Maildirs, mboxes, and IMAP or POP3 mailboxes."""

import mmap
import re
from collections.abc import Iterator
from pathlib import Path

from syndicate import logs
from syndicate.bounces.doors import imap, place, pop
from syndicate.bounces.doors.place import LARGEST, Take, Visit
from syndicate.errors import NotFoundError

log = logs.get(__name__)

# The line before each mail of an mbox (RFC 4155): sender and time, after an empty line. A sentence
# that begins with "From" is none.
_MBOX = re.compile(rb"(?:\A|(?<=\n\n)|(?<=\n\r\n))From \S+ (?=.*\d\d:\d\d).*+\n")


def messages(path: Path) -> Iterator[tuple[str, bytes]]:
    """The mails of a file (one mail or an mbox), a Maildir, or a folder of files.

    Args:
        path: which.

    Yields:
        (name, raw) pairs; a Maildir's new and read ones alike.

    Raises:
        NotFoundError: there is nothing of this name.
    """
    if path.is_dir():
        folders = [path / "new", path / "cur"] if (path / "cur").is_dir() else [path]
        for folder in folders:
            for file in sorted(folder.iterdir()) if folder.is_dir() else ():
                if file.is_file() and not file.name.startswith("."):
                    yield file.name, _start_of(file)
    elif path.is_file():
        yield from _of_file(path)
    else:
        raise NotFoundError(f"There is no file or folder {path}.")


def collect(url: str, take: Take) -> Visit:
    """Empty a mailbox, or a visit's worth of it; a mail goes after it was kept, and not before.

    A visit that was cut off leaves its mails there, and they are kept again: safe to run twice.

    Args:
        url: imaps://user:password@host/FOLDER, pop3s://user:password@host, or without the s: then
            STARTTLS comes before the password, but on this machine itself.
        take: gets each raw mail, and says whether it was understood.

    Returns:
        What the visit brought.

    Raises:
        UsageError: the address is not one of a mailbox.
        NotFoundError: the mailbox has no such folder.
        TemporaryError: the server does not answer, refuses the user, or knows no TLS.
    """
    where = place.read(url)
    visit = imap.visit if where.scheme.startswith("imap") else pop.visit
    found = visit(where, take)
    log.info("bounce_mailbox_visited", taken=found.taken, aside=found.aside, left=found.left)
    return found


def _of_file(path: Path) -> Iterator[tuple[str, bytes]]:
    if not _start_of(path).startswith(b"From "):
        yield path.name, _start_of(path)
        return
    # An mbox of gigabytes is looked through where it lies.
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as raw:
        starts = [found.start() for found in _MBOX.finditer(raw)]
        if len(starts) < 2:  # noqa: PLR2004 - one mail, whatever stands before it
            yield path.name, raw[:LARGEST]
            return
        ends = [*starts[1:], len(raw)]
        for number, (start, end) in enumerate(zip(starts, ends, strict=True), start=1):
            yield f"{path.name}#{number}", raw[start : min(end, start + LARGEST)]


def _start_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(LARGEST)
