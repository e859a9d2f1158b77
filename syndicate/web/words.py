"""A page's own sentences in the language of its publication, for handlers."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from syndicate.errors import BadAddressError, SyndicateError
from syndicate.translations import catalogue, known_language

if TYPE_CHECKING:
    from syndicate.web.sites import Site

# The same whatever is wrong with it: the mail library's own reasons are in English.
BAD_ADDRESS = "We cannot send mail to this address. Please check the spelling."

Say = Callable[..., str]


def gettext_in(language: str) -> Say:
    """How a language says a sentence: `say("Hello %(name)s", name=…)`."""
    translations = catalogue(known_language(language))

    def say(sentence: str, **values: object) -> str:
        said: str = translations.ugettext(sentence)
        return said % values if values else said

    return say


def problem_in(language: str, error: SyndicateError) -> str:
    """How a form says what is wrong, in its page's language."""
    if isinstance(error, BadAddressError):
        return gettext_in(language)(BAD_ADDRESS)
    return gettext_in(language)(str(error))


def gettext_of(site: "Site") -> Say:
    """How a publication says a sentence."""
    return gettext_in(site.publication.language)
