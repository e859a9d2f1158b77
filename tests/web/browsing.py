"""A real browser for the tests, and what it must not see: foreign requests, console messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import axe_playwright_python
from playwright.sync_api import Browser, BrowserContext, Page, Route

from tests import matrix

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()


@dataclass(frozen=True)
class Look:
    """How pages are looked at, and which of them.

    Attributes:
        width: of the window, px.
        scheme: "light" or "dark".
        part: first page and stride.
    """

    width: int
    scheme: Any
    part: tuple[int, int] = (0, 1)

    def of(self, pages: Sequence[str]) -> Sequence[str]:
        start, stride = self.part
        return pages[start::stride]

    @property
    def options(self) -> dict[str, Any]:
        """Of a browser context."""
        return {"viewport": {"width": self.width, "height": 800}, "color_scheme": self.scheme}


# Width and scheme are judged by rules of their own. In the short form every third page is seen,
# half of them in one look and half in the one that has nothing in common with it.
_SHORT = [Look(1280, "light", (0, 6)), Look(320, "dark", (3, 6))]
LOOKS = matrix.whole(
    [*_SHORT, *(Look(width, scheme) for width in (1280, 320) for scheme in ("light", "dark"))],
    short=_SHORT,
    name=lambda look: f"{look.width}-{look.scheme}-{look.part[0]}-{look.part[1]}",
)
PICTURES = "pictures.example.org"
DOT = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"
    b"\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99"
    b"=\x1d\x00\x00\x00\x00IEND\xaeB`\x82"
)


class Watched:
    """A browser context that notes what must not happen."""

    def __init__(self, browser: Browser, address: str, **options: Any) -> None:
        self.context: BrowserContext = browser.new_context(locale="en-GB", **options)
        self.address = address
        self.faults: list[str] = []
        self.context.route(f"https://{PICTURES}/**", self._picture)
        self.page: Page = self.context.new_page()
        self.page.on("console", lambda message: self.faults.append(message.text))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("request", lambda request: self._seen(request.url))

    def open(self, path: str) -> Page:
        answer = self.page.goto(self.address + path)
        assert answer is not None
        assert answer.status == 200, path
        return self.page

    def faults_of_page(self, path: str) -> list[tuple[str, str, str]]:
        """What axe and the page's width say against a page."""
        page = self.open(path)
        page.evaluate(AXE)
        # A mail's frame has no script, so axe could not look into it.
        report = page.evaluate("rules => axe.run({runOnly: rules, iframes: false})", RULES)
        found = [(path, fault["id"], fault["nodes"][0]["html"]) for fault in report["violations"]]
        root = "document.documentElement"
        if page.evaluate(f"{root}.scrollWidth > {root}.clientWidth"):
            found.append((path, "runs over the edge", ""))
        return found

    def _picture(self, route: Route) -> None:
        route.fulfill(body=DOT, content_type="image/png")

    def _seen(self, url: str) -> None:
        host = urlsplit(url).netloc
        if url.startswith("data:") or host in {PICTURES, urlsplit(self.address).netloc}:
            return
        self.faults.append(f"foreign request: {url}")
