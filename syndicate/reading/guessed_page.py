"""Whether a feed that names no code page was understood: it was read as Windows-1252, by guess.

    words of a Western language, or marks alone ──> sure: nothing is said
    words of Latin letters ───────────────────────> likely: taken, and told
    signs in heaps ("Íîâîñòè", "ÖÐ¹ú", "Za¿ó³æ") ─> unlikely: each such story is left out, and told

The letters tell a language only together: þ with "og" is Icelandic, þ with "ve" is Turkish misread.
"""

import dataclasses
import enum
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from syndicate import scripts
from syndicate.reading.records import MAX_SAID, Entry, ParsedFeed

# Marks that stand at the same numbers in each of Windows' code pages.
_MARKS = re.compile("[\x00-\x40\\[-`{-\x7f\u2010-\u203a\u20ac\u2122\xa0\xa9\xab\xae\xb0\xb7\xbb]+")
_TAG = re.compile(r"<[^<>]*>")
_LETTERS = {
    "French": "àâæçéèêëîïôœùûüÿ",
    "German": "äöüßé",
    "Spanish": "áéíñóúüºª¿¡",
    "Portuguese": "ãáàâçéêíóôõúüºª",
    "Italian": "àèéìíîòóùú",
    "Dutch": "éëïöüèáíóúê",
    "Swedish": "åäöéü",
    "Danish and Norwegian": "æøåéòôüö",
    "Finnish": "åäöšžé",
    "Icelandic": "áðéíóúýþæö",
    "Catalan": "àçèéíïòóúü·",
    "Irish": "áéíóú",
}
_WORDS = {
    "French": "le la les des du et est une dans pour sur au aux pas plus que qui avec par ce son",
    "German": "der die das und ist im den mit von für auf dem ein eine nicht zu sich als auch nach",
    "Spanish": "el la los las de del y en que un una por para con se su al es más como",
    "Portuguese": "o os as de da do das dos e em no na que um uma por para com não mais ao",
    "Italian": "il lo la gli le di del della e in che un una per con non più dei alla nel",
    "Dutch": "de het een en van in is op te dat voor met niet zijn aan er ook bij naar om",
    "Swedish": "och att det som en ett av på för med är den till inte har de om kan från nya",
    "Danish and Norwegian": "og at det som en et af av på for med er den til ikke har de om fra",
    "Finnish": "ja on ei se että oli joka mutta kun myös sen ovat kuin uusi vuoden ollut hän",
    "Icelandic": "og að er í á sem til um við það var en fyrir ekki með hann af frá nýja verður",
    "Catalan": "el la els les de del i en que un una per amb als al és més com no dels",
    "Irish": "an na agus ar is le do i go ag sa den nach bhí tá leis seo faoi bheith cé",
}
_ENGLISH = {*("the", "an", "of", "to", "and", "in", "is", "for", "on", "with", "at", "by", "from")}
_OF = {name: frozenset(words.split()) for name, words in _WORDS.items()}
_FEW = 2  # different words that make a language
_STRAY = 2  # words that a byte or two may spoil in a text of another language
_RARE = 20  # words of English for one with a letter that it lacks


class Guess(enum.Enum):
    """How sure it is that a text is in Windows-1252."""

    SURE = enum.auto()
    LIKELY = enum.auto()
    UNLIKELY = enum.auto()


@dataclass(frozen=True)
class _Seen:
    """Words of a text; of those with signs beyond ASCII, which are Latin, and how many are not."""

    words: tuple[str, ...]
    latin: tuple[str, ...]
    odd: int

    @property
    def is_unlikely(self) -> bool:
        return self.odd > 0 and self.odd >= len(self.latin)


def judged(feed: ParsedFeed) -> ParsedFeed:
    """A feed whose code page was guessed, without the stories for which the guess is wrong."""
    guess = guess_of(" ".join(_said(each) for each in feed.entries))
    if guess is Guess.SURE:
        return feed
    strange = [each for each in feed.entries if _seen(_said(each)).is_unlikely]
    if strange and guess is Guess.UNLIKELY:
        left = tuple(each for each in feed.entries if each not in strange)
        return dataclasses.replace(
            feed, entries=left, misread=tuple(each.link or each.title for each in strange)
        )
    first = next((each for each in feed.entries if not _said(each).isascii()), None)
    if first is None or feed.language:
        return feed
    return dataclasses.replace(feed, guessed=first.title[:MAX_SAID] or first.link)


def guess_of(text: str) -> Guess:
    """How sure it is that a text which was read as Windows-1252 is in it."""
    seen = _seen(text)
    if seen.is_unlikely and seen.odd > _STRAY:
        return Guess.UNLIKELY
    if not seen.latin and not seen.odd:
        return Guess.SURE
    known = set(seen.words)
    if len(known & _ENGLISH) > _FEW and (len(seen.latin) + seen.odd) * _RARE <= len(seen.words):
        return Guess.SURE
    letters = {each for word in seen.latin for each in word if not each.isascii()}
    is_sure = not seen.odd and any(
        letters <= set(_LETTERS[name]) and len(known & words) >= _FEW for name, words in _OF.items()
    )
    return Guess.SURE if is_sure else Guess.LIKELY


def _said(entry: Entry) -> str:
    texts = (
        entry.title,
        *entry.authors,
        entry.summary,
        _TAG.sub(" ", entry.content[: scripts.MOST]),
    )
    return " ".join(texts)[: scripts.MOST]


def _seen(text: str) -> _Seen:
    words = tuple(_words(text))
    beyond = [word for word in words if not word.isascii()]
    latin = tuple(word.lower() for word in beyond if _is_latin(word))
    return _Seen(tuple(word.lower() for word in words), latin, len(beyond) - len(latin))


def _words(text: str) -> Iterator[str]:
    return filter(None, _MARKS.split(text))


def _is_latin(word: str) -> bool:
    """Whether it looks like a word: letters, and those beyond ASCII are the fewer.

    "été" is one, and "à"; so is what ends in an ordinal sign, or begins with "¿".
    """
    bare = word.lstrip("¿¡").rstrip("ºª¹²³")
    if not bare:
        return True
    if not all(unicodedata.category(each).startswith("L") for each in bare):
        return False
    beyond = sum(not each.isascii() for each in bare)
    if len(bare) == 1:
        return bare in "àéóöåíáèêôúÀÉÓÖÅÍÁÈÊÔÚ"
    return beyond * 2 <= len(bare) or (len(bare) == 3 and beyond == 2)  # noqa: PLR2004 - "été"
