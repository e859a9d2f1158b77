"""Valkey is away: every limit that guards mail holds all the same, and pages are read."""

import pytest
from starlette.testclient import TestClient

from syndicate import settings
from syndicate.breakers import known
from tests.web.newsroom import Newsroom
from tests.web.test_links import stamp


@pytest.fixture(autouse=True)
def away(newsroom: Newsroom, settings_env: pytest.MonkeyPatch) -> Newsroom:
    settings_env.setenv("SYNDICATE_REDIS_URL", "redis://127.0.0.1:1/0")
    settings.load.cache_clear()
    return newsroom


def posted(browser: TestClient, path: str, form: str, **fields: str) -> int:
    return browser.post(path, data={"stamp": stamp(form), **fields}).status_code


def test_forms_are_taken_and_refused_as_ever_while_valkey_is_away(
    browser: TestClient, away: Newsroom
) -> None:
    report, path = away.articles["report"], away.path("report")
    emailed, to_desk = known.EMAIL_ARTICLE[0].most, known.FEEDBACK[0].most
    friends = [
        posted(browser, f"{path}/email", f"email:{report}", to=f"r{n}@example.com", name="Reader")
        for n in range(emailed + 1)
    ]
    letters = [
        posted(browser, f"{path}/feedback", f"feedback:{report}", text=f"Thank you {n}.")
        for n in range(to_desk + 1)
    ]

    assert friends == [200] * emailed + [429]
    assert letters == [200] * to_desk + [429]


def test_the_hub_answers_and_pages_are_read_while_valkey_is_away(browser: TestClient) -> None:
    form = {
        "hub.mode": "subscribe",
        "hub.topic": "http://127.0.0.1:8080/feeds/nothing.atom",
        "hub.callback": "https://peer.example/",
    }
    assert browser.post("/hub", data=form).status_code == 400  # no such feed: it was looked up
    assert browser.get("/newsletters").status_code == 200
    assert browser.get("/console/sign-in").status_code == 200
