"""/console/newsletters: paused, resumed and ended there, by who may."""

import datetime as dt
import re

import pytest
import time_machine
from starlette.testclient import TestClient

from syndicate import clock
from syndicate.store.ground.session import transaction
from syndicate.store.sending import holds
from syndicate.store.sending.holds import Target
from syndicate.vocabulary.sending import HoldScope
from tests import rows
from tests.web import operators
from tests.web.newsroom import Newsroom
from tests.web.test_console import actions


def test_a_newsletter_at_rest_is_not_sent_and_says_what_next(
    browser: TestClient, newsroom: Newsroom
) -> None:
    operators.sign_in(browser)
    path = f"/console/newsletters/{newsroom.newsletter}"
    assert "Send now" in browser.get(path).text

    assert browser.post(f"{path}/pause").headers["location"] == f"{path}?done=paused"
    for page in (path, f"{path}/send", f"{path}/rehearsal"):
        shown = browser.get(page).text
        assert "Morning Courier is paused; resume it first." in shown
        assert f'action="{path}/run"' not in shown
    assert "Send now" not in browser.get(path).text
    assert "paused since" in browser.get("/console/newsletters").text
    browser.post(f"{path}/resume")
    assert "Send now" in browser.get(path).text
    unsaid = browser.post(f"{path}/end")
    browser.post(f"{path}/end", data={"readers": "stay"})

    assert unsaid.status_code == 400
    assert 'id="readers-problem">Choose what becomes of its readers' in unsaid.text
    ended = browser.get(path).text
    assert "Morning Courier has ended; make another newsletter instead." in ended
    assert "End this newsletter" not in ended
    again = browser.post(f"{path}/pause")
    assert again.status_code == 409
    assert "Morning Courier has ended" in again.text
    assert [act for _, act in actions(f"newsletter:{newsroom.newsletter}")] == [
        "newsletter-end",
        "newsletter-resume",
        "newsletter-pause",
    ]


def test_what_is_held_names_the_hold_and_how_to_lift_it(
    browser: TestClient, newsroom: Newsroom
) -> None:
    with transaction() as tx:
        rows.reader(tx, 1, newsroom.newsletter)
        held = Target(HoldScope.NEWSLETTER, newsroom.newsletter)
        holds.place(tx, held, why="The wrong picture", by="operator:desk", now=clock.now())
    with time_machine.travel(newsroom.now + dt.timedelta(days=1), tick=False):
        operators.sign_in(browser)
        page = browser.get(f"/console/newsletters/{newsroom.newsletter}/send").text

    assert "while it is held (“The wrong picture”): lift that hold on the page" in page
    assert "until mail is released" not in page


def test_an_issue_has_one_number_for_people_and_its_id_for_commands(
    browser: TestClient, newsroom: Newsroom
) -> None:
    mailing_id = operators.mailing(newsroom)
    operators.sign_in(browser)
    pages = [
        browser.get(path).text
        for path in (
            "/console/newsletters",
            "/console/issues",
            f"/console/issues/{newsroom.issue}",
            f"/console/mailings/{mailing_id}",
            "/console/mailings",
        )
    ]

    assert [bool(re.search(r"[Ii]ssue \d", each)) for each in pages] == [False] * 5
    assert all("No. 7" in each for each in pages)
    assert f'<span class="hint">id {newsroom.issue}</span>' in pages[1]


def test_who_may_not_edit_newsletters_is_offered_none_of_it(
    browser: TestClient, newsroom: Newsroom
) -> None:
    operators.sign_in(browser, "viewer")

    page = browser.get(f"/console/newsletters/{newsroom.newsletter}").text

    assert [each for each in ("Pause", "Change …", "End this", "Send now") if each in page] == []


def test_a_test_is_sent_from_the_page_and_a_bad_address_stays_typed(
    browser: TestClient, newsroom: Newsroom
) -> None:
    operators.sign_in(browser)
    path = f"/console/newsletters/{newsroom.newsletter}"

    refused = browser.post(f"{path}/test", data={"address": "nobody"})
    sent = browser.post(f"{path}/test", data={"address": "reader001@example.com"})

    assert refused.status_code == 422
    assert 'id="address-problem">Mail cannot be sent to this address' in refused.text
    assert 'value="nobody"' in refused.text
    assert sent.headers["location"] == f"{path}?done=tested"


@pytest.mark.usefixtures("newsroom")
def test_a_letter_is_not_offered(browser: TestClient) -> None:
    operators.sign_in(browser)

    page = browser.get("/console/newsroom/new/newsletters?publication=courier").text

    assert '<option value="digest"' in page
    assert "letter:" not in page
    assert '<option value="letter"' not in page


@pytest.mark.usefixtures("newsroom")
def test_nothing_is_held_by_default(browser: TestClient) -> None:
    operators.sign_in(browser)

    page = browser.get("/console/holds").text
    answer = browser.post("/console/holds", data={"what": "", "why": "A doubt."})

    assert " selected>" not in page
    assert '<option value="">Choose …</option>' in page
    assert answer.status_code == 400
    assert "Choose what to hold from the list." in answer.text
    assert "Nothing is held." in answer.text
