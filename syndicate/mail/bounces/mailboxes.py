"""Where returned mails lie: files, folders, Maildirs, mboxes, and a POP3 mailbox."""

import poplib
import re
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from syndicate import logs
from syndicate.errors import NotFoundError, TemporaryError, UsageError

log = logs.get(__name__)

TIMEOUT_S = 30.0
# One visit takes so many; the next one takes the rest.
MAILS_A_VISIT = 1_000
# The line before each mail of an mbox (RFC 4155): sender and time, after an empty line. A sentence
# that begins with "From" is none.
_MBOX = re.compile(rb"(?:\A|(?<=\n\n)|(?<=\n\r\n))From \S+ .*\d\d:\d\d.*\n")
# A longer one is no report; the end of it is never read anyway.
LARGEST = 10_000_000


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
                    yield file.name, file.read_bytes()[:LARGEST]
    elif path.is_file():
        yield from _of_file(path)
    else:
        raise NotFoundError(f"There is no file or folder {path}.")


def collect(url: str, keep: Callable[[bytes], object]) -> int:
    """Empty a POP3 mailbox; a mail is deleted after it was kept, and not before.

    A visit that was cut off leaves its mails there, and they are kept again: safe to run twice.

    Args:
        url: pop3s://user:password@host or pop3://…; a port may follow.
        keep: takes a raw mail.

    Returns:
        How many mails there were.

    Raises:
        UsageError: the address is not one of a POP3 mailbox.
        TemporaryError: the server does not answer, or refuses the user.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("pop3", "pop3s") or not parts.hostname or not parts.username:
        raise UsageError("A mailbox is written pop3s://user:password@host.")
    try:
        server = _connected(parts.scheme, parts.hostname, parts.port)
        try:
            server.user(unquote(parts.username))
            server.pass_(unquote(parts.password or ""))
            return _emptied(server, keep)
        finally:
            server.quit()
    except (poplib.error_proto, OSError) as error:
        raise TemporaryError(
            f"The mailbox at {parts.hostname} cannot be read ({error}); it is tried again."
        ) from error


def _connected(scheme: str, host: str, port: int | None) -> poplib.POP3:
    if scheme == "pop3s":
        context = ssl.create_default_context()
        return poplib.POP3_SSL(
            host, port or poplib.POP3_SSL_PORT, timeout=TIMEOUT_S, context=context
        )
    return poplib.POP3(host, port or poplib.POP3_PORT, timeout=TIMEOUT_S)


def _emptied(server: poplib.POP3, keep: Callable[[bytes], object]) -> int:
    number, _ = server.stat()
    taken = min(number, MAILS_A_VISIT)
    for place in range(1, taken + 1):
        _, lines, _ = server.retr(place)
        keep(b"\r\n".join(lines)[:LARGEST])
        server.dele(place)
    log.info("bounce_mailbox_emptied", mails=taken, left=number - taken)
    return taken


def _of_file(path: Path) -> Iterator[tuple[str, bytes]]:
    raw = path.read_bytes()
    starts = [found.start() for found in _MBOX.finditer(raw)] if raw.startswith(b"From ") else []
    if len(starts) < 2:  # noqa: PLR2004 - one mail, whatever stands before it
        yield path.name, raw[:LARGEST]
        return
    ends = [*starts[1:], len(raw)]
    for place, (start, end) in enumerate(zip(starts, ends, strict=True), start=1):
        yield f"{path.name}#{place}", raw[start:end][:LARGEST]
