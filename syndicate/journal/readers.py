"""The journal of readers: who left, came back, was suppressed or erased, beside the database.

    {"fact": "left", "reader": "9f…", "about": "morning", "at": "…", "noted_at": "…"}
    {"fact": "suppressed", "reader": "9f…", "about": "*", "reason": "complaint", "at": "…", …}
    {"fact": "confirmed", "reader": "9f…", "about": "morning", "sealed": "…", "at": "…", …}

A reader is the keyed hash of an address. The address itself, and what was chosen, is encrypted with
a key of this installation (`sealed`), for 90 days, and taken out when the reader is erased.

The tick writes what the rows say and the file does not, so a leaving is in it two seconds later,
whichever host took it; a lost file is written anew, 90 days back. When an installation starts, and
before mail of a restored one is released, the last word about each reader is done again where the
database lacks it.

Source: docs/decisions/0019-the-way-back.md.
"""

import base64
import datetime as dt
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from syndicate import bounds, clock, encryption, logs, settings
from syndicate.errors import BAD_ROW, PermanentError
from syndicate.journal import lines, lives
from syndicate.settings import Settings
from syndicate.signing import BadTokenError
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.platform import installation
from syndicate.store.recovery import lost_readers, reader_record
from syndicate.store.recovery.reader_record import Fact, Person
from syndicate.vocabulary.readers import ReaderFact
from syndicate.vocabulary.sending import SuppressionReason

log = logs.get(__name__)

NAME = "readers.jsonl"
# Older than any backup that is brought back.
_FAR_BACK = dt.timedelta(days=90)
_AT_ONCE = 20_000
_PURPOSE = "journal"
_UNREADABLE: tuple[type[Exception], ...] = (BadTokenError, *BAD_ROW)
# Erasures and suppressions first: who came back afterwards came back to what is left.
_ORDER = (
    ReaderFact.SUPPRESSED,
    ReaderFact.LIFTED,
    ReaderFact.LEFT,
    ReaderFact.CONFIRMED,
    ReaderFact.CHOSE,
)


def path_of(own: Settings) -> Path | None:
    """Where the journal is: beside that of lives; None where there is none."""
    path = lives.path_of(own)
    return path.with_name(NAME) if path is not None else None


def keep(path: Path) -> int:
    """Append what readers did and the file does not hold yet. Safe to run twice.

    A file that is not there is made, so that one that was lost is missed after a restore; not while
    mail is held, for until then nobody has missed it.

    Returns:
        How much that was.

    Raises:
        PermanentError: the file cannot be read or written.
    """
    now = clock.now()
    is_new = not path.exists()
    with transaction() as tx:
        if is_new and installation.held_why(tx) is not None:
            return 0
    # A moment that no sound clock wrote must not put off whatever comes before it.
    written = _facts(lines.read(path, setting=lives.SETTING, last_bytes=lines.TAIL_BYTES))
    noted = [each.noted_at for each in written if each.noted_at <= now + lines.OVERLAP]
    moment = max(max(noted, default=bounds.FIRST), now - _FAR_BACK) - lines.OVERLAP
    with transaction() as tx:
        found = reader_record.since(tx, moment)
    if not found and not is_new:
        return 0
    known = set(_facts(lines.since(path, moment, "noted_at", setting=lives.SETTING)))
    fresh = [each for each in found if each not in known]
    erased = {each.reader.hex() for each in fresh if each.reason == SuppressionReason.ERASED}
    if erased:
        # First: a crash in between leaves the erasure to the next tick, and no address.
        _unseal(path, lambda said: said.get("reader") in erased)
    if fresh or is_new:
        lines.append(path, [_plain(each) for each in fresh], setting=lives.SETTING)
        log.info("readers_written", count=len(fresh))
    return len(fresh)


def tidy(path: Path, now: dt.datetime) -> int:
    """Take addresses out that no backup is old enough to need. Safe to run twice, by one process.

    Returns:
        Of how many lines.

    Raises:
        PermanentError: the file cannot be read or written.
    """
    before = (now - _FAR_BACK).isoformat()
    return _unseal(path, lambda said: str(said.get("noted_at")) < before)


def is_there(own: Settings) -> bool:
    """Whether there is a journal of readers, if only an empty one: no restore has lost it."""
    path = path_of(own)
    return path is not None and path.exists()


def replay(
    path: Path, now: dt.datetime, *, unwritten: Sequence[Fact] = ()
) -> dict[ReaderFact, int]:
    """Do again what the journal says and the database does not know. Safe to run twice.

    Args:
        path: of the file.
        now: aware UTC.
        unwritten: what the database knows and the file may lack: it may be the last word.

    Returns:
        How much of each kind that was.

    Raises:
        PermanentError: the file cannot be read.
    """
    done: Counter[ReaderFact] = Counter()
    facts = [*_facts(lines.read(path, setting=lives.SETTING)), *unwritten]
    for part in _parts(_erasures(facts)):
        with transaction() as tx:
            reader_record.erase(tx, part, now=now)
    last = _last_words(facts)
    for fact in _ORDER:
        for part in _parts([each for each in last if each.fact is fact]):
            with transaction() as tx:
                done[fact] += _repeat(tx, fact, part)
    if done.total():
        log.warning("readers_repeated", **{fact.value: count for fact, count in done.items()})
    return dict(done)


