"""What a setting may be: its type, its bounds, and how what was written becomes a value.

For `settings.py`, whose fields say it in one line each. A variable and a secret file hold text; a
TOML file has types of its own. A list or a table is written as JSON where there is only text. A
sentence never repeats what was written: it may be a password.

The standard library alone: every command reads its settings first, and the models that web
handlers use take longer to import than most commands to run
(docs/decisions/0035-commands-load-what-they-need.md).
"""

import dataclasses
import json
import math
import re
import types
import typing
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

_WHOLE = re.compile(r"\s*[+-]?[0-9]+\s*")
_YES_OR_NO: Mapping[str, bool] = {
    **dict.fromkeys(("true", "1", "yes", "on", "y", "t"), True),
    **dict.fromkeys(("false", "0", "no", "off", "n", "f"), False),
}


class SecretStr:
    """A text that no log line, traceback or page shows.

    Args:
        text: the secret.
    """

    def __init__(self, text: str) -> None:
        self._text = text

    def get_secret_value(self) -> str:
        """The text itself, for the one who needs it."""
        return self._text

    def __repr__(self) -> str:
        return "SecretStr('**********')"


class NoJsonError(ValueError):
    """A list or a table that is not written as JSON."""


@dataclasses.dataclass(frozen=True)
class Bounds:
    """What a value of the right type must also be.

    Attributes:
        ge: the least number.
        le: the greatest.
        pattern: what a text begins with, as a regular expression.
        then: gives the value its one form, or raises ValueError with the reason why it cannot be.
    """

    ge: float | None = None
    le: float | None = None
    pattern: str | None = None
    then: Callable[[Any], Any] | None = None


def setting(default: Any, *, description: str, **bounds: Any) -> Any:
    """A field of the settings.

    Args:
        default: its value where nobody sets it; a list or a table is made anew for each.
        description: what it does, for colleagues; docs/operations.md tells it at length.
        **bounds: as `Bounds` has them.
    """
    said = {"description": description, "bounds": Bounds(**bounds)}
    if isinstance(default, list | dict):
        return dataclasses.field(default_factory=type(default), metadata=said)
    return dataclasses.field(default=default, metadata=said)


def read(field: dataclasses.Field[Any], written: object) -> Any:
    """What was written as the value of a field.

    Raises:
        NoJsonError: it is a list or a table, and what was written is no JSON.
        ValueError: it cannot be; the reason goes on from "The setting x is not usable: ".
    """
    kind = _without_none(field.type)
    value = _reader(kind)(written)
    bounds: Bounds = field.metadata["bounds"]
    if bounds.ge is not None and value < bounds.ge:
        raise ValueError(f"it is less than {bounds.ge}")
    if bounds.le is not None and value > bounds.le:
        raise ValueError(f"it is more than {bounds.le}")
    if bounds.pattern is not None and not re.match(bounds.pattern, value):
        raise ValueError(f"it does not match {bounds.pattern}")
    return value if bounds.then is None else bounds.then(value)


def _without_none(kind: Any) -> Any:
    if typing.get_origin(kind) in {types.UnionType, typing.Union}:  # the latter of a Literal
        [kind] = [each for each in typing.get_args(kind) if each is not types.NoneType]
    return kind


def _reader(kind: Any) -> Callable[[object], Any]:
    origin = typing.get_origin(kind)
    if origin is Literal:
        return lambda written: _one_of(typing.get_args(kind), written)
    if origin in {list, dict}:
        return lambda written: _several(origin, written)
    return _READERS[kind]


def _text(written: object) -> str:
    if not isinstance(written, str):
        raise ValueError("it is not a text")  # noqa: TRY004 - one reason among others to its reader
    return written


def _whole(written: object) -> int:
    if isinstance(written, str) and _WHOLE.fullmatch(written):
        return int(written)
    if isinstance(written, float) and written.is_integer():
        return int(written)
    if isinstance(written, int) and not isinstance(written, bool):
        return written
    raise ValueError("it is not a whole number")


def _number(written: object) -> float:
    if isinstance(written, str | int | float) and not isinstance(written, bool):
        try:
            value = float(written)
        except ValueError:
            value = math.nan
        if math.isfinite(value):
            return value
    raise ValueError("it is not a number")


def _yes_or_no(written: object) -> bool:
    known = _YES_OR_NO.get(str(written).strip().lower())
    if known is None:
        raise ValueError("it is neither true nor false")
    return known


def _one_of(words: tuple[str, ...], written: object) -> str:
    if written not in words:
        raise ValueError(f"it is one of {', '.join(words)}")
    return str(written)


def _several(kind: type[Any], written: object) -> Any:
    found = written
    if isinstance(written, str):
        try:
            found = json.loads(written)
        except ValueError as error:
            raise NoJsonError from error
    if not isinstance(found, kind):
        raise ValueError(f"it is not a {'list' if kind is list else 'table'}")  # noqa: TRY004
    inner = found.values() if isinstance(found, dict) else found
    if not all(isinstance(each, str) for each in inner):
        raise ValueError("what is in it is not all text")
    return found


_READERS: Mapping[Any, Callable[[object], Any]] = {
    str: _text,
    int: _whole,
    float: _number,
    bool: _yes_or_no,
    Path: lambda written: Path(_text(written)),
    SecretStr: lambda written: SecretStr(_text(written)),
}
