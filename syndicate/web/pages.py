"""From a template and plain data to a page, with the headers that its kind of page needs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from fastapi import Response
from fastapi.responses import HTMLResponse

from syndicate import clock, phrases
from syndicate.newsroom import brand
from syndicate.render.environment import environment
from syndicate.vocabulary.feeds import FeedFormat
from syndicate.web import static
from syndicate.web.headers import RETRY_AFTER_S, content_policy
from syndicate.web.sites import Site

# For pages that a token opens: kept by nobody, indexed by nobody.
PRIVATE = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}
# A page about a publication may be kept for a moment, so that a flood reaches the database thinly.
# A proxy of ours asks again after two seconds, so that what was withdrawn is gone within five, and
# shows what it has for ten minutes where no web server answers.
PUBLIC = {"Cache-Control": "public, max-age=30, s-maxage=2, stale-if-error=600"}


@dataclass(frozen=True)
class PageAnswer:
    """How a page is answered.

    Attributes:
        status: HTTP status.
        is_private: opened by a token, or showing something of one reader.
        media: addresses of what it shows and plays; their origins are allowed, no other.
        language: of the page; None means the publication's.
    """

    status: int = 200
    is_private: bool = False
    media: Iterable[str] = ()
    language: str | None = None

    @property
    def headers(self) -> dict[str, str]:
        """Who may keep it, and when to ask again."""
        kept = PRIVATE if self.is_private else PUBLIC
        later = {"Retry-After": RETRY_AFTER_S}
        return kept | (later if self.status == HTTPStatus.TOO_MANY_REQUESTS else {})


def render(site: Site, template: str, page: PageAnswer | None = None, **context: Any) -> Response:
    """A reader page of a publication, in its language.

    Args:
        site: whose page.
        template: its name under templates/web.
        page: how it is answered; plain and public by default.
        **context: plain data for the template.
    """
    how = page or PageAnswer()
    language = how.language or site.publication.language
    html = (
        environment(language)
        .get_template(f"web/{template}")
        .render(
            {
                "site": site,
                "publication": site.publication,
                "prefix": site.prefix,
                "postal_address": phrases.address_line(
                    brand.postal_address(site.publication, language),
                    without=site.publication.name_in(language),
                ),
                "static": static.url,
                "today": clock.now(),
                "current": None,
                "feed_formats": tuple(FeedFormat),
                "is_private": how.is_private,
                **context,
            }
        )
    )
    response = HTMLResponse(html, how.status, headers=how.headers)
    response.headers["Content-Security-Policy"] = content_policy(media=origins(how.media))
    response.headers["Content-Language"] = language
    return response


def done_page(
    site: Site,
    heading: str,
    *,
    sentences: Sequence[str],
    links: Sequence[tuple[str, str]] = (),
    language: str | None = None,
    current: str | None = None,
) -> Response:
    """The page after a form: what was done, and where to go from there.

    Args:
        site: whose page.
        heading: what was done, in a few words.
        sentences: the same in full; the first is read out as a status.
        links: (words, address) pairs.
        language: of the page; None means the publication's.
        current: slug of the section that the reader came from.
    """
    return render(
        site,
        "reader/said.html",
        PageAnswer(is_private=True, language=language),
        heading=heading,
        sentences=sentences,
        links=links,
        current=current,
    )


def origins(addresses: Iterable[str]) -> set[str]:
    """The origins of web addresses, as a Content-Security-Policy names them."""
    found = set()
    for address in addresses:
        try:
            parts = urlsplit(address)
        except ValueError:  # of an old row: no browser shows it either
            continue
        if parts.scheme in {"http", "https"} and parts.hostname and _is_plain(parts.netloc):
            found.add(f"{parts.scheme}://{parts.netloc}")
    return found


def _is_plain(netloc: str) -> bool:
    return all(sign.isascii() and (sign.isalnum() or sign in ".-:[]") for sign in netloc)
