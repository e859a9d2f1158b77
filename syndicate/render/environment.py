"""The Jinja2 environment of one language, for mails and pages alike.

Templates are looked up in the installed package (wheel), then in the checkout (editable install).
Everything is escaped, an unknown name is an error, and no template reaches a database or the
network: they get plain data. No value turns about what stands beside it (`characters.defused`).
"""

import datetime as dt
from functools import cache
from importlib import resources
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from syndicate import phrases
from syndicate.characters import defused
from syndicate.languages import direction, direction_of
from syndicate.translations import catalogue, known_language, say

# What templates call the zone of whoever reads, for moments that belong to no other.
OWN_ZONE = "own_zone"
# And what operators are called, by who they are to the audit.
OPERATORS = "operator_names"
_NO_BREAK = "\N{NO-BREAK SPACE}"


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
        finalize=_defused,
        extensions=["jinja2.ext.i18n"],
    )
    translations = catalogue(known)
    jinja.install_gettext_callables(  # type: ignore[attr-defined]  # the i18n extension adds it
        translations.ugettext, translations.ungettext, newstyle=True
    )
    jinja.globals.update(
        language=language, direction=direction(language), direction_of=direction_of, say=say
    )

    @pass_context
    def in_day(context: Context, at: dt.datetime | dt.date, zone: str = "") -> str:
        return phrases.day(at, zone or _own_zone(context), known)

    @pass_context
    def in_moment(context: Context, at: dt.datetime, zone: str = "") -> str:
        chosen = zone or _own_zone(context)
        time = phrases.time(at, chosen, known)
        if context.eval_ctx.autoescape:  # markup is broken into lines, and a text is read as it is
            time = time.replace(" ", _NO_BREAK, 1)
        return f"{phrases.date(at, chosen, known)} {time}"

    @pass_context
    def by_name(context: Context, actor: str) -> str:
        return phrases.who(actor, context.get(OPERATORS) or {})

    jinja.filters.update(
        day=in_day,
        moment=in_moment,
        number=phrases.number,
        counted=phrases.counted,
        address_line=phrases.address_line,
        by_name=by_name,
    )
    jinja.tests["beginning_with"] = phrases.begins_with
    return jinja


def template_folders() -> list[Path]:
    """Where templates are found: the package's copy if there is one, then the checkout's."""
    packaged = Path(str(resources.files("syndicate"))) / "templates"
    checkout = Path(__file__).resolve().parents[2] / "templates"
    return [folder for folder in (packaged, checkout) if folder.is_dir()]


def _defused(value: object) -> object:
    if isinstance(value, Markup):
        return Markup(defused(str.__str__(value)))  # noqa: S704 - the same, less some characters
    return defused(value) if isinstance(value, str) else value


def _own_zone(context: Context) -> str:
    return str(context.get(OWN_ZONE) or "UTC")
