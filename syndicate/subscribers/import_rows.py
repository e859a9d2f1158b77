"""The second reading of an import file: its readers, and of whom it says that they have left."""

import datetime as dt
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from syndicate import bounds, settings, signing
from syndicate.errors import BadAddressError, RefusedError
from syndicate.languages import nearest
from syndicate.store.newsroom.newsletters import Newsletter
from syndicate.store.readers import recipients
from syndicate.store.readers.imports import TWICE, UNDATED, Gone, Line
from syndicate.subscribers import moments
from syndicate.subscribers.columns import Columns, Dated
from syndicate.subscribers.csvfile import Row, Table
from syndicate.subscribers.spelling import keys_of, normalised
from syndicate.subscribers.status_cells import (
    Objection,
    Role,
    is_like_a_time,
    is_no_time,
    of_file,
    quoted,
)
from syndicate.subscribers.survey import Survey, objections_of
from syndicate.subscribers.tags import Tags
from syndicate.vocabulary.newsletters import SubscriptionState
from syndicate.vocabulary.sending import SuppressionReason

_SEPARATORS = re.compile(r"[;,|\s]+")


@dataclass(frozen=True)
class Told:
    """One line of who may not be mailed.

    Attributes:
        number: of the line.
        why: the rest of a sentence that begins with it.
    """

    number: int
    why: str


