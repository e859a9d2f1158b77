"""The rules of `words.txt`, by which the words of other mail servers tell a bounce's reason.

The file is data, one phrase a line, so that a new phrase of a new server is a line and no code.
"""

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from syndicate.bounces.reading.verdict import Reason

_LISTS = {
    "whose": r"(?:account|mail ?box|user|address|recipient|addressee|login|e-?mail|mailacct"
    r"|domain)",
    "gone": r"(?:disabled|suspended|inactive|deactivated|de-activated|frozen|locked|closed|expired"
    r"|discontinued|dormant|not active|not activated|restricted|terminated|not enabled)",
    "denied": r"(?:denied|not permitted|not allowed|prohibited|refused|forbidden|rejected"
    r"|disallowed)",
}
# Nobody says this about an address that exists.
CERTAIN = re.compile(r"(?:user|recipient) (?:doesn't|does not) have an? \S+ account")


@cache
def rules() -> tuple[tuple[Reason, re.Pattern[str]], ...]:
    """(reason, pattern) pairs in the order in which they are asked."""
    return tuple(_read(files("syndicate.bounces.reading").joinpath("words.txt").read_text("utf-8")))


def _read(text: str) -> Iterator[tuple[Reason, re.Pattern[str]]]:
    for block in re.split(r"(?m)^\[", text)[1:]:
        name, _, lines = block.partition("]\n")
        phrases = [_filled(line) for line in lines.splitlines() if line and line[0] != "#"]
        yield Reason(name), re.compile("|".join(f"(?:{phrase})" for phrase in phrases))


def _filled(phrase: str) -> str:
    for name, pattern in _LISTS.items():
        phrase = phrase.replace(f"{{{name}}}", pattern)
    return phrase
