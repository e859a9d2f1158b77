"""The terminal that commands print to: what others wrote is shown as text, and never obeyed.

A headline may hold `[/b]`, at which rich's own console stops, `[link=…]`, `:bomb:`, or an escape
that moves the cursor. None of them does anything here.
"""

import os
import re
import sys
from collections.abc import Iterator
from typing import Any

import rich.table
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.text import Text

# Columns of what is no screen (a pipe, a file): as wide as our widest rows, so that `grep` finds
# a row whole. COLUMNS says otherwise.
_WIDE = 200
# What their slugs are called in the headings of tables.
_TYPED = frozenset({"article", "desk", "feed", "newsletter", "operator", "publication", "section"})
_TYPED |= {"slug", "source", "which"}
# A column of fewer characters is a pile of letters.
_READABLE = 8
# C0 and C1 controls but for tab and line feed, and DEL: terminals obey them.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class Terminal(Console):
    """A console that prints text as it is, without controls.

    Args:
        stderr: print there.
        soft_wrap: leave long lines whole.
    """

    def __init__(self, *, stderr: bool = False, soft_wrap: bool = False) -> None:
        is_screen = (sys.stderr if stderr else sys.stdout).isatty()
        super().__init__(
            stderr=stderr,
            soft_wrap=soft_wrap,
            markup=False,
            emoji=False,
            highlight=False,
            width=None if is_screen or os.environ.get("COLUMNS") else _WIDE,
        )

    def render_str(self, text: str, **options: Any) -> Text:
        """Text as rich prints it."""
        return super().render_str(_CONTROLS.sub("", text), **options)


class Table(rich.table.Table):
    """A table that cuts nothing off: a cell or a heading without room goes on in the next line.

    What an operator types next, an id or a slug, keeps its line: the first column, and each that is
    called after a thing with a slug. Where that leaves too little to the others, each row is told
    line by line instead.
    """

    def add_column(self, header: Any = "", *args: Any, **options: Any) -> None:
        """A column as rich makes it."""
        is_typed = not self.columns or header in _TYPED
        super().add_column(header, *args, **{"overflow": "fold", "no_wrap": is_typed, **options})

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The table, or its rows one after another where the screen is too narrow for it."""
        if self.show_header and self._least_width(console, options) > options.max_width:
            yield from self._records(console, options)
        else:
            yield from super().__rich_console__(console, options)

    def _least_width(self, console: Console, options: ConsoleOptions) -> int:
        """With its slugs whole, and as much of the rest as can be read."""
        edges = 2 * len(self.columns) + (len(self.columns) + 1 if self.box else 0)
        return edges + sum(
            width if column.no_wrap else min(width, _READABLE)
            for column in self.columns
            for width in [max(_width(console, options, cell) for cell in _cells(column))]
        )

    def _records(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        if self.title:
            yield Text(str(self.title))
        headings = [str(column.header) for column in self.columns]
        indent = max(map(len, headings), default=0) + 2
        for row in zip(*(column.cells for column in self.columns), strict=True):
            for heading, cell in zip(headings, row, strict=True):
                has_room = indent + _width(console, options, cell) <= options.max_width
                told = f"{heading:<{indent}}" if has_room else f"{heading}\n"
                text = cell if isinstance(cell, Text) else console.render_str(str(cell))
                yield Text.assemble(told, text, overflow="fold")
            yield Text("")


def _cells(column: rich.table.Column) -> list[Any]:
    return [column.header, *column.cells]


def _width(console: Console, options: ConsoleOptions, cell: Any) -> int:
    """Of a cell that stands on lines of its own."""
    wide = options.update(max_width=_WIDE)
    return Measurement.get(console, wide, cell).maximum
