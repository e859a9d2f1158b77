"""Parameters of a whole matrix: `make check` runs a short form of it, `make long` the rest."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import pytest
from _pytest.mark import ParameterSet

T = TypeVar("T")


def whole(
    values: Iterable[T], *, short: Iterable[T], name: Callable[[T], str] = str
) -> list[ParameterSet]:
    """Each value as a parameter; those beyond the short form are marked `long`.

    Args:
        values: the whole matrix, or one side of it.
        short: which of them `make check` runs too.
        name: what a value is called in the test's id.
    """
    kept: list[Any] = list(short)
    return [
        pytest.param(value, id=name(value), marks=() if value in kept else pytest.mark.long)
        for value in values
    ]


def rows(table: Mapping[str, Any] | Sequence[Any], *, every: int) -> list[ParameterSet]:
    """A long table as parameters; of each `every` rows `make check` runs the first.

    Args:
        table: rows by the name that a test's id shows, or without names.
        every: how many rows the short form has one of.
    """
    named = table.items() if isinstance(table, Mapping) else ((None, row) for row in table)
    return [
        pytest.param(
            *(row if isinstance(row, tuple) else (row,)),
            id=name,
            marks=pytest.mark.long if number % every else (),
        )
        for number, (name, row) in enumerate(named)
    ]


def steps(every: int) -> list[ParameterSet]:
    """Steps in which a test that tries many things goes through them: in `make long` one by one."""
    return [pytest.param(1, marks=pytest.mark.long), pytest.param(every)]
