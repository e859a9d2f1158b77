"""Bylines into names: whatever a publisher writes in an author's place, as a list of names.

    name_list(["By North Desk, City Editor, and South Desk"])    a line as people write it
    listed(["North, Sons and South", "City Desk"])               a list already: not taken apart

A wrong name is worse than none: dates and what somebody is are no names, and what cannot be told
apart for certain stays one.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from syndicate.reading import byline_words, months
from syndicate.reading.text import plain

# What begins with a blank begins where blanks begin: else each of many is a beginning.
_ADDRESS = re.compile(r"(?<!\S)\S+@\S+")
# RSS 2.0: address (name)
_NAMED = re.compile(r"^(?=.*\)\s*$)\s*+\S[^\s@]*+@\S+\s*\((.+)\)\s*$")
# One letter joins names only where it is written small: "Mary Jane E Smith".
_AND = r"(?:(?i:and|und|et|en|och|og|dan|with|avec|mit|και)|ve|ja|és|și|şi|và|y|e|i|и|і|та|&|و)"  # noqa: RUF001 - one letter
# Given names that begin many Arabic names: "and" is written to them without a blank, and is the
# first letter of other names (وليد), so only before these is it sure.
_ARABIC_GIVEN = "عبد|محمد|محمود|مصطفى|حسن|حسين|علي|عمر|عمرو|يوسف|خالد|سعيد|فاطمة|مريم|سارة|ليلى|نور"
# Initials, towns: Elena Oberholzer (obe). Within a name they are part of it: Richard (R.J.) Roe.
_ASIDE = re.compile(rf"(?<!\s)\s*+\([^()]{{0,40}}\)(?=\s*+(?:$|[,،;؛|/<>]|{_AND}\s))")
_INITIALS = re.compile(r"(?<!\s)\s++\([a-z]{2,4}\.?\)$")
_ALWAYS = re.compile(r"[;|؛、]|(?<!\s)\s++[•·]\s")
_WRITTEN_TO = rf"و(?=[أإآ]|(?:{_ARABIC_GIVEN})(?!\w))"
_BETWEEN = re.compile(
    rf"[,،/]\s*+(?:{_AND}\s++|{_WRITTEN_TO})?|(?<!\s)\s++(?:{_AND}\s++|{_WRITTEN_TO})"
)
_COMMAS = frozenset(",،")
# One person's two family names are joined so: Ramón y Cajal.
_OF_FAMILIES = frozenset("yei")
_NOT_A_NAME = re.compile(r"https?://|^\W*$", re.IGNORECASE)
_MONTH = (
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|fév|avr|mai|jui|aoû|déc|mär|okt|dez"
    r"|ene|abr|ago|dic|gen|mag|giu|lug|set|ott|fev|out)"
)
_DAY = re.compile(
    rf"\b\d{{1,2}}(?:st|nd|rd|th|\.)?\s(?:de\s)?{_MONTH}|\b{_MONTH}\w{{0,9}}\.?\s\d{{1,2}}\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d{3,}|\d:\d\d")
# Behind a name and a comma, what somebody is; first in a line it may be all that is said.
_ROLES = frozenset(
    re.findall(
        r"\S+",
        "correspondent correspondents editor editors reporter reporters writer writers columnist "
        "journalist photographer contributor producer analyst technologist professor director "
        "correspondant correspondante journaliste rédacteur rédactrice korrespondent "
        "korrespondentin redakteur redakteurin reporterin corresponsal periodista redactor "
        "redactora correspondente jornalista repórter giornalista inviato inviata redacteur "
        "verslaggever مراسل مراسلة محرر محررة صحفي صحفية صحافي صحافية كاتب كاتبة",
    )
)
# What is written behind one person's name and a comma.
_SUFFIXES = frozenset(re.findall(r"\S+", "jr sr ii iii iv phd md dds jd mph esq obe mbe cbe mp"))
_WORD = re.compile(r"[^\W\d_]+")
MAX_NAMES = 20
MAX_NAME = 120


class _Part(NamedTuple):
    said: str
    is_and: bool


def name_list(written: Iterable[str]) -> tuple[str, ...]:
    """Names in order, each once, without addresses.

    One text with several names is parted only where it begins with a name of two words or more:
    "North Desk and South Desk, Reuters" is three, "Reuters, London" stays what it is.
    """
    return _each_once(name for text in written for name in _parted(text))


def listed(names: Iterable[str]) -> tuple[str, ...]:
    """Names that stand in a list already, each one whatever signs it holds; without addresses."""
    tidy = (_ADDRESS.sub("", _of_address(plain(each))).strip(" <>,;|/") for each in names)
    kept = (_INITIALS.sub("", byline_words.without_sign(each)) for each in tidy)
    return _each_once(
        each
        for each in kept
        if len(each) <= MAX_NAME and not _NOT_A_NAME.search(each) and not _NUMBER.search(each)
    )


def are_persons(names: Iterable[str]) -> bool:
    """Whether texts can be names of persons in full: two words at least, no number, no role."""
    return all(
        _is_full_name(each) and not _is_role(each) and not any(map(str.isdigit, each))
        for each in names
    )


def _each_once(names: Iterable[str]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(name.casefold(), name)
    return tuple(list(found.values())[:MAX_NAMES])


def _parted(text: str) -> list[str]:
    tidy = _of_address(plain(text))
    tidy = _ASIDE.sub("", _ADDRESS.sub("", tidy))
    tidy = byline_words.without_end(tidy)
    return [name for part in _ALWAYS.split(tidy) for name in _names(part)]


def _of_address(text: str) -> str:
    named = _NAMED.match(text)
    return named[1] if named else text


def _names(text: str) -> list[str]:
    text = text.strip(" ()<>,،;|/")
    tidy = byline_words.without_sign(text)
    if not tidy or _NOT_A_NAME.search(tidy) or byline_words.is_of_other_work(tidy):
        return []
    parts = _parts(tidy, is_signed=tidy != text)
    if not parts:
        return []
    if _is_full_name(parts[0].said):
        persons = list(_persons(parts))
        if all(map(_is_name, persons)):
            return persons
    return [tidy] if len(tidy) <= MAX_NAME and not _NUMBER.search(tidy) else []


def _parts(text: str, *, is_signed: bool) -> list[_Part]:
    """The parts of a byline that can be names.

    Args:
        text: the byline.
        is_signed: whether a word for "by" stood before it: it is a line that people wrote.
    """
    found: list[_Part] = []
    for at, (joint, part) in enumerate(_pieces(text)):
        said = byline_words.without_place(part) if is_signed else part
        said = said if _is_full_name(said) else part
        if _is_date(said) or (at and (said[0].isdigit() or byline_words.is_nobody(said))):
            continue
        # What stands alone behind a stroke, or a comma of a signed line, is a town.
        is_alone = at and " " not in said and not byline_words.is_agency(said)
        if is_alone and (joint == "/" or (is_signed and joint in _COMMAS)):
            if not (_is_suffix(said) or _is_role(said)):
                continue
        elif is_alone and joint in _OF_FAMILIES and found:
            found[-1] = _Part(f"{found[-1].said} {joint} {said}", is_and=found[-1].is_and)
            continue
        found.append(_Part(said, is_and=joint not in _COMMAS | {"", "/"}))
    return found


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """What stands between commas, strokes and words for "and", and which of them before it."""
    at, joint = 0, ""
    for sign in _BETWEEN.finditer(text):
        if part := text[at : sign.start()].strip():
            yield joint, part
        at, joint = sign.end(), sign[0].strip()
    if part := text[at:].strip():
        yield joint, part


def _persons(parts: list[_Part]) -> Iterator[str]:
    """The names among the parts of a line that begins with one.

    What follows a role belongs to it (an office, a house), up to an "and" right behind it or to
    somebody who has a role too.
    """
    held, of_role, is_right_behind = "", False, False
    for at, (part, is_and) in enumerate(parts):
        if _is_suffix(part):
            held = f"{held}, {part}" if held and not of_role else held
            continue
        if at and _is_role(part):
            of_role = is_right_behind = True
            continue
        if of_role and not (
            (is_and and is_right_behind) or (at + 1 < len(parts) and _is_role(parts[at + 1].said))
        ):
            is_right_behind = False
            continue
        of_role = False
        if held:
            yield held
        held = part
    if held:
        yield held


def _is_suffix(text: str) -> bool:
    return text.replace(".", "").casefold() in _SUFFIXES


def _is_role(text: str) -> bool:
    return not _ROLES.isdisjoint(_WORD.findall(text.casefold()))


def _is_date(text: str) -> bool:
    """Whether a part of a byline is a day or an hour, or another number that nobody bears."""
    return bool(_NUMBER.search(text) or _DAY.search(months.in_english(text)))


def _is_name(text: str) -> bool:
    return len(text.split()) <= 5 and text[:1].isalpha()  # noqa: PLR2004 - longer is a description


def _is_full_name(text: str) -> bool:
    return len(text.split()) > 1 and not text[:1].islower() and _is_name(text)