class Intake:
    """The usable rows of a file for one newsletter, and what became of the others.

    Attributes:
        refused: (line number, reason) of those that could be corrected.
        left: those who may not be mailed; `Gone.told` counts them.
        suppressed: how many of these left by no word of their own.
        rows: how many there were.
        notes: (line number, what fell) of those who came in without it.
    """

    def __init__(
        self,
        newsletter: Newsletter,
        slugs: Collection[str],
        found: Survey,
        tags: Tags,
        now: dt.datetime,
    ) -> None:
        if not newsletter.languages:
            raise RefusedError(f"{newsletter.name} has no language; name one first.")
        self.languages = tuple(newsletter.languages)
        self.slugs = {slug.casefold(): slug for slug in slugs}
        self.survey = found
        self.tags = tags
        self.now = now
        self.key = settings.load().key()
        self.refused: list[tuple[int, str]] = []
        self.left: list[Told] = []
        self.suppressed = self.rows = 0
        self.notes: list[tuple[int, str]] = []
        self._seen = set[bytes]()

    def lines(self, table: Table) -> Iterator[Line]:
        """The rows that name somebody, in the order of the file."""
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
        self.notes.extend(self.tags.notes())

    def left_lines(self, name: str, table: Table, columns: Columns) -> Iterator[Gone]:
        """Those in a file that says by its name that they have left."""
        by_name, beside = of_file(name), Survey(columns, {}, {})
        for row in table.rows():
            self.rows += 1
            if row.fault:
                self.left.append(Told(row.number, f"{by_name.why}, and cannot be read"))
                continue
            key = next(iter(keys_of(row.cells[columns.address])), "")
            said = (each for each in objections_of(row, columns) if each.has_left)
            gone = self._objected(row, [by_name, *said], key, beside)
            if gone is not None:
                yield gone

    def _line(self, row: Row) -> Line | None:
        """A row as a line to bring in or to remember; None when it is neither.

        Raises:
            BadAddressError: it has no address that can be mailed.
            ValueError: it says a time that cannot be, or stands there twice.
        """
        cell = row.cells[self.survey.columns.address]
        objections = objections_of(row, self.survey.columns)
        if objections:
            return self._objected(row, objections, next(iter(keys_of(cell)), ""), self.survey)
        address = normalised(cell)
        elsewhere = self.survey.barred.get(address.lower())
        if elsewhere is not None:
            number, other = elsewhere
            why = f"line {number} says that it {other.why}" if number else other.why
            if not other.why:
                why = f"occurs in line {number} too, which cannot be read"
            return self._objected(row, [replace(other, why=why)], address.lower(), self.survey)
        key = self._hash(address.lower())
        if key in self._seen:
            raise ValueError(TWICE)
        line = self._usable(row, address, key)
        self._seen.add(key)
        return line

    def _objected(
        self, row: Row, objections: Sequence[Objection], key: str, of: Survey
    ) -> Gone | None:
        """A row of who may not be mailed, as it is remembered."""
        why = objections[0].why
        if not objections[0].has_left:
            self.refused.append((row.number, why))
            return None
        reason = _reason(objections)
        self.suppressed += reason is not None
        self.left.append(Told(row.number, why))
        return self._gone(row, objections, key, of) if key else None

    def _gone(self, row: Row, objections: Sequence[Objection], key: str, of: Survey) -> Gone:
        is_ours, reason = of.columns.is_ours, _reason(objections)
        own = _own(row, of.columns) if is_ours else {}
        left_at = self._left_at(row, of)
        # Who left and asked again is pending too, as our own export says it.
        said = [each.is_pending for each in objections if each.has_left]
        is_pending = any(said) if is_ours else all(said)
        state = SubscriptionState.PENDING if is_pending else SubscriptionState.ENDED
        plain = self._plain(row, _spelt(row.cells[of.columns.address], key), own)
        dated = {
            "consented_at": moments.past_of(own.get("consented_at", ""), None, now=self.now),
            "paused_until": bounds.moment_or_none(moments.time_of(own.get("paused_until", ""))),
        }
        return Gone(
            **vars(plain) | dated,
            told=len(self.left) - 1,
            # Our own export says it of a subscription; of other tools' readers the hash is enough.
            state=state if reason is None or _is_kept(reason, of.columns) else None,
            left_at=left_at,
            ended_at=left_at if is_pending or reason is not None else left_at or self.now,
            suppressed=reason,
        )

    def _left_at(self, row: Row, of: Survey) -> dt.datetime | None:
        """When a row says that its reader left, by whichever of its columns says it last."""
        found = [
            moment
            for each in of.columns.judged
            if each.role in (Role.LEFT_AT, Role.NO)
            if (
                moment := moments.past_of(
                    row.cells[each.place], of.orders.get(each.place), now=self.now
                )
            )
        ]
        return max(found, default=None)

    def _usable(self, row: Row, address: str, key: bytes) -> Line:
        own = _own(row, self.survey.columns)
        agreed, dated_by = self._agreed(row)
        paused_until = self._paused_until(own.get("paused_until", ""))
        line = self._plain(row, address, own, notes=self.notes)
        by_tags = self.tags.chosen(row)
        is_choice = not own.get("sections") and set(by_tags) < set(self.slugs.values())
        return replace(
            line,
            address_hash=key,
            sections=by_tags if is_choice else line.sections,
            consented_at=agreed,
            dated_by=dated_by,
            paused_until=paused_until,
        )

    def _plain(
        self,
        row: Row,
        address: str,
        own: Mapping[str, str],
        notes: list[tuple[int, str]] | None = None,
    ) -> Line:
        """A row's address and choices."""
        fell = _Fallen(row.number, [] if notes is None else notes)
        return Line(
            number=row.number,
            address=address,
            address_hash=self._hash(address.lower()),
            receiver_group=recipients.receiver_group(address),
            language=self._frame(fell, own.get("language", "")),
            sections=self._sections(fell, own.get("sections", "")),
            languages=self._languages(fell, own.get("languages", "")),
            consented_at=None,
        )

    def _hash(self, key: str) -> bytes:
        return signing.address_hash(self.key, key)

    def _frame(self, fell: "_Fallen", cell: str) -> str:
        default = self.languages[0]
        if not cell:
            return default
        found = nearest(cell, self.languages)
        if found is None:
            fell("language", [cell], f"the mails are in {default}")
        return found or default

    def _sections(self, fell: "_Fallen", cell: str) -> tuple[str, ...]:
        wanted = [value for value in _SEPARATORS.split(cell) if value]
        chosen = {self.slugs[each.casefold()] for each in wanted if each.casefold() in self.slugs}
        unknown = [each for each in wanted if each.casefold() not in self.slugs]
        if unknown:
            fell("section", unknown, "" if chosen else "the reader gets all sections")
        return () if chosen == set(self.slugs.values()) else tuple(sorted(chosen))

    def _languages(self, fell: "_Fallen", cell: str) -> tuple[str, ...]:
        wanted = [value for value in _SEPARATORS.split(cell) if value]
        found = {each: nearest(each, self.languages) for each in wanted}
        chosen = {each for each in found.values() if each is not None}
        unknown = [each for each, tag in found.items() if tag is None]
        if unknown:
            rest = "" if chosen else "the reader gets all languages"
            fell("language", unknown, rest)
        return () if chosen == set(self.languages) else tuple(sorted(chosen))

    def _agreed(self, row: Row) -> tuple[dt.datetime, str]:
        """When a row's reader agreed, and by what that is known.

        Raises:
            ValueError: our own column says what is no time, is before 1970, or has not come yet.
        """
        cell = _own(row, self.survey.columns).get("consented_at", "")
        if is_no_time(cell):
            return self._agreed_there(row)
        found = moments.time_of(
            cell, self.survey.orders.get(self.survey.columns.own["consented_at"])
        )
        if found is None:
            raise ValueError(
                f"says that its reader agreed “{quoted(cell)}”, which is not a time; write it as "
                "2024-05-24T09:30:00Z, or leave it empty"
            )
        agreed = bounds.moment_or_none(found)
        if agreed is None or agreed > self.now + moments.AHEAD:
            raise ValueError(
                f"says that its reader agreed at {quoted(cell)}, which is before 1970 "
                "or yet to come"
            )
        return min(agreed, self.now), ""

    def _agreed_there(self, row: Row) -> tuple[dt.datetime, str]:
        """The same by the columns of another tool, of which the proof names the one it goes by."""
        columns = self.survey.columns
        unread = ""
        for each in columns.agreed:
            moment = self._past(row, each)
            if moment is not None:
                return moment, f", {quoted(each.name)}"
            cell = row.cells[each.place]
            is_asked = any(other.place == each.place for other in columns.judged)
            if re.search("[1-9]", cell) and (not is_asked or is_like_a_time(cell)):
                is_one = moments.time_of(cell, self.survey.orders.get(each.place)) is not None
                why = "is before 1970 or yet to come" if is_one else "is not a time"
                unread = unread or f"{quoted(each.name)} says “{quoted(cell)}”, which {why}"
        if unread:
            self.notes.append((row.number, f"{unread}; it is unknown when the reader agreed"))
        since = next((m for each in columns.known if (m := self._past(row, each))), None)
        said = "" if since is None else f", known there since {since.date().isoformat()}"
        return self.now, f"{said}{UNDATED}"

    def _past(self, row: Row, column: Dated) -> dt.datetime | None:
        order = self.survey.orders.get(column.place)
        return moments.past_of(row.cells[column.place], order, now=self.now)

    def _paused_until(self, cell: str) -> dt.datetime | None:
        if not cell:
            return None
        found = bounds.moment_or_none(moments.time_of(cell))
        if found is None:
            raise ValueError(
                f"says that it is paused until “{quoted(cell)}”, which is not a time; write it as "
                "2024-05-24T09:30:00Z, or leave it empty"
            )
        return found


