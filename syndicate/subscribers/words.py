"""The lists of `words.txt`, ready to be asked, and the plain form in which words are compared.

The lists are data, so that a new word of a new tool is a word and no code.
"""

import re
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files

from syndicate.characters import normal

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_BETWEEN = re.compile(r"[\W_]+")


@lru_cache(maxsize=65_536)  # a file says the same few words in every line
def plain(text: str) -> str:
    """A name or word without case, accents, signs and humps: "isOptedOut" is "is opted out"."""
    spread = western(normal("NFKD", _HUMP.sub(" ", text)))
    letters = "".join(sign for sign in spread if not unicodedata.combining(sign))
    return _BETWEEN.sub(" ", letters.casefold()).strip()


def western(text: str) -> str:
    """A text with its digits as ASCII has them: "٢٠٢٤" is "2024"."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in text)


def phrases(name: str) -> frozenset[str]:
    """A list, each word or phrase of it in its plain form.

    Raises:
        KeyError: there is no list of that name.
    """
    return _lists()[name]


@cache
def _lists() -> dict[str, frozenset[str]]:
    text = files("syndicate.subscribers").joinpath("words.txt").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    found: dict[str, frozenset[str]] = {}
    for block in "\n".join(lines).split("\n[")[1:]:
        name, _, listed = block.partition("]\n")
        found[name] = frozenset(plain(each) for each in listed.split(",") if each.strip())
    return found
