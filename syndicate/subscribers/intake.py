"""A file's rows, asked twice: who has left, by any of them, and who may therefore come in."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from syndicate import bounds, settings, signing
from syndicate.errors import BadAddressError, UsageError
from syndicate.languages import nearest
from syndicate.store import recipients
from syndicate.store.imports import Line
from syndicate.store.newsletters import Newsletter
from syndicate.subscribers.columns import (
    HOW_TO_IGNORE,
    Columns,
    Judged,
    Watched,
    address_place,
)
from syndicate.subscribers.csvfile import Row, Table
from syndicate.subscribers.standing import (
    Bar,
    is_time,
    is_word_of_status,
    is_yes_or_no,
    judge,
    speaks_of_leaving,
    told,
)

_SEPARATORS = re.compile(r"[;,|\s]+")
# An address that needs no second look, 40 times faster than the library that judges all others.
# What a test shows: whatever it matches, `recipients.normalise` accepts and spells the same.
_PLAIN = re.compile(
    r"[a-z0-9](?:[a-z0-9_+-]|\.(?!\.)){0,62}(?<!\.)@"
    r"((?:[a-z0-9](?:[a-z0-9]|-(?!-)){0,61}(?<!-)\.){1,4})([a-z]{2,12})",
    re.IGNORECASE,
)
_SPECIAL = frozenset({"arpa", "invalid", "local", "localhost", "onion", "test"})
_QUICK, _LONGEST = 200, 1_000
_LOOKED_AT = 5_000  # of a note
_NAMED = re.compile(r"[^<>]*<([^<>]*)>|mailto:(.*)", re.IGNORECASE | re.DOTALL)
_ANY_ADDRESS = re.compile(r"[^\s<>\"',;:|]{1,64}@[^\s<>\"',;:|]{1,255}")
# Clocks run ahead, and a file may say a time of another zone without its zone.
_AHEAD = dt.timedelta(days=1)


@dataclass(frozen=True)
class Survey:
    """What a file says of those who must not be woken.

    Attributes:
        columns: what its columns mean, as their cells have shown.
        barred: (line number, why, whether they have left) of each address that one row bars,
            whatever other rows say; in lower case.
    """

    columns: Columns
    barred: Mapping[str, tuple[int, Bar]]


def survey(table: Table, columns: Columns) -> Survey:
    """Read a file once, without storing anything.

    Raises:
        UsageError: a quotation mark is open; a column that nobody knows may say who has left; or
            one that is to be ignored does say so.
    """
    settled = replace(columns, judged=tuple(_settled(table, columns.judged)))
    profiles = [_Profile(each) for each in columns.watched]
    barred: dict[str, tuple[int, Bar]] = {}
    for row in table.rows():
        if row.fault:
            for address in _ANY_ADDRESS.findall(row.text[:_LONGEST]):
                barred.setdefault(address.lower(), (row.number, Bar("", has_left=False)))
            continue
        _refuse_second_head(row, columns)
        for profile in profiles:
            profile.see(row)
        _refuse_ignoring(row, columns.ignored)
        bar = bar_of(row, settled)
        if bar is not None and (key := _key(row.cells[columns.address])):
            barred.setdefault(key, (row.number, bar))
    _refuse_unread([reason for profile in profiles if (reason := profile.reason())])
    return Survey(settled, barred)


def bar_of(row: Row, columns: Columns) -> Bar | None:
    """Why a row's reader may not be mailed; None when nothing speaks against it."""
    found = [
        bar
        for each in columns.judged
        if (bar := judge(each.role, each.name, row.cells[each.place]))
    ]
    return min(found, key=lambda bar: not bar.has_left, default=None)


