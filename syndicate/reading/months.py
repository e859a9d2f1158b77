"""Names of months as Arabic writes them: the Gulf's and Egypt's, the Levant's, the Maghreb's.

They are put into English, so that one reader knows dates of both languages. A day is often written
with two names of its month ("نوفمبر/تشرين الثاني"); two that differ are no date.

Source: CLDR 46, `ar` with its regions `ar-SY`, `ar-IQ`, `ar-DZ`, `ar-TN`, `ar-MA` and `ar-MR`.
"""

import re
import unicodedata
from functools import lru_cache

ENGLISH = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
# Letters that are written in more than one way, and the one under which they are looked up.
LETTERS = str.maketrans("أإآٱىة", "اااايه")
# Spelt without hamza, madda and vowel signs, as `_plain` leaves them.
_ARABIC = (
    ("يناير", "كانون الثاني", "جانفي"),
    ("فبراير", "شباط", "فيفري"),
    ("مارس", "اذار"),
    ("ابريل", "نيسان", "افريل"),
    ("مايو", "ايار", "ماي"),
    ("يونيو", "يونيه", "حزيران", "جوان"),
    ("يوليو", "يوليه", "تموز", "جويليه", "يوليوز"),
    ("اغسطس", "اب", "اوت", "غشت", "اغشت"),
    ("سبتمبر", "ايلول", "شتنبر", "شتمبر"),
    ("اكتوبر", "تشرين الاول"),
    ("نوفمبر", "تشرين الثاني", "نونبر"),
    ("ديسمبر", "كانون الاول", "دجنبر", "دجمبر"),
)
_NUMBERS = {name: number for number, names in enumerate(_ARABIC) for name in names}
_NAME = "|".join(sorted(_NUMBERS, key=len, reverse=True))
_WRITTEN = re.compile(rf"(?<!\w)({_NAME})(?:\s?[/(-]\s?({_NAME})\)?)?(?!\w)")
_HAS_ARABIC = re.compile("[\u0600-\u06ff]")


@lru_cache(maxsize=512)  # the entries of a feed share a few days
def in_english(text: str) -> str:
    """A date whose month is written in Arabic, with its English name instead."""
    if not _HAS_ARABIC.search(text):
        return text
    return _WRITTEN.sub(_named, _plain(text))


def _named(match: re.Match[str]) -> str:
    first, second = _NUMBERS[match[1]], match[2]
    if second is not None and _NUMBERS[second] != first:
        return match[0]
    return ENGLISH[first]


def _plain(text: str) -> str:
    bare = "".join(sign for sign in text if unicodedata.category(sign) != "Mn" and sign != "ـ")
    return bare.translate(LETTERS)
