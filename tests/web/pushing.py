"""A CMS that pushes articles, and all that strangers see of them."""

import datetime as dt
from typing import Any

from starlette.testclient import TestClient

from tests.application import build
from tests.collect import newsroom
from tests.feeds import building

NOW = dt.datetime(2026, 11, 24, 9, 0, 0, tzinfo=dt.UTC)
PATH = "/api/v1/articles"
# Whatever a stranger may ask for.
OUTLETS = (
    *("/", "/feeds", "/feeds.opml", "/sitemap-news.xml", "/newsletters", "/hub", "/metrics"),
    *("/feeds/everything.rss", "/feeds/everything.atom", "/feeds/everything.json"),
    *("/feeds/world.rss", "/feeds/world.atom", "/feeds/world.json", "/feeds/featured.rss"),
)


def article(number: int = 1, **values: Any) -> dict[str, Any]:
    return {
        "id": f"cms-{number}",
        "url": f"https://daily.example/{number}",
        "headline": f"Headline {number}",
        "body_html": "<p>Text<script>x</script></p>",
        "section": "World",
        **values,
    }


def everywhere() -> str:
    """All that a stranger sees, with every article's own page.

    Asked of a web process that has just started: one that runs may keep a feed for a quarter of a
    second, and under a clock that stands still for ever.
    """
    building.publish_due(dt.datetime.now(dt.UTC))  # noqa: TID251 - the time that the test set
    with TestClient(build(), base_url="http://127.0.0.1:8080") as site:
        pages = [site.get(path).text for path in OUTLETS]
        for row in newsroom.articles():
            base = f"/articles/{row.id}/{row.slug}"
            pages += [site.get(base + tail).text for tail in ("", "/print", "/email", "/share")]
    return "\n".join(pages)
