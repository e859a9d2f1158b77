"""Texts that make a regular expression work hard, made from the expression itself.

An expression that is more than linear has a *pump*: a piece of text that, repeated, leads it over
the same letters again and again. Pumps are cut from the expression: what each run of its parts
matches, by itself and behind what stands before it. Doubling the text then tells: twice the time is
linear, four times is a fault.
"""

import itertools
import re
import time
from collections.abc import Callable, Iterator
from re import _constants as code  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

# Letters, digits, blanks and signs that texts of others are made of.
_PALETTE = "a 0\n<>\"'&;:.,-_=/@(é[A!*{#%+\t\\\r~"
_FEW = 2
_FEW_TIMES = 3
_REPEATS = {code.MAX_REPEAT, code.MIN_REPEAT, code.POSSESSIVE_REPEAT}
_CATEGORIES = {
    code.CATEGORY_DIGIT: r"\d",
    code.CATEGORY_NOT_DIGIT: r"\D",
    code.CATEGORY_SPACE: r"\s",
    code.CATEGORY_NOT_SPACE: r"\S",
    code.CATEGORY_WORD: r"\w",
    code.CATEGORY_NOT_WORD: r"\W",
}
# Repetitions, ever more, up to which what is exponential shows before it takes for ever.
_FIRST = (10, 14, 18, 22, 26, 30, 34, 40, 48, 60)
_LONG_S = 0.02
# Repetitions of which what is quadratic shows, and processor time for each character that it needs
# at least: what is quicker is not measured any further.
_REPEATED, _AT_ONCE_S = 320, 0.15e-6
# Times that what looks quadratic is measured again, and with how much more: two repetitions with
# bounds (`{1,320}@{1,320}`) look so until they meet them.
_TRIES, _AGAIN = 3, 4
_TIMES = 4
# How much longer so many times the text may take: 4 is linear, 16 quadratic.
MOST = 9


def pumps(pattern: str | bytes, flags: int = 0) -> list[tuple[str, str]]:
    """(prefix, pump) pairs for an expression, each once.

    Args:
        pattern: the expression; bytes give the same pumps, to be encoded in Latin-1.
        flags: as it was compiled with.
    """
    tree = _parser.parse(pattern, flags)
    found: dict[tuple[str, str], None] = {}
    for before, parts in _sequences(list(tree), ""):
        for start in range(len(parts)):
            prefix = before + _of_all(parts[:start], 0)
            for end in range(start + 1, len(parts) + 1):
                for which in range(_FEW):
                    pump = _of_all(parts[start:end], which)
                    if pump:
                        found |= {("", pump): None, (prefix, pump): None}
                        # What begins again and again, each time as the expression does.
                        found |= {("", prefix + pump): None}
    return list(found)


def has_loop(pattern: str | bytes, flags: int = 0) -> bool:
    """Whether a text can lead an expression over more than a few of its letters again."""
    parts = (
        part for _, each in _sequences(list(_parser.parse(pattern, flags)), "") for part in each
    )
    return any(op in _REPEATS and said[1] > _FEW_TIMES for op, said in parts)


def has_nested_loops(pattern: str | bytes, flags: int = 0) -> bool:
    """Whether a loop stands in a loop, or a choice of ways."""
    parts = (
        part for _, each in _sequences(list(_parser.parse(pattern, flags)), "") for part in each
    )
    return any(
        op in _REPEATS
        and said[1] > _FEW_TIMES
        and any(
            inner in _REPEATS or inner is code.BRANCH
            for _, each in _sequences(list(said[2]), "")
            for inner, _ in each
        )
        for op, said in parts
    )


def generic() -> list[tuple[str, str]]:
    """Pumps that need no expression: each sign by itself."""
    return [("", sign) for sign in _PALETTE]


def _sequences(parts: list[Any], before: str) -> Iterator[tuple[str, list[Any]]]:
    """(what stands before, parts) of the expression and of each that stands within it."""
    parts = _joined(parts)
    yield before, parts
    for place, (op, said) in enumerate(parts):
        prefix = before + _of_all(parts[:place], 0)
        for inner in _within(op, said):
            yield from _sequences(list(inner), prefix)


