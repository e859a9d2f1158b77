"""The script that a text is written in, by its letters. Pure.

    "افتتاح معرض" ──> "Arab"        "AP: 港の船" ──> "Jpan"        "2026: 50 %" ──> ""

Scripts are named as ISO 15924 names them; Japanese is "Jpan", Korean "Kore", Chinese "Hani".

Source: Unicode 16, 4.8 (a letter's name begins with its script); ISO 15924.
"""

import unicodedata
from collections import Counter
from functools import lru_cache

MOST = 4_000  # characters that are looked at; a language shows in fewer
LEAST = 3  # letters: a sign or two are no text
CLEAR = 0.6  # of all letters; below it a text is in two scripts
_ALPHABETIC = frozenset({"Lu", "Ll", "Lt", "Lo"})
_WIDTHS = frozenset({"FULLWIDTH", "HALFWIDTH"})
# The first word of a letter's name, and the script.
_NAMED = (
    "LATIN:Latn GREEK:Grek CYRILLIC:Cyrl ARMENIAN:Armn GEORGIAN:Geor COPTIC:Copt CHEROKEE:Cher "
    "CANADIAN:Cans ARABIC:Arab HEBREW:Hebr SYRIAC:Syrc THAANA:Thaa NKO:Nkoo ADLAM:Adlm "
    "SAMARITAN:Samr MANDAIC:Mand ETHIOPIC:Ethi TIFINAGH:Tfng VAI:Vaii DEVANAGARI:Deva "
    "BENGALI:Beng GURMUKHI:Guru GUJARATI:Gujr ORIYA:Orya TAMIL:Taml TELUGU:Telu KANNADA:Knda "
    "MALAYALAM:Mlym SINHALA:Sinh THAI:Thai LAO:Laoo TIBETAN:Tibt MYANMAR:Mymr KHMER:Khmr "
    "MONGOLIAN:Mong YI:Yiii JAVANESE:Java MEETEI:Mtei OL:Olck CJK:Hani BOPOMOFO:Hani "
    "HIRAGANA:Jpan KATAKANA:Jpan HANGUL:Kore"
)
_BY_NAME = {word: script for word, _, script in (each.partition(":") for each in _NAMED.split())}
# About how many letters of an alphabet one of theirs stands for.
_WEIGHTS = {"Hani": 3, "Jpan": 2, "Kore": 2}
MIXED = ("Jpan", "Kore")  # written with Han beside their own
_OF_HAN = 10  # one in so many is enough of their own to tell them from Chinese


def script_of(text: str) -> str:
    """The script that a text is written in; "" where none has most of its letters.

    Web and mail addresses in it do not count. ISO 15924; Japanese is "Jpan", Korean "Kore".
    """
    shares: Counter[str] = Counter()
    for sign, times in Counter(_without_addresses(text[:MOST])).items():
        if script := _script_of(sign):
            shares[script] += times * _WEIGHTS.get(script, 1)
    for mixed in MIXED:
        if 0 < shares["Hani"] <= shares[mixed] * _OF_HAN:
            shares[mixed] += shares.pop("Hani")
    total = shares.total()
    script, most = max(shares.items(), key=lambda share: share[1], default=("", 0))
    return script if most >= LEAST and most > total * CLEAR else ""


def _without_addresses(text: str) -> str:
    return "".join(
        word
        for word in text.split()
        if "://" not in word and "@" not in word and not word.lower().startswith("www.")
    )


@lru_cache(maxsize=8192)
def _script_of(sign: str) -> str:
    if unicodedata.category(sign) not in _ALPHABETIC:
        return ""
    names = unicodedata.name(sign, "").split()
    word = next((each for each in names if each not in _WIDTHS), "")
    return _BY_NAME.get(word, "")
