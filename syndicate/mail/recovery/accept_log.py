"""What the relay itself says it accepted: how an ambiguous delivery is settled without guessing.

Our format is one JSON object a line, written before the 250 is said:

    {"at": "2026-11-24T08:00:00+00:00", "message_id": "<…>", "queue_id": "…"}

`at` and `message_id` are needed, everything else is ignored; a line without `message_id` is a
heartbeat. Postfix's log is read as it is (syslog or ISO times): `cleanup` names the Message-ID of a
queue id, `qmgr` says that the message was taken. A Message-ID that only `cleanup` knows is
*unsure*: it may wait in `incoming`, or have been cut off. Lines stand in the order of their times.

Source: docs/operations.md#the-relays-accept-log;
docs/decisions/0012-eight-bit-and-the-accept-log.md.
"""

import contextlib
import datetime as dt
import glob
import json
import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from syndicate import bounds
from syndicate.errors import SettingsError
from syndicate.mail.recovery import births

_POSTFIX = re.compile(
    rb"postfix[^ ]{0,64}/(cleanup|qmgr)\[\d+\]: ([0-9A-Za-z]+): "
    rb"(?:message-id=(<[^<>]*+>)|from=<[^<]*nrcpt=)"
)
_ISO = re.compile(rb'(?:"at": ?")?(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[^ "]*)')
_SYSLOG = re.compile(rb"([A-Z][a-z]{2}) +(\d{1,2}) (\d\d):(\d\d):(\d\d) ")
_MONTHS = (b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov",
           b"Dec")  # fmt: skip
# A line of a message is far shorter, and what somebody sends us may have no end.
MAX_LINE = 8_000
_NAME_CHARS = 998  # of a line of mail (RFC 5322 2.1.1); ours are far shorter
PUSHED = "pushed"  # instead of a path: relays on other machines send their lines
# Bisecting a log ends when so little is left that reading it is as quick.
_SMALL_BYTES = 1 << 16
# Some thousand messages of ours, even in Postfix's words.
_TAIL_BYTES = 1 << 20
# A log's file is made for its first line; whoever writes it may be late.
_MADE_AFTER = dt.timedelta(minutes=1)
_PACKED = frozenset({".gz", ".bz2", ".xz", ".zst"})


@dataclass
class Verdict:
    """What a log knows about the messages that were asked for.

    Attributes:
        accepted: Message-IDs that the relay took.
        unsure: those that it saw and may have taken.
        complete_until: everything up to then stands in the log; None means nothing does.
    """

    accepted: set[str] = field(default_factory=set)
    unsure: set[str] = field(default_factory=set)
    complete_until: dt.datetime | None = None


@dataclass(frozen=True)
class Extent:
    """What a log that was read whole knows, beyond what it told.

    Attributes:
        unsure: Message-IDs that the relay saw and may have taken.
        oldest: since when it was kept, aware UTC: its first line, or when its file was made; None
            when it has none and nobody knows.
        newest: time of its last line, likewise.
        is_whole: False when a part of it was packed away, and not read, or is a copy, in which
            what came between its last line and the next one is missing.
    """

    unsure: frozenset[str]
    oldest: dt.datetime | None
    newest: dt.datetime | None
    is_whole: bool


@dataclass(frozen=True)
class Line:
    """One message, or a heartbeat, which names none.

    Attributes:
        at: when, aware UTC.
        message_id: None when the line names the message by its queue id alone.
        queue_id: the relay's own name for it.
        is_taken: False when the relay has seen it and said no more.
    """

    at: dt.datetime
    message_id: str | None
    queue_id: str | None
    is_taken: bool = True


def search(path: Path, wanted: Collection[str], *, since: dt.datetime, now: dt.datetime) -> Verdict:
    """Look messages up in a log file on this machine, and in those it was rotated into.

    Args:
        path: of the log.
        wanted: Message-IDs with their angle brackets.
        since: nothing that is wanted was sent before this, aware UTC.
        now: a log that is written before each 250 is complete until now, unless a part of it was
            packed away already.

    Raises:
        SettingsError: it cannot be read.
    """
    asked, verdict = frozenset(wanted), Verdict()
    reading = _Reading(asked.__contains__, verdict.accepted.add)
    with _opened(path, since) as (logs, is_whole):
        verdict.complete_until = now if is_whole else None
        for log in logs:
            reading.read(log, since, now)
    verdict.unsure = reading.unsure - verdict.accepted
    return verdict


