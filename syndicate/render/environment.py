"""The Jinja2 environment of one language, for mails and pages alike.

Templates are looked up in the installed package (wheel), then in the checkout (editable install).
Everything is escaped, an unknown name is an error, and no template reaches a database or the
network: they get plain data.
"""

import datetime as dt
import re
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path

from babel import Locale
from babel.core import get_global
from babel.dates import format_date, format_skeleton, get_datetime_format, get_timezone_location
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from syndicate import clock
from syndicate.languages import direction
from syndicate.translations import catalogue, known_language, say

# What templates call the zone of whoever reads, for moments that belong to no other.
OWN_ZONE = "own_zone"
_NO_BREAK = "\N{NO-BREAK SPACE}"
# CLDR's territories of what lies in none.
_NO_COUNTRY = frozenset({"001", "ZZ"})
# In a pattern of CLDR: the place of date or time; words in quotes; a quote, which stands twice.
_PART = re.compile(r"\{(?P<place>[01])\}|'(?P<quoted>[^']*)'")


@cache
def environment(language: str) -> Environment:
    """The environment in which a language's templates render.

    Args:
        language: a BCP 47 tag; one without catalogue gets English.
    """
    known = known_language(language)
    jinja = Environment(
        loader=FileSystemLoader(template_folders()),
        autoescape=lambda name: not (name or "").endswith(".txt"),  # noqa: S701 - text has no markup
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    translations = catalogue(known)
    jinja.install_gettext_callables(  # type: ignore[attr-defined]  # the i18n extension adds it
        translations.ugettext, translations.ungettext, newstyle=True
    )
    jinja.globals.update(
        language=language, direction=direction(language), direction_of=direction, say=say
    )

    @pass_context
    def in_day(context: Context, moment: dt.datetime | dt.date, zone: str = "") -> str:
        return day(moment, known, zone or _own_zone(context))

    @pass_context
    def in_moment(context: Context, moment: dt.datetime, zone: str = "") -> str:
        chosen = zone or _own_zone(context)
        time = time_text(moment, known, chosen)
        if context.eval_ctx.autoescape:  # markup is broken into lines, and a text is read as it is
            time = time.replace(" ", _NO_BREAK, 1)
        return f"{_date_and_time(_local(moment, chosen), 'yMMMd', known)[0]} {time}"

    jinja.filters.update(day=in_day, moment=in_moment)
    return jinja


def day(moment: dt.datetime | dt.date, language: str, zone: str = "UTC") -> str:
    """A date in words: "Monday, 31 March 2014", "lundi 31 mars 2014"."""
    date = _local(moment, zone).date() if isinstance(moment, dt.datetime) else moment
    return format_date(date, "full", locale=_locale(language))


def moment_text(moment: dt.datetime, language: str, zone: str = "UTC") -> str:
    """A time to the minute with its zone: "31 Mar 2014 16:26 Qatar Time"."""
    date, _ = _date_and_time(_local(moment, zone), "yMMMd", language)
    return f"{date} {time_text(moment, language, zone)}"


def time_text(moment: dt.datetime, language: str, zone: str = "UTC") -> str:
    """A time of day with its zone as people call it: "16:26 CEST", "16:26 Qatar Time"."""
    local = _local(moment, zone)
    name = local.tzname() or ""
    if name[:1] in ("+", "-"):
        # A bare "+03" would turn round in a line from right to left.
        name = _zone_name(zone, language) or f"UTC{name}"
    return f"{_date_and_time(local, 'yMMMd', language)[1]} {name}"


def brief(moment: dt.datetime, language: str, zone: str = "UTC") -> str:
    """A time without its year or zone, for a list of new articles: "31 Mar, 16:26".

    Source: CLDR (date and time are joined by a pattern, in which quoted words are text).
    """
    date, time = _date_and_time(_local(moment, zone), "MMMd", language)
    both = str(get_datetime_format("medium", locale=_locale(language)))
    return _PART.sub(lambda found: _put(found, date, time), both)


def template_folders() -> list[Path]:
    """Where templates are found: the package's copy if there is one, then the checkout's."""
    packaged = Path(str(resources.files("syndicate"))) / "templates"
    checkout = Path(__file__).resolve().parents[2] / "templates"
    return [folder for folder in (packaged, checkout) if folder.is_dir()]


@lru_cache(maxsize=256)
def _zone_name(zone: str, language: str) -> str | None:
    """A zone by its country, where it has one: "Qatar Time".

    Source: CLDR (generic location format).
    """
    known = get_global("zone_aliases").get(zone, zone)
    if get_global("zone_territories").get(known, "ZZ") in _NO_COUNTRY:
        return None
    return str(get_timezone_location(clock.zone_or_utc(zone), locale=_locale(language)))


def _own_zone(context: Context) -> str:
    return str(context.get(OWN_ZONE) or "UTC")


def _put(found: re.Match[str], date: str, time: str) -> str:
    if found["place"]:
        return date if found["place"] == "1" else time
    return found["quoted"] or "'"


def _date_and_time(moment: dt.datetime, of_date: str, language: str) -> tuple[str, str]:
    """A date of these parts, and the time of day, as a language writes them.

    Source: CLDR (available formats).
    """
    locale = _locale(language)
    return (
        format_skeleton(of_date, moment, locale=locale),
        format_skeleton("Hm", moment, locale=locale),
    )


def _local(moment: dt.datetime, zone: str) -> dt.datetime:
    return moment.astimezone(clock.zone_or_utc(zone))


def _locale(language: str) -> Locale:
    # English as newsrooms outside the United States write it: day before month.
    return Locale.parse("en_GB" if language == "en" else language)
