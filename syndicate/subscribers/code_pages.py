"""Files of readers that are not UTF-8: which code page they are in, where that decides anything.

Mostly it decides nothing: names and places are not kept, and a file whose other cells are ASCII
means the same in every code page. Else it is read in each, and the one counts in which words are
understood that are not ASCII: "Отписан" is one in one of them alone. Read in the wrong one it
would be a harmless word, and everybody would come in. Where none is understood and the readings
differ in who may be mailed, nobody guesses: an operator says which it is. So too where none is
understood and a column that nobody knows holds few different words, as one of status does: the file
may be in a page that is not tried here.
"""

import codecs
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from syndicate.errors import UsageError
from syndicate.subscribers import columns, csvfile, foreign, status_cells
from syndicate.subscribers.columns import Columns
from syndicate.subscribers.csvfile import Table, table_of
from syndicate.subscribers.harmless import Harm, harm_of
from syndicate.subscribers.survey import survey

# The commonest first: of those that mean the same the first is taken.
PAGES = (
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "mac-roman",
    "koi8-r", "cp866", "iso8859-5", "iso8859-2", "cp852", "iso8859-6", "cp720", "mac-cyrillic",
    "cp850", "cp874", "gb18030", "big5", "cp932", "euc-jp", "cp949",
)  # fmt: skip
_OTHERS = ("utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "iso8859-1", "iso8859-15")
_KNOWN = frozenset(codecs.lookup(each).name for each in (*PAGES, *_OTHERS))
_FEW = 12  # different words in a column of status, at most
_NEUTRAL = "latin-1"  # reads every byte, and leaves ASCII as it is
HOW = (
    "say which it is with --encoding NAME (`encoding` in the API), such as cp1252 or cp1251, or "
    "save it as CSV in UTF-8. Nothing was imported."
)


@dataclass(frozen=True)
class _Reading:
    """What a file says in one code page.

    Attributes:
        text: of the file.
        known: how many of its names and cells of status that are not ASCII are understood.
        meaning: what decides who may be mailed; equal where two readings mean the same.
        has_words: whether any name that is not ASCII is understood, if only as a harmless one.
        unread: place of a column that is possibly one of status; None where there is none.
    """

    text: str
    known: int
    meaning: object
    has_words: bool = False
    unread: int | None = None


def decoded(raw: bytes, *, encoding: str = "", ignored: Collection[str] = ()) -> str:
    """The text of a file that is not packed.

    Args:
        raw: its bytes.
        encoding: in which it is; "" to find out.
        ignored: names of columns that say nothing about who may be mailed.

    Raises:
        UsageError: it is in no form that can be read, nobody can tell which code page it is in, or
            it is not in the one that was named.
    """
    if encoding:
        return _as_said(raw, encoding)
    try:
        return csvfile.decoded(raw)
    except csvfile.NotUtf8Error as error:
        found = _broken_utf8(raw) or _neutral(raw, ignored)
        return found if found is not None else _guessed(raw, ignored, error)


def _as_said(raw: bytes, encoding: str) -> str:
    try:
        name = codecs.lookup(encoding).name if encoding.isascii() else ""
    except (LookupError, ValueError):
        name = ""
    if name not in _KNOWN:
        raise UsageError(
            f"The encoding {status_cells.quoted(encoding)} is unknown; name one of utf-8, utf-16, "
            f"iso8859-1, {', '.join(PAGES)}."
        )
    foreign.refuse(raw)
    try:
        return raw.removeprefix(codecs.BOM_UTF8).decode(name)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise UsageError(f"Line {line} of the file is not {encoding} text; {HOW}") from error


def _broken_utf8(raw: bytes) -> str | None:
    """A file of UTF-8 with a broken sign here and there; None where that is not what it is.

    A sign that is lost keeps its cell from being understood, and so its reader out.
    """
    text = raw.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    whole = sum(not sign.isascii() for sign in text) - broken
    head = "".join(text.splitlines(keepends=True)[: csvfile.HEAD_LINES])
    return text if whole > broken and "\ufffd" not in head.partition("@")[0] else None


def _neutral(raw: bytes, ignored: Collection[str]) -> str | None:
    """The text where its code page decides nothing: all that is read of it is ASCII."""
    text = raw.decode(_NEUTRAL)
    table = _table(text, ignored)
    if table is None or not all(name.isascii() for name in table.names):
        return None
    try:
        found = columns.understand(table.names, ignored)
    except UsageError:
        return text  # and says so once more
    read = _places(found) | {each.place for each in found.watched}
    rows = (row for row in table.rows() if not row.text.isascii())
    is_read = any(row.fault or not all(row.cells[at].isascii() for at in read) for row in rows)
    return None if is_read else text


def _guessed(raw: bytes, ignored: Collection[str], error: UsageError) -> str:
    readings = list(_readings(raw, ignored))
    if not readings:
        raise UsageError(csvfile.NO_ADDRESSES) from error
    most = max(each.known for each in readings)
    best = [each for each in readings if each.known == most]
    if any(each.meaning != best[0].meaning for each in best):
        raise UsageError(
            f"{str(error).partition(';')[0]}, and which code page it is in decides who may be "
            f"mailed: {HOW}"
        ) from error
    unread = best[0].unread
    if unread is not None and not most and not any(each.has_words for each in readings):
        raise UsageError(
            f"{str(error).partition(';')[0]}. In no code page that is tried is any of its words "
            f"understood, and column {unread + 1} possibly says who has left: {HOW}"
        ) from error
    return best[0].text


def _readings(raw: bytes, ignored: Collection[str]) -> Iterator[_Reading]:
    for page in PAGES:
        try:
            text = raw.decode(page)
        except UnicodeDecodeError:
            continue
        table = _table(text, ignored)
        if table is not None:
            yield _read(text, table, ignored)


def _read(text: str, table: Table, ignored: Collection[str]) -> _Reading:
    known = sum(_is_known(name) for name in table.names if not name.isascii())
    try:
        found = survey(table, columns.understand(table.names, ignored))
    except UsageError:
        return _Reading(text, known, "stops")
    cells = set[tuple[int, str]]()
    for row in table.rows():
        if not row.fault and not row.text.isascii():
            cells |= {(at, row.cells[at]) for at in _places(found.columns)}
    odd = {(at, cell) for at, cell in cells if not cell.isascii()}
    judged = {each.place: each for each in found.columns.judged}
    for at, cell in odd:
        if at in judged:
            said = status_cells.judge(judged[at].role, judged[at].name, cell)
            known += said is None or said.has_left
    addresses = frozenset(cell for at, cell in odd if at == found.columns.address)
    roles = frozenset((each.place, each.role) for each in found.columns.judged)
    barred = frozenset((key, why.has_left) for key, (_, why) in found.barred.items())
    meaning = (roles, barred, addresses, found.columns.address)
    has_words = any(harm_of(name) is Harm.NONE for name in table.names if not name.isascii())
    return _Reading(text, known, meaning, has_words, _unread(table, found.columns))


def _unread(table: Table, found: Columns) -> int | None:
    """The first column that nobody knows whose cells look like words of status.

    They are few and come again, and one of them is not ASCII; in people's own notes it is that one
    which comes again.
    """
    rows = [row for row in table.rows() if not row.fault]
    for each in found.watched:
        cells = Counter(cell for row in rows if (cell := row.cells[each.place]))
        odd = [times for cell, times in cells.items() if not cell.isascii()]
        is_few = len(cells) <= min(_FEW, cells.total() - 1)
        if odd and is_few and (max(odd) > 1 or not each.is_text):
            return each.place
    return None


def _is_known(name: str) -> bool:
    return columns.role_of(name) is not None or columns.is_address(name)


def _places(found: Columns) -> set[int]:
    """Of the columns whose cells are read: the address, choices, status."""
    return {found.address, *found.own.values(), *(each.place for each in found.judged)}


def _table(text: str, ignored: Collection[str]) -> Table | None:
    lines: Sequence[str] = csvfile.lines_of(text)
    try:
        return table_of(lines, lambda names: columns.address_place(names, ignored) is not None)
    except UsageError:
        return None
