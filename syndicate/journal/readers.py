"""The journal of readers: who left, came back, was suppressed or erased, beside the database.

    {"fact": "left", "reader": "9f…", "about": "morning", "at": "…", "noted_at": "…"}
    {"fact": "suppressed", "reader": "9f…", "about": "*", "reason": "complaint", "at": "…", …}
    {"fact": "confirmed", "reader": "9f…", "about": "morning", "sealed": "…", "at": "…", …}

A reader is the keyed hash of an address. The address itself, and what was chosen, is encrypted with
a key of this installation (`sealed`), for 90 days, and taken out when the reader is erased.

The tick writes what the rows say and the file does not, so a leaving is in it two seconds later,
whichever host took it. A file that is lost, or not as its mark says (`reader_mark`), is made whole
from the rows of 90 days; not while mail is held, for nobody knows then whose rows these are. When
an installation starts, and before mail of a restored one is released, the last word about each
reader is done again where the database lacks it.

Source: docs/decisions/0019-the-way-back.md.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from syndicate import bounds, clock, logs
from syndicate.errors import PermanentError
from syndicate.journal import lines, lives, reader_lines, reader_mark
from syndicate.journal.reader_mark import Mark
from syndicate.settings import Settings
from syndicate.signing import BadTokenError
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.recovery import copies, lost_readers, reader_record
from syndicate.store.recovery.reader_record import Fact, Person, Sums
from syndicate.vocabulary.readers import ReaderFact
from syndicate.vocabulary.sending import SuppressionReason

log = logs.get(__name__)

NAME = "readers.jsonl"
_SETTING = lives.SETTING
_NOTED = "noted_at"
# Older than any backup that is brought back.
_FAR_BACK = dt.timedelta(days=90)
_AT_ONCE = 20_000
_ROLLED_AFTER = dt.timedelta(minutes=10)
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

    A file that is not there is made, and one that was laid beside is made whole; not while mail is
    held, or nobody has compared the database, for until then nobody has missed it.

    Returns:
        How much that was.

    Raises:
        PermanentError: the file cannot be read or written.
    """
    mark = reader_mark.read(path)
    with transaction() as tx:
        is_compared = copies.is_compared(tx)
    if mark is not None and (mark.fits(path) if is_compared else reader_mark.is_living(path)):
        with transaction() as tx:
            sums = reader_record.sums(tx, mark.since, lines.OVERLAP)
        if mark.since <= sums.recent:
            return _go_on(path, mark, sums)
    if is_compared:
        return _make_whole(path)
    return _append_to_strange(path) if path.exists() else 0


def _go_on(path: Path, mark: Mark, sums: Sums) -> int:
    """The same of a file that is as its mark says."""
    fresh: list[Fact] = []
    is_known = sums.every == mark.sum
    if not is_known:
        with transaction() as tx:
            found = reader_record.since(tx, mark.since)
        known = set(reader_lines.facts(lines.since(path, mark.since, _NOTED, setting=_SETTING)))
        fresh = [each for each in found if each not in known]
        _append(path, fresh)
    # What is old is not summed up for ever; but a mark is not written at each tick.
    if not is_known or (sums.every != sums.of_recent and sums.recent - mark.since > _ROLLED_AFTER):
        reader_mark.write(path, sums.recent, sums.of_recent)
    return len(fresh)


def _make_whole(path: Path) -> int:
    """The same of a file that is not there, or that anybody may have laid beside."""
    moment = clock.now() - _FAR_BACK
    with transaction() as tx:
        # First: what is noted in between is written now, and once more looked for.
        sums = reader_record.sums(tx, moment, lines.OVERLAP)
        found = reader_record.since(tx, moment)
    known = set(reader_lines.facts(lines.read(path, setting=_SETTING)))
    fresh = [each for each in found if each not in known]
    _forget_erased(path, fresh)
    if fresh or not path.exists():
        lines.merge(path, map(reader_lines.plain, fresh), _NOTED, setting=_SETTING)
    reader_mark.write(path, sums.recent, sums.of_recent)
    if fresh:
        log.warning("readers_made_whole", count=len(fresh))
    return len(fresh)


