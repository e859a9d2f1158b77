"""Which publication a request is for: by host name, by a `/p/<slug>` prefix, else the first one.

One installation serves several brands. Each may have a host name of its own; under any other host
name (a trial on loopback, say) the first one answers, and `/p/<slug>/…` leads to the others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from syndicate import settings
from syndicate.errors import NotFoundError
from syndicate.newsroom import brand
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.newsroom import logos, publications
from syndicate.store.newsroom.logos import PublicationLogo
from syndicate.store.newsroom.publications import Publication, Section
from syndicate.store.syndication.feeds import Feed
from syndicate.store.views import reader_pages
from syndicate.vocabulary.feeds import FeedKind

_KEY = "syndicate.publication"
NOTHING_YET = (
    "Nothing is published here yet. If this installation is yours, its console leads you through "
    "the first steps: open /console."
)
_DEFAULT_PORTS = ("80", "443")


@dataclass(frozen=True)
class Site:
    """One publication as a request sees it.

    Attributes:
        publication: the brand.
        sections: its sections, in the order readers see them.
        prefix: what stands before each path: "" or "/p/<slug>".
        others: (prefix, publication) pairs of the other brands.
        feeds: those that its pages tell browsers of.
        logo: its picture, where it has one.
    """

    publication: Publication
    sections: Sequence[Section]
    prefix: str
    others: Sequence[tuple[str, Publication]]
    feeds: Sequence[Feed]
    logo: PublicationLogo | None = None

    @property
    def masthead(self) -> Mapping[str, Any] | None:
        """Its logo as the head of its pages shows it."""
        return None if self.logo is None else brand.shown(self.logo, "")

    @property
    def colours(self) -> str | None:
        """The address of the sheet with its own colours; None where it has none."""
        light, dark = self.publication.colour, self.publication.colour_on_dark
        if not light and not dark:
            return None
        return f"/colours/{(light or 'none').lstrip('#')}-{(dark or 'none').lstrip('#')}.css"

    @property
    def base_url(self) -> str:
        """The public address of this publication's pages, without a trailing slash."""
        return settings.load().base_url() + self.prefix

    def announced(self, section_slug: str | None) -> list[Feed]:
        """The feeds that one page tells browsers of: the paper's, and its section's if it has one.

        Args:
            section_slug: of what the page shows; None for what belongs to no section.
        """
        ids = {section.id for section in self.sections if section.slug == section_slug}
        return [
            feed
            for feed in self.feeds
            if feed.kind is not FeedKind.SECTION or feed.section_id in ids
        ]


class PublicationPrefix:
    """Take `/p/<slug>` off a path and remember it, so that every page works beneath it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its publication in the scope."""
        if scope["type"] == "http" and scope["path"].startswith("/p/"):
            slug, _, rest = scope["path"].removeprefix("/p/").partition("/")
            root = scope.get("root_path", "") + f"/p/{slug}"
            scope = {**scope, _KEY: slug, "root_path": root, "path": f"/p/{slug}/{rest}"}
        await self.app(scope, receive, send)


def host_of(said: str) -> str:
    """The one form of a host name: caches before us take `Daily.Example.:80` for `daily.example`.

    Args:
        said: the Host header.

    Returns:
        In lower case, without the root's dot and without a default port (RFC 9110 4.2.3).
    """
    name, colon, port = said.lower().rpartition(":")
    if not colon or not (port == "" or (port.isascii() and port.isdigit())):
        name, port = said.lower(), ""
    name = name.removesuffix(".")
    return name if port in {"", *_DEFAULT_PORTS} else f"{name}:{port}"


def site_of(request: Request) -> Site:
    """The publication that a request names.

    Raises:
        NotFoundError: there is none of that name, or none at all yet.
    """
    with transaction() as tx:
        default = publications.by_host(tx, host_of(request.headers.get("host", "")))
        slug = request.scope.get(_KEY)
        chosen = default if slug is None else publications.by_slug(tx, slug)
        if default is None:
            raise NotFoundError(NOTHING_YET)
        if chosen is None:
            raise NotFoundError("There is no such publication here.", slug=slug)
        if slug is not None and slug != chosen.slug:
            raise moved(request, f"/p/{slug}", f"/p/{chosen.slug}")
        site = _site(tx, chosen, default)
    request.state.site = site
    return site


def moved(request: Request, before: str, after: str) -> HTTPException:
    """What leads from an address under a slug that was given up to the one that took its place.

    Args:
        request: what was asked.
        before: the beginning of its path until then.
        after: and from now on.
    """
    path = after + request.url.path.removeprefix(before)
    query = f"?{request.url.query}" if request.url.query else ""
    return HTTPException(308, "This page has another address now.", {"Location": path + query})


def site_of_publication(request: Request, publication_id: int) -> Site:
    """The publication that a page's content belongs to, whatever the address says.

    Raises:
        NotFoundError: there is none of that id.
    """
    with transaction() as tx:
        default = publications.by_host(tx, host_of(request.headers.get("host", "")))
        chosen = publications.find(tx, publication_id)
        if chosen is None or default is None:
            raise NotFoundError("There is no such publication here.", id=publication_id)
        site = _site(tx, chosen, default)
    request.state.site = site
    return site


SiteOf = Annotated[Site, Depends(site_of)]


def _site(tx: Transaction, chosen: Publication, default: Publication) -> Site:
    def prefix(publication: Publication) -> str:
        return "" if publication.id == default.id else f"/p/{publication.slug}"

    everyone = logos.every_publication(tx)
    return Site(
        publication=chosen,
        sections=publications.sections_of(tx, chosen.id),
        prefix=prefix(chosen),
        others=[(prefix(other), other) for other, _ in everyone if other.id != chosen.id],
        feeds=reader_pages.announced_feeds(tx, chosen.id),
        logo=next((logo for one, logo in everyone if one.id == chosen.id), None),
    )
