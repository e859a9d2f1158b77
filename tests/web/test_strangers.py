"""Whatever address is asked, whoever works for one publication learns nothing of another.

Routes are found by themselves: a new one is asked here without a line of its own.
"""

import re
from typing import Any

import pytest
from starlette.testclient import TestClient

from syndicate import clock
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import publications
from syndicate.store.platform import tokens
from syndicate.vocabulary.sending import MailingState
from tests import rows
from tests.web import operators
from tests.web.newsroom import Newsroom
from tests.web.test_guards import filled, methods, routes

HELD = "a-token-of-the-arabic-paper-alone-0123456789"
# What is the Courier's, and stands in no address that is asked.
WORDS = ("Courier", "Morning", "Council", "museum", "Team behind")


@pytest.fixture
def places(newsroom: Newsroom) -> dict[str, dict[str, str]]:
    """Of the Courier one thing of every sort, by what stands before it in addresses."""
    mailing = operators.mailing(newsroom, state=MailingState.PAUSED)
    with transaction() as tx:
        source = rows.source(tx, newsroom.english, "wire-1").id
        desk = publications.Desk(publication_id=newsroom.english, slug="team", name="Team behind")
        publications.add(tx, desk)
        held = tokens.add_token(
            tx, "Courier program", frozenset(tokens.Permission), secret="c" * 40, expires_at=None,
            now=clock.now(), publication_id=newsroom.english,
        )  # fmt: skip
        tokens.add_token(
            tx, "arabic", frozenset(tokens.Permission), secret=HELD, expires_at=None,
            now=clock.now(), publication_id=newsroom.arabic,
        )  # fmt: skip
    article, letter = str(newsroom.articles["report"]), str(newsroom.newsletter)
    return {
        "publications": {"slug": "courier", "which": "courier"},
        "desks": {"slug": "team", "which": "team"},
        "sections": {"slug": "culture", "which": "culture"},
        "sources": {"slug": "wire-1", "which": "wire-1", "source_id": str(source)},
        "feeds": {"slug": "culture", "which": "culture"},
        "newsletters": {"slug": "morning", "which": "morning", "newsletter_id": letter},
        "senders": {"slug": "courier"},
        "articles": {"article_id": article},
        "held": {"article_id": article},
        "issues": {"issue_id": str(newsroom.issue)},
        "mailings": {"mailing_id": str(mailing)},
        "tokens": {"token_id": str(held.id)},
    }


def address(path: str, places: dict[str, dict[str, str]]) -> str | None:
    """A route's path with things of the Courier; None where it names nothing of a publication."""
    kind = next((each for each in re.findall(r"[a-z]+", path) if each in places), None)
    if kind is None or "{" not in path or "{subscriber_id}" in path:
        return None
    return re.sub(
        r"{(\w+)(:\w+)?}", lambda found: places[kind].get(found[1], filled(found[0])), path
    )


def asked(places: dict[str, dict[str, str]]) -> set[tuple[str, str]]:
    """Every method and address that names a thing of the Courier, by its slug alone and in full."""
    return {
        (method, f"{wanted}{query}")
        for each in routes()
        if each.path.startswith(("/api/v1/", "/console/"))
        for method in methods(each)
        if (wanted := address(each.path, places)) is not None
        for query in ("", "?publication=courier")
    }


def test_no_address_tells_of_things_of_another_publication(
    browser: TestClient, places: dict[str, dict[str, str]]
) -> None:
    assert browser.post("/console/sign-in", data={"token": HELD}).status_code == 303
    headers = {"Authorization": f"Bearer {HELD}"}
    every = asked(places)

    said: dict[tuple[str, str], object] = {}
    for method, wanted in sorted(every):
        body: dict[str, Any] = {} if method == "GET" else {"json": {}}
        if method != "GET" and "/api/" not in wanted:
            body = {"data": {}}
        answer = browser.request(
            method,
            wanted,
            headers=headers,
            follow_redirects=False,
            **body,
        )
        words = [each for each in WORDS if each in answer.text]
        refusals = {400, 403, 404} | ({422} if method != "GET" else set())
        if answer.status_code not in refusals or words:
            said[method, wanted] = (answer.status_code, words)

    assert len(every) > 160
    assert said == {}


def test_a_newsletter_that_there_is_not_names_no_other(
    browser: TestClient, places: dict[str, dict[str, str]]
) -> None:
    assert places
    headers = {"Authorization": f"Bearer {HELD}"}

    answer = browser.get("/api/v1/newsletters/nothing", headers=headers)

    assert answer.status_code == 404
    assert "There is no newsletter nothing; the list of newsletters shows" in answer.text
    assert "morning" not in answer.text


def test_whoever_may_read_everything_finds_those_things(
    browser: TestClient, places: dict[str, dict[str, str]]
) -> None:
    operators.sign_in(browser)
    headers = operators.bearer()
    read = sorted(wanted for method, wanted in asked(places) if method == "GET")

    found = [
        browser.get(each, headers=headers)
        for each in read
        if each.endswith("courier") and "/events" not in each
    ]

    assert {each.status_code for each in found} <= {200, 404}
    assert sum(each.status_code == 200 for each in found) > 0.8 * len(found)
    assert set(WORDS) <= {word for each in found for word in WORDS if word in each.text}