def _append_to_strange(path: Path) -> int:
    """The same of a file that is not believed, and stays so."""
    now = clock.now()
    # A moment that no sound clock wrote must not put off whatever comes before it.
    tail = lines.read(path, setting=_SETTING, last_bytes=lines.TAIL_BYTES)
    written = reader_lines.facts(tail)
    noted = [each.noted_at for each in written if each.noted_at <= now + lines.OVERLAP]
    moment = max(max(noted, default=bounds.FIRST), now - _FAR_BACK) - lines.OVERLAP
    with transaction() as tx:
        found = reader_record.since(tx, moment)
    known = set(reader_lines.facts(lines.since(path, moment, _NOTED, setting=_SETTING)))
    fresh = [each for each in found if each not in known]
    _append(path, fresh)
    return len(fresh)


def _append(path: Path, fresh: Sequence[Fact]) -> None:
    _forget_erased(path, fresh)
    if fresh:
        lines.append(path, map(reader_lines.plain, fresh), setting=_SETTING)
        log.info("readers_written", count=len(fresh))


def _forget_erased(path: Path, fresh: Sequence[Fact]) -> None:
    """First: a crash in between leaves the erasure to the next tick, and no address."""
    erased = {each.reader.hex() for each in fresh if each.reason == SuppressionReason.ERASED}
    if erased:
        _unseal(path, lambda said: said.get("reader") in erased)


def tidy(path: Path, now: dt.datetime) -> int:
    """Take addresses out that no backup is old enough to need. Safe to run twice, by one process.

    Returns:
        Of how many lines.

    Raises:
        PermanentError: the file cannot be read or written.
    """
    before = (now - _FAR_BACK).isoformat()
    mark = reader_mark.read(path) if reader_mark.is_living(path) else None
    count = _unseal(path, lambda said: str(said.get("noted_at")) < before)
    if count and mark is not None:
        reader_mark.write(path, mark.since, mark.sum)
    return count


def renew(path: Path) -> tuple[int, int]:
    """Encrypt every person anew under the master key that signs. Safe to run twice, by one process.

    The file is written whole or not at all: whatever breaks this off leaves all of it readable.

    Returns:
        Of how many lines, and how many nobody can open: their master key is gone.

    Raises:
        PermanentError: the file cannot be read or written.
    """
    lost = 0

    def renewed(said: dict[str, Any]) -> Mapping[str, Any] | None:
        nonlocal lost
        try:
            return reader_lines.renewed(said)
        except BadTokenError:
            lost += 1
            return None

    mark = reader_mark.read(path) if reader_mark.is_living(path) else None
    count = lines.change(path, renewed, setting=_SETTING)
    if count and mark is not None:
        reader_mark.write(path, mark.since, mark.sum)
    return count, lost


def under_older(path: Path) -> int:
    """How many people the file names under a master key that no longer signs.

    Raises:
        PermanentError: the file cannot be read.
    """
    return sum(map(_is_older, lines.read(path, setting=_SETTING)))


def _is_older(said: Mapping[str, Any]) -> bool:
    try:
        return reader_lines.renewed(said) is not None
    except BadTokenError:
        return False  # no key that is held here opens it


def is_living(own: Settings) -> bool:
    """Whether there is a journal of readers that no restore has lost, or brought back.

    Raises:
        PermanentError: the file cannot be read.
    """
    path = path_of(own)
    if path is None:
        return False
    if reader_mark.read(path) is not None:
        return reader_mark.is_living(path)
    # Of the version before, which wrote no mark: a copy was changed when it was copied.
    tail = lines.read(path, setting=_SETTING, last_bytes=lines.TAIL_BYTES)
    newest = max((each.noted_at for each in reader_lines.facts(tail)), default=None)
    return newest is not None and lives.is_as_written(path, newest)


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
    facts = [*reader_lines.facts(lines.read(path, setting=_SETTING)), *unwritten]
    erasures = _erasures(facts)
    for part in _parts(erasures):
        with transaction() as tx:
            reader_record.erase(tx, part, now=now)
    last = _last_words(facts, {each.reader: each.at for each in erasures})
    lifted = {(each.reader, each.about): each.at for each in last if each.fact is ReaderFact.LIFTED}
    for fact in _ORDER:
        for part in _parts([each for each in last if each.fact is fact]):
            with transaction() as tx:
                done[fact] += _repeat(tx, part, lifted)
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


