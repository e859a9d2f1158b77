"""In a real browser: pages in light, dark and Arabic, wide and narrow; journeys without script.

Nothing may be fetched from elsewhere but the newsroom's own pictures, nothing may be written to the
console, nothing may run over the edge at 320 px, and axe must find no fault (WCAG 2.2 AA).
"""

import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import axe_playwright_python
import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect, sync_playwright

from syndicate.embedded import listening
from syndicate.store import ledger
from syndicate.store.session import transaction
from syndicate.web.app import build
from tests.web.newsroom import Newsroom
from tests.web.test_links import READER, confirm_token, subscription, token

pytestmark = pytest.mark.debian

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
PICTURES = "pictures.example.org"
DOT = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"
    b"\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99"
    b"=\x1d\x00\x00\x00\x00IEND\xaeB`\x82"
)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def address(newsroom: Newsroom) -> Iterator[str]:
    """A real server over the test's rows."""
    assert newsroom.english
    listener = listening.listen("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(build(), log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listening.port_of(listener)}"
    server.should_exit = True
    thread.join(10)
    listener.close()


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

    def _picture(self, route: Route) -> None:
        route.fulfill(body=DOT, content_type="image/png")

    def _seen(self, url: str) -> None:
        host = urlsplit(url).netloc
        if url.startswith("data:") or host in {PICTURES, urlsplit(self.address).netloc}:
            return
        self.faults.append(f"foreign request: {url}")


def pages(room: Newsroom) -> list[str]:
    article = room.path("report")
    return [
        "/",
        "/sections/culture",
        article,
        room.path("paid"),
        *(f"{article}/{action}" for action in ("email", "print", "share", "feedback")),
        "/feeds",
        "/newsletters",
        "/newsletters/morning",
        f"/issues/{room.issue}",
        "/p/al-nahar/",
        room.path("arabic"),
        room.path("arabic") + "/email",
    ]


@pytest.mark.parametrize(
    ("width", "scheme"), [(1280, "light"), (1280, "dark"), (320, "light"), (320, "dark")]
)
def test_every_page_is_accessible_and_keeps_to_itself(
    chromium: Browser, address: str, newsroom: Newsroom, width: int, scheme: str
) -> None:
    watched = Watched(
        chromium, address, viewport={"width": width, "height": 800}, color_scheme=scheme
    )
    found = []

    for path in pages(newsroom):
        page = watched.open(path)
        page.evaluate(AXE)
        report = page.evaluate("rules => axe.run({runOnly: rules})", RULES)
        found += [(path, fault["id"], fault["nodes"][0]["html"]) for fault in report["violations"]]
        root = "document.documentElement"
        if page.evaluate(f"{root}.scrollWidth > {root}.clientWidth"):
            found.append((path, "runs over the edge", ""))

    assert found == []
    assert watched.faults == []
    watched.context.close()


def test_sign_up_to_leaving_without_script(
    chromium: Browser, address: str, newsroom: Newsroom
) -> None:
    assert newsroom.newsletter
    watched = Watched(chromium, address, java_script_enabled=False)

    page = watched.open("/")
    page.get_by_role("link", name=re.compile("Get it by email")).click()
    page.get_by_label("Your email address").fill(READER)
    page.get_by_label("Culture").uncheck()
    page.wait_for_timeout(2100)  # as long as the form's guard wants a reader to take
    page.get_by_role("button", name="Subscribe").click()
    expect(page.get_by_role("heading", name="Check your mail")).to_be_visible()
    watched.open(f"/confirm/{confirm_token()}")
    page.get_by_role("button", name="Confirm this subscription").click()
    expect(page.get_by_role("heading", name="You are subscribed")).to_be_visible()
    page.get_by_role("link", name="Choose sections and languages").click()
    expect(page.get_by_label("Culture")).not_to_be_checked()
    page.get_by_label("العربية").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. The next issue follows your choice.")).to_be_visible()
    watched.open(f"/unsubscribe/{token('unsubscribe')}")
    page.get_by_role("button", name="Unsubscribe").click()
    expect(page.get_by_role("heading", name="You have left")).to_be_visible()

    assert subscription().state == "ended"
    assert watched.faults == []
    watched.context.close()


def test_email_article_without_script(chromium: Browser, address: str, newsroom: Newsroom) -> None:
    watched = Watched(chromium, address, java_script_enabled=False)

    page = watched.open(newsroom.path("report"))
    page.get_by_role("link", name="Email article").click()
    page.get_by_label("Your friend's email address").fill(READER)
    page.get_by_label("Your name").fill("Reader One")
    page.wait_for_timeout(2100)
    page.get_by_role("button", name="Send the article").click()
    expect(page.get_by_role("heading", name="The article is on its way")).to_be_visible()

    with transaction() as tx:
        assert [row.message for row in ledger.newest(tx, limit=9, with_singles=True)] == ["article"]
    assert watched.faults == []
    watched.context.close()


def test_keyboard_alone_reaches_the_text(
    chromium: Browser, address: str, newsroom: Newsroom
) -> None:
    assert newsroom.english
    watched = Watched(chromium, address)

    page = watched.open("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="To the text")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()

    watched.context.close()


def test_script_adds_buttons_that_work_only_with_it(
    chromium: Browser, address: str, newsroom: Newsroom
) -> None:
    with_script, without = (
        Watched(chromium, address),
        Watched(chromium, address, java_script_enabled=False),
    )
    path = newsroom.path("report") + "/print"

    expect(with_script.open(path).get_by_role("button", name="Print")).to_be_visible()
    expect(without.open(path).locator("[data-print]")).to_be_hidden()

    with_script.context.close()
    without.context.close()
