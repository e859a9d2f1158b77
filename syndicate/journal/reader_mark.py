"""The mark beside the journal of readers: how far it was written, and what the rows said then.

    {"at": "…", "bytes": 81240, "tail": "9f…", "since": "…", "sum": "17:-4…"}

By it an older copy that somebody laid beside a living database is known: it is shorter than the
mark says, or reads otherwise there, and the mark of a copy was not last changed when it says. By
the sum a tick knows that nothing was noted since, and reads no row and no line.

Source: docs/decisions/0019-the-way-back.md.
"""

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from syndicate import bounds, clock, logs
from syndicate.errors import BAD_ROW
from syndicate.journal import lines, lives

log = logs.get(__name__)

_TAIL_BYTES = 4_096


@dataclass(frozen=True)
class Mark:
    """How a journal of readers was when it was last written.

    Attributes:
        at: when that was, aware UTC.
        size: in bytes.
        tail: hash of its end.
        since: all that was noted before this moment is in it, aware UTC.
        sum: what was noted after that, as `reader_record.sums` says it.
    """

    at: dt.datetime
    size: int
    tail: str
    since: dt.datetime
    sum: str

    def fits(self, path: Path) -> bool:
        """Whether the file is all that it was, and perhaps more.

        Raises:
            PermanentError: the file cannot be read.
        """
        return self.tail == _tail(path, self.size)


def read(path: Path) -> Mark | None:
    """The mark of a journal; None where it has none that is understood.

    Raises:
        PermanentError: the mark cannot be read.
    """
    said = next(iter(lines.read(_of(path), setting=lives.SETTING)), None)
    return _mark(said) if said is not None else None


def write(path: Path, since: dt.datetime, sum_: str) -> None:
    """Set the mark of a journal to how it is now.

    Args:
        path: of the journal.
        since: all that was noted before this moment is in it, aware UTC.
        sum_: what was noted after that.

    Raises:
        PermanentError: the journal cannot be read, or the mark not be written.
    """
    size = path.stat().st_size
    said = {
        "at": clock.now().isoformat(),
        "bytes": size,
        "tail": _tail(path, size),
        "since": since.isoformat(),
        "sum": sum_,
    }
    lines.replace(_of(path), said, setting=lives.SETTING)


def is_living(path: Path) -> bool:
    """Whether a journal that has a mark is as it was last written, and no copy of an earlier day.

    Raises:
        PermanentError: journal or mark cannot be read.
    """
    mark = read(path)
    return mark is not None and lives.is_as_written(_of(path), mark.at) and mark.fits(path)


def _of(path: Path) -> Path:
    return path.with_name(f"{path.name}.mark")


def _mark(said: Mapping[str, Any]) -> Mark | None:
    try:
        at, since = (
            bounds.sayable(dt.datetime.fromisoformat(said[name])) for name in ("at", "since")
        )
        return Mark(at, int(said["bytes"]), str(said["tail"]), since, str(said["sum"]))
    except BAD_ROW:
        log.warning("journal_line_not_understood", names=sorted(said)[:10])
        return None


def _tail(path: Path, size: int) -> str | None:
    """What stands at the end of so many bytes, hashed; None where there are fewer."""
    found = lines.ending_at(path, size, _TAIL_BYTES, setting=lives.SETTING)
    return hashlib.sha256(found).hexdigest() if found is not None else None
