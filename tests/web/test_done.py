"""After a post the console says once, in a sentence of ours, what was done."""

import re

import pytest
from starlette.testclient import TestClient

from syndicate.store.ground.session import transaction
from syndicate.store.platform import installation
from syndicate.web.console.done import Done, with_code
from tests.web import operators
from tests.web.newsroom import Newsroom

pytestmark = pytest.mark.usefixtures("database")


def said(page: str) -> list[str]:
    return re.findall(r'<p class="done" role="status">([^<]*)</p>', page)


def test_a_post_is_followed_by_a_sentence_of_what_was_done(
    browser: TestClient, newsroom: Newsroom
) -> None:
    operators.sign_in(browser)
    mailing_id = operators.mailing(newsroom)
    what = {"what": f"mailing:{mailing_id}", "why": "A doubt."}

    held = browser.post("/console/holds", data=what).headers["location"]
    lifted = browser.post("/console/holds/lift", data=what).headers["location"]

    assert held == "/console/holds?done=held"
    assert said(browser.get(held).text) == [Done.HELD.value]
    assert said(browser.get(lifted).text) == [Done.LIFTED.value]
    assert said(browser.get("/console/holds").text) == []


def test_words_of_an_address_are_never_shown(browser: TestClient) -> None:
    operators.sign_in(browser)

    for code in ("hello+there", "", "__class__", "sent+"):
        page = browser.get(f"/console/holds?done={code}").text
        assert said(page) == []
        assert "hello there" not in page


def test_a_code_stands_before_the_anchor_and_beside_what_was_asked() -> None:
    assert with_code("/console/newsroom#desks", Done.RETIRED) == (
        "/console/newsroom?done=retired#desks"
    )
    assert with_code("/console/a?publication=b", Done.ADDED) == (
        "/console/a?publication=b&done=added"
    )


def test_nothing_is_calm_while_everything_is_stopped(browser: TestClient) -> None:
    with transaction() as tx:
        installation.stamp(tx, "test")
    operators.sign_in(browser)

    browser.post("/console/stop", data={"why": "wrong list"})
    page = browser.get("/console").text

    assert 'class="calm"' not in page
