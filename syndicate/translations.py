"""What the house says to readers, in each language it speaks: gettext catalogues (.po).

They are read as they are written, so that no compiled file can go stale.
"""

import io
from functools import cache
from importlib import resources

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from syndicate.languages import primary

LANGUAGES = ("en", "ar")


def known_language(language: str) -> str:
    """The language whose catalogue serves a tag: "ar-QA" → "ar", one we lack → "en"."""
    known = primary(language)
    return known if known in LANGUAGES else LANGUAGES[0]


@cache
def catalogue(language: str) -> Translations:
    """The translations of one of `LANGUAGES`."""
    source = resources.files("syndicate.locale").joinpath(f"{language}.po").read_bytes()
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(source), locale=language))
    compiled.seek(0)
    return Translations(compiled)


def say(language: str, message: str, **values: str) -> str:
    """A message of ours in a language that need not be the template's own: `say("ar", "…")`."""
    translated = catalogue(known_language(language)).ugettext(message)
    return translated % values if values else translated
