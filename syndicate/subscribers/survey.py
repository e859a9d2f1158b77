"""The first reading of an import file: every reader whom one of its rows forbids to mail."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from syndicate.errors import UsageError
from syndicate.subscribers.columns import (
    HOW_TO_IGNORE,
    Columns,
    Judged,
    Watched,
    address_place,
)
from syndicate.subscribers.csvfile import Row, Table
from syndicate.subscribers.fields import fields_speak_of_leaving
from syndicate.subscribers.moments import Habit, Order
from syndicate.subscribers.spelling import addresses_in, keys_of
from syndicate.subscribers.status_cells import (
    Objection,
    Role,
    is_like_a_time,
    is_name_of_leavers,
    is_nothing_chosen,
    is_nought,
    is_word_of_status,
    is_yes_or_no,
    judge,
    of_file,
    quoted,
    speaks_of_leaving,
)

# Empty in every line, where another column says who may be mailed, they are not in use.
_ASKED, _SAID = {Role.YES, Role.STATE, Role.CONFIRMED_AT}, {Role.YES, Role.STATE}
_LOOKED_AT = 5_000  # of a note


@dataclass(frozen=True)
class Survey:
    """What a file says of those who must not be woken.

    Attributes:
        columns: what its columns mean, as their cells have shown.
        barred: (line number, why, whether they have left) of each address that one row bars,
            whatever other rows say; in lower case. The number is 0 where another file says so.
        orders: how the columns of times write their days, by place.
    """

    columns: Columns
    barred: Mapping[str, tuple[int, Objection]]
    orders: Mapping[int, Order | None]


def survey(
    table: Table, columns: Columns, left: Mapping[str, Objection] = MappingProxyType({})
) -> Survey:
    """Read a file once, without storing anything.

    Args:
        table: of the file.
        columns: what its columns mean by their names.
        left: why each address, in lower case, is barred by a file beside this one.

    Raises:
        UsageError: a quotation mark is open; a column that nobody knows may say who has left; or
            one that is to be ignored does say so.
    """
    settled = replace(columns, judged=tuple(_settled(table, columns.judged)))
    names = [each for each in columns.judged if each.may_be_a_name and each not in settled.judged]
    also = (Watched(each.place, each.name, is_text=False, is_choice=True) for each in names)
    profiles = [_Profile(each) for each in (*columns.watched, *also)]
    barred = {key: (0, objection) for key, objection in left.items()}
    habits = {place: Habit() for place in columns.times}
    for row in table.rows():
        if row.fault:
            for key in addresses_in(row.text):
                barred.setdefault(key, (row.number, Objection("", has_left=False)))
            continue
        _refuse_second_head(row, columns)
        _refuse_heading(row)
        for profile in profiles:
            profile.see(row)
        for place, habit in habits.items():
            habit.see(row.cells[place])
        _refuse_ignoring(row, columns.ignored)
        objection = objection_of(row, settled)
        if objection is not None:
            _bar(barred, keys_of(row.cells[columns.address]), (row.number, objection))
    _refuse_unread([reason for profile in profiles if (reason := profile.reason())])
    return Survey(settled, barred, {place: habit.order for place, habit in habits.items()})


def _bar(
    barred: dict[str, tuple[int, Objection]], keys: Sequence[str], said: tuple[int, Objection]
) -> None:
    """By the first row that bars them, or else the first that says that they have left.

    Whoever has left need not be corrected for what another row fails to say.
    """
    for key in keys:
        known = barred.get(key)
        if known is None or (said[1].has_left and not known[1].has_left):
            barred[key] = said


def left_in(table: Table, columns: Columns, name: str) -> dict[str, Objection]:
    """Everybody in a file that says by its name that they have left, in lower case."""
    said = of_file(name)
    found = dict[str, Objection]()
    for row in table.rows():
        keys = addresses_in(row.text) if row.fault else keys_of(row.cells[columns.address])
        found |= dict.fromkeys(keys, said)
    return found


def objections_of(row: Row, columns: Columns) -> list[Objection]:
    """All that speaks against mailing a row's reader, what says that they left first."""
    found = [
        objection
        for each in columns.judged
        if (objection := judge(each.role, each.name, _said(row, each)))
    ]
    return sorted(found, key=lambda objection: not objection.has_left)


def _said(row: Row, column: Judged) -> str:
    """A cell as the word that it stands for."""
    cell = row.cells[column.place]
    return column.means.get(cell, cell)