def accepted_since(
    path: Path, take: Callable[[str], object], *, since: dt.datetime, now: dt.datetime
) -> Extent:
    """Read all of a log since a moment, with those that it was rotated into.

    Args:
        path: of the log.
        take: told each Message-ID that the relay took, perhaps more than once.
        since: aware UTC.
        now: aware UTC.

    Raises:
        SettingsError: it cannot be read.
    """
    reading = _Reading(lambda _message_id: True, take)
    with _opened(path, since) as (logs, is_all):
        oldest = _kept_since(logs, now)
        is_whole = is_all and not any(_is_copy(log, now) for log in logs)
        for log in logs:
            reading.read(log, since, now)
        last = next((at for log in logs[::-1] if (at := _last_time(log, now)) is not None), None)
    return Extent(frozenset(reading.unsure), oldest, last, is_whole=is_whole)


def newest(path: Path, *, since: dt.datetime, now: dt.datetime) -> list[str]:
    """The Message-IDs that the relay took, of the end of a log, oldest first.

    Args:
        path: of the log.
        since: none of an earlier line, aware UTC.
        now: aware UTC.

    Raises:
        SettingsError: it cannot be read.
    """
    found: list[str] = []
    names: dict[str | None, str] = {}
    with _opened(path, since) as (logs, _):
        raw = [line for log in logs[-2:] for line in _tail(log)]
    for line in lines(raw, now=now):
        if not line.is_taken and line.message_id:
            names[line.queue_id] = line.message_id
        elif line.is_taken and line.at > since:
            message_id = line.message_id or names.get(line.queue_id)
            found += [message_id] if message_id else []
    return found


def lines(source: Iterable[bytes], *, now: dt.datetime) -> Iterator[Line]:
    """Read the lines of a log in either format, for `store.sending.accepts`; pass over others.

    A Postfix message has two lines, and a batch may end between them: so both are told.
    """
    for raw in source:
        if len(raw) > MAX_LINE:
            continue
        if raw.lstrip().startswith(b"{"):
            line = _json_line(raw)
            if line is not None:
                yield line
            continue
        found = _POSTFIX.search(raw)
        at = time_of(raw, now)
        if found is None or at is None:
            continue
        queue_id = found[2].decode()
        if found[3]:
            yield Line(at, _text(found[3].decode("utf-8", "replace")), queue_id, is_taken=False)
        elif found[1] == b"qmgr":
            yield Line(at, None, queue_id)


def time_of(raw: bytes, now: dt.datetime) -> dt.datetime | None:
    """The time of a line, aware UTC; None when it has none.

    A syslog time has neither year nor zone: it is read as this machine's, in the year that does not
    put it into the future.
    """
    iso = _ISO.match(raw.lstrip(b"{ ")) or _ISO.search(raw[:200])
    if iso is not None:
        return _aware(iso[1].decode())
    old = _SYSLOG.match(raw)
    if old is None or old[1] not in _MONTHS:
        return None
    local = now.astimezone()
    month, numbers = _MONTHS.index(old[1]) + 1, [int(part) for part in old.groups()[1:]]
    day, hour, minute, second = numbers
    try:
        at = local.replace(
            month=month, day=day, hour=hour, minute=minute, second=second, microsecond=0
        )
    except ValueError:  # no such day
        return None
    if at > local + dt.timedelta(days=1):
        at = at.replace(year=at.year - 1)
    return at.astimezone(dt.UTC)


class _Reading:
    """Looks for Message-IDs in files; a Postfix queue id may span two of them.

    Args:
        is_wanted: which of them count.
        take: told each that the relay took, perhaps more than once.
    """

    def __init__(self, is_wanted: Callable[[str], bool], take: Callable[[str], object]) -> None:
        self.is_wanted = is_wanted
        self.take = take
        self.queue_ids: dict[bytes, str] = {}
        self.unsure: set[str] = set()  # seen, and perhaps taken

    def read(self, log: BinaryIO, since: dt.datetime, now: dt.datetime) -> None:
        log.seek(_start(log, since, now))
        for raw in log:
            self._take(raw)

    def _take(self, raw: bytes) -> None:
        if raw.startswith(b"{"):
            line = _json_line(raw)
            if line is not None and line.message_id and self.is_wanted(line.message_id):
                self.take(line.message_id)
            return
        found = _POSTFIX.search(raw)
        if found is None:
            return
        if found[3]:
            message_id = found[3].decode("utf-8", "replace")
            if self.is_wanted(message_id):
                self.queue_ids[found[2]] = message_id
                self.unsure.add(message_id)
        elif found[1] == b"qmgr" and found[2] in self.queue_ids:
            message_id = self.queue_ids.pop(found[2])
            self.unsure.discard(message_id)
            self.take(message_id)


