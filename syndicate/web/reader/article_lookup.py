"""One article as several pages need it: found or refused, with its addresses."""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request
from starlette.exceptions import HTTPException

from syndicate import clock, settings
from syndicate.characters import resolved
from syndicate.errors import NotFoundError
from syndicate.feeds import text
from syndicate.reading import first_heading
from syndicate.store.ground.session import transaction
from syndicate.store.views import reader_pages
from syndicate.store.views.reader_pages import Reading
from syndicate.web.sites import Site, site_of_publication

# As nh3 writes them; a value may hold brackets, but no quote.
_PLAYED = re.compile(r'<(?:img|audio|video|source)\b((?:[^<>"]++|"[^"]*+")*+)>')
_ATTRIBUTE = re.compile(r'(?<![a-z])([a-z]++)="([^"]*+)"')


@dataclass(frozen=True)
class ShownArticle:
    """An article and the publication that it belongs to."""

    site: Site
    reading: Reading

    @property
    def own_path(self) -> str:
        """The path of its page here."""
        story = self.reading.story
        return self.site.prefix + reader_pages.path_of(story.id, story.slug)

    @property
    def own_url(self) -> str:
        """The public address of its page here."""
        return settings.load().base_url() + self.own_path

    @property
    def canonical(self) -> str:
        """The newsroom's own page where there is one, else ours."""
        return self.reading.story.url or self.own_url

    @property
    def elsewhere(self) -> str | None:
        """The host of the newsroom's own page, where that is not the one this page is read at."""
        host = _host_of(self.reading.story.url or "")
        ours = {"", _host_of(self.own_url), (self.site.publication.host or "").lower()}
        return None if host in ours else host

    def context(self) -> dict[str, Any]:
        """What every template about an article uses."""
        return {
            "story": self.reading.story,
            "words": self.reading.words,
            "own_path": self.own_path,
            "own_url": self.own_url,
            "may_email": settings.load().email_article,
            "current": self.reading.story.section_slug,
        }


def _host_of(url: str) -> str:
    """With its port, as readers know it."""
    try:
        netloc = urlsplit(url).netloc
    except ValueError:  # of an old row: it leads nowhere
        return ""
    return netloc.rpartition("@")[2].lower().removeprefix("www.")


def in_text(body_html: str) -> list[str]:
    """Addresses of the pictures, sound and film that stand in a cleaned text."""
    return [
        resolved(value)
        for attributes in _PLAYED.findall(body_html)
        for name, value in _ATTRIBUTE.findall(attributes)
        if name in {"src", "poster"}
    ]


def media(reading: Reading) -> list[str]:
    """Addresses of all that the page of an article shows and plays."""
    beside = [*(each.url for each in reading.pictures), *reading.words.addresses]
    return beside + in_text(reading.words.body_html)


def find(request: Request, article_id: int) -> ShownArticle:
    """The article that a page is about.

    Raises:
        NotFoundError: there is none that may be shown.
        HTTPException: 410, it was withdrawn.
    """
    with transaction() as tx:
        found = reader_pages.article(tx, article_id, now=clock.now())
        is_gone = found is None and reader_pages.is_gone(tx, article_id)
        if found is not None and first_heading.begins(found.words.body_html):
            found = _without_headline(found, reader_pages.headlines(tx, article_id))
    if is_gone:
        raise HTTPException(410, "This article has been withdrawn and is no longer available.")
    if found is None:
        raise NotFoundError("There is no such article here.", article_id=article_id)
    shown = ShownArticle(site_of_publication(request, found.story.publication_id), found)
    if not found.forbidden:
        return shown
    body = text.body(found.words.body_html, shown.canonical, found.forbidden)
    words = replace(found.words, body_html=body)
    return replace(shown, reading=replace(found, words=words))


def _without_headline(found: Reading, headlines: Collection[str]) -> Reading:
    """The same, where its body does not begin with its headline of now or of before."""
    said = {found.words.headline, *headlines}
    body = first_heading.without(found.words.body_html, said)
    return replace(found, words=replace(found.words, body_html=body))
