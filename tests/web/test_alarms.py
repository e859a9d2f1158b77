"""What rings, on the console's first page, at /console/alarms and by the API."""

import datetime as dt
import re

from starlette.testclient import TestClient

from syndicate import clock
from syndicate.alarms import ringing, watch
from syndicate.store.ground.session import transaction
from syndicate.store.platform import rings
from syndicate.vocabulary.sending import MailingState
from tests.web import operators
from tests.web.newsroom import Newsroom


def paused(room: Newsroom) -> int:
    """A paused mailing that rings; the id of its ring."""
    operators.mailing(room, state=MailingState.PAUSED)
    assert watch.look(clock.now())
    with transaction() as tx:
        (ring,) = rings.open_ones(tx)
    return ring.id


def main_of(page: str) -> str:
    return page.partition("<main")[2]


def test_home_shows_what_rings_and_who_has_heard_it(
    browser: TestClient, newsroom: Newsroom
) -> None:
    ring_id = paused(newsroom)
    operators.sign_in(browser, "viewer")
    seen = main_of(browser.get("/console").text)
    operators.sign_in(browser, "sender")

    page = main_of(browser.get("/console").text)
    answer = browser.post(f"/console/alarms/{ring_id}/acknowledge")
    heard = main_of(browser.get("/console").text)

    path = f'action="/console/alarms/{ring_id}/acknowledge"'
    assert (path in seen, path in page, path in heard) == (False, True, False)
    assert answer.headers["location"] == "/console/alarms?done=heard"
    assert "Acknowledged by <bdi>sender (token)</bdi>" in heard
    assert 'href="/docs/runbooks/held"' in heard


def test_what_nobody_has_heard_stands_before_what_somebody_has(
    browser: TestClient, newsroom: Newsroom
) -> None:
    ring_id = paused(newsroom)
    with transaction() as tx:
        operators.incident(tx)
        rings.acknowledge(tx, ring_id, by="cli:desk", now=clock.now())
    operators.sign_in(browser)

    page = main_of(browser.get("/console").text)
    with transaction() as tx:
        first, second = (need.text for need in ringing.needs(tx, clock.now()))

    assert "is paused" in first
    assert page.index(first) < page.index(second.partition(":")[0])


def test_the_page_of_alarms_keeps_what_rang_and_how_it_was_told(
    browser: TestClient, newsroom: Newsroom
) -> None:
    ring_id = paused(newsroom)
    operators.sign_in(browser)
    standing = main_of(browser.get("/console/alarms").text)
    with transaction() as tx:
        rings.note(tx, {ring_id: {"night": {"error": "It answered 500."}}}, now=clock.now())
        rings.see(tx, [], now=clock.now() + dt.timedelta(hours=1))

    page = main_of(browser.get("/console/alarms").text)
    one = main_of(browser.get(f"/console/alarms/{ring_id}").text)

    assert "Nothing rings." not in standing
    assert "Nothing rings." in page
    assert f'<a href="/console/alarms/{ring_id}">No. 7 of Morning Courier is paused' in page
    assert "<strong><bdi>night</bdi></strong>: not told. It answered 500." in one
    assert len(re.findall(r"<tr><th scope=\"row\"><code>", page)) == len(ringing.ALARMS)


def test_a_program_reads_and_acknowledges_what_rings(
    browser: TestClient, newsroom: Newsroom
) -> None:
    ring_id = paused(newsroom)
    viewer, sender = operators.bearer("viewer"), operators.bearer("sender")

    (ring,) = browser.get("/api/v1/alarms", headers=viewer).json()
    refused = browser.post(f"/api/v1/alarms/{ring_id}/acknowledge", headers=viewer)
    done = browser.post(f"/api/v1/alarms/{ring_id}/acknowledge", headers=sender).json()
    over = browser.get("/api/v1/alarms?over=true", headers=viewer).json()

    assert (ring["id"], ring["alarm"], ring["bell"]) == (ring_id, "paused_mailings", "held")
    assert (ring["state"], ring["severity"], ring["rung"]) == ("ringing", "page", 1)
    assert refused.status_code == 403
    assert (done["acknowledged_by"], done["next_at"]) == ("token:sender", None)
    assert over == []


def test_a_program_without_a_ring_of_that_number_is_told_so(
    browser: TestClient, newsroom: Newsroom
) -> None:
    assert newsroom.english

    answer = browser.get("/api/v1/alarms/999", headers=operators.bearer("viewer"))

    assert answer.status_code == 404
    assert answer.json()["error"]["message"] == "There is no ring 999; see the list of alarms."
