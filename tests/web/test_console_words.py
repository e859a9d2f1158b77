"""What the console's pages say to a person, in words and commands that lead on."""

import re

import pytest
from sqlalchemy import update
from starlette.testclient import TestClient

from syndicate.store.ground.session import transaction
from syndicate.store.newsroom.newsletters import Newsletter
from syndicate.vocabulary.newsletters import EmptyRule
from tests.web import operators
from tests.web.newsroom import Newsroom


@pytest.mark.parametrize("rule", EmptyRule)
def test_a_newsletter_says_what_becomes_of_an_issue_without_stories(
    browser: TestClient, newsroom: Newsroom, rule: EmptyRule
) -> None:
    operators.sign_in(browser)
    with transaction() as tx:
        tx.execute(update(Newsletter).values(empty_rule=rule))

    page = browser.get(f"/console/newsletters/{newsroom.newsletter}").text

    assert f"<dt>An issue without stories</dt><dd>{rule.words}</dd>" in page


def test_a_mailing_names_the_commands_that_it_would_take(
    browser: TestClient, newsroom: Newsroom
) -> None:
    operators.sign_in(browser)
    mailing_id = operators.mailing(newsroom)
    at = f"/console/mailings/{mailing_id}"
    said = []
    for step in ("", "/pause", "/cancel"):
        if step:
            browser.post(f"{at}{step}", data={"number": str(mailing_id)})
        said.append(re.findall(r"<code>syndicate mailings (\w+)", browser.get(at).text))

    assert said == [["show", "pause"], ["show", "resume"], ["show"]]


@pytest.mark.usefixtures("newsroom")
@pytest.mark.parametrize("path", ["/console/mailings/99", "/console/newsletters/99"])
def test_what_is_not_there_is_said_with_a_way_home(browser: TestClient, path: str) -> None:
    operators.sign_in(browser)

    page = browser.get(path)

    assert page.status_code == 404
    assert '<a class="button" href="/console">Go to the console</a>' in page.text
    assert "<title>Not found · Syndicate</title>" in page.text


@pytest.mark.usefixtures("newsroom")
def test_who_is_refused_reads_what_they_may_do_and_a_program_reads_json(
    browser: TestClient,
) -> None:
    operators.sign_in(browser, "viewer")

    page = browser.get("/console/tokens")
    told = browser.get("/api/v1/tokens", headers=operators.bearer("viewer"))

    assert (page.status_code, told.status_code) == (403, 403)
    assert "token:viewer does not have the permission tokens.edit" in page.text
    assert "You have: metrics, read. Anyone who has operators.edit can give you more." in page.text
    assert '<a class="button" href="/console">Go to the console</a>' in page.text
    assert told.json()["error"]["status"] == 403