def objection_of(row: Row, columns: Columns) -> Objection | None:
    """Why a row's reader may not be mailed; None when nothing speaks against it."""
    return next(iter(objections_of(row, columns)), None)


def _settled(table: Table, judged: Sequence[Judged]) -> Iterator[Judged]:
    """Without columns "State" or "Newsletter" that hold names, and those that nobody filled in."""
    unsure = [each for each in judged if each.may_be_a_place or each.may_be_a_name]
    unfilled = {each.place for each in judged if each.role in _ASKED}
    fitting = set[int]()
    for row in table.rows():
        if not unsure and not unfilled:
            break
        if row.fault:
            continue
        unfilled -= {place for place in unfilled if row.cells[place]}
        for each in unsure:
            cell = row.cells[each.place]
            if is_word_of_status(cell) or (each.may_be_a_name and is_yes_or_no(cell)):
                fitting.add(each.place)
    names = {e.place for e in unsure if e.may_be_a_place or e.place not in unfilled} - fitting
    said = any(e.role in _SAID and e.place not in unfilled | names for e in judged)
    out = names | (unfilled if said else set())
    yield from (each for each in judged if each.place not in out)


class _Profile:
    """What the cells of a column look like that should say nothing of status."""

    def __init__(self, column: Watched) -> None:
        self.column = column
        self.word: tuple[int, str] | None = None
        self.filled = self.empty = self.booleans = self.times = 0

    def see(self, row: Row) -> None:
        """Look at one row's cell."""
        cell = row.cells[self.column.place]
        if not cell or is_nought(cell) or (self.column.is_choice and is_nothing_chosen(cell)):
            self.empty += 1
            return
        self.filled += 1
        if self.word is None and self._has_word(cell):
            self.word = (row.number, cell)
        if not self.column.is_text:
            self.booleans += is_yes_or_no(cell)
            self.times += is_like_a_time(cell)

    def reason(self) -> str:
        """Why nobody can be sure that it says nothing of status; "" when it does not."""
        name = f"“{quoted(self.column.name)}”"
        if self.word is not None:
            return f"{name} says “{quoted(self.word[1])}” in line {self.word[0]}"
        if self.column.is_text or not self.filled:
            return ""
        if self.booleans == self.filled:
            return f"{name} says yes or no"
        if self.column.is_choice and self.empty:
            return f"{name} names something in some lines and nothing in others"
        if self.times == self.filled and self.empty:
            return f"{name} has a time in some lines and none in others"
        return ""

    def _has_word(self, cell: str) -> bool:
        if not self.column.is_text and is_word_of_status(cell):
            return True
        told_by_fields = fields_speak_of_leaving(cell)
        return speaks_of_leaving(cell[:_LOOKED_AT]) if told_by_fields is None else told_by_fields


def _refuse_second_head(row: Row, columns: Columns) -> None:
    """Two files put together: what follows may have its columns in another order."""
    if "@" not in row.cells[columns.address] and address_place(row.cells) is not None:
        raise UsageError(
            f"Line {row.number} names the columns once more, so this is two files in one. Import "
            "them one by one; nothing was imported."
        )


def _refuse_heading(row: Row) -> None:
    """Stop at a line that says "Unsubscribed:" and nothing else, above those who did."""
    said = [cell for cell in row.cells if cell]
    if len(said) == 1 and "@" not in said[0] and is_name_of_leavers(said[0]):
        raise UsageError(
            f"Line {row.number} says “{quoted(said[0])}”, so those below it have possibly left. "
            "Remove it and them from the file; nothing was imported."
        )


def _refuse_ignoring(row: Row, ignored: Sequence[Judged]) -> None:
    for each in ignored:
        objection = judge(each.role, each.name, _said(row, each))
        if objection is not None and objection.has_left:
            raise UsageError(
                f"The column “{quoted(each.name)}” says in line {row.number} that a reader has "
                "left, so it cannot be ignored. If it means something else, remove it from the "
                "file. Nothing was imported."
            )


def _refuse_unread(reasons: Sequence[str]) -> None:
    if reasons:
        raise UsageError(
            f"These columns may say who has left, but it is unclear what they mean: "
            f"{'; '.join(reasons)}. Rename what says so to `unsubscribed` (yes or no) or `state` "
            f"(active, unsubscribed); {HOW_TO_IGNORE}"
        )
