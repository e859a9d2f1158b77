"""An article in the console: what was typed stays when it is refused, and buttons by right."""

from starlette.testclient import TestClient

from tests.web import operators
from tests.web.newsroom import Newsroom


def test_a_refused_correction_keeps_what_was_typed(browser: TestClient, newsroom: Newsroom) -> None:
    operators.sign_in(browser)
    path = f"/console/articles/{newsroom.articles['report']}"
    typed = {"headline": "A bridge, twice", "note": "x" * 1_001}

    answer = browser.post(f"{path}/correct", data=typed)

    assert answer.status_code == 400
    assert "The note is longer than 1,000 characters; shorten it." in answer.text
    assert 'value="A bridge, twice"' in answer.text
    assert "x" * 1_001 in answer.text
    assert "<details open>" in answer.text


def test_whoever_may_only_read_sees_the_article_and_no_button(
    browser: TestClient, newsroom: Newsroom
) -> None:
    operators.sign_in(browser, "viewer")
    path = f"/console/articles/{newsroom.articles['report']}"

    page = browser.get(path).text

    assert "Revisions" in page
    assert f'action="{path}' not in page
    assert browser.post(f"{path}/kill").status_code == 403


def test_an_article_taken_down_has_no_verbs_left(browser: TestClient, newsroom: Newsroom) -> None:
    operators.sign_in(browser)
    path = f"/console/articles/{newsroom.articles['report']}"

    browser.post(f"{path}/takedown", data={"reason": "An order."})

    page = browser.get(path).text
    assert "They were removed with the article." in page
    assert f'action="{path}' not in page