def recall(own: Settings, now: dt.datetime) -> None:
    """Write down what is missing, then do again what was lost, where there is a journal.

    Raises:
        PermanentError: the file cannot be read.
    """
    path = path_of(own)
    if path is None or not path.exists():
        return
    unwritten: list[Fact] = []
    try:
        keep(path)
    except PermanentError as error:
        # Where it is only read here, the tick writes it; where its disk is full, nobody has yet.
        log.warning("journal_not_written", reason=str(error))
        with transaction() as tx:
            unwritten = reader_record.since(tx, now - _FAR_BACK)
    replay(path, now, unwritten=unwritten)


def _parts(facts: Sequence[Fact]) -> Iterator[Sequence[Fact]]:
    for first in range(0, len(facts), _AT_ONCE):
        yield facts[first : first + _AT_ONCE]


def _repeat(tx: Transaction, fact: ReaderFact, facts: Sequence[Fact]) -> int:
    if fact is ReaderFact.CHOSE:
        return _for_each(tx, lost_readers.unchosen(tx, facts), lost_readers.choose)
    if fact is not ReaderFact.CONFIRMED:
        return reader_record.repeat(tx, fact, facts)
    made = _for_each(tx, lost_readers.unknown(tx, facts), lost_readers.sign_up)
    returned = lost_readers.returned(tx, facts)
    made += reader_record.repeat(tx, fact, facts)
    _for_each(tx, returned, lost_readers.take_up)
    return made


def _for_each(
    tx: Transaction, facts: Sequence[Fact], act: Callable[[Transaction, Fact, Person], None]
) -> int:
    """Do something for each whose person can be read; how many that were."""
    opened = [(each, _opened(each)) for each in facts]
    known = [(each, person) for each, person in opened if person is not None]
    for each, person in known:
        act(tx, each, person)
    return len(known)


def _erasures(facts: Iterable[Fact]) -> list[Fact]:
    """The last erasure of each reader: it stands, though the bar against an import was lifted."""
    found = (each for each in facts if each.reason == SuppressionReason.ERASED)
    return list({each.reader: each for each in sorted(found, key=lambda each: each.at)}.values())


def _last_words(facts: Iterable[Fact]) -> list[Fact]:
    """The last word about each reader and thing. Pure."""
    last: dict[tuple[bytes, str, str], Fact] = {}
    for each in facts:
        kind = "" if each.fact in ReaderFact.of_a_newsletter() else each.fact
        if each.fact is ReaderFact.LIFTED:
            kind = ReaderFact.SUPPRESSED
        key = (each.reader, each.about, kind)
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
            sealed=str(said.get("sealed", "")),
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
    if one.person is not None:
        said["sealed"] = _sealed(one)
    return said | {"reason": one.reason} if one.reason else said


def _sealed(one: Fact) -> str:
    assert one.person is not None  # noqa: S101 - it was asked
    told = asdict(one.person)
    until = one.person.paused_until
    told["paused_until"] = until.isoformat() if until is not None else None
    plain = json.dumps(told, ensure_ascii=False).encode()
    sealed = encryption.encrypt(settings.load().key(), _PURPOSE, plain, about=one.reader)
    return base64.b64encode(sealed).decode()


def _opened(one: Fact) -> Person | None:
    """Whose fact it is; None where nobody is named any more, or the key was another one."""
    if not one.sealed:
        return None
    try:
        key = settings.load().key()
        sealed = base64.b64decode(one.sealed)
        told = json.loads(encryption.decrypt(key, _PURPOSE, sealed, about=one.reader))
        until = told["paused_until"]
        return Person(
            address=str(told["address"]),
            language=str(told["language"]),
            sections=tuple(told["sections"]),
            languages=tuple(told["languages"]),
            paused_until=dt.datetime.fromisoformat(until) if until is not None else None,
        )
    except _UNREADABLE:
        log.warning("journal_line_not_opened", reader=one.reader.hex())
        return None


def _unseal(path: Path, is_meant: Callable[[Mapping[str, Any]], bool]) -> int:
    """Write the file anew without some addresses; how many lines had one."""

    def without(said: dict[str, Any]) -> Mapping[str, Any] | None:
        if "sealed" not in said or not is_meant(said):
            return None
        return {name: value for name, value in said.items() if name != "sealed"}

    return lines.change(path, without, setting=lives.SETTING)
