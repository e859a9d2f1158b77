"""An article in the console: what was typed stays when it is refused, and buttons by right."""

import datetime as dt
import re

from starlette.testclient import TestClient

from syndicate.store.content.articles import Article
from syndicate.store.ground.session import transaction
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


def test_articles_are_listed_by_when_they_were_published(
    browser: TestClient, newsroom: Newsroom
) -> None:
    operators.sign_in(browser)
    oldest = max(newsroom.articles.values())
    with transaction() as tx:
        tx.session.get_one(Article, oldest).published_at = newsroom.now - dt.timedelta(days=900)

    listed = re.findall(r'href="/console/articles/(\d+)"', browser.get("/console/articles").text)
    second = browser.get(f"/console/articles?before={listed[-2]}").text

    assert len(listed) == len(newsroom.articles)
    assert int(listed[-1]) == oldest
    assert re.findall(r'href="/console/articles/(\d+)"', second) == [str(oldest)]


def test_an_article_shows_section_picture_and_beginning(
    browser: TestClient, newsroom: Newsroom
) -> None:
    operators.sign_in(browser, "viewer")

    answer = browser.get(f"/console/articles/{newsroom.articles['report']}")

    assert "<dt>Section</dt><dd><bdi>World</bdi></dd>" in answer.text
    assert 'src="https://pictures.example.org/river.jpg"' in answer.text
    assert "https://pictures.example.org" in answer.headers["content-security-policy"]
    assert ">The committee met at noon and agreed on the report that its" in answer.text
