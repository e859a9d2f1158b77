"""How a publication appears in a language: its words, colours and logo, in mails and on pages.

What a publication does not say follows what it says in its own language, and then our own words
and colours; so a new publication looks right before anybody has chosen anything.
"""

from collections.abc import Mapping
from typing import Any

from syndicate import phrases
from syndicate.languages import primary, spoken
from syndicate.store.newsroom.logos import PublicationLogo
from syndicate.store.newsroom.publications import Publication

LOGO_HEIGHT, LOGO_WIDTH = 48, 300  # pixels at most, on pages and in mails


def name(publication: Publication, language: str) -> str:
    """What readers of a language call a publication."""
    return publication.name_in(language)


def postal_address(publication: Publication, language: str) -> str:
    """Where its publisher is at home, on one line, as readers of a language are told."""
    said = _said(publication, "postal_addresses", language) or publication.postal_address
    return phrases.address_line(said)


def sender_name(publication: Publication, language: str) -> str:
    """Who a publication's mail says it is from, to readers of a language."""
    translated = _said(publication, "sender_names", language) or _said(
        publication, "names", language
    )
    return translated or publication.sender


def lacking(publication: Publication) -> str | None:
    """What a publication's mail must say before readers get any, and does not; None: nothing.

    A sender it always has, and where it gives no reason for receipt its mails give ours.

    The laws of many countries want it. Source: RFC 5322 3.6.2 (a sender).
    """
    if publication.postal_address.strip():
        return None
    return (
        f"{publication.name} has no postal address, which every mail must carry. Add it with "
        f"`syndicate publications set {publication.slug} --postal-address ADDRESS`, or in the "
        "console."
    )


def worn(
    publication: Publication,
    language: str,
    *,
    logo: PublicationLogo | None = None,
    base_url: str = "",
) -> dict[str, Any]:
    """What a mail's templates are given as `publication` beside its home, in plain data.

    Args:
        publication: in whose name it comes.
        language: of the mail's frame.
        logo: its picture, where it has one.
        base_url: of our own pages, where the picture is.

    Returns:
        `name` and `postal_address`, and whichever of `reason`, `colour`, `colour_on_dark` and
        `logo` (`url`, `width` and `height` in pixels) there are.
    """
    found: dict[str, Any] = {
        "name": name(publication, language),
        "postal_address": postal_address(publication, language),
        "reason": _said(publication, "reasons", language) or _own_reason(publication, language),
        "colour": publication.colour,
        "colour_on_dark": publication.colour_on_dark,
        "logo": None if logo is None else shown(logo, base_url),
    }
    return {key: value for key, value in found.items() if value or key == "postal_address"}


def shown(logo: PublicationLogo, base_url: str) -> Mapping[str, Any]:
    """A logo's address, and its size where it is shown: as it is, or made smaller."""
    scale = min(1.0, LOGO_HEIGHT / logo.height, LOGO_WIDTH / logo.width)
    return {
        "url": f"{base_url}/logos/{logo.digest}",
        "width": max(1, round(logo.width * scale)),
        "height": max(1, round(logo.height * scale)),
    }


def _own_reason(publication: Publication, language: str) -> str:
    """Its own sentence to readers of its own language; others read ours in theirs."""
    is_own = primary(language) == primary(publication.language)
    return publication.reason if is_own else ""


def _said(publication: Publication, what: str, language: str) -> str:
    words = publication.translations.get(what, {})
    return str(spoken(words, language) or "")
