"""The second reading of an import file: the readers whom no row of it forbids to mail."""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from syndicate import bounds, settings, signing
from syndicate.errors import BadAddressError, RefusedError
from syndicate.languages import nearest
from syndicate.store.newsroom.newsletters import Newsletter
from syndicate.store.readers import recipients
from syndicate.store.readers.imports import Line
from syndicate.subscribers.csvfile import Row, Table
from syndicate.subscribers.spelling import keys_of, normalised
from syndicate.subscribers.status_cells import Objection, quoted
from syndicate.subscribers.survey import Survey, objection_of

_SEPARATORS = re.compile(r"[;,|\s]+")
# Clocks run ahead, and a file may say a time of another zone without its zone.
_AHEAD = dt.timedelta(days=1)


class Intake:
    """The usable rows of a file for one newsletter, and what became of the others.

    Attributes:
        refused: (line number, reason) of those that could be corrected.
        left: (line number, reason, keyed hash of the address or None) of those who have left.
        suppressed: how many of these left by no word of their own.
        rows: how many there were.
        notes: (line number, what fell) of those who came in without it.
    """

    def __init__(
        self, newsletter: Newsletter, slugs: frozenset[str], found: Survey, now: dt.datetime
    ) -> None:
        if not newsletter.languages:
            raise RefusedError(f"{newsletter.name} has no language; name one first.")
        self.languages = tuple(newsletter.languages)
        self.slugs = {slug.casefold(): slug for slug in slugs}
        self.survey = found
        self.now = now
        self.key = settings.load().key()
        self.refused: list[tuple[int, str]] = []
        self.left: list[tuple[int, str, bytes | None]] = []
        self.suppressed = self.rows = 0
        self.notes: list[tuple[int, str]] = []

    def lines(self, table: Table) -> Iterator[Line]:
        """The usable rows, in the order of the file."""
        for row in table.rows():
            self.rows += 1
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
        objection = objection_of(row, self.survey.columns)
        if objection is not None:
            self._refuse(row.number, objection, next(iter(keys_of(cell)), ""))
            return None
        address = normalised(cell)
        elsewhere = self.survey.barred.get(address.lower())
        if elsewhere is not None:
            number, other = elsewhere
            why = f"line {number} says that it {other.why}"
            if not other.why:
                why = f"occurs in line {number} too, which cannot be read"
            self._refuse(row.number, replace(other, why=why), address.lower())
            return None
        return self._usable(row, address)

    def _refuse(self, number: int, objection: Objection, key: str) -> None:
        if objection.has_left:
            self.suppressed += objection.is_suppressed
            self.left.append((number, objection.why, self._hash(key) if key else None))
        else:
            self.refused.append((number, objection.why))

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
        names = ", ".join(quoted(each) for each in unknown)
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
                f"says that its reader agreed “{quoted(cell)}”, which is not a time; write it as "
                "2024-05-24T09:30:00Z, or leave it empty"
            ) from None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
        agreed = bounds.moment_or_none(moment)
        if agreed is None or agreed > self.now + _AHEAD:
            raise ValueError(
                f"says that its reader agreed at {quoted(cell)}, which is before 1970 "
                "or yet to come"
            )
        return min(agreed, self.now)
