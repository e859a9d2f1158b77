"""A document that waits for a person, as an operator meets it at /console/sources."""

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from syndicate.store.ground.session import transaction
from syndicate.store.platform.audit import Audit
from tests.collect import newsroom
from tests.collect.newsroom import item, rss
from tests.collect.site import running
from tests.web import operators

PAGE = "/console/sources"
BOTH = ["accept", "drop"]
pytestmark = pytest.mark.usefixtures("database")


def feed(suffix: str = "") -> bytes:
    return rss(*(item(n, title=f"Story {n}{suffix}") for n in range(6)))


@pytest.fixture
def held() -> Iterator[int]:
    """A source that changes all its headlines, and whose document waits."""
    with running() as site:
        site.serve("/feed", feed())
        source_id = newsroom.source(newsroom.publication(), site, "/feed")
        newsroom.collect()
        site.serve("/feed", feed(" | Pier News"))
        newsroom.collect()
        yield source_id


def steps(page: str) -> list[str]:
    """The answers that the page has a button for."""
    return re.findall(r'action="/console/sources/[0-9]+/(accept|drop)"', page)


def click(browser: TestClient, name: str) -> str:
    """The page after a click on a button that it shows."""
    page = browser.get(PAGE).text
    found = re.search(rf'<form method="post" action="([^"]+)"><button[^>]+>{name}', page)
    assert found is not None
    answer = browser.post(found[1])
    assert answer.status_code == 303
    return browser.get(answer.headers["location"]).text


def acts() -> list[tuple[str, str]]:
    with transaction() as tx:
        rows = tx.scalars(select(Audit).order_by(Audit.id))
        return [(each.action, each.subject) for each in rows if each.action.startswith("source-")]


def test_it_is_shown_with_what_it_changes_and_two_buttons(browser: TestClient, held: int) -> None:
    operators.sign_in(browser)

    page = browser.get(PAGE).text

    assert "changes its whole feed at once; held since" in page
    assert "“Story 0” would become “Story 0 | Pier News”" in page
    assert steps(page) == BOTH
    assert f'action="{PAGE}/{held}/accept"' in page


def test_accepting_it_says_what_was_done_and_the_next_poll_takes_it(
    browser: TestClient, held: int
) -> None:
    operators.sign_in(browser)

    page = click(browser, "Accept what it changes")
    taken = newsroom.collect()

    assert "Accepted: it is taken with the next poll, which is due now." in page
    assert "accepted; taken with the next poll" in page
    assert steps(page) == ["drop"]
    assert taken.revisions == 6
    after = browser.get(PAGE).text
    assert (steps(after), "accepted; taken" in after) == ([], False)
    assert acts() == [("source-accept", f"source:{held}")]


def test_dropping_it_says_what_was_done_and_can_be_taken_back(
    browser: TestClient, held: int
) -> None:
    operators.sign_in(browser)

    page = click(browser, "Drop it")
    newsroom.collect()
    dropped = browser.get(PAGE).text
    again = click(browser, "Accept what it changes")
    taken = newsroom.collect()

    assert "Dropped: the stories stay as they are." in page
    assert ("dropped; left out with the next poll" in page, steps(page)) == (True, ["accept"])
    assert ("what it sent last was dropped" in dropped, steps(dropped)) == (True, ["accept"])
    assert (steps(again), taken.revisions) == ([], 6)
    assert acts() == [("source-drop", f"source:{held}"), ("source-accept", f"source:{held}")]


def test_an_answer_can_be_changed_until_the_poll(browser: TestClient, held: int) -> None:
    operators.sign_in(browser)

    click(browser, "Accept what it changes")
    page = click(browser, "Drop it")

    assert newsroom.collect().revisions == 0
    assert "Dropped: the stories stay as they are." in page
    assert [action for action, _ in acts()] == ["source-accept", "source-drop"]
    assert newsroom.state_of(held).held_at is None


def test_a_click_on_an_old_page_says_that_nothing_waits(browser: TestClient, held: int) -> None:
    operators.sign_in(browser)
    click(browser, "Accept what it changes")
    newsroom.collect()

    answer = browser.post(f"{PAGE}/{held}/drop")

    assert answer.status_code == 409
    assert "Nothing that /feed sends waits for an answer" in answer.text


def test_whoever_may_only_read_sees_it_without_a_button(browser: TestClient, held: int) -> None:
    operators.sign_in(browser, "viewer")

    page = browser.get(PAGE).text

    assert "changes its whole feed at once; held since" in page
    assert steps(page) == []
    assert browser.post(f"{PAGE}/{held}/accept").status_code == 403
    assert newsroom.state_of(held).is_let_in is None
