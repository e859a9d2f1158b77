"""No newsletter is ticked in advance: who gets one has asked for that one."""

import re
from pathlib import Path

from starlette.testclient import TestClient

from tests.web.newsroom import Newsroom

READERS_PAGES = Path(__file__).resolve().parents[2] / "templates" / "web" / "reader"
BOX = re.compile(r"<input[^>]*>", re.DOTALL)


def test_no_box_of_a_newsletter_is_ticked_in_a_template() -> None:
    boxes = [box for page in READERS_PAGES.glob("*.html") for box in BOX.findall(page.read_text())]

    ticked = [box for box in boxes if "checked" in box and re.search(r"name=\"newsletter", box)]
    assert boxes
    assert ticked == []


def test_pages_that_offer_newsletters_tick_none(browser: TestClient, newsroom: Newsroom) -> None:
    assert newsroom
    for path in ("/", "/newsletters", newsroom.path("report")):
        page = browser.get(path)

        assert page.status_code == 200
        assert [box for box in BOX.findall(page.text) if "checked" in box] == []
