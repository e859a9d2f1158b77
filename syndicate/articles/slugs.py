"""Texts as parts of addresses, in whatever script. Pure."""

import re
import unicodedata
from collections.abc import Sequence

from syndicate.characters import normal

_SLUG_LENGTH = 80
_NOT_IN_SLUG = re.compile(r"[^a-z0-9]+")
_ARABIC_VOWELS = re.compile("[\u064b-\u065f\u0670]")


def tags_of(names: Sequence[str]) -> list[tuple[str, str]]:
    """(slug, name) of each tag that has one, each slug once; of two spellings the last counts."""
    return list({slug: name for name in names if (slug := slug_of(name, ""))}.items())


def slug_of(text: str, otherwise: str = "article") -> str:
    """A text as the last part of an address: letters of any script, hyphens, 80 at most."""
    lowered = text.lower()
    if lowered.isascii():
        slug = _NOT_IN_SLUG.sub(" ", lowered)
    else:
        # A vowel sign belongs to the letter it stands on; Arabic leaves it out of addresses.
        letters = _ARABIC_VOWELS.sub("", normal("NFC", lowered))
        slug = "".join(
            sign if sign.isalnum() or unicodedata.category(sign).startswith("M") else " "
            for sign in letters
        )
    return "-".join(slug.split())[:_SLUG_LENGTH].strip("-") or otherwise
