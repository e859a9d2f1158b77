"""No line grows with what it tells of: texts, lists and tracebacks have a length that they keep.

A traceback keeps the last places of each exception and its first and last lines; what was left out
between them is said.
"""

import traceback
from collections.abc import Mapping
from types import TracebackType
from typing import Any

TEXT_CHARS = 4_000
_HEAD_CHARS = 1_000
_LINE_CHARS = 400
# Places of one exception: those nearest to the fault; before them is what calls every handler.
_PLACES = 12
_ENTRIES = 50
_DEPTH = 8


def bounded(value: Any, depth: int = 0) -> Any:
    """A value of JSON's kinds that no writer of a log regrets: each text cut, each list too."""
    if isinstance(value, str):
        return cut(value)
    if depth > _DEPTH:
        return "…"
    if isinstance(value, Mapping):
        some = list(value.items())[:_ENTRIES]
        return {cut(str(key)): bounded(each, depth + 1) for key, each in some} | _rest(value)
    if isinstance(value, list | tuple):
        some = [bounded(each, depth + 1) for each in value[:_ENTRIES]]
        return some + [f"… and {len(value) - _ENTRIES:,} more"] * (len(value) > _ENTRIES)
    return value


def cut(text: str) -> str:
    """A text with its middle left out where it is too long."""
    if len(text) <= TEXT_CHARS:
        return text
    left_out = len(text) - TEXT_CHARS
    end = text[_HEAD_CHARS - TEXT_CHARS :]
    return f"{text[:_HEAD_CHARS]} … ({left_out:,} characters left out) … {end}"


def traceback_of(
    given: tuple[type[BaseException], BaseException, TracebackType | None],
) -> str:
    """An exception with its causes, and the places nearest to each fault.

    Args:
        given: as `sys.exc_info()` tells it.
    """
    read = traceback.TracebackException(*given, limit=-_PLACES, max_group_width=3, compact=True)
    lines = "".join(read.format()).rstrip().splitlines()
    return "\n".join(
        line if len(line) <= _LINE_CHARS else f"{line[:_LINE_CHARS]}…" for line in lines
    )


def _rest(value: Mapping[Any, Any]) -> dict[str, str]:
    more = len(value) - _ENTRIES
    return {"…": f"and {more:,} more"} if more > 0 else {}
