"""/ and /sections/<slug>: the newest articles, the picks, and what there is to follow."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from syndicate import clock
from syndicate.errors import NotFoundError
from syndicate.store.ground.session import transaction
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
    """The newest articles of one section."""
    found = next((each for each in site.sections if each.slug == slug), None)
    if found is None:
        raise NotFoundError("There is no such section here.", slug=slug)
    return _list(site, found, before)


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
