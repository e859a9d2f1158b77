"""What a language tag says, for every part of the house: its one form, its script's way, its name.

    "EN_gb"  ─ normalised ─> "en-GB" ─ primary ─> "en"
    "ku-Arab" ─ direction ─> "rtl"          "ar" ─ own_name ─> "العربية"
    "en", "خبر" ─ direction_of ─> "rtl"

What CLDR knows comes from Babel: the script a language is written in where its tag names none, and
which way a script runs. What it does not know stands in `_SCRIPTS` and `_RIGHT_TO_LEFT`.

Source: RFC 5646 2.1.1 (form of a tag) and 2.2; CLDR (likely subtags, layout).
"""

import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Literal, TypeVar

from babel import Locale, UnknownLocaleError
from babel.core import get_global

from syndicate.scripts import script_of

Direction = Literal["ltr", "rtl"]
T = TypeVar("T")

_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8}){0,3}$")
# "Undetermined", and what some systems write for it.
UNDETERMINED = "und"
_NO_LANGUAGE = frozenset({UNDETERMINED, "xx"})
_SCRIPT, _REGION = 4, 2  # letters in a subtag of each kind
# Kurdish is written in Arabic letters there, whichever of its languages is meant; CLDR has one
# script for all of "ku". It knows Western Punjabi as "pa-PK" alone.
_SCRIPTS = {"ku-IQ": "Arab", "ku-IR": "Arab", "pnb": "Arab"}
# Scripts from right to left whose languages Babel has no locale of (ISO 15924).
_RIGHT_TO_LEFT = frozenset(
    {"Adlm", "Aran", "Armi", "Mand", "Mend", "Nkoo", "Samr", "Syre", "Syrj", "Syrn"}
)
_KEPT = 512  # tags; a newsroom has a handful, and strangers' feeds may name any


def normalised(text: str | None) -> str | None:
    """A tag in its one form, `pt-BR` or `az-Arab-IR`; None when it names no language."""
    tidy = (text or "").strip().replace("_", "-")
    if not _TAG.match(tidy) or tidy.lower() in _NO_LANGUAGE:
        return None
    head, *rest = tidy.split("-")
    return "-".join([head.lower(), *map(_subtag, rest)])


def is_known(tag: str) -> bool:
    """Whether CLDR knows the language of a normalised tag: "en-GB" is one, "qq" is not."""
    head = primary(tag)
    lists = (get_global("language_aliases"), get_global("likely_subtags"), Locale("en").languages)
    return any(head in known for known in lists)


def spoken(words: Mapping[str, T], language: str) -> T | None:
    """What is said in a language: in its own tag, else in its primary one ("ar" for "ar-EG")."""
    return words.get(language) or words.get(primary(language))


def primary(language: str) -> str:
    """The language of a tag without script and region: "en" of "en-GB"; a private one whole.

    Source: RFC 5646 2.2.1 and 2.2.7.
    """
    lower = language.strip().lower().replace("_", "-")
    return lower if lower[1:2] == "-" else lower.partition("-")[0]


@lru_cache(maxsize=_KEPT)
def direction(language: str | None) -> Direction:
    """The way a tag's script runs; "ltr" where nobody knows."""
    return _way(_script_in(normalised(language) or ""))


def direction_of(language: str | None, *texts: str | None) -> Direction:
    """The way a text runs: its language's, or from right to left where most of its letters do.

    A source may call all its stories English, and not be right. It is not asked the other way
    round: a headline in Arabic may well be Latin names and nothing else.
    """
    way = direction(language)
    return _way(script_of("\n".join(filter(None, texts)))) if way == "ltr" else way


@lru_cache(maxsize=_KEPT)
def script(language: str) -> str:
    """The script that a tag names, or its language is written in; "" when nobody knows."""
    return _script_in(normalised(language) or "")


def undetermined(script: str) -> str:
    """The tag of a language that nobody knows, in a script: "und-Arab" (RFC 5646 4.1)."""
    return f"{UNDETERMINED}-{script}"


def is_undetermined(language: str) -> bool:
    """Whether a tag names no language."""
    return primary(language) == UNDETERMINED


def own_name(language: str) -> str:
    """What a language calls itself: "العربية"; its tag when nobody knows."""
    for each in (language, primary(language)):
        try:
            return Locale.parse(each, sep="-").display_name or language
        except (UnknownLocaleError, ValueError):
            continue
    return language


def nearest(language: str, offered: Collection[str]) -> str | None:
    """The offered tag that a tag means: "en-GB" and "EN" mean "en", and "en" the one "en-GB".

    Args:
        language: a BCP 47 tag in any case, with hyphens or underscores.
        offered: tags.

    Returns:
        None when none is offered, or two could be meant. Source: RFC 4647 3.4 (lookup).
    """
    wanted = _parts(language)
    for length in range(len(wanted), 0, -1):
        found = [each for each in offered if _parts(each) == wanted[:length]]
        if found:
            return found[0]
    wider = [each for each in offered if wanted and _parts(each)[: len(wanted)] == wanted]
    return wider[0] if len(wider) == 1 else None


def _script_in(tag: str) -> str:
    """The script that a normalised tag names, or is written in; "" when nobody knows."""
    head, *rest = tag.split("-")
    named = next((part for part in rest if len(part) == _SCRIPT and part.isalpha()), None)
    if named is not None:
        return named
    region = next((part for part in rest if len(part) == _REGION), "")
    aliases, likely = get_global("language_aliases"), get_global("likely_subtags")
    for each in (f"{head}-{region}", head):
        if each in _SCRIPTS:
            return _SCRIPTS[each]
        alias: str = aliases.get(each, each).replace("-", "_")
        for known in (alias, alias.partition("_")[0]):
            if known in likely and (known == alias or each == head):
                return str(likely[known].split("_")[1])
    return ""


@lru_cache(maxsize=_KEPT)
def _way(script: str) -> Direction:
    if script in _RIGHT_TO_LEFT:
        return "rtl"
    written_in: str = get_global("likely_subtags").get(f"und_{script}", "und").partition("_")[0]
    return "rtl" if _locale(written_in, "ltr") == "rtl" else "ltr"


def _locale(language: str, otherwise: str) -> str:
    try:
        return str(Locale.parse(language).text_direction)
    except (UnknownLocaleError, ValueError):
        return otherwise


def _subtag(part: str) -> str:
    """A subtag behind the first: a script begins with a capital, a region is in capitals."""
    if len(part) == _REGION:
        return part.upper()
    return part.title() if len(part) == _SCRIPT and part.isalpha() else part


def _parts(language: str) -> list[str]:
    return [part for part in language.strip().casefold().replace("_", "-").split("-") if part]
