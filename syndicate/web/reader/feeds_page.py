"""/feeds: what there is to follow, for people."""

from fastapi import APIRouter, Response

from syndicate.store.ground.session import transaction
from syndicate.store.syndication import feeds
from syndicate.vocabulary.feeds import FeedKind
from syndicate.web.pages import render
from syndicate.web.sites import SiteOf
from syndicate.web.words import gettext_of

router = APIRouter(include_in_schema=False)


@router.get("/feeds")
def feeds_page(site: SiteOf) -> Response:
    """Every feed of a publication in its formats, by what it lists."""
    with transaction() as tx:
        offered = feeds.offered(tx, site.publication.id)
    say = gettext_of(site)
    titles = {
        FeedKind.SECTION: say("Sections"),
        FeedKind.TAG: say("Topics"),
        FeedKind.AUTHOR: say("Authors"),
    }
    groups: dict[str, list[feeds.Feed]] = {}
    for feed in offered:
        groups.setdefault(titles.get(feed.kind, say("All sections")), []).append(feed)
    return render(site, "reader/feeds.html", groups=groups)
