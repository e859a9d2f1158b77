"""/ and /sections/<slug>: the newest articles, the picks, and what there is to follow."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import RedirectResponse

from syndicate import clock
from syndicate.errors import NotFoundError
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import publications
from syndicate.store.newsroom.publications import Section
from syndicate.store.views import reader_pages
from syndicate.web.pages import PageAnswer, render
from syndicate.web.sites import Site, SiteOf

_ON_A_PAGE = 24

router = APIRouter(include_in_schema=False)
Before = Annotated[int | None, Query(ge=1, le=2**62)]


@router.get("/")
def front(site: SiteOf, before: Before = None) -> Response:
    """The newest articles of every section."""
    return _list(site, None, before)


@router.get("/sections/{slug}")
def section(site: SiteOf, slug: str, before: Before = None) -> Response:
    """The newest articles of one section; where it has another slug by now, the way there."""
    found = next((each for each in site.sections if each.slug == slug), None)
    if found is None:
        return RedirectResponse(site.prefix + _led_to(site, slug), HTTPStatus.MOVED_PERMANENTLY)
    return _list(site, found, before)


def _led_to(site: Site, slug: str) -> str:
    """Where a slug that no section has leads: to what has its place now.

    Raises:
        NotFoundError: none ever had it.
    """
    with transaction() as tx:
        found = publications.section_of(tx, site.publication.id, slug)
        found = found or publications.section_once(tx, site.publication.id, slug)
        seen: set[int] = set()
        while found is not None and found.retired_at is not None and found.id not in seen:
            seen.add(found.id)
            found = publications.section(tx, found.parent_id)
    if found is None and not seen:
        raise NotFoundError("There is no such section here.", slug=slug)
    return f"/sections/{found.slug}" if found is not None else "/"


def _list(site: Site, chosen: Section | None, before: int | None) -> Response:
    now = clock.now()
    publication_id = site.publication.id
    with transaction() as tx:
        stories = reader_pages.newest(
            tx,
            publication_id,
            now=now,
            limit=_ON_A_PAGE + 1,
            section_id=chosen.id if chosen else None,
            before=before,
        )
        picks = reader_pages.picks(tx, publication_id, now=now) if before is None else []
        newsletters = reader_pages.public_newsletters(tx, site.publication)
    has_more, stories = len(stories) > _ON_A_PAGE, stories[:_ON_A_PAGE]
    path = f"{site.prefix}/sections/{chosen.slug}" if chosen else f"{site.prefix}/"
    has_lead = before is None and bool(stories)
    return render(
        site,
        "reader/front.html",
        PageAnswer(media=[story.picture.url for story in stories if story.picture]),
        section=chosen,
        current=chosen.slug if chosen else None,
        lead=stories[0] if has_lead else None,
        stories=stories[1:] if has_lead else stories,
        older=f"{path}?before={stories[-1].id}" if has_more else None,
        picks=picks,
        newsletters=newsletters,
        canonical=site.base_url + path.removeprefix(site.prefix),
    )
