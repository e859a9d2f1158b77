"""Cells that hold fields of their own as JSON, as listmonk's `attributes` do; pure."""

import json
from collections.abc import Iterator
from typing import Any

from syndicate.subscribers.columns import role_of
from syndicate.subscribers.status_cells import (
    NO,
    Objection,
    Role,
    judge,
    of_words,
    speaks_of_leaving,
)
from syndicate.subscribers.words import phrases, plain

_LONGEST = 100_000
_NEWSLETTER = phrases("newsletter")


def fields_speak_of_leaving(cell: str) -> bool | None:
    """Whether a field says that a reader may not be mailed; None when the cell holds no fields."""
    found = objections_in(cell)
    return None if found is None else bool(found)


def objections_in(cell: str) -> list[Objection] | None:
    """Why a reader may not be mailed, by each field that says so; None when there are no fields.

    Each is read as a column of its name would be: `{"unsubscribed": false}` says nothing.
    """
    if cell[:1] not in ("{", "[") or len(cell) > _LONGEST:
        return None
    try:
        found = json.loads(cell)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, (dict, list)):
        return None
    said = (_objection(names, value) for names, value in _fields((), found))
    return [each for each in said if each is not None]


def _fields(names: tuple[str, ...], value: Any) -> Iterator[tuple[tuple[str, ...], str]]:
    """(names from the outermost on, value) of all fields, those that lie in others too."""
    if isinstance(value, dict):
        for inner, each in value.items():
            yield from _fields((*names, str(inner)), each)
    elif isinstance(value, list):
        for each in value:
            yield from _fields(names, each)
    else:
        yield names, _written(value)


def _written(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _objection(names: tuple[str, ...], value: str) -> Objection | None:
    name = names[-1] if names else ""
    role = role_of(name)
    if plain(name) in _NEWSLETTER and plain(value) in NO:
        return of_words(name)
    if role is None and speaks_of_leaving(value):
        return of_words(value)
    found = None if role is None else judge(role, name, value)
    # A "state" among fields is mostly one of a country.
    if found is not None and (found.has_left or role is not Role.STATE):
        return found
    around = names if role is None else names[:-1]
    return of_words(" ".join(around)) if _is_yes_to_leaving(around, value) else None


def _is_yes_to_leaving(names: tuple[str, ...], value: str) -> bool:
    """Of `{"news_cancelled": true}`, and of any field in an `unsubscribed`."""
    is_said = any(role_of(each) is Role.NO or speaks_of_leaving(each) for each in names)
    return is_said and judge(Role.NO, "", value) is not None
