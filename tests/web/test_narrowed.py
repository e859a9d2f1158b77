"""Whoever may read of one publication finds no word of another on any page, nor in any list."""

import pytest
from starlette.testclient import TestClient

from syndicate import clock
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import publications, sender_checks
from syndicate.store.platform import audit
from syndicate.store.sending import holds
from syndicate.store.syndication import consumers
from syndicate.vocabulary.acts import Act
from syndicate.vocabulary.newsletters import IssueState
from syndicate.vocabulary.sending import HoldScope, MailingState
from syndicate.vocabulary.sources import SourceState
from tests import rows
from tests.web import operators
from tests.web.newsroom import Newsroom
from tests.web.test_console import PAGES

# Names of the Courier and of what is its.
WORDS = ("courier", "Courier", "wire-1", "council", "Council", "museum", "wrong picture", "blocked")
LISTS = (
    *("articles", "feeds", "sources", "holds", "incidents", "issues", "mailings", "newsletters"),
    *("senders", "tokens", "publications", "sections", "desks", "installation/release"),
)


@pytest.fixture
def told(newsroom: Newsroom) -> Newsroom:
    """Of the Courier everything waits that an alarm knows, and that a list shows."""
    now = clock.now()
    mailing = operators.mailing(newsroom, state=MailingState.PAUSED)
    with transaction() as tx:
        rows.source(tx, newsroom.english, "wire-1", state=SourceState.FAILING)
        operators.incident(tx)
        holds.place(
            tx, holds.Target(HoldScope.MAILING, mailing), why="wrong picture", by="desk", now=now
        )
        rows.issue(tx, newsroom.newsletter, 9, state=IssueState.HELD, number=None, created_at=now)
        paper = publications.by_slug(tx, "courier")
        assert paper is not None
        wrong = {"record": "spf", "state": "wrong", "wanted": "", "found": "", "do": ""}
        sender_checks.keep(tx, paper.id, paper.sender_address, [wrong], now=now)
        consumers.add_partner(tx, "courier-partner", now=now)
        act, detail = Act.SIGN_IN, {"by": "link"}
        audit.record(tx, at=now, actor="courier-desk", action=act, subject="-", **detail)
    return newsroom


def words_in(text: str) -> list[str]:
    return [word for word in WORDS if word in text]


@pytest.fixture
def elsewhere(browser: TestClient, told: Newsroom) -> dict[str, str]:
    """Signed in, with everything in the other publication."""
    secret = operators.token(publication_id=told.arabic)
    assert browser.post("/console/sign-in", data={"token": secret}).status_code == 303
    return {"Authorization": f"Bearer {secret}"}


def test_no_page_and_no_list_says_a_word_of_another_publication(
    browser: TestClient, elsewhere: dict[str, str]
) -> None:
    pages = {path: browser.get(path) for path in PAGES}
    lists = {
        path: browser.get(path, headers=elsewhere) for path in (f"/api/v1/{name}" for name in LISTS)
    }

    found = {path: words_in(each.text) for path, each in (pages | lists).items()}
    assert {path: words for path, words in found.items() if words} == {}
    assert {each.status_code for each in (pages | lists).values()} <= {200, 403}


@pytest.mark.usefixtures("told")
def test_whoever_may_read_everything_finds_those_words(browser: TestClient) -> None:
    operators.sign_in(browser)

    page = browser.get("/console").text

    assert {"Courier", "wire-1", "wrong picture"} <= set(words_in(page))
    assert "DNS is not right for the sender of The Courier: SPF." in page