def _repeat(
    tx: Transaction, facts: Sequence[Fact], lifted: Mapping[tuple[bytes, str], dt.datetime]
) -> int:
    """Do again what is unknown of facts that are all of one kind; how much that was."""
    fact = facts[0].fact
    if fact is ReaderFact.CHOSE:
        return _for_each(tx, lost_readers.unchosen(tx, facts), lost_readers.choose)
    if fact is ReaderFact.CONFIRMED:
        made = _for_each(tx, lost_readers.unknown(tx, facts), lost_readers.sign_up)
        returned = lost_readers.returned(tx, facts)
        made += reader_record.repeat(tx, fact, facts)
        _for_each(tx, returned, lost_readers.choose)
        return made
    done = reader_record.repeat(tx, fact, facts)
    if fact is ReaderFact.LEFT:
        done += _for_each(tx, lost_readers.gone(tx, facts), lost_readers.sign_out)
        # Those whose address nothing knows any more.
        done += lost_readers.bar(tx, lost_readers.gone(tx, facts), lifted=lifted)
    return done


def _for_each(
    tx: Transaction, facts: Sequence[Fact], act: Callable[[Transaction, Fact, Person], None]
) -> int:
    """Do something for each whose person can be read; how many that were."""
    opened = [(each, reader_lines.opened(each)) for each in facts]
    known = [(each, person) for each, person in opened if person is not None]
    for each, person in known:
        act(tx, each, person)
    return len(known)


def _erasures(facts: Iterable[Fact]) -> list[Fact]:
    """The last erasure of each reader: it stands, though the bar against an import was lifted."""
    found = (each for each in facts if each.reason == SuppressionReason.ERASED)
    return list({each.reader: each for each in sorted(found, key=lambda each: each.at)}.values())


def _last_words(facts: Iterable[Fact], erased: Mapping[bytes, dt.datetime]) -> list[Fact]:
    """The last word about each reader and thing. Pure.

    Args:
        facts: all of them.
        erased: when a reader was erased: of what they did before nothing is remembered.
    """
    last: dict[tuple[bytes, str, str], Fact] = {}
    people: dict[tuple[bytes, str], Fact] = {}
    for each in facts:
        kind, moment = _rank(each)
        if kind != ReaderFact.SUPPRESSED and each.at <= erased.get(each.reader, bounds.FIRST):
            continue
        key = (each.reader, each.about, kind)
        if key not in last or _rank(last[key])[1] <= moment:
            last[key] = each
        if each.sealed:
            people[each.reader, each.about] = each
    return [_with_person(each, people) for each in last.values()]


def _rank(one: Fact) -> tuple[str, dt.datetime]:
    """Among which facts the last one counts, and by which moment.

    A provider tells of a complaint days late: it ends what was lifted before it was told.
    """
    if one.fact in {ReaderFact.SUPPRESSED, ReaderFact.LIFTED}:
        return ReaderFact.SUPPRESSED, one.noted_at
    return "" if one.fact in ReaderFact.of_a_newsletter() else one.fact, one.at


def _with_person(one: Fact, people: Mapping[tuple[bytes, str], Fact]) -> Fact:
    """Of who left, whom they had signed up as."""
    known = people.get((one.reader, one.about)) if one.fact is ReaderFact.LEFT else None
    return one if known is None else replace(one, sealed=known.sealed)


def _unseal(path: Path, is_meant: Callable[[Mapping[str, Any]], bool]) -> int:
    """Write the file anew without some addresses; how many lines had one."""

    def without(said: dict[str, Any]) -> Mapping[str, Any] | None:
        if "sealed" not in said or not is_meant(said):
            return None
        return {name: value for name, value in said.items() if name != "sealed"}

    return lines.change(path, without, setting=_SETTING)
