"""The journal of the database's lives: what was begun, written down beside the database.

    {"life": "9f…", "mark": 41, "at": "…"}                                   a life began
    {"life": "9f…", "mark": 42, "at": "…", "mailing": 7, "slot": "08:00", …}
    {"life": "9f…", "mark": 57, "at": "…", "mailing": 7, "is_over": true, …}

Beside it `<name>.mark` holds life and mark of this moment and how long the journal was, written
anew whenever the mark rises: with each mailing begun, each upkeep, and every 2 s while anything is
sent. A database whose mark is lower, or whose life is not the journal's, was restored. An issue is
written down before its mails may leave, where whoever composes it sees the file, else by the next
tick: so 2 s may be missing.

Source: docs/decisions/0019-the-way-back.md.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from syndicate import clock, logs
from syndicate.errors import BAD_ROW
from syndicate.journal import lines
from syndicate.settings import Settings
from syndicate.store.ground.session import transaction
from syndicate.store.platform import installation
from syndicate.store.platform.installation import Installation
from syndicate.store.recovery import begun_issues
from syndicate.store.recovery.begun_issues import Begun

log = logs.get(__name__)

NAME = "journal.jsonl"
SETTING = "SYNDICATE_JOURNAL"
# A lost file is written anew so far back: what is older is in no window of news any more.
_FAR_BACK = dt.timedelta(days=30)
# A file that was last changed so long after its newest word was laid down by somebody else.
_COPIED_AFTER = dt.timedelta(seconds=10)


@dataclass(frozen=True)
class Head:
    """How far the journal is: the mark of a life, and when that was written."""

    life: str
    mark: int
    at: dt.datetime


@dataclass
class Journal:
    """All of a journal.

    Attributes:
        head: None when there is nothing in it.
        lives: every one that it ever knew.
        begun: mailings, by life and id; the newest word about each.
        is_live: whether all of it is as it was last written, and no copy of an earlier day.
    """

    head: Head | None = None
    lives: set[str] = field(default_factory=set)
    begun: dict[tuple[str, int], Begun] = field(default_factory=dict)
    is_live: bool = False

    def mailings(self, *, but_of: str = "") -> list[Begun]:
        """What was begun, oldest first; but in one life."""
        found = [each for (life, _), each in self.begun.items() if life != but_of]
        return sorted(found, key=lambda each: (each.at, each.mailing_id))


def path_of(own: Settings) -> Path | None:
    """Where the journal is: as set, else beside that of takedowns, else in the data folder."""
    if own.journal is not None:
        return own.journal / NAME if own.journal.is_dir() else own.journal
    if own.takedown_log is not None:
        return own.takedown_log.with_name(NAME)
    return lines.home(own.data_dir) / NAME if own.data_dir is not None else None


def read(path: Path) -> Journal:
    """Read all of a journal.

    Raises:
        PermanentError: the file cannot be read.
    """
    found = Journal(head=head(path))
    for said in lines.read(path, setting=SETTING):
        one = _head(said)
        if one is None:
            continue
        found.lives.add(one.life)
        mailing = _begun(said)
        if mailing is not None:
            found.begun[one.life, mailing.mailing_id] = mailing
    if found.head is not None:
        found.lives.add(found.head.life)
        found.is_live = is_live(path)
    return found


def head(path: Path) -> Head | None:
    """How far the journal is; None when there is none.

    Raises:
        PermanentError: the file cannot be read.
    """
    written = _heads(lines.read(path, setting=SETTING, last_bytes=lines.TAIL_BYTES))
    now = _heads(lines.read(_mark_of(path), setting=SETTING))
    heads = [*written, *now]
    if not heads:
        return None
    # Where the mark's own file is lost the lines tell how far it was.
    life = _newest_life(written, now)
    return max((each for each in heads if each.life == life), key=lambda each: each.mark)


def is_as_written(path: Path, newest_at: dt.datetime) -> bool:
    """Whether a file was last changed when its newest word was written.

    Whoever copies a file back from a backup changes it then, whatever times he gives it.

    Args:
        path: of the file.
        newest_at: what it says itself, aware UTC.
    """
    try:
        changed_at = dt.datetime.fromtimestamp(path.stat().st_ctime, tz=dt.UTC)
    except OSError:
        return False
    # Words of hours to come were written by another clock, or are read in another zone.
    return abs(changed_at - newest_at) < _COPIED_AFTER


def conflict(found: Head | None, row: Installation) -> str | None:
    """Why a database cannot be the journal's own, as a clause; None when it may be. Pure."""
    if found is None or found.life in row.past_lives:
        return None
    if found.life != row.life:
        return "its journal tells of another life"
    if found.mark > row.mark:
        return "its journal knows of later work"
    return None


def keep(path: Path) -> int:
    """Append what was begun and what ended and the journal lacks. Safe to run twice, or at once.

    Nothing is written for a database that is held, or that the journal does not take for its own.

    Returns:
        How many mailings that were.

    Raises:
        PermanentError: the file cannot be read or written.
    """
    last = head(path)
    now = clock.now()
    moment = now - _FAR_BACK
    is_whole = _is_whole(path)
    if last is not None and is_whole:
        moment = max(min(last.at, now) - lines.OVERLAP, moment)
    with transaction() as tx:
        row = installation.read(tx)
        if row is None or row.held_at is not None or conflict(last, row) is not None:
            return 0
        found = begun_issues.since(tx, moment)
        is_sending = begun_issues.is_anybody_sending(tx)
    written = _written_since(path, moment, row.life)
    fresh = [each for each in found if (each.mailing_id, each.is_over) not in written]
    is_new = last is None or last.life != row.life or not path.exists()
    if fresh or is_sending or is_new or not is_whole:
        _write(path, fresh, is_new=is_new)
    elif last is not None and last.mark < row.mark:
        _set_mark(path, Head(row.life, row.mark, now))
    return len(fresh)


