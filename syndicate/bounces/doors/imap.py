"""An IMAP mailbox of returned mails: read, kept, then deleted; what nobody understood is put aside.

Fifty at a time, and none is touched before all of them are kept: a visit that was cut off leaves
them where they are, and the next one keeps them again, which adds nothing.

Source: RFC 3501, RFC 4315 (UIDPLUS), RFC 6851 (MOVE), RFC 2342 (namespaces).
"""

import contextlib
import imaplib
import re
import ssl
import time
from collections.abc import Iterator, Sequence
from typing import Any

from syndicate.bounces.doors.place import (
    LARGEST,
    MAILS_A_VISIT,
    TIMEOUT_S,
    VISIT_S,
    Place,
    Take,
    Visit,
)
from syndicate.errors import NotFoundError, TemporaryError

PORT, TLS_PORT = 143, 993
ASIDE = "not-understood"
AT_ONCE = 50
BYTES_AT_ONCE = 5_000_000
# What one answer may hold; no server that cuts mails as it is asked sends as much.
_ENDLESS = 2 * BYTES_AT_ONCE
_UID = re.compile(rb"\bUID (\d+)")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")
_PREFIX = re.compile(rb'\(\("((?:[^"\\]|\\.)*)"')


def visit(place: Place, take: Take) -> Visit:
    """Empty a folder, or a visit's worth of it. Safe to run twice, and at once.

    Args:
        place: of the mailbox.
        take: gets each raw mail, cut at LARGEST.

    Raises:
        NotFoundError: there is no such folder.
        TemporaryError: the server does not answer, refuses the user or a command, or knows no TLS.
    """
    try:
        server = _connected(place)
        try:
            _sign_in(server, place)
            return _Folder(server, place.folder).emptied(take)
        finally:
            with contextlib.suppress(imaplib.IMAP4.error, OSError):
                server.logout()
    except (imaplib.IMAP4.error, OSError) as error:
        raise TemporaryError(
            f"The mailbox at {place.host} cannot be read ({place.redacted(error)}); "
            "it is tried again."
        ) from None


class _Bounded(imaplib.IMAP4):
    """A server whose answers do not fill our memory."""

    left = _ENDLESS

    def read(self, size: int) -> bytes:
        """So many bytes of an answer.

        Raises:
            IMAP4.abort: the server wants to send more than it was asked for.
        """
        self._spend(size)
        return super().read(size)

    def readline(self) -> bytes:
        """One line of an answer: many short ones fill a memory too.

        Raises:
            IMAP4.abort: as `read`.
        """
        line = super().readline()
        self._spend(len(line))
        return line

    def _spend(self, size: int) -> None:
        self.left -= size
        if self.left < 0:
            raise self.abort("an answer is longer than what was asked for")


class _BoundedTls(_Bounded, imaplib.IMAP4_SSL):
    """The same over TLS."""


