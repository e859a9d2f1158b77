"""Moments as programs send them: a date, a time and a zone, or the request is refused.

A moment that is guessed may let an article out before its time: 20261130 is no second of 1970.

Source: RFC 3339.
"""

import datetime as dt
import re
from typing import Annotated, Any

from pydantic import (
    AwareDatetime,
    BeforeValidator,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
)
from pydantic_core import PydanticCustomError
from starlette.exceptions import HTTPException

from syndicate import bounds
from syndicate.errors import OutOfBoundsError

_WRITTEN = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?\s?(?:[Zz]|[+-]\d\d:?\d\d)", re.ASCII
)
_SECONDS = re.compile(r"(\d{10}(?:\.\d{1,6})?)|(\d{13})", re.ASCII)
_ASKED = "it must be a moment with its zone, from 1970 to 2100, such as 2026-11-24T08:00:00Z"


def _read(value: Any) -> dt.datetime:
    """A moment as aware UTC.

    Args:
        value: RFC 3339 as text, or the seconds or thousandths since 1970.
    """
    try:
        return bounds.moment(_moment(value), "It")
    except (ValueError, OverflowError, OutOfBoundsError) as error:
        raise PydanticCustomError("moment", _ASKED) from error


def _moment(value: Any) -> dt.datetime:
    if isinstance(value, dt.datetime):
        return value
    text = value.strip() if isinstance(value, str) else repr(value)
    since_1970 = _SECONDS.fullmatch(text)
    if since_1970:
        seconds = float(since_1970[1] or since_1970[2][:10] + "." + since_1970[2][10:])
        return dt.datetime.fromtimestamp(seconds, tz=dt.UTC)
    if not _WRITTEN.fullmatch(text):
        raise ValueError(text)
    return dt.datetime.fromisoformat(text.replace(" ", "T", 1).replace(" ", "").upper())


def is_within(moment: dt.datetime) -> bool:
    """Whether a moment that was read as a `WideMoment` may be kept: 1970 to 2100."""
    return bounds.moment_or_none(moment) is not None


def out_of_bounds(field: str) -> HTTPException:
    """The refusal of one that may not, in the words of all others."""
    return HTTPException(422, f"The field {field} cannot be used: {_ASKED}.")


def _read_widely(value: Any, read: ValidatorFunctionWrapHandler) -> Any:
    try:
        return read(value)
    except ValidationError as error:
        raise PydanticCustomError("moment", _ASKED) from error


# What was pushed before there were bounds is pushed again: whoever keeps it asks for them.
WideMoment = Annotated[AwareDatetime, WrapValidator(_read_widely)]
Moment = Annotated[
    dt.datetime,
    BeforeValidator(_read),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
