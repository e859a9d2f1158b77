"""The terminal that commands print to: what others wrote is shown as text, and never obeyed.

A headline may hold `[/b]`, at which rich's own console stops, `[link=…]`, `:bomb:`, or an escape
that moves the cursor. None of them does anything here.
"""

import os
import re
import sys
from typing import Any

import rich.table
from rich.console import Console
from rich.text import Text

# Columns of what is no screen (a pipe, a file): as wide as our widest rows, so that `grep` finds
# a row whole. COLUMNS says otherwise.
_WIDE = 200
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

    The first column is what an operator types next, an id or a slug: it keeps its line as long as
    the others can give way.
    """

    def add_column(self, header: Any = "", *args: Any, **options: Any) -> None:
        """A column as rich makes it."""
        chosen = {"overflow": "fold", "no_wrap": not self.columns, **options}
        super().add_column(header, *args, **chosen)
