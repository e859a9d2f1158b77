"""Files of several lists: the rows of the one that is imported, and how it stands in each; pure.

MailPoet writes one row for each reader and list; others name a reader's lists in one cell, or put
them there as JSON with a status of each. Who has left one list has not left another.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from syndicate.errors import UsageError
from syndicate.subscribers.csvfile import Row, Table
from syndicate.subscribers.fields import objections_in
from syndicate.subscribers.status_cells import Objection, is_word_of_status, is_yes_or_no, quoted
from syndicate.subscribers.tags import places_of, tags_in
from syndicate.subscribers.tools.known import tool_of
from syndicate.subscribers.words import phrases, plain
from syndicate.vocabulary.sending import SuppressionReason

HOW = "say with --list NAME (`list` in the API) which one to import. Nothing was imported."
_LISTS, _NAMES = phrases("lists"), ("name", "list", "title")
_BETWEEN = re.compile(r"[;,|]")
_SHOWN = 5
# The word for how a reader stands in a list, the worst last; "" where nothing is said.
_PENDING, _LEFT = "unconfirmed", "unsubscribed"
_REASONS = {
    SuppressionReason.BOUNCE: "bounced",
    SuppressionReason.OPERATOR: "blocked",
    SuppressionReason.COMPLAINT: "complained",
}
_WORDS = ("", "subscribed", _PENDING, _LEFT, *_REASONS.values())


@dataclass(frozen=True)
class _Named:
    """A list in a cell, and the word that is said there of how its reader stands in it."""

    name: str
    said: str = ""


@dataclass(frozen=True)
class OneList(Table):
    """The rows of one list of a file, without those of others.

    Attributes:
        place: of the column that names the lists; in its place stands how the list stands, if the
            file says so.
        only: name of the list, in its plain form.
        is_tag: whether it is a tag: other tags of the cell say something of the same reader.
    """

    place: int
    only: str
    is_tag: bool = False

    def rows(self) -> Iterator[Row]:
        """The rows of the list, and those that cannot be read.

        Raises:
            UsageError: a quotation mark is open.
        """
        for row in super().rows():
            found = None if row.fault else self.found(row)
            if found is not None and self.is_tag:
                yield row
            elif found is not None:
                cells = (*row.cells[: self.place], found.said, *row.cells[self.place + 1 :])
                yield replace(row, cells=cells)
            elif row.fault:
                yield row

    def found(self, row: Row) -> _Named | None:
        """What a row says of the list; None where it is of others."""
        cell = row.cells[self.place]
        if self.is_tag:
            return next((_Named(tag) for tag in tags_in(cell) if plain(tag) == self.only), None)
        return _one_of(cell, self.only)


def one_list(table: Table, only: str) -> tuple[Table, tuple[tuple[int, str], ...]]:
    """A file's rows of one list, and the others as (line number, why it is left out).

    Args:
        table: the whole file.
        only: name of the list, or of a tag, in any case; "" for all rows.

    Raises:
        UsageError: the file is of several lists, one row for each, and none was named; it has no
            column of lists or tags; or no row is of the one that was named.
    """
    of_lists = [place for place, name in enumerate(table.names) if plain(name) in _LISTS]
    if not only.strip():
        _refuse_several(table)
        return table, tuple(_all_of(table, of_lists))
    places = [*of_lists, *places_of(table.names)]
    if not places:
        raise UsageError(
            f"The file has no column of lists or tags, so none of its rows can be told to be of "
            f"{quoted(only)}; leave the list out, or add a column `list`. Nothing was imported."
        )
    wanted = plain(only)
    for place in places:
        found = OneList(
            table.names,
            table.delimiter,
            table.lines,
            table.first,
            place,
            wanted,
            is_tag=place not in of_lists,
        )
        if any(not row.fault for row in found.rows()):
            one = found if found.is_tag else _renamed(found)
            return one, tuple(_others(table, found))
    raise UsageError(
        f"No row of the file is of the list {quoted(only)}; it has "
        f"{_shown(table, places[0])}. Nothing was imported."
    )


def _all_of(table: Table, places: Sequence[int]) -> Iterator[tuple[int, str]]:
    """The word for a file whose rows of all lists come in: it is seldom meant."""
    for place in places:
        names = _by_plain(name for cell in _cells(table, place) for name in _parts(cell))
        is_answer = any(is_yes_or_no(name) or is_word_of_status(name) for name in names.values())
        if len(names) > 1 and not is_answer:
            why = (
                f"the column {quoted(table.names[place])} names several lists "
                f"({_told(names.values())}): rows of all of them are taken; --list NAME (`list` "
                "in the API) takes one"
            )
            yield table.first, why


def _parts(cell: str) -> list[str]:
    """The lists of a cell; a name with a comma in it is not told from two."""
    names = [each.name for each in _lists_in(cell)]
    return [name for name in names if name != cell.strip()] or names


def _others(table: Table, one: OneList) -> Iterator[tuple[int, str]]:
    for row in table.rows():
        if not row.fault and one.found(row) is None:
            said = quoted(row.cells[one.place])
            of = (
                f"has other tags ({said or 'none'})"
                if one.is_tag
                else (f"is of another list ({said or 'no list'})")
            )
            yield row.number, f"{of}, and was left out"


def _renamed(one: OneList) -> OneList:
    """With a name above the column that says what stands there now."""
    is_said = any(row.cells[one.place] for row in one.rows() if not row.fault)
    name = "list state" if is_said else f"column {one.place + 1}"
    names = (*one.names[: one.place], name, *one.names[one.place + 1 :])
    return replace(one, names=names)


def _refuse_several(table: Table) -> None:
    """A status of one list says nothing of another; so both cannot come into one newsletter."""
    column = tool_of(table.names).lists
    places = [place for place, name in enumerate(table.names) if column and plain(name) == column]
    if places and len(_named(table, places[0])) > 1:
        raise UsageError(f"The file is of several lists: {_shown(table, places[0])}; {HOW}")


def _shown(table: Table, place: int) -> str:
    return _told(_named(table, place).values())


def _told(found: Iterable[str]) -> str:
    names = sorted(found)
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(quoted(name) for name in names[:_SHOWN]) + more or "none"


def _named(table: Table, place: int) -> dict[str, str]:
    """The lists that a column names: as they stand there, by their plain form."""
    is_tag = place in places_of(table.names)
    return _by_plain(
        name
        for cell in _cells(table, place)
        for name in (tags_in(cell) if is_tag else (each.name for each in _lists_in(cell)))
    )


def _cells(table: Table, place: int) -> Iterator[str]:
    return (row.cells[place] for row in table.rows() if not row.fault)


def _by_plain(names: Iterable[str]) -> dict[str, str]:
    return {plain(name): name for name in names}


def _one_of(cell: str, only: str) -> _Named | None:
    found = [each for each in _lists_in(cell) if plain(each.name) == only]
    # Said twice, the worse counts.
    return max(found, key=lambda each: _WORDS.index(each.said), default=None)


def _lists_in(cell: str) -> Iterator[_Named]:
    if cell[:1] in ("[", "{"):
        try:
            told = json.loads(cell)
        except (ValueError, RecursionError):
            told = None
        if isinstance(told, (list, dict)):
            for each in told if isinstance(told, list) else [told]:
                yield from _of_fields(each)
            return
    yield from (_Named(name.strip()) for name in {cell, *_BETWEEN.split(cell)} if name.strip())


def _of_fields(each: object) -> Iterator[_Named]:
    if isinstance(each, dict):
        name = next((str(each[key]) for key in _NAMES if each.get(key)), "")
        rest = {key: value for key, value in each.items() if key not in _NAMES}
        if name:
            found = objections_in(json.dumps(rest, ensure_ascii=False))
            yield _Named(name, "" if found is None else _worst(found))
    elif isinstance(each, str):
        yield _Named(each)


def _worst(objections: Sequence[Objection]) -> str:
    """How a reader stands in a list of which these fields speak."""
    said = ["subscribed"]
    for each in objections:
        word = _PENDING if each.is_pending else _LEFT
        said.append(word if each.suppressed is None else _REASONS.get(each.suppressed, word))
    return max(said, key=_WORDS.index)
