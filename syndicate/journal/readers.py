"""The journal of readers: who left, came back, was suppressed or erased, beside the database.

    {"fact": "left", "reader": "9f…", "about": "morning", "at": "…", "noted_at": "…"}
    {"fact": "suppressed", "reader": "9f…", "about": "*", "reason": "complaint", "at": "…", …}

A reader is the keyed hash of an address, never the address. The tick writes what the rows say and
the file does not, so a leaving is in it two seconds later, whichever host took it; a lost file is
written anew, 90 days back. When an installation starts, and before mail of a restored one is
released, the last word about each reader is done again where the database lacks it.

Source: docs/decisions/0019-the-way-back.md.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from syndicate import bounds, clock, logs
from syndicate.errors import BAD_ROW, PermanentError
from syndicate.journal import lines, lives
from syndicate.settings import Settings
from syndicate.store.ground.session import transaction
from syndicate.store.recovery import reader_record
from syndicate.store.recovery.reader_record import Fact
from syndicate.vocabulary.readers import ReaderFact
from syndicate.vocabulary.sending import SuppressionReason

log = logs.get(__name__)

NAME = "readers.jsonl"
# Older than any backup that is brought back.
_FAR_BACK = dt.timedelta(days=90)
_AT_ONCE = 20_000
# Erasures and suppressions first: who came back afterwards came back to what is left.
_ORDER = (ReaderFact.SUPPRESSED, ReaderFact.LIFTED, ReaderFact.LEFT, ReaderFact.CONFIRMED)


def path_of(own: Settings) -> Path | None:
    """Where the journal is: beside that of lives; None where there is none."""
    path = lives.path_of(own)
    return path.with_name(NAME) if path is not None else None


def keep(path: Path) -> int:
    """Append what readers did and the file does not hold yet. Safe to run twice.

    Returns:
        How much that was.

    Raises:
        PermanentError: the file cannot be read or written.
    """
    now = clock.now()
    # A moment that no sound clock wrote must not put off whatever comes before it.
    written = _facts(lines.read(path, setting=lives.SETTING, last_bytes=lines.TAIL_BYTES))
    noted = [each.noted_at for each in written if each.noted_at <= now + lines.OVERLAP]
    moment = max(max(noted, default=bounds.FIRST), now - _FAR_BACK) - lines.OVERLAP
    with transaction() as tx:
        found = reader_record.since(tx, moment)
    if not found:
        return 0
    known = set(_facts(lines.since(path, moment, "noted_at", setting=lives.SETTING)))
    fresh = [each for each in found if each not in known]
    if fresh:
        lines.append(path, [_plain(each) for each in fresh], setting=lives.SETTING)
        log.info("readers_written", count=len(fresh))
    return len(fresh)


def replay(path: Path, now: dt.datetime) -> dict[ReaderFact, int]:
    """Do again what the journal says and the database does not know. Safe to run twice.

    Returns:
        How much of each kind that was.

    Raises:
        PermanentError: the file cannot be read.
    """
    done: Counter[ReaderFact] = Counter()
    last = _last_words(_facts(lines.read(path, setting=lives.SETTING)))
    for fact in _ORDER:
        facts = [each for each in last if each.fact is fact]
        for first in range(0, len(facts), _AT_ONCE):
            with transaction() as tx:
                part = facts[first : first + _AT_ONCE]
                done[fact] += reader_record.repeat(tx, fact, part, now=now)
    if done.total():
        log.warning("readers_repeated", **{fact.value: count for fact, count in done.items()})
    return dict(done)


def recall(own: Settings, now: dt.datetime) -> None:
    """Write down what is missing, then do again what was lost, where there is a journal.

    Raises:
        PermanentError: the file cannot be read.
    """
    path = path_of(own)
    if path is None:
        return
    try:
        keep(path)
    except PermanentError as error:
        # Where it is only read here: the tick writes it.
        log.warning("journal_not_written", reason=str(error))
    replay(path, now)


def _last_words(facts: Iterable[Fact]) -> list[Fact]:
    """The last word about each reader and thing, and every erasure's. Pure."""
    last: dict[tuple[bytes, str, bool], Fact] = {}
    for each in facts:
        key = (each.reader, each.about, each.fact in ReaderFact.of_a_newsletter())
        if key not in last or last[key].at <= each.at:
            last[key] = each
    return list(last.values())


def _facts(said: Iterable[Mapping[str, Any]]) -> list[Fact]:
    return [found for each in said if (found := _fact(each)) is not None]


def _fact(said: Mapping[str, Any]) -> Fact | None:
    """What one line says; None when it is none of ours."""
    try:
        reason = said.get("reason", "")
        return Fact(
            fact=ReaderFact(said["fact"]),
            reader=bytes.fromhex(said["reader"]),
            about=str(said["about"]),
            at=bounds.sayable(dt.datetime.fromisoformat(said["at"])),
            noted_at=bounds.sayable(dt.datetime.fromisoformat(said["noted_at"])),
            reason=SuppressionReason(reason).value if reason else "",
        )
    except BAD_ROW:
        log.warning("journal_line_not_understood", names=sorted(said)[:10])
        return None


def _plain(one: Fact) -> dict[str, object]:
    said: dict[str, object] = {
        "fact": one.fact,
        "reader": one.reader.hex(),
        "about": one.about,
        "at": one.at.isoformat(),
        "noted_at": one.noted_at.isoformat(),
    }
    return said | {"reason": one.reason} if one.reason else said
