"""What the house says to readers, in each language it speaks: gettext catalogues (.po).

A catalogue in `syndicate/locale`, named after its language, is all that a language needs. They are
read as they are written, so that no compiled file can go stale.
"""

import io
from functools import cache
from importlib import resources

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from syndicate.languages import primary

_FOLDER = resources.files("syndicate.locale")
# In which the sentences stand in code and templates, and which serves whom we have no words for.
_FIRST = "en"


def _languages() -> tuple[str, ...]:
    names = {each.name for each in _FOLDER.iterdir() if each.name.endswith(".po")}
    found = {name.removesuffix(".po") for name in names}
    return (_FIRST, *sorted(found - {_FIRST}))


LANGUAGES = _languages()


def known_language(language: str) -> str:
    """The language whose catalogue serves a tag: "ar-QA" → "ar", one we lack → "en"."""
    known = primary(language)
    return known if known in LANGUAGES else LANGUAGES[0]


@cache
def catalogue(language: str) -> Translations:
    """The translations of one of `LANGUAGES`."""
    source = _FOLDER.joinpath(f"{language}.po").read_bytes()
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(source), locale=language))
    compiled.seek(0)
    return Translations(compiled)


def say(language: str, message: str, **values: str) -> str:
    """A message of ours in a language that need not be the template's own: `say("ar", "…")`."""
    translated = catalogue(known_language(language)).ugettext(message)
    return translated % values if values else translated
