"""The embedded mailbox's folder: one file and one log line a message, for server and viewer.

FOLDER/messages/<id>.eml    the bytes as they were sent
FOLDER/accept.log           one JSON object a line: at, message_id, mail_from, rcpt, file, bytes
FOLDER/port                 where the server listens
"""

import email.policy
import io
import itertools
import json
import os
import re
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesHeaderParser, BytesParser
from pathlib import Path
from typing import BinaryIO

from syndicate import clock
from syndicate.errors import NotFoundError

_NUMBER = itertools.count()
_HEAD_BYTES = 65_536  # in which a Message-ID stands
_MESSAGE_ID = re.compile(rb"^message-id:[ \t\r\n]*(\S+)", re.IGNORECASE | re.MULTILINE)
_ID = re.compile(r"[0-9]+-[0-9]+")


def _new_id() -> str:
    return f"{time.time_ns():020d}-{next(_NUMBER)}"


@dataclass(frozen=True)
class Accepted:
    """A message with its envelope, about to be kept."""

    mail_from: str
    recipients: tuple[str, ...]
    content: bytes | BinaryIO
    id: str = field(default_factory=_new_id)

    @property
    def file(self) -> str:
        """Its file's name."""
        return f"{self.id}.eml"

    @property
    def message_id(self) -> str:
        """The Message-ID header, empty when it has none."""
        head = self._opened().read(_HEAD_BYTES).split(b"\r\n\r\n", 1)[0]
        found = _MESSAGE_ID.search(head)
        return found[1].decode("ascii", "replace") if found else ""

    @property
    def size_bytes(self) -> int:
        """Of its content."""
        return self._opened().seek(0, io.SEEK_END)

    def write(self, path: Path) -> None:
        """Write its content; when this returns, it survives a power cut.

        Raises:
            OSError: the disk does not take it.
        """
        path, partial = _both_names(path)
        with partial.open("wb") as file:
            shutil.copyfileobj(self._opened(), file)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)

    def _opened(self) -> BinaryIO:
        """Its content from the beginning."""
        if isinstance(self.content, bytes):
            return io.BytesIO(self.content)
        self.content.seek(0)
        return self.content


@dataclass(frozen=True)
class Listed:
    """One message as a list shows it; headers are decoded text."""

    id: str
    to: str
    subject: str
    sender: str
    date: str


class MailboxFolder:
    """The folder of one mailbox."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.messages = root / "messages"
        self.messages.mkdir(parents=True, exist_ok=True)

    def keep(self, accepted: Sequence[Accepted]) -> None:
        """Write messages and their log lines; when this returns they survive a power cut.

        Raises:
            OSError: the disk is full, say; then none of them is kept, and the log says so.
        """
        log_file = self.root / "accept.log"
        logged_bytes = log_file.stat().st_size if log_file.exists() else 0
        try:
            for message in accepted:
                message.write(self.messages / message.file)
            with log_file.open("a", encoding="utf-8") as log:
                log.write("".join(_log_line(message) for message in accepted))
                log.flush()
                os.fsync(log.fileno())
            _sync_folder(self.messages)
        except OSError:
            for message in accepted:
                for path in _both_names(self.messages / message.file):
                    path.unlink(missing_ok=True)
            if log_file.exists():
                os.truncate(log_file, logged_bytes)
            raise

    def write_port(self, port: int) -> None:
        """Say where the server listens."""
        Accepted("", (), f"{port}\n".encode()).write(self.root / "port")

    def newest(self, limit: int) -> list[Listed]:
        """The newest messages first."""
        names = sorted((path.stem for path in self.messages.glob("*.eml")), reverse=True)
        return [self._listed(name) for name in names[:limit]]

    def read(self, message_id: str) -> EmailMessage:
        """One message, parsed.

        Raises:
            NotFoundError: there is none of this id.
        """
        return BytesParser(_class=EmailMessage, policy=email.policy.default).parsebytes(
            self.raw(message_id)
        )

    def raw(self, message_id: str) -> bytes:
        """One message's bytes.

        Raises:
            NotFoundError: there is none of this id.
        """
        path = self.messages / f"{message_id}.eml"
        if not _ID.fullmatch(message_id) or not path.is_file():
            raise NotFoundError(f"The mailbox holds no message {message_id}.")
        return path.read_bytes()

    def paths(self) -> Iterator[Path]:
        """Every message's file, oldest first."""
        yield from sorted(self.messages.glob("*.eml"))

    def _listed(self, message_id: str) -> Listed:
        parser = BytesHeaderParser(_class=EmailMessage, policy=email.policy.default)
        with (self.messages / f"{message_id}.eml").open("rb") as file:
            head = parser.parse(file)
        return Listed(
            message_id,
            to=str(head["To"] or ""),
            subject=str(head["Subject"] or ""),
            sender=str(head["From"] or ""),
            date=str(head["Date"] or ""),
        )


def _log_line(message: Accepted) -> str:
    record = {
        "at": clock.now().isoformat(),
        "message_id": message.message_id,
        "mail_from": message.mail_from,
        "rcpt": list(message.recipients),
        "file": message.file,
        "bytes": message.size_bytes,
    }
    return json.dumps(record, ensure_ascii=False) + "\n"


def _both_names(path: Path) -> tuple[Path, Path]:
    """A file's name, and the one that it has while it is written."""
    return path, path.with_suffix(".part")


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
