"""/feeds: what there is to follow, for people."""

from fastapi import APIRouter, Response

from syndicate.store import reading
from syndicate.store.session import transaction
from syndicate.web.pages import render
from syndicate.web.sites import SiteOf

router = APIRouter(include_in_schema=False)


@router.get("/feeds")
def feeds_page(site: SiteOf) -> Response:
    """Every feed of a publication in its formats."""
    with transaction() as tx:
        feeds = reading.feeds_of(tx, site.publication.id)
    return render(site, "reader/feeds.html", feeds=feeds)
