"""Cells of our exports that no spreadsheet takes for a formula, and how our import reads them.

    =1+1        '=1+1         what begins with = + - @, a tab or a line end gets an apostrophe
    a;=1+1      a;'=1+1       also behind what may part cells where the file is opened
    '=1+1       ''=1+1        one more where there is one, so that it can be taken back

A visitor chooses their address, the name of their browser and more, and an editor opens the export.
Taken back is exactly that apostrophe, and only in a file that we wrote, so no cell is changed.

Source: https://owasp.org/www-community/attacks/CSV_Injection
"""

import csv
import io
import re
from collections.abc import Iterable

_BEGIN = r"(?:^|(?<=[;,|\t\r\n\"]))"
_FORMULA = r"(?=[=+\-@\t\r\uff1d\uff0b\uff0d\uff20])"  # full-width signs too
# Possessive, so that a run of apostrophes is looked at once (docs/decisions/0024).
_TO_GUARD = re.compile(rf"{_BEGIN}(?='*+{_FORMULA})")
_GUARDED = re.compile(rf"{_BEGIN}'(?='*+{_FORMULA})")


def guarded(cell: str) -> str:
    """A cell as an export writes it."""
    return _TO_GUARD.sub("'", cell)


def unguarded(cell: str) -> str:
    """A cell of our own export as it was."""
    return _GUARDED.sub("", cell)


def line(cells: Iterable[object]) -> str:
    """A row of an export with its line end."""
    text = io.StringIO()
    # Python quotes what holds a part of the line's end: a bare CR is one to whoever reads it.
    csv.writer(text, lineterminator="\r\n").writerow([guarded(str(cell)) for cell in cells])
    return text.getvalue().removesuffix("\r\n") + "\n"
