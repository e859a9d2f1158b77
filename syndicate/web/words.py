"""A page's own sentences in the language of its publication, for handlers."""

from collections.abc import Callable

from syndicate.render.environment import catalogue, known_language
from syndicate.web.sites import Site

Say = Callable[..., str]


def gettext_in(language: str) -> Say:
    """How a language says a sentence: `say("Hello %(name)s", name=…)`."""
    translations = catalogue(known_language(language))

    def say(sentence: str, **values: object) -> str:
        said: str = translations.ugettext(sentence)
        return said % values if values else said

    return say


def gettext_of(site: Site) -> Say:
    """How a publication says a sentence."""
    return gettext_in(site.publication.language)