@contextlib.contextmanager
def _opened(path: Path, since: dt.datetime) -> Iterator[tuple[list[BinaryIO], bool]]:
    """The files that may hold a line since a moment, oldest first, and whether those are all."""
    try:
        with contextlib.ExitStack() as stack:
            yield _open(path, since, stack)
    except OSError as error:
        raise SettingsError(
            f"SYNDICATE_RELAY_ACCEPT_LOG: {path} cannot be read ({error.strerror})."
        ) from error


def _open(
    path: Path, since: dt.datetime, stack: contextlib.ExitStack
) -> tuple[list[BinaryIO], bool]:
    """The files that may hold a line since a moment, oldest first, and whether those are all.

    A log that is rotated while we open it is opened anew: else the part that changes its name just
    then would be read under neither, and what stands in it be sent a second time.
    """
    while True:
        log = stack.enter_context(path.open("rb"))
        names = [
            each
            for each in path.parent.glob(f"{glob.escape(path.name)}[.-]*")
            if each.stat().st_mtime >= since.timestamp()
        ]
        plain = [each for each in names if each.suffix not in _PACKED]
        plain.sort(key=lambda each: each.stat().st_mtime)
        older: list[BinaryIO] = [stack.enter_context(each.open("rb")) for each in plain]
        own = os.fstat(log.fileno())
        if os.path.samestat(own, path.stat()):
            return [*older, log], len(plain) == len(names)


def _start(log: BinaryIO, since: dt.datetime, now: dt.datetime) -> int:
    """Where the first line of a time begins, or a little before: by halving the file."""
    low, high = 0, os.fstat(log.fileno()).st_size
    while high - low > _SMALL_BYTES:
        middle = (low + high) // 2
        log.seek(middle)
        log.readline()
        at = time_of(log.readline(), now)
        if at is None or at >= since:
            high = middle
        else:
            low = middle
    if low == 0:
        return 0
    log.seek(low)
    log.readline()
    return log.tell()


def _kept_since(logs: Sequence[BinaryIO], now: dt.datetime) -> dt.datetime | None:
    """Since when whatever was accepted stands in these files, the oldest of which is the first."""
    first = next((at for log in logs if (at := _first_time(log, now)) is not None), None)
    born = births.born_at(logs[0].fileno())
    return min((at for at in (first, born) if at is not None), default=None)


def _is_copy(log: BinaryIO, now: dt.datetime) -> bool:
    """Whether a file was made after its first line was: a relay may go on in it all the same."""
    born, first = births.born_at(log.fileno()), _first_time(log, now)
    return born is not None and first is not None and born - first > _MADE_AFTER


def _first_time(log: BinaryIO, now: dt.datetime) -> dt.datetime | None:
    log.seek(0)
    some = log.read(_SMALL_BYTES).splitlines()
    return next((at for raw in some if (at := time_of(raw, now)) is not None), None)


def _last_time(log: BinaryIO, now: dt.datetime) -> dt.datetime | None:
    some = _tail(log)[::-1]
    return next((at for raw in some if (at := time_of(raw, now)) is not None), None)


def _tail(log: BinaryIO) -> list[bytes]:
    """The last lines of a log, whole ones."""
    size = os.fstat(log.fileno()).st_size
    log.seek(max(0, size - _TAIL_BYTES))
    if log.tell():
        log.readline()
    return log.read(_TAIL_BYTES).splitlines()


def _json_line(raw: bytes) -> Line | None:
    """One line of our own format; None for one that was cut off or is something else."""
    try:
        record = json.loads(raw)
        at = _aware(str(record["at"]))
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    message_id, queue_id = record.get("message_id"), record.get("queue_id")
    if at is None:
        return None
    return Line(
        at,
        _text(str(message_id)) if message_id else None,
        _text(str(queue_id)) if queue_id else None,
    )


def _text(said: str) -> str:
    """What PostgreSQL and its indexes can hold; no name of ours is nearly as long as a line."""
    return said[:_NAME_CHARS].encode("utf-8", "replace").decode().replace("\0", "")


def _aware(text: str) -> dt.datetime | None:
    try:
        at = dt.datetime.fromisoformat(text)
        return bounds.moment_or_none(at if at.tzinfo else at.astimezone())
    except (ValueError, OverflowError):
        return None
