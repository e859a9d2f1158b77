"""/console/feeds: what is published, who follows it, and what is done to any feed; no script."""

import re
from typing import Any

import pytest
from starlette.testclient import TestClient

from syndicate.characters import resolved
from syndicate.store.ground.session import transaction
from syndicate.store.syndication import consumers, feeds
from syndicate.store.syndication.consumers import Visit
from syndicate.store.syndication.feeds import Feed
from syndicate.vocabulary.feeds import FeedFormat, FeedKind
from tests.web import operators
from tests.web.newsroom import Newsroom

HOME = "/console/feeds"
ONE = f"{HOME}/everything"
RULE: dict[str, Any] = {"kind": FeedKind.RULE, "rule": {"words": ["flood"]}, "title": "Floods"}


@pytest.fixture
def desk(browser: TestClient, newsroom: Newsroom) -> TestClient:
    """Signed in, with a feed by a rule beside that of everything; a partner fetched the latter."""
    with transaction() as tx:
        feeds.add(tx, newsroom.english, slug="floods", **RULE)
        partner = consumers.add_partner(tx, "Aggregator", now=newsroom.now)
        visited = Visit(
            feed("everything").id,
            FeedFormat.ATOM,
            f"partner:{partner.id}",
            partner.id,
            newsroom.now,
            304,
            "e",
            2_500,
        )
        consumers.note(tx, [visited])
    operators.sign_in(browser)
    return browser


def feed(slug: str) -> Feed:
    with transaction() as tx:
        found = feeds.by_slug(tx, slug)
    assert found is not None
    return found


def rows_of(page: str) -> dict[str, list[str]]:
    """The words of each row of the lists, by its first."""
    found = {}
    for row in re.findall(r"<tr>\s*<th scope=\"row\">(.*?)</tr>", page, re.DOTALL):
        told = [re.sub(r"<[^>]+>", "", each).strip() for each in re.split(r"<td[^>]*>", row)]
        found[resolved(told[0])] = [resolved(each) for each in told[1:]]
    return found


def test_the_list_says_what_is_published_and_who_follows_it(desk: TestClient) -> None:
    found = rows_of(desk.get(HOME).text)

    everything = found["Everythingeverything"]
    assert everything[:5] == ["everything", "The Courier", "0", "1", "when something changes"]
    assert everything[5].endswith("/feeds/everything.rss")
    assert found["Floodsfloods"][0] == "rule"
    assert found["Floodsfloods"][4] == "within a minute"


def test_a_feed_shows_each_address_and_who_fetched_it(desk: TestClient) -> None:
    page = desk.get(ONE).text

    found = rows_of(page)
    assert {form.value for form in FeedFormat} <= set(found)
    assert found["Aggregator"][0] == "atom"
    assert found["Aggregator"][2:] == ["304", "2\u202f500"]
    assert "/console/newsroom/feeds/everything" not in page
    assert "/console/newsroom/feeds/floods?publication=courier" in desk.get(f"{HOME}/floods").text


def test_the_newsroom_leads_here_and_back(desk: TestClient) -> None:
    assert f'href="{HOME}"' in desk.get("/console/newsroom").text
    form = desk.get("/console/newsroom/feeds/floods?publication=courier").text
    assert f'href="{HOME}/floods"' in form


def test_a_feed_moves_and_is_itself_again(desk: TestClient) -> None:
    assert desk.post(f"{HOME}/floods/move", data={"to": "everything"}).status_code == 303
    moved = desk.get(f"{HOME}/floods").text
    listed = rows_of(desk.get(HOME).text)["Floodsfloods"]
    assert desk.post(f"{HOME}/floods/move", data={"to": " "}).status_code == 303

    assert 'value="everything"' in moved
    assert listed[4] == "leads to everything"
    assert feed("floods").moved_to is None


@pytest.mark.parametrize(
    ("to", "status", "sentence"),
    [
        (
            "nothing",
            404,
            "There is no feed nothing; the list of feeds shows those that are offered.",
        ),
        (
            "feeds.example/all",
            400,
            "feeds.example/all is not an address; write it in full, such as",
        ),
    ],
)
def test_a_refused_move_comes_back_as_it_was_typed(
    desk: TestClient, to: str, status: int, sentence: str
) -> None:
    answer = desk.post(f"{ONE}/move", data={"to": to})

    assert answer.status_code == status
    assert f'id="to-problem">{sentence}' in answer.text
    assert f'value="{to}"' in answer.text
    assert feed("everything").moved_to is None


def test_a_partner_is_added_with_an_address_and_revoked(desk: TestClient) -> None:
    refused = desk.post(f"{HOME}/partners", data={"name": "  "})
    desk.post(f"{HOME}/partners", data={"name": "Reader & Co"})
    known = rows_of(desk.get(HOME).text)["Reader & Co"]
    desk.post(f"{HOME}/partners/revoke", data={"name": "Reader & Co"})
    revoked = rows_of(desk.get(HOME).text)["Reader & Co"]

    assert refused.status_code == 400
    assert 'id="name-problem">A partner needs a name.' in refused.text
    assert "/feeds/everything.rss?for=" in known[1]
    assert revoked[1].startswith("no longer valid since ")
    assert "Revoke" not in revoked[2]


def test_all_are_built_anew(desk: TestClient) -> None:
    assert feed("everything").due_at is None

    assert desk.post(f"{HOME}/build").status_code == 303

    assert feed("everything").due_at is not None


def test_buttons_are_for_whoever_may_use_them(browser: TestClient, desk: TestClient) -> None:
    every = desk.get(HOME).text + desk.get(ONE).text
    operators.sign_in(browser, "viewer")
    seen = browser.get(HOME).text + browser.get(ONE).text

    buttons = ("Rebuild all feeds", "Add the partner", "Revoke", "Move it", "?for=")
    assert [each for each in buttons if each not in every] == []
    assert [each for each in buttons[:-1] if each in seen] == []
    assert "everything.rss?for=" not in seen
    assert browser.post(f"{ONE}/move", data={"to": "floods"}).status_code == 403


def test_one_publication_s_operator_sees_its_feeds_alone(
    browser: TestClient, desk: TestClient, newsroom: Newsroom
) -> None:
    with transaction() as tx:
        feeds.add(tx, newsroom.arabic, slug="nahar", kind=FeedKind.EVERYTHING, title="النهر")
    assert len(rows_of(desk.get(f"{HOME}?publication=al-nahar").text)) == len({"it", "Aggregator"})
    secret = operators.token(publication_id=newsroom.english)
    browser.post("/console/sign-in", data={"token": secret})

    assert set(rows_of(browser.get(HOME).text)) == {"Everythingeverything", "Floodsfloods"}
    assert "a partner" in rows_of(browser.get(ONE).text)
    assert browser.get(f"{HOME}/nahar").status_code == 403
    assert browser.post(f"{HOME}/build").status_code == 403
    assert browser.post(f"{ONE}/move", data={"to": "floods"}).status_code == 303
