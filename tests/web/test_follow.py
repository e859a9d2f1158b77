"""Every public page tells browsers which feeds there are, and each of them is there."""

import re
from html.parser import HTMLParser

from starlette.testclient import TestClient

from syndicate import clock
from syndicate.store.ground.session import transaction
from syndicate.store.syndication import feeds
from tests.feeds import building
from tests.web.newsroom import Newsroom

_NO_PAGE = re.compile(r"/feeds/|/static/|\.opml|^(?!/)")
_ENGLISH = ["/feeds/everything.rss", "/feeds/everything.atom", "/feeds/everything.json"]


class _Links(HTMLParser):
    """Where a page leads, and which feeds it tells of."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.pages: set[str] = set()
        self.feeds: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "a" and not _NO_PAGE.search(found.get("href", "")):
            self.pages.add(found["href"])
        if tag == "link" and found.get("rel") == "alternate":
            self.feeds.append(found["href"])


def test_every_public_page_announces_its_feeds(browser: TestClient, newsroom: Newsroom) -> None:
    with transaction() as tx:
        feeds.ensure(tx, newsroom.english)
        feeds.ensure(tx, newsroom.arabic)
    building.publish_due(clock.now())

    seen = _walk(browser, "/")

    for path in ("/feeds", "/newsletters/morning", f"/issues/{newsroom.issue}"):
        assert set(_ENGLISH) <= set(seen[path])
    article = newsroom.path("report")
    for path in (article, *(f"{article}/{action}" for action in ("print", "share", "email"))):
        assert seen[path] == [*_ENGLISH, "/feeds/featured.rss", "/feeds/world.rss"]
    assert seen["/sections/culture"][-1] == "/feeds/culture.rss"
    assert "/feeds/al-nahar-everything.atom" in seen[newsroom.path("arabic")]
    assert [path for path, announced in seen.items() if len(announced) < len(_ENGLISH)] == []
    for address in {address for announced in seen.values() for address in announced}:
        assert browser.get(address).status_code == 200, address


def _walk(browser: TestClient, start: str) -> dict[str, list[str]]:
    """The feeds that each page tells of, over every page that links lead to."""
    found: dict[str, list[str]] = {}
    waiting = {start}
    while waiting:
        path = waiting.pop()
        answer = browser.get(path, follow_redirects=True)
        assert answer.status_code == 200, path
        links = _Links(answer.text)
        found[path] = links.feeds
        waiting |= links.pages - set(found)
    return found
