"""The journal of takedowns and kills: beside the database, so that no restored backup undoes one.

    {"atom_id": "tag:…", "publication": "daily", "at": "…", "keys": [["link", "sha256:…"]],
     "carried": [[3, "9f…", "…"]], "reason": "killed"}

One line for each, appended and synced, never changed; not a word of the article. The tick writes
what the rows say and the file does not: a takedown is in it two seconds later, whoever made it, and
a lost file is written anew. `syndicate migrate` and `syndicate up` replay it when they start. A
line without a reason is of a takedown.

Source: docs/decisions/0013-takedowns-outlive-the-database.md.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from syndicate import bounds, clock, logs
from syndicate.errors import BAD_ROW
from syndicate.journal import lines
from syndicate.settings import Settings
from syndicate.store.editing import takedown_record
from syndicate.store.editing.takedown_record import Remembered
from syndicate.store.ground.session import transaction
from syndicate.vocabulary.articles import ArticleState

log = logs.get(__name__)

NAME = "takedowns.jsonl"
SETTING = "SYNDICATE_TAKEDOWN_LOG"
_GONE = {each.value: each for each in ArticleState.gone()}
_NEVER = bounds.FIRST  # the database is asked for what is later


def path_of(own: Settings) -> Path | None:
    """Where the journal is: as set, else in the data folder; None where there is neither."""
    if own.takedown_log is not None:
        return own.takedown_log
    return lines.home(own.data_dir) / NAME if own.data_dir is not None else None


def keep(path: Path, *, is_whole: bool = False) -> int:
    """Append what the file does not hold yet. Safe to run twice, by one process.

    Args:
        path: of the file.
        is_whole: look for all of it, and not only for what is newer than the newest line.

    Returns:
        How many that were.

    Raises:
        PermanentError: the file cannot be written.
    """
    # A moment that no sound clock wrote must not put off whatever comes before it.
    soon = clock.now() + lines.OVERLAP
    tail = [] if is_whole else _lines(path, tail=True)
    newest = max((each.at for each in tail if each.at <= soon), default=_NEVER)
    with transaction() as tx:
        found = takedown_record.since(tx, max(newest - lines.OVERLAP, _NEVER))
    if not found:
        return 0
    known = {(each.atom_id, each.reason) for each in _lines(path)}
    fresh = [each for each in found if (each.atom_id, each.reason) not in known]
    if fresh:
        lines.append(path, [_plain(each) for each in fresh], setting=SETTING)
        log.info("takedowns_written", count=len(fresh))
    return len(fresh)


def replay(path: Path, now: dt.datetime) -> int:
    """Take down and kill what the journal names and the database does not know. Safe to run twice.

    Returns:
        How many that were.
    """
    missing = unheeded(path)
    for each in missing:
        with transaction() as tx:
            takedown_record.repeat(tx, each, now=now)
        log.warning("takedown_repeated", atom_id=each.atom_id, reason=each.reason)
    return len(missing)


def unheeded(path: Path) -> list[Remembered]:
    """What of the journal the database does not know: it was restored since."""
    # Who takes down what was killed before has the last word.
    remembered = list({each.atom_id: each for each in _lines(path)}.values())
    if not remembered:
        return []
    with transaction() as tx:
        return takedown_record.unheeded(tx, remembered)


def _lines(path: Path, *, tail: bool = False) -> Iterator[Remembered]:
    for said in lines.read(path, setting=SETTING, last_bytes=lines.TAIL_BYTES if tail else None):
        found = _remembered(said)
        if found is not None:
            yield found


def _remembered(said: Mapping[str, Any]) -> Remembered | None:
    """What one line says; None when it is none of ours."""
    try:
        return Remembered(
            atom_id=said["atom_id"],
            publication=said["publication"],
            at=bounds.sayable(dt.datetime.fromisoformat(said["at"])),
            keys=tuple((str(kind), str(key)) for kind, key in said["keys"]),
            carried=tuple(
                (int(id_), bytes.fromhex(stem).hex(), str(name))
                for id_, stem, name in said["carried"]
            ),
            reason=_GONE[said.get("reason", ArticleState.TAKEN_DOWN)],
        )
    except BAD_ROW:
        log.warning("takedown_line_unreadable", names=sorted(said)[:10])
        return None


def _plain(each: Remembered) -> dict[str, object]:
    said: dict[str, object] = {
        "atom_id": each.atom_id,
        "publication": each.publication,
        "at": each.at.isoformat(),
        "keys": each.keys,
        "carried": each.carried,
    }
    return said | {"reason": each.reason} if each.reason is ArticleState.KILLED else said
