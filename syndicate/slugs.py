"""Texts as parts of addresses, in whatever script, and the slugs that operators choose. Pure."""

import hashlib
import re
import unicodedata
from collections.abc import Sequence

from syndicate.characters import normal
from syndicate.errors import UsageError

_LENGTH, _LATIN_LENGTH = 80, 50
_CHOSEN = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_NOT_IN_SLUG = re.compile(r"[^a-z0-9]+")
_ARABIC_VOWELS = re.compile("[\u064b-\u065f\u0670]")


def check(slug: str, of: str, *, most: int) -> None:
    """Let a slug pass that somebody chose.

    Args:
        slug: as it was given.
        of: what it is a slug of: "feed".
        most: characters.

    Raises:
        UsageError: it holds something else than small letters, digits and hyphens, or is too long.
    """
    if not _CHOSEN.fullmatch(slug) or len(slug) > most:
        article = "An" if of[0] in "aeiou" else "A"
        raise UsageError(
            f"{article} {of}'s slug is small letters, digits and hyphens, {most} at most: it is "
            "part of its address.",
            field="slug",
        )


def tags_of(names: Sequence[str]) -> list[tuple[str, str]]:
    """(slug, name) of each tag that has one, each slug once; of two spellings the last counts."""
    return list({slug: name for name in names if (slug := slug_of(name, ""))}.items())


def slug_of(text: str, otherwise: str = "article", *, is_latin: bool = False) -> str:
    """A text as a part of an address: letters, digits and hyphens, none before or behind.

    Args:
        text: a headline, a tag or a name.
        otherwise: what stands where nothing is left of it.
        is_latin: a to z alone, for addresses that people type into apps: 50 letters at most, and a
            hash where none is left. Else letters of any script, 80 at most.
    """
    if is_latin:
        plain = normal("NFKD", text).encode("ascii", "ignore").decode().lower()
        # Cut last, as ever: an address that is given out does not change.
        slug = _NOT_IN_SLUG.sub("-", plain).strip("-")[:_LATIN_LENGTH]
        return slug or hashlib.sha256(text.encode()).hexdigest()[:12]
    lowered = text.lower()
    letters = _NOT_IN_SLUG.sub(" ", lowered) if lowered.isascii() else _letters(lowered)
    return "-".join(letters.split())[:_LENGTH].strip("-") or otherwise


def readable(text: str) -> str | None:
    """A name as a slug of a to z, digits and hyphens; None where that would tell little of it."""
    slug = slug_of(text, is_latin=True)
    plain = normal("NFKD", text).encode("ascii", "ignore").decode()
    kept, every = (sum(map(str.isalnum, each)) for each in (plain, normal("NFC", text)))
    return slug if kept and kept * 2 >= every else None


def _letters(lowered: str) -> str:
    # A vowel sign belongs to the letter it stands on; Arabic leaves it out of addresses.
    return "".join(
        sign if sign.isalnum() or unicodedata.category(sign).startswith("M") else " "
        for sign in _ARABIC_VOWELS.sub("", normal("NFC", lowered))
    )
