"""No text of others holds a process: every regular expression takes twice as long for twice a text.

The expressions are found by reading the code (`expressions`), and each is asked of texts that were
made from itself (`pumping`). One that fails here is rewritten, by a possessive quantifier, by
looking behind for the only place where it may begin, or by a string's own methods.
"""

import re

import pytest

from tests import matrix, pumping
from tests.house import expressions
from tests.house.expressions import Expression

# A sign that hardly any expression takes, so that it goes back over what it took.
_REFUSED = "\x01"


@pytest.fixture(scope="module")
def everywhere() -> list[Expression]:
    return expressions.everywhere()


@pytest.mark.parametrize("step", matrix.steps(3))
def test_no_expression_takes_more_than_twice_as_long_for_twice_a_text(
    everywhere: list[Expression], step: int
) -> None:
    some = everywhere[::step]
    worse = {each.place: found for each in some if (found := _worst(each)) is not None}

    assert worse == {}


def test_all_expressions_are_found(everywhere: list[Expression]) -> None:
    modules = {each.place.partition(":")[0] for each in everywhere}

    assert len(everywhere) > 200
    assert {
        "reading/clean.py",
        "bounces/reading/words.py",
        "redaction.py",
        "web/conditional.py",
    } <= modules


@pytest.mark.parametrize(
    "pattern",
    matrix.rows(
        [
            r"\s+$",
            r"<[^>]*>",
            r"\S+@\S+",
            r"(a+)+$",
            r"(?:a|aa)+$",
            r"<!--.*?-->",
            r"(\w+\s?)*!",
            r"\n[ \t\n]*x",
            r"<(script)\b.*?</\1>",
        ],
        every=3,
    ),
)
def test_an_expression_that_is_not_linear_is_told(pattern: str) -> None:
    assert _worst(Expression("here", re.compile(pattern, re.DOTALL), frozenset({"sub"})))


@pytest.mark.parametrize(
    "pattern", [r"(?<!\s)\s++$", r"<[^<>]*+>", r"(?<!\S)\S++(?:@\S++)?", r"a{1,30}b", r"(?:ab)++"]
)
def test_one_that_is_linear_is_not(pattern: str) -> None:
    assert _worst(Expression("here", re.compile(pattern), frozenset({"sub"}))) is None


def _worst(each: Expression) -> tuple[str, str, float] | None:
    """(prefix, pump, growth) of a text that an expression cannot take, if there is one."""
    flags = each.pattern.flags & (re.IGNORECASE | re.VERBOSE | re.DOTALL | re.MULTILINE)
    if not pumping.has_loop(each.pattern.pattern, flags):
        return None
    made = [] if each.is_joined else pumping.pumps(each.pattern.pattern, flags)
    is_nested = pumping.has_nested_loops(each.pattern.pattern, flags)
    for prefix, pump in pumping.generic() + made:
        act = each.act(prefix, pump, _REFUSED)
        growth = pumping.growth(act, chars=len(pump), is_nested=is_nested)
        if growth > pumping.MOST:
            return prefix, pump, growth
    return None