def begin(path: Path, mailing_id: int, now: dt.datetime) -> None:
    """Write down that a mailing is about to be begun, before any of it may leave.

    Where this process may not write the journal the tick does it. Safe to run twice.

    Args:
        path: of the journal.
        mailing_id: of an issue's mailing.
        now: aware UTC.

    Raises:
        PermanentError: the journal cannot be read or written.
    """
    last = head(path)
    with transaction() as tx:
        row = installation.read(tx)
        one = begun_issues.find(tx, mailing_id, now=now)
    if row is not None and one is not None and conflict(last, row) is None:
        _write(path, [one], is_new=last is None or last.life != row.life)


def forget(path: Path) -> None:
    """Delete a journal whose database is deleted too."""
    for each in (path, _mark_of(path)):
        each.unlink(missing_ok=True)


def _write(path: Path, fresh: Iterable[Begun], *, is_new: bool) -> None:
    """Raise the mark, then write; a crash between the two leaves the journal behind, no more."""
    with transaction() as tx:
        mark = installation.raise_mark(tx)
        row = installation.read(tx)
    if row is None:
        return
    made = Head(row.life, mark, clock.now())
    said = [_plain(made)] if is_new else []
    said += [_plain(made) | _plain_mailing(each) for each in fresh]
    if said:
        lines.append(path, said, setting=SETTING)
        log.info("journal_written", mailings=len(said) - is_new)
    _set_mark(path, made)


def _set_mark(path: Path, made: Head) -> None:
    size = path.stat().st_size if path.exists() else 0
    lines.replace(_mark_of(path), _plain(made) | {"bytes": size}, setting=SETTING)


def _mark_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.mark")


def _newest_life(written: Sequence[Head], now: Sequence[Head]) -> str:
    """The life of the last line, whatever a clock made of its time.

    The mark's is another one where the lines that told of it are lost, or it is an older copy.
    """
    if not written or not now:
        return (written or now)[-1].life
    is_known = now[-1].life in {each.life for each in written}
    return written[-1].life if is_known or now[-1].at < written[-1].at else now[-1].life


def _heads(said: Iterable[Mapping[str, Any]]) -> list[Head]:
    return [found for each in said if (found := _head(each)) is not None]


def is_live(path: Path) -> bool:
    """Whether all of a journal is as it was last written, and no copy of an earlier day.

    Raises:
        PermanentError: the file cannot be read.
    """
    now = _heads(lines.read(_mark_of(path), setting=SETTING))
    return bool(now) and is_as_written(_mark_of(path), now[-1].at) and _is_whole(path)


def _is_whole(path: Path) -> bool:
    """Whether nothing was cut off a journal since its mark was last set; unknown is no."""
    said = next(iter(lines.read(_mark_of(path), setting=SETTING)), {})
    size = said.get("bytes")
    return isinstance(size, int) and path.exists() and path.stat().st_size >= size


def _written_since(path: Path, moment: dt.datetime, life: str) -> set[tuple[int, bool]]:
    """(mailing, whether it is over) pairs that were written of a life since a moment."""
    return {
        (mailing.mailing_id, mailing.is_over)
        for said in _newest_lines(path, moment)
        if (mailing := _begun(said)) is not None and said["life"] == life
    }


def _newest_lines(path: Path, moment: dt.datetime) -> list[dict[str, Any]]:
    """All lines since a moment, and perhaps some before it: from the end, as far as needed."""
    size = lines.TAIL_BYTES
    while True:
        found = list(lines.read(path, setting=SETTING, last_bytes=size))
        first = next((one for each in found if (one := _head(each)) is not None), None)
        is_whole = not path.exists() or path.stat().st_size <= size
        if is_whole or (first is not None and first.at < moment):
            return found
        size *= 4


def _head(said: Mapping[str, Any]) -> Head | None:
    """What any line says of life and mark; None when it is none of ours."""
    try:
        at = dt.datetime.fromisoformat(said["at"])
        return Head(str(said["life"]), int(said["mark"]), at.astimezone(dt.UTC))
    except BAD_ROW:
        log.warning("journal_line_not_understood", names=sorted(said)[:10])
        return None


def _begun(said: Mapping[str, Any]) -> Begun | None:
    """The mailing that a line tells of; None when it tells of none."""
    if "mailing" not in said:
        return None
    try:
        window_from, window_to = (dt.datetime.fromisoformat(each) for each in said["window"])
        return Begun(
            mailing_id=int(said["mailing"]),
            newsletter=str(said["newsletter"]),
            local_date=dt.date.fromisoformat(said["date"]),
            slot=str(said["slot"]),
            number=int(said["number"]),
            window=(window_from, window_to),
            names=tuple(str(name) for name in said["stories"]),
            at=dt.datetime.fromisoformat(said["begun_at"]),
            is_over=bool(said.get("is_over")),
        )
    except BAD_ROW:
        log.warning("journal_line_not_understood", names=sorted(said)[:10])
        return None


def _plain(made: Head) -> dict[str, object]:
    return {"life": made.life, "mark": made.mark, "at": made.at.isoformat()}


def _plain_mailing(one: Begun) -> dict[str, object]:
    said: dict[str, object] = {
        "mailing": one.mailing_id,
        "newsletter": one.newsletter,
        "date": one.local_date.isoformat(),
        "slot": one.slot,
        "number": one.number,
        "begun_at": one.at.isoformat(),
        "window": [moment.isoformat() for moment in one.window],
        "stories": list(one.names),
    }
    return said | {"is_over": True} if one.is_over else said