def _within(op: Any, said: Any) -> list[Any]:
    if op in _REPEATS:
        return [said[2]]
    if op is code.SUBPATTERN:
        return [said[3]]
    if op is code.BRANCH:
        return list(said[1])
    if op is code.ATOMIC_GROUP:
        return [said]
    return [said[1]] if op in {code.ASSERT, code.ASSERT_NOT} else []


def _joined(parts: list[Any]) -> list[Any]:
    """Parts with neighbouring letters made one word."""
    joined: list[Any] = []
    for is_letter, group in itertools.groupby(parts, key=lambda part: part[0] is code.LITERAL):
        if is_letter:
            joined.append(("word", "".join(chr(said) for _, said in group)))
        else:
            joined.extend(group)
    return joined


def _of_all(parts: list[Any], which: int) -> str:
    return "".join(_example(op, said, which) for op, said in parts)


def _example(op: Any, said: Any, which: int) -> str:
    """A text that a part matches; `which` tells one from another where there are several."""
    if op == "word":
        return str(said)
    if op is code.LITERAL:
        return chr(said)
    if op in {code.IN, code.NOT_LITERAL, code.ANY}:
        signs = _signs(op, said)
        return signs[which % len(signs)] if signs else ""
    within = _within(op, said) if op not in {code.ASSERT, code.ASSERT_NOT} else []
    if not within:
        return ""
    least = max(1, min(said[0], 10)) if op in _REPEATS else 1
    return _of_all(_joined(list(within[which % len(within)])), which) * least


def _signs(op: Any, said: Any) -> list[str]:
    """Signs that a set takes: from the palette, else the set's own."""
    if op is code.ANY:
        return list(_PALETTE)
    if op is code.NOT_LITERAL:
        return [sign for sign in _PALETTE if ord(sign) != said]
    found = [sign for sign in _PALETTE if _is_in(sign, said)]
    return found or [chr(one) for kind, one in said if kind is code.LITERAL] or _ranges(said)


def _ranges(said: Any) -> list[str]:
    return [chr(one[0]) for kind, one in said if kind is code.RANGE]


def _is_in(sign: str, said: Any) -> bool:
    is_negated = any(kind is code.NEGATE for kind, _ in said)
    return bool(is_negated != any(_matches(sign, kind, one) for kind, one in said))


def _matches(sign: str, kind: Any, one: Any) -> bool:
    if kind is code.LITERAL:
        return bool(ord(sign) == one)
    if kind is code.RANGE:
        return bool(one[0] <= ord(sign) <= one[1])
    if kind is code.CATEGORY:
        return bool(re.match(_CATEGORIES[one], sign))
    return False


def growth(
    act: Callable[[int], object],
    *,
    chars: int = 1,
    repeated: int = _REPEATED,
    is_nested: bool = False,
) -> float:
    """How much longer four times the text takes: 4 is linear, 16 quadratic; more is worse.

    What goes through a text at once is linear, and is not measured any further (1). What looks
    worse is measured again with longer texts, and the best counts: noise alone is no fault.

    Args:
        act: works on so many repetitions of a pump.
        chars: of a pump.
        repeated: repetitions to begin with.
        is_nested: a loop stands in a loop, so that it may be exponential.
    """
    for count in _FIRST if is_nested else ():
        # Twice, as the first time may be that of an import.
        if _seconds(act, count) > _LONG_S and _seconds(act, count) > _LONG_S:
            return float("inf")
    longer_s = _seconds(act, _TIMES * repeated)
    if longer_s < _AT_ONCE_S * _TIMES * repeated * chars:
        return 1.0
    found = longer_s / min(_seconds(act, repeated) for _ in range(2))
    for _ in range(_TRIES):
        if found <= MOST:
            break
        count = _AGAIN * repeated
        found = min(found, _seconds(act, _TIMES * count) / _seconds(act, count))
    return found


def _seconds(act: Callable[[int], object], count: int) -> float:
    """Processor time, which a machine with much else to do changes little."""
    began = time.process_time()
    act(count)
    return max(time.process_time() - began, 1e-9)
