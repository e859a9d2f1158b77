"""A file of readers taken apart: text from bytes, rows from text, each with the number of its line.

Read strictly, because leniency costs people: an open quotation mark swallows those who come after
it, a comma too many moves "unsubscribed" out of its column. What leaves in doubt where rows begin
stops the file by the line; what concerns one row is that row's fault.

The `sep=` line is Excel's. Source: RFC 4180.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from syndicate.errors import UsageError
from syndicate.subscribers import foreign, formulas

_DELIMITERS = (",", ";", "\t", "|")
_SEP = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
# Other houses' exports have some dozens, with every field of a person.
MOST_COLUMNS = 500
# A note may have so many lines in one pair of quotation marks.
_LINES_IN_QUOTES = 50
NO_ADDRESSES = "The file has no column of addresses; its first line must name one `address`."
HEAD_LINES = 20  # lines in which the names must come: blank ones and remarks may stand before
_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


@dataclass(frozen=True)
class Row:
    """One row of a file.

    Attributes:
        number: of the line that it begins in, from 1.
        cells: tidy at their ends; as many as there are columns; none where there is a fault.
        fault: why it cannot be read; "" where it can.
        text: as it stands in the file.
    """

    number: int
    cells: tuple[str, ...]
    fault: str
    text: str


@dataclass(frozen=True)
class Table:
    """A file whose names have been read.

    Attributes:
        names: of its columns.
        delimiter: between its cells.
        lines: of the whole file, with their ends.
        first: place of the first line after the names.
        is_ours: whether an export of our own wrote it, with its guard against formulas.
    """

    names: tuple[str, ...]
    delimiter: str
    lines: Sequence[str]
    first: int
    is_ours: bool = field(default=False, kw_only=True)

    def rows(self) -> Iterator[Row]:
        """The rows that say anything.

        Raises:
            UsageError: a quotation mark is open, and nobody can tell where the next row begins.
        """
        for number, text in self._records():
            if not text.strip(f"{self.delimiter} \t\r\n"):
                continue
            try:
                yield Row(number, self._cells(number, text), "", text)
            except ValueError as error:
                yield Row(number, (), str(error), text)

    def _cells(self, number: int, text: str) -> tuple[str, ...]:
        """The cells of one row.

        Raises:
            ValueError: its quotation marks, or the number or length of its cells, are wrong.
        """
        try:
            cells = split(text, self.delimiter)
        except csv.Error as error:
            if "unexpected end" in str(error):
                raise _open_quote(number) from None
            if "field limit" in str(error):
                limit = f"{csv.field_size_limit():,}"
                raise ValueError(f"holds a cell of more than {limit} characters") from None
            raise ValueError("has quotation marks inside a quoted cell; double them") from None
        width = len(self.names)
        if any(cell.strip() for cell in cells[width:]):
            raise ValueError("has more cells than the file has columns; quote what holds a comma")
        cells = [cell.strip() for cell in cells[:width]]
        if self.is_ours:
            cells = [formulas.unguarded(cell) for cell in cells]
        return tuple(cells) + ("",) * (width - len(cells))

    def _records(self) -> Iterator[tuple[int, str]]:
        """(number of its first line, text) of each row, its lines put together."""
        place = self.first
        while place < len(self.lines):
            line = self.lines[place]
            end = place + 1 if line.count('"') % 2 == 0 else self._closing(place)
            yield place + 1, "".join(self.lines[place:end])
            place = end

    def _closing(self, place: int) -> int:
        """The place after the row whose first line has an odd number of quotation marks.

        Raises:
            UsageError: they are not closed before what looks like further rows.
        """
        text = ""
        for end in range(place, min(place + _LINES_IN_QUOTES, len(self.lines))):
            text += self.lines[end]
            if end > place and text.count('"') % 2:
                continue
            cells = self._try(text)
            if cells is not None and not any(map(self._has_swallowed, cells)):
                return end + 1
        raise _open_quote(place + 1)

    def _try(self, text: str) -> list[str] | None:
        try:
            return split(text, self.delimiter)
        except csv.Error:
            return None

    def _has_swallowed(self, cell: str) -> bool:
        """Whether a cell of several lines holds what looks like rows."""
        return any(map(self._is_like_a_row, lines_of(cell)[1:]))

    def _is_like_a_row(self, line: str) -> bool:
        return "@" in line and (len(self.names) == 1 or self.delimiter in line)


class NotUtf8Error(UsageError):
    """The file is in some code page; the sentence says where that shows first."""


def decoded(raw: bytes) -> str:
    """The text of a file: UTF-8, or UTF-16 as Excel writes it.

    Raises:
        NotUtf8Error: it is neither.
        UsageError: it is in no form that can be read; the sentence says which it seems to be.
    """
    foreign.refuse(raw)
    encoding = next((name for mark, name in _MARKS if raw.startswith(mark)), "utf-8")
    if encoding == "utf-8" and b"\0" in raw[:2]:
        encoding = "utf-16-le" if raw[1:2] == b"\0" else "utf-16-be"
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        kind = NotUtf8Error if encoding == "utf-8" else UsageError
        raise kind(
            f"Line {line} of the file is not {encoding.upper().removesuffix('-SIG')} text; save it "
            "as CSV in UTF-8."
        ) from error


def lines_of(text: str) -> list[str]:
    """The lines of a text, with their ends: LF, CR LF or CR, and nothing else begins one."""
    return list(io.StringIO(text, newline=""))


def split(text: str, delimiter: str) -> list[str]:
    """The cells of one row.

    Raises:
        csv.Error: it is not one row.
    """
    if '"' not in text:
        return text.rstrip("\r\n").split(delimiter)
    try:
        rows = list(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error:
        # As MailPoet doubles them (docs/facts/readers.md#mailpoet); whatever can be read without.
        if '\\"' not in text:
            raise
        doubled = text.replace('\\"', '""')
        rows = list(csv.reader([doubled], delimiter=delimiter, strict=True))
    if len(rows) != 1:
        raise csv.Error("it is not one row")
    return rows[0]


def table_of(lines: Sequence[str], is_address: Callable[[Sequence[str]], bool]) -> Table:
    """Find a file's names and its delimiter.

    Args:
        lines: of the whole file, with their ends.
        is_address: whether names hold one for the column of addresses.

    Raises:
        UsageError: no line at the head of the file names a column of addresses.
    """
    delimiters: Sequence[str] = _DELIMITERS
    for place, line in enumerate(lines[:HEAD_LINES]):
        text = line.lstrip("\ufeff")
        if sep := _SEP.fullmatch(text.strip(" \r\n")):
            delimiters = (sep[1],)
            continue
        found = [
            (names, delimiter)
            for delimiter in delimiters
            if is_address(names := _names(text, delimiter))
        ]
        if found:
            names, delimiter = max(found, key=lambda each: len(each[0]))
            _refuse_width(len(names))
            return Table(names, delimiter, lines, place + 1)
        if text.strip(" \t\r\n,;|") and not text.startswith("#"):
            break
    raise UsageError(NO_ADDRESSES)


def _refuse_width(columns_count: int) -> None:
    if columns_count > MOST_COLUMNS:
        raise UsageError(
            f"This file has {columns_count:,} columns, and a file of readers has at most "
            f"{MOST_COLUMNS}. Delete those that are not about readers and import it again; "
            "nothing was imported."
        )


def _names(text: str, delimiter: str) -> tuple[str, ...]:
    """The names in a line; "column 3" for one that has none."""
    try:
        names = [name.strip(" \t\r\n\ufeff") for name in split(text, delimiter)]
    except csv.Error:
        return ()
    return tuple(name or f"column {place}" for place, name in enumerate(names, start=1))


def _open_quote(number: int) -> UsageError:
    return UsageError(
        f"Line {number} opens a quotation mark that is not closed, so it is unclear where the "
        "next row begins. Close it and import the file again; nothing was imported.",
        line=number,
    )
