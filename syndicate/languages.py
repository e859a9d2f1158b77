"""What languages call themselves."""

from babel import Locale, UnknownLocaleError


def own_name(language: str) -> str:
    """What a language calls itself: "العربية"; its tag when nobody knows."""
    try:
        return Locale.parse(language, sep="-").display_name or language
    except (UnknownLocaleError, ValueError):
        return language
