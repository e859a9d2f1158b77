"""What languages call themselves, and which of those on offer somebody means."""

from collections.abc import Collection

from babel import Locale, UnknownLocaleError


def own_name(language: str) -> str:
    """What a language calls itself: "العربية"; its tag when nobody knows."""
    try:
        return Locale.parse(language, sep="-").display_name or language
    except (UnknownLocaleError, ValueError):
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


def _parts(language: str) -> list[str]:
    return [part for part in language.strip().casefold().replace("_", "-").split("-") if part]