class Intake:
    """The usable rows of a file for one newsletter, and what became of the others.

    Attributes:
        refused: (line number, reason) of those that could be corrected.
        left: (line number, reason, keyed hash of the address or None) of those who have left.
        notes: (line number, what fell) of those who came in without it.
    """

    def __init__(
        self, newsletter: Newsletter, slugs: frozenset[str], found: Survey, now: dt.datetime
    ) -> None:
        self.languages = tuple(newsletter.languages)
        self.slugs = {slug.casefold(): slug for slug in slugs}
        self.survey = found
        self.now = now
        self.key = settings.load().key()
        self.refused: list[tuple[int, str]] = []
        self.left: list[tuple[int, str, bytes | None]] = []
        self.notes: list[tuple[int, str]] = []

    def lines(self, table: Table) -> Iterator[Line]:
        """The usable rows, in the order of the file."""
        for row in table.rows():
            if row.fault:
                self.refused.append((row.number, row.fault))
                continue
            try:
                line = self._line(row)
            except (BadAddressError, ValueError) as error:
                self.refused.append((row.number, str(error)))
                continue
            if line is not None:
                yield line

    def _line(self, row: Row) -> Line | None:
        """A row as a line to bring in; None when its reader may not be mailed.

        Raises:
            BadAddressError: it has no address that can be mailed.
            ValueError: it says a time that cannot be.
        """
        cell = row.cells[self.survey.columns.address]
        bar = bar_of(row, self.survey.columns)
        if bar is not None:
            self._bar(row.number, bar, _key(cell))
            return None
        address = normalised(cell)
        elsewhere = self.survey.barred.get(address.lower())
        if elsewhere is not None:
            number, other = elsewhere
            why = f"line {number} says that it {other.why}"
            if not other.why:
                why = f"stands in line {number} too, which cannot be read"
            self._bar(row.number, Bar(why, other.has_left), address.lower())
            return None
        return self._usable(row, address)

    def _bar(self, number: int, bar: Bar, key: str) -> None:
        if bar.has_left:
            self.left.append((number, bar.why, self._hash(key) if key else None))
        else:
            self.refused.append((number, bar.why))

    def _usable(self, row: Row, address: str) -> Line:
        own = {name: row.cells[place] for name, place in self.survey.columns.own.items()}
        moment = self._moment(own.get("consented_at", ""))
        return Line(
            number=row.number,
            address=address,
            address_hash=self._hash(address.lower()),
            receiver_group=recipients.receiver_group(address),
            language=self._frame(row.number, own.get("language", "")),
            sections=self._sections(row.number, own.get("sections", "")),
            languages=self._languages(row.number, own.get("languages", "")),
            consented_at=moment,
        )

    def _hash(self, key: str) -> bytes:
        return signing.address_hash(self.key, key)

    def _frame(self, number: int, cell: str) -> str:
        default = self.languages[0]
        if not cell:
            return default
        found = nearest(cell, self.languages)
        if found is None:
            self._fell(number, "language", [cell], f"the mails are in {default}")
        return found or default

    def _sections(self, number: int, cell: str) -> tuple[str, ...]:
        wanted = [value for value in _SEPARATORS.split(cell) if value]
        chosen = {self.slugs[each.casefold()] for each in wanted if each.casefold() in self.slugs}
        unknown = [each for each in wanted if each.casefold() not in self.slugs]
        if unknown:
            self._fell(number, "section", unknown, "" if chosen else "the reader gets all sections")
        return () if chosen == set(self.slugs.values()) else tuple(sorted(chosen))

    def _languages(self, number: int, cell: str) -> tuple[str, ...]:
        wanted = [value for value in _SEPARATORS.split(cell) if value]
        found = {each: nearest(each, self.languages) for each in wanted}
        chosen = {each for each in found.values() if each is not None}
        unknown = [each for each, tag in found.items() if tag is None]
        if unknown:
            rest = "" if chosen else "the reader gets all languages"
            self._fell(number, "language", unknown, rest)
        return () if chosen == set(self.languages) else tuple(sorted(chosen))

    def _fell(self, number: int, kind: str, unknown: Sequence[str], rest: str) -> None:
        names = ", ".join(told(each) for each in unknown)
        then = f"; {rest}" if rest else ""
        self.notes.append((number, f"the newsletter has no {kind} {names}{then}"))

    def _moment(self, cell: str) -> dt.datetime:
        """When the reader agreed; now where the file does not say.

        Raises:
            ValueError: it cannot be read, is before 1970, or has not come yet.
        """
        if not cell:
            return self.now
        try:
            moment = dt.datetime.fromisoformat(cell)
        except ValueError:
            raise ValueError(
                f"says that it agreed “{told(cell)}”, which is no time; write it as "
                "2024-05-24T09:30:00Z, or leave it empty"
            ) from None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
        agreed = bounds.moment_or_none(moment)
        if agreed is None or agreed > self.now + _AHEAD:
            raise ValueError(
                f"says that it agreed at {told(cell)}, which is before 1970 or yet to come"
            )
        return min(agreed, self.now)


