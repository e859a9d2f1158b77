"""Reader pages show what may be shown, in its own language, and say so clearly when there is none."""

import pytest
from starlette.testclient import TestClient

from syndicate.store import publications
from syndicate.store.session import transaction
from tests.web.newsroom import Newsroom


def test_front_shows_what_may_be_shown(browser: TestClient, newsroom: Newsroom) -> None:
    page = browser.get("/")

    assert page.status_code == 200
    assert "Council agrees on the river report" in page.text
    assert "Tomorrow&#39;s secret" not in page.text
    assert "Never so" not in page.text
    assert "المجلس" not in page.text
    assert "Pick of report" in page.text
    assert "Pick of killed" not in page.text
    assert 'href="/feeds/everything.rss"' in page.text
    assert newsroom.path("report") in page.text
