"""What receivers object to, where operators see it: front, page, doctor's figures."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from syndicate import clock
from syndicate.bounces.keeping import advice
from syndicate.bounces.reading.verdict import ABOUT_US
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import incidents
from syndicate.store.newsroom.incidents import DeliveryIncident
from syndicate.store.readers import recipients
from syndicate.store.sending import events
from syndicate.store.sending.events import Happening
from syndicate.store.views import operations
from syndicate.vocabulary.sending import SuppressionReason
from tests.web import operators

SAID = "it says that our address is on a block list"


def the_one() -> DeliveryIncident:
    with transaction() as tx:
        (found,) = incidents.open_ones(tx)
        return found


@pytest.fixture
def opened(browser: TestClient, database: str) -> int:
    """An incident, and somebody who may do something about it."""
    assert database
    operators.sign_in(browser, "sender")
    with transaction() as tx:
        operators.incident(tx, detail="550 5.7.1 <b>listed</b> by a list")
        operators.incident(tx)
    return the_one().id


def test_an_incident_is_shown_with_what_helps_until_somebody_looks_after_it(
    browser: TestClient, opened: int
) -> None:
    front, page = browser.get("/console").text, browser.get("/console/incidents").text
    assert f"Google refuses mail from courier.example: {SAID}." in front
    assert f"/console/incidents#incident-{opened}" in front
    assert advice.about("blocked").do in page
    assert "550 5.7.1 &lt;b&gt;listed&lt;/b&gt; by a list" in page
    assert "2 times since" in page

    for _ in range(2):
        taken = browser.post(f"/console/incidents/{opened}/take")
        assert taken.headers["location"] == "/console/incidents?done=taken"

    assert SAID not in browser.get("/console").text
    assert "Handled by" in browser.get("/console/incidents").text
    assert the_one().taken_by == "token:sender"


def test_an_incident_that_is_over_is_told_below_and_opens_anew(
    browser: TestClient, opened: int
) -> None:
    assert browser.post(f"/console/incidents/{opened}/close").status_code == 303
    assert browser.post(f"/console/incidents/{opened}/close").status_code == 404
    assert browser.post(f"/console/incidents/{opened}/take").status_code == 404

    page = browser.get("/console/incidents").text
    assert "Receivers accept our mail." in page
    assert "Google refused mail from courier.example" in page
    with transaction() as tx:
        operators.incident(tx)
        rows = operations.audit_rows(tx, limit=9, about=[f"incident:{opened}"])
    assert [(row.actor, row.action) for row in rows] == [("token:sender", "incident-close")]
    assert the_one().id != opened


def test_those_whom_an_incident_cost_are_mailed_again_from_its_page(
    browser: TestClient, opened: int
) -> None:
    operators.sign_in(browser, "admin")
    now = clock.now()
    told: dict[str, Any] = {"is_hard": True, "receiver": "google"}
    with transaction() as tx:
        whose = recipients.upsert(tx, "reader001@gmail.com")
        happened = Happening(b"k", now, "bounced", None, whose.id, "userunknown", **told)
        events.record(tx, happened)
        why = SuppressionReason.BOUNCE
        recipients.suppress(tx, whose.address_hash, scope="*", reason=why, now=now)
    page = browser.get("/console/incidents").text
    assert "1 address is no longer mailed because mail came back" in page

    refused = browser.post(f"/console/incidents/{opened}/lift", data={"why": " "})
    lifted = browser.post(f"/console/incidents/{opened}/lift", data={"why": "It was down."})

    assert refused.status_code == 400
    assert "Say why, in a few words" in refused.text
    assert "<details open>" in refused.text
    assert lifted.headers["location"] == "/console/incidents?done=mailed_again"
    assert "no longer mailed" not in browser.get("/console/incidents").text
    with transaction() as tx:
        assert not recipients.is_suppressed(tx, whose.address_hash, "newsletter:1")


def test_who_may_only_look_has_no_buttons(browser: TestClient, opened: int) -> None:
    operators.sign_in(browser, "viewer")

    assert "<button" not in browser.get("/console/incidents").text.partition("<main")[2]
    assert browser.post(f"/console/incidents/{opened}/close").status_code == 403
    assert the_one().id == opened


@pytest.mark.usefixtures("opened")
def test_many_incidents_do_not_hide_what_else_needs_a_person(browser: TestClient) -> None:
    with transaction() as tx:
        for number in range(6):
            operators.incident(tx, receiver=f"mx{number}.example")

    front = browser.get("/console").text

    assert front.count("refuses mail from") == 5
    assert "2 more receivers object to our mail." in front


@pytest.mark.usefixtures("opened")
def test_incidents_are_counted_for_whoever_watches(browser: TestClient) -> None:
    with transaction() as tx:
        operators.incident(tx, reason="burst")

    figures = browser.get("/metrics", headers=operators.bearer("viewer")).text

    assert 'syndicate_incidents{reason="blocked"} 1.0' in figures
    assert 'syndicate_incidents{reason="burst"} 1.0' in figures


def test_every_reason_has_its_advice() -> None:
    known = {*(reason.value for reason in ABOUT_US), advice.BURST}

    said = {advice.about(reason).what for reason in known}

    assert len(said) == len(known)
    assert advice.about("something new").what not in said
