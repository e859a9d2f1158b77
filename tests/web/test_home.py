"""The console's first page: what needs a person, and what comes next."""

import re

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from syndicate import clock
from syndicate.alarms import ringing
from syndicate.alarms.need import Alarm, Need
from syndicate.alarms.ringing import ALARMS
from syndicate.store.composition import issues
from syndicate.store.ground.session import transaction
from syndicate.store.intake import sources
from syndicate.vocabulary.newsletters import IssueState
from syndicate.vocabulary.sending import MailingState
from syndicate.vocabulary.sources import SourceKind, SourceState
from tests import matrix, rows
from tests.web import operators
from tests.web.newsroom import Newsroom


def spoil_an_embargoed_article(room: Newsroom) -> None:
    """No end of its embargo, and a kind that does not exist: what only a hand by SQL writes."""
    with transaction() as tx:
        tx.execute(text("ALTER TABLE article DROP CONSTRAINT ck_article_articlekind"))
        spoil = text("UPDATE article SET embargo_until = NULL, kind = 'hologram' WHERE id = :id")
        tx.execute(spoil, {"id": room.articles["embargoed"]})


def needs_of(page: str) -> list[Need]:
    """What a page lists under *Needs you*."""
    listed = re.search(r'<ul class="needs">(.*?)</ul>', page, re.DOTALL)
    items = r'<li><a href="([^"]+)">([^<]+)</a>(?: <form method="post" action="([^"]+)">.*?)?</li>'
    links = re.findall(items, listed[1] if listed else "")
    return [Need(said, path, tick) for path, said, tick in links]


def test_home_says_what_needs_a_person(browser: TestClient, newsroom: Newsroom) -> None:
    operators.mailing(newsroom, state=MailingState.PAUSED)
    with transaction() as tx:
        source = sources.add(tx, newsroom.english, SourceKind.FEED, "https://a.example/", "A")
        sources.set_state(tx, source.id, SourceState.FAILING, message="A failed.", now=clock.now())
        issue = issues.find(tx, newsroom.issue)
        assert issue is not None
        issue.state, issue.note = IssueState.HELD, "Two stories were withdrawn."
    operators.sign_in(browser, "viewer")

    page = browser.get("/console").text

    named = "No. 7 of Morning Courier is"
    assert f"{named} paused with 2 remaining." in page
    assert f"{named} held: Two stories were withdrawn." in page
    assert "The source A is failing." in page
    assert "Stop everything" not in page


def test_failures_are_ticked_off_where_they_are_listed(
    browser: TestClient, newsroom: Newsroom
) -> None:
    mailing_id = operators.mailing(newsroom)
    operators.sign_in(browser, "viewer")
    seen = needs_of(browser.get("/console").text)
    operators.sign_in(browser, "sender")

    (need,) = needs_of(browser.get("/console").text)
    answer = browser.post(need.tick)

    room = f"/console/mailings/{mailing_id}"
    said = "No. 7 of Morning Courier has 1 failed."
    assert (seen, need) == ([Need(said, room)], Need(said, room, f"{room}/tick-off"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/console?done=ticked")
    assert needs_of(browser.get("/console").text) == []
    page = browser.get(room).text
    assert "tick it off" not in page
    assert "<bdi>sender (token)</bdi>: ticked off" in page


def test_home_of_an_empty_installation_says_what_comes_next(browser: TestClient) -> None:
    operators.sign_in(browser)

    page = browser.get("/console").text

    assert "Welcome to Syndicate" in page
    assert '<a class="button" href="/console/start/publication">Set up your publication</a>' in page
    assert "Every source answers" not in page


def test_home_lists_what_the_alarms_find_in_their_order(
    browser: TestClient, newsroom: Newsroom
) -> None:
    operators.mailing(newsroom, state=MailingState.PAUSED)
    with transaction() as tx:
        rows.source(tx, newsroom.english, state=SourceState.DORMANT)
        rows.incident(tx)
        expected = ringing.needs(tx, clock.now())
    operators.sign_in(browser, "viewer")

    shown = needs_of(browser.get("/console").text)

    assert len(expected) == 3
    assert shown == expected


def test_a_row_that_cannot_be_read_costs_its_own_need_alone(
    browser: TestClient, newsroom: Newsroom
) -> None:
    spoil_an_embargoed_article(newsroom)
    with transaction() as tx:
        rows.source(tx, newsroom.english, state=SourceState.GONE)
    operators.sign_in(browser, "viewer")

    page = browser.get("/console")

    assert page.status_code == 200
    unread, gone = needs_of(page.text)
    assert unread.text.startswith("The alarm unread_embargoes cannot be read, ")
    assert unread.path == "/console/held"
    assert gone == Need("The source wire is gone.", "/console/sources")


@pytest.mark.usefixtures("newsroom")
@pytest.mark.parametrize("alarm", matrix.rows({each.name: each for each in ALARMS}, every=3))
def test_the_page_of_each_alarm_is_there(browser: TestClient, alarm: Alarm) -> None:
    operators.sign_in(browser, "viewer")

    assert browser.get(alarm.path).status_code == 200