def normalised(text: str) -> str:
    """The same as `recipients.normalise`, quickly for addresses that hold nothing unusual.

    "Reader <reader001@example.com>" and "mailto:reader001@example.com" are their addresses.

    Raises:
        BadAddressError: it cannot be mailed.
    """
    if len(text) > _LONGEST:
        raise BadAddressError("This is no address that mail can go to: it is far too long.")
    address = text.strip()
    named = _NAMED.fullmatch(address)
    if named:
        address = (named[1] if named[1] is not None else named[2]).strip()
    quick = _PLAIN.fullmatch(address)
    if quick and len(address) < _QUICK and quick[2].lower() not in _SPECIAL:
        local, _, domain = address.rpartition("@")
        return f"{local}@{domain.lower()}"
    return recipients.normalise(address)


def _key(cell: str) -> str:
    """What an address is known by; "" for what is none."""
    try:
        return normalised(cell).lower()
    except BadAddressError:
        return ""


def _settled(table: Table, judged: Sequence[Judged]) -> Iterator[Judged]:
    """Without columns called "State" that turn out to hold states of a country."""
    for each in judged:
        if not each.may_be_a_place or any(
            is_word_of_status(row.cells[each.place]) for row in table.rows() if not row.fault
        ):
            yield each


class _Profile:
    """What the cells of a column look like that should say nothing of status."""

    def __init__(self, column: Watched) -> None:
        self.column = column
        self.word: tuple[int, str] | None = None
        self.filled = self.empty = self.booleans = self.times = 0

    def see(self, row: Row) -> None:
        """Look at one row's cell."""
        cell = row.cells[self.column.place]
        if not cell:
            self.empty += 1
            return
        self.filled += 1
        if self.word is None and self._has_word(cell):
            self.word = (row.number, cell)
        if not self.column.is_text:
            self.booleans += is_yes_or_no(cell)
            self.times += is_time(cell)

    def reason(self) -> str:
        """Why nobody can be sure that it says nothing of status; "" when it does not."""
        name = f"“{told(self.column.name)}”"
        if self.word is not None:
            return f"{name} says “{told(self.word[1])}” in line {self.word[0]}"
        if self.column.is_text or not self.filled:
            return ""
        if self.booleans == self.filled:
            return f"{name} says yes or no"
        if self.times == self.filled and self.empty:
            return f"{name} has a time in some lines and none in others"
        return ""

    def _has_word(self, cell: str) -> bool:
        if not self.column.is_text and is_word_of_status(cell):
            return True
        return speaks_of_leaving(cell[:_LOOKED_AT])


def _refuse_second_head(row: Row, columns: Columns) -> None:
    """Two files put together: what follows may have its columns in another order."""
    if "@" not in row.cells[columns.address] and address_place(row.cells) is not None:
        raise UsageError(
            f"Line {row.number} names the columns once more, so this is two files in one. Import "
            "them one by one; nothing was imported."
        )


def _refuse_ignoring(row: Row, ignored: Sequence[Judged]) -> None:
    for each in ignored:
        bar = judge(each.role, each.name, row.cells[each.place])
        if bar is not None and bar.has_left:
            raise UsageError(
                f"The column “{told(each.name)}” says in line {row.number} that a reader has left, "
                "so it cannot be ignored. If it means something else, take it out of the file. "
                "Nothing was imported."
            )


def _refuse_unread(reasons: Sequence[str]) -> None:
    if reasons:
        raise UsageError(
            f"These columns may say who has left, and nobody knows what they mean: "
            f"{'; '.join(reasons)}. Rename what says so to `unsubscribed` (yes or no) or `state` "
            f"(active, unsubscribed); {HOW_TO_IGNORE}"
        )
