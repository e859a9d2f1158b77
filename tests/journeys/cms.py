"""A newsroom's CMS beside a running stack: it pushes articles, and looks at every way out."""

import json
import time
import urllib.request
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from syndicate.sample import visitor
from syndicate.vocabulary.feeds import FeedFormat
from tests.journeys.running import Running

PUBLICATION = "harbour-post"
FORMS = tuple(form.value for form in FeedFormat)
_PATHS = (
    *("/", "/feeds", "/feeds.opml", "/sitemap-news.xml", "/newsletters", "/hub", "/metrics"),
    *("/robots.txt", "/mailbox", "/p/barid-al-marfa/", "/newsletters/morning-harbour"),
)
_TAILS = ("", "/x", "/x/print", "/x/email", "/x/share", "/x/feedback")


class Cms:
    """A program with a token of its own.

    Args:
        program: the stack.
    """

    def __init__(self, program: Running) -> None:
        self.program = program
        said = program.json_of("tokens", "add", f"cms-{time.time_ns()}", "--role", "editor")
        self._token = str(said["token"])

    def push(self, word: str, **values: Any) -> int:
        """Push an article in which a word stands wherever one can; its id here."""
        article = {
            "id": f"cms-{word}",
            "publication": PUBLICATION,
            "url": f"https://daily.example/{word}",
            "headline": f"About {word}",
            "standfirst": f"What {word} means.",
            "body_html": f"<p>It is {word} that this is about.</p>",
            "authors": [f"Desk {word}"],
            "tags": [word],
            "section": "World",
            "pictures": [{"url": f"https://daily.example/{word}.jpg", "caption": word}],
            **values,
        }
        return int(self._ask("POST", "/api/v1/articles", article)["article_id"])

    def take_down(self, article_id: int) -> str:
        """Remove an article for good; its state after it."""
        why = {"reason": "order 7"}
        return str(self._ask("POST", f"/api/v1/articles/{article_id}/takedown", why)["state"])

    def is_listed(self, article_id: int) -> bool:
        """Whether operators' programs see an article in the list."""
        return any(row["id"] == article_id for row in self._ask("GET", "/api/v1/articles", None))

    def is_in(self, form: str, word: str) -> bool:
        """Whether a word stands in the feed of everything."""
        return word in visitor.get(f"{self.program.web_url}/feeds/everything.{form}").body.decode()

    def everywhere(self) -> str:
        """All that a stranger can see: pages, lists, search engines' map, every feed's documents.

        Nothing of an article is in the addresses that are asked for.
        """
        rows = self.program.rows("SELECT slug FROM feed")
        paths = [f"/feeds/{slug}.{form}" for (slug,) in rows for form in FORMS]
        ids = self.program.rows("SELECT id FROM article WHERE url LIKE 'https://daily.example/%%'")
        paths += [f"/articles/{number}{tail}" for (number,) in ids for tail in _TAILS]
        sections = self.program.rows("SELECT slug FROM section")
        paths += [f"/sections/{slug}" for (slug,) in sections]
        replies = [visitor.get(f"{self.program.web_url}{path}") for path in (*_PATHS, *paths)]
        return "\n".join(f"{reply.headers} {reply.body.decode()}" for reply in replies)

    def subscribe(self, callback: str, form: str) -> None:
        """Subscribe a callback to the feed of everything at our hub."""
        fields = {
            "hub.mode": "subscribe",
            "hub.topic": f"{self.program.web_url}/feeds/everything.{form}",
            "hub.callback": callback,
        }
        self._send("POST", "/hub", urlencode(fields).encode(), "application/x-www-form-urlencoded")

    def _ask(self, method: str, path: str, body: object) -> Any:
        data = json.dumps(body).encode() if body is not None else None
        return json.loads(self._send(method, path, data, "application/json"))

    def _send(self, method: str, path: str, body: bytes | None, kind: str) -> bytes:
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": kind}
        url = f"{self.program.web_url}{path}"
        request = urllib.request.Request(url, body, headers, method=method)  # noqa: S310 - our own
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            said: bytes = answer.read()
        return said


def seconds_until(condition: Callable[[], bool], *, at_most: float) -> float:
    """How long it takes until a condition comes true; fails when it does not in time."""
    began = time.monotonic()
    while not condition():
        passed = time.monotonic() - began
        assert passed < at_most, f"not after {passed:.1f} s"
        time.sleep(0.02)
    return time.monotonic() - began
