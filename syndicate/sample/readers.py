"""The sample's readers: invented addresses at example.com, each with choices of its own.

    reader001@example.com,en,world politics,en,…

Every combination leaves its reader at least one story: each section has some in either language.
"""

from itertools import product

WORDING = "I would like to get The Morning Harbour by email and may stop it at any time."
ORIGIN = "sample readers"
_SECTIONS = (
    "",
    "world politics",
    "business",
    "science culture",
    "world",
    "culture",
    "politics business science",
    "world business",
)
# Language of the frame, and of the stories; empty means all.
_LANGUAGES = (("en", "en"), ("ar", "ar"), ("en", ""), ("ar", ""))
_COMBINATIONS = tuple(product(_LANGUAGES, _SECTIONS))


def address(number: int) -> str:
    """The address of the reader of a number, from 1."""
    return f"reader{number:03}@example.com"


def choices(number: int) -> tuple[str, str, str]:
    """What a reader chose.

    Args:
        number: of the reader, from 1.

    Returns:
        Language of the frame, section slugs and languages of the stories, both separated by blanks
        and empty for all of them.
    """
    (frame, languages), sections = _COMBINATIONS[(number - 1) % len(_COMBINATIONS)]
    return frame, sections, languages