class _Fallen:
    """What a newsletter does not offer, noted by the line that asks for it."""

    def __init__(self, number: int, notes: list[tuple[int, str]]) -> None:
        self.number, self.notes = number, notes

    def __call__(self, kind: str, unknown: Sequence[str], rest: str) -> None:
        names = ", ".join(quoted(each) for each in unknown)
        then = f"; {rest}" if rest else ""
        self.notes.append((self.number, f"the newsletter has no {kind} {names}{then}"))


def _own(row: Row, columns: Columns) -> dict[str, str]:
    return {name: row.cells[place] for name, place in columns.own.items()}


def _is_kept(reason: SuppressionReason, columns: Columns) -> bool:
    """Whether a subscription is remembered behind a suppression."""
    return columns.is_ours and reason is not SuppressionReason.ERASED


def _spelt(cell: str, key: str) -> str:
    """The address of a cell with its capitals, where that can be told."""
    try:
        found = normalised(cell)
    except BadAddressError:
        return key
    return found if found.lower() == key else key


def _reason(objections: Sequence[Objection]) -> SuppressionReason | None:
    """Why nothing is sent any more, by the gravest word of a row; "suppressed" alone says least."""
    found = {each.suppressed for each in objections} - {None}
    said = found - {SuppressionReason.OPERATOR} or found
    return next((each for each in SuppressionReason.gravest_first() if each in said), None)
