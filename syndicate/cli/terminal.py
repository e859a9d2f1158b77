"""A terminal to which words of others are words: what commands print for people.

A headline may hold `[/b]`, at which rich's own console stops, `[link=…]`, `:bomb:`, or an escape
that moves the cursor. None of them does anything here.
"""

import re
from typing import Any

from rich.console import Console
from rich.text import Text

# C0 and C1 controls but for tab and line feed, and DEL: terminals obey them.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class Terminal(Console):
    """A console that prints text as it is, without controls.

    Args:
        stderr: print there.
        soft_wrap: leave long lines whole.
    """

    def __init__(self, *, stderr: bool = False, soft_wrap: bool = False) -> None:
        super().__init__(
            stderr=stderr, soft_wrap=soft_wrap, markup=False, emoji=False, highlight=False
        )

    def render_str(self, text: str, **options: Any) -> Text:
        """Text as rich prints it."""
        return super().render_str(_CONTROLS.sub("", text), **options)
