"""What all faces write alike for people: a moment, a number, a count, an issue.

    moment(at, "Europe/Paris")         "24 Nov 2026 09:00 CET"
    counted(1, "story")                "1 story"
    counted(2, "feed was", "feeds were")   "2 feeds were"
    issue(13, 2)                       "No. 2"

Console, command line, mails to operators and every refusal say it in English; readers' pages and
mails say a moment in their language. Programs, logs and the audit get ISO 8601 (`clock.iso`) and
bare numbers instead. `tests/house/test_phrases.py` looks for what writes them in another way.
"""

import datetime as dt
import importlib
import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from babel import Locale
from babel.core import get_global

from syndicate.zones import zone_or_utc

_ENGLISH = "en"
_NARROW = "\N{NARROW NO-BREAK SPACE}"
# CLDR's territories of what lies in none.
_NO_COUNTRY = frozenset({"001", "ZZ"})
# In a pattern of CLDR: the place of date or time; words in quotes; a quote, which stands twice.
_PART = re.compile(r"\{(?P<place>[01])\}|'(?P<quoted>[^']*)'")
_HISSES = ("s", "x", "z", "ch", "sh")
_VOWELS = "aeiou"
_COMMAS, _COMMA_OF_ARABIC = " ,;،؛", "، "
_ARABIC = re.compile("[\u0620-\u064a]")
# Who is no operator, by what they work with.
_WORKING_BY = {"cli": "command line", "console": "console", "token": "token"}


def moment(at: dt.datetime, zone: str = "UTC", language: str = _ENGLISH) -> str:
    """A time to the minute with its zone: "31 Mar 2014 16:26 Qatar Time"."""
    return f"{date(at, zone, language)} {time(at, zone, language)}"


def date(at: dt.datetime, zone: str = "UTC", language: str = _ENGLISH) -> str:
    """The date of a moment, as `moment` begins: "31 Mar 2014"."""
    return _formatted("yMMMd", _local(at, zone), language)


def time(at: dt.datetime, zone: str = "UTC", language: str = _ENGLISH) -> str:
    """A time of day with its zone as people call it: "16:26 CEST", "16:26 Qatar Time"."""
    local = _local(at, zone)
    name = local.tzname() or ""
    if name[:1] in ("+", "-"):
        # A bare "+03" would turn round in a line from right to left.
        name = _zone_name(zone, language) or f"UTC{name}"
    return f"{_formatted('Hm', local, language)} {name}"


def day(at: dt.datetime | dt.date, zone: str = "UTC", language: str = _ENGLISH) -> str:
    """A date in words: "Monday, 31 March 2014", "lundi 31 mars 2014"."""
    local = _local(at, zone).date() if isinstance(at, dt.datetime) else at
    return str(_dates().format_date(local, "full", locale=_locale(language)))


def weekday(number: int, language: str = _ENGLISH) -> str:
    """A weekday, 1 for Monday, by its name: "Monday"."""
    return str(_locale(language).days["format"]["wide"][number - 1])


def listed(words: Sequence[str], language: str = _ENGLISH) -> str:
    """Words one after another, as a language joins them: "Monday, Friday and Sunday"."""
    lists: Any = importlib.import_module("babel.lists")
    return str(lists.format_list(list(words), locale=_locale(language)))


def brief(at: dt.datetime, zone: str = "UTC", language: str = _ENGLISH) -> str:
    """A time without its year or zone, for a list of new articles: "31 Mar, 16:26".

    Source: CLDR (date and time are joined by a pattern, in which quoted words are text).
    """
    local = _local(at, zone)
    parts = (_formatted("Hm", local, language), _formatted("MMMd", local, language))
    both = str(_dates().get_datetime_format("medium", locale=_locale(language)))
    return _PART.sub(lambda found: _put(found, parts), both)


def number(value: int) -> str:
    """A number with its thousands apart, on one line: "12 000"."""
    return f"{value:,}".replace(",", _NARROW)


def counted(value: int, one: str, many: str | None = None) -> str:
    """A number of things: "1 story", "2 stories", "0 stories".

    Args:
        value: how many.
        one: what one of them is called, and what else follows it: "story", "feed was".
        many: the same of several; by the rule of English for a word that follows it.
    """
    return f"{number(value)} {one if value == 1 else many or _plural(one)}"


def issue(issue_id: int, number: int | None) -> str:
    """What an issue is called: "No. 2", as its readers count; before it has that, "Issue id 13"."""
    return f"Issue id {issue_id}" if number is None else f"No. {number}"


def address_line(address: str, *, without: str = "") -> str:
    """A postal address on one line, as it was typed in several: "3 Quay Street, Piraeus".

    Args:
        address: with line breaks or without.
        without: a name that need not be said again where the address begins with it.
    """
    lines = [" ".join(line.split()).rstrip(_COMMAS) for line in address.splitlines()]
    whole = _COMMA_OF_ARABIC if _ARABIC.search(address) else ", "
    said = whole.join(line for line in lines if line)
    rest = said[len(without) :].lstrip()
    is_named = bool(without) and begins_with(said, without) and rest[:1] in _COMMAS
    return rest.lstrip(_COMMAS) if is_named else said


def begins_with(address: str, name: str) -> bool:
    """Whether an address says a name first, as many do: it is not put before it again."""
    said, wanted = " ".join(address.split()).casefold(), " ".join(name.split()).casefold()
    after = said[len(wanted) : len(wanted) + 1]
    return bool(wanted) and said.startswith(wanted) and not after.isalnum()


def who(actor: str, names: Mapping[str, str]) -> str:
    """Who did something, as people call them: "Lina", "root (command line)", "cms (token)".

    Args:
        actor: as the audit and rows name them: "operator:lina".
        names: of the operators, as `store.platform.operators.names` gives them.
    """
    kind, _, name = actor.partition(":")
    if actor in names or kind not in _WORKING_BY or not name:
        return names.get(actor, actor)
    return f"{name} ({_WORKING_BY[kind]})"


def _plural(word: str) -> str:
    if word.endswith("y") and word[-2:-1] not in _VOWELS:
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(_HISSES) else f"{word}s"


@cache
def _dates() -> Any:
    """Babel's dates: they take longer to load than most commands to run, and few write one."""
    return importlib.import_module("babel.dates")


@lru_cache(maxsize=256)
def _zone_name(zone: str, language: str) -> str | None:
    """A zone by its country, where it has one: "Qatar Time".

    Source: CLDR (generic location format).
    """
    known = get_global("zone_aliases").get(zone, zone)
    if get_global("zone_territories").get(known, "ZZ") in _NO_COUNTRY:
        return None
    return str(_dates().get_timezone_location(zone_or_utc(zone), locale=_locale(language)))


def _put(found: re.Match[str], parts: tuple[str, str]) -> str:
    return parts[int(found["place"])] if found["place"] else found["quoted"] or "'"


def _formatted(parts: str, local: dt.datetime, language: str) -> str:
    """These parts of a local time as a language writes them.

    Source: CLDR (available formats).
    """
    return str(_dates().format_skeleton(parts, local, locale=_locale(language)))


def _local(at: dt.datetime, zone: str) -> dt.datetime:
    return at.astimezone(zone_or_utc(zone))


def _locale(language: str) -> Locale:
    # English as newsrooms outside the United States write it: day before month.
    return Locale.parse("en_GB" if language == _ENGLISH else language)