class _Folder:
    """One folder of a mailbox, open.

    Args:
        server: signed in.
        name: of the folder.
    """

    def __init__(self, server: "_Bounded", name: str) -> None:
        self.server = server
        # What a server can do it may tell only who has signed in.
        self.abilities = _words(server.capability()[1])
        kind, told = server.select(_quoted(name))
        if kind != "OK":
            raise NotFoundError(f"The mailbox has no folder {name}; correct its name.")
        self.number = int(told[0] or b"0")
        self.has_aside = False

    def emptied(self, take: Take) -> Visit:
        """Take what is there, a batch at a time."""
        end = time.monotonic() + VISIT_S
        taken = aside = 0
        for uids in _batches(self._listed()):
            strange = [uid for uid, raw in self._read(uids) if not take(raw)]
            if strange:
                self._put_aside(strange)
            self._delete([uid for uid in uids if uid not in strange])
            taken, aside = taken + len(uids), aside + len(strange)
            if time.monotonic() > end:
                break
        return Visit(taken, aside, self.number - taken)

    def _listed(self) -> list[tuple[bytes, int]]:
        """(UID, size in bytes) of the oldest mails."""
        if not self.number:
            return []
        answer = self.server.fetch(f"1:{min(self.number, MAILS_A_VISIT)}", "(UID RFC822.SIZE)")
        found = []
        for line in _done(answer):
            words = line if isinstance(line, bytes) else b""
            uid, size = _UID.search(words), _SIZE.search(words)
            if uid and size:
                found.append((uid[1], int(size[1])))
        return found

    def _read(self, uids: Sequence[bytes]) -> Iterator[tuple[bytes, bytes]]:
        """(UID, raw) of those that are still there; reading marks none as seen."""
        self.server.left = _ENDLESS
        what = f"(UID BODY.PEEK[]<0.{LARGEST}>)"
        answer = self.server.uid("FETCH", _set(uids), what)
        for part in _done(answer):
            # A mail comes as (what it is, its bytes); what stands between them is punctuation.
            if isinstance(part, tuple) and (uid := _UID.search(part[0])):
                yield uid[1], part[1]

    def _put_aside(self, uids: Sequence[bytes]) -> None:
        folder = _quoted(self._aside())
        if "MOVE" in self.abilities:
            _done(self.server.uid("MOVE", _set(uids), folder))
            return
        _done(self.server.uid("COPY", _set(uids), folder))
        self._delete(uids)

    def _delete(self, uids: Sequence[bytes]) -> None:
        if not uids:
            return
        _done(self.server.uid("STORE", _set(uids), "+FLAGS.SILENT", r"(\Deleted)"))
        if "UIDPLUS" in self.abilities:
            _done(self.server.uid("EXPUNGE", _set(uids)))
        else:
            _done(self.server.expunge())

    def _aside(self) -> str:
        """The folder for what nobody understood, made when it is first needed."""
        prefix = ""
        if "NAMESPACE" in self.abilities:
            told = self.server.namespace()[1][0] or b""
            found = _PREFIX.match(told if isinstance(told, bytes) else b"")
            prefix = found[1].decode("ascii", "replace") if found else ""
        name = prefix + ASIDE
        if not self.has_aside:
            # "NO" when it is there already.
            self.server.create(_quoted(name))
            self.has_aside = True
        return name


def _connected(place: Place) -> _Bounded:
    if place.scheme == "imaps":
        port, context = place.port or TLS_PORT, ssl.create_default_context()
        return _BoundedTls(place.host, port, ssl_context=context, timeout=TIMEOUT_S)
    return _Bounded(place.host, place.port or PORT, timeout=TIMEOUT_S)


def _sign_in(server: imaplib.IMAP4, place: Place) -> None:
    if place.scheme == "imap" and not place.is_here:
        server.starttls(ssl.create_default_context())
    if "AUTH=PLAIN" in server.capabilities:
        # LOGIN has no way to say a letter beyond ASCII.
        secret = f"\0{place.user}\0{place.password}".encode()
        server.authenticate("PLAIN", lambda _: secret)
    else:
        server.login(place.user, place.password)


def _batches(listed: Sequence[tuple[bytes, int]]) -> Iterator[list[bytes]]:
    """UIDs in lots that are read at once: not too many, and not too large."""
    lot: list[bytes] = []
    size = 0
    for uid, each in listed:
        if lot and (len(lot) == AT_ONCE or size + min(each, LARGEST) > BYTES_AT_ONCE):
            yield lot
            lot, size = [], 0
        lot.append(uid)
        size += min(each, LARGEST)
    if lot:
        yield lot


def _done(answer: tuple[str, Sequence[object]]) -> Sequence[Any]:
    """What a command brought.

    Raises:
        IMAP4.error: the server refused it.
    """
    kind, data = answer
    if kind != "OK":
        raise imaplib.IMAP4.error(b" ".join(each for each in data if isinstance(each, bytes)))
    return data


def _words(data: Sequence[object]) -> frozenset[str]:
    text = b" ".join(each for each in data if isinstance(each, bytes))
    return frozenset(text.decode("ascii", "replace").upper().split())


def _set(uids: Sequence[bytes]) -> str:
    return b",".join(uids).decode()


def _quoted(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
