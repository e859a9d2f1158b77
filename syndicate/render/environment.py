"""The Jinja2 environment of one language, for mails and pages alike.

Templates are looked up in the installed package (wheel), then in the checkout (editable install).
Everything is escaped, an unknown name is an error, and no template reaches a database or the
network: they get plain data.
"""

import datetime as dt
import re
from functools import cache
from importlib import resources
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_skeleton, get_datetime_format
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from syndicate import clock
from syndicate.languages import direction
from syndicate.translations import catalogue, known_language, say

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
    jinja.filters.update(
        day=lambda moment, zone="UTC": day(moment, known, zone),
        moment=lambda moment, zone="UTC": moment_text(moment, known, zone),
    )
    return jinja


def day(moment: dt.datetime | dt.date, language: str, zone: str = "UTC") -> str:
    """A date in words: "Monday, 31 March 2014", "lundi 31 mars 2014"."""
    date = _local(moment, zone).date() if isinstance(moment, dt.datetime) else moment
    return format_date(date, "full", locale=_locale(language))


def moment_text(moment: dt.datetime, language: str, zone: str = "UTC") -> str:
    """A time to the minute with its zone: "31 Mar 2014 16:26 UTC"."""
    local = _local(moment, zone)
    name = local.tzname() or ""
    # A zone without a name of its own: a bare "+03" would turn round in a line from right to left.
    zone_name = f"UTC{name}" if name[:1] in ("+", "-") else name
    date, time = _date_and_time(local, "yMMMd", language)
    return f"{date} {time} {zone_name}"


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
