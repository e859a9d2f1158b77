"""The console's audit, and what it says of a mailing, in words that people read."""

import re

import pytest
from starlette.testclient import TestClient

from syndicate import clock
from syndicate.characters import resolved
from syndicate.newsroom.trail import in_words
from syndicate.store.ground.session import transaction
from syndicate.store.platform import audit
from syndicate.vocabulary.acts import Act
from tests.web import operators
from tests.web.newsroom import Newsroom

pytestmark = pytest.mark.usefixtures("database")
FORM = {"slug": "night", "name": "Town Hall", "address": "night@news.example", "languages": "en"}


@pytest.mark.parametrize(
    ("detail", "words"),
    [
        ({"fields": {"name": ["Town Hall", "Town & Council"]}}, "name: Town Hall → Town & Council"),
        ({"fields": {"languages": [["en"], ["en", "ar"]]}}, "languages: en → en, ar"),
        (
            {"fields": {"zone": [None, "UTC"], "is_public": [True, False]}},
            "zone: nothing → UTC; is_public: yes → no",
        ),
        ({"why": "wrong list", "mailings": 2}, "why: wrong list; mailings: 2"),
        ({}, ""),
    ],
)
def test_a_detail_is_said_in_words(detail: dict[str, object], words: str) -> None:
    assert in_words(detail) == words


def test_the_audit_names_an_operator_and_what_changed(browser: TestClient) -> None:
    operators.sign_in(browser)
    browser.post("/console/operators", data=FORM)
    browser.post("/console/operators/night", data={"name": "Town & Council"})

    page = browser.get("/console/audit").text

    assert "name: Town Hall → Town &amp; Council" in page
    assert '<a href="/console/operators/night"><bdi>operator Town &amp; Council</bdi></a>' in page
    assert re.search(r"operator:\d", page) is None


def test_what_is_named_leads_where_whoever_looks_may_go(browser: TestClient) -> None:
    operators.sign_in(browser)
    browser.post("/console/operators", data=FORM)
    of_one = browser.get("/console/audit?action=operator-add").text
    strange = browser.get("/console/audit?action=operator-fold")
    operators.sign_in(browser, "viewer")

    page = browser.get("/console/audit").text

    assert "<td><bdi>operator Town Hall</bdi></td>" in page
    assert of_one.count("<bdi>operator Town Hall</bdi></a>") == 1
    assert "<bdi>the console</bdi>" in page
    assert "<bdi>the console</bdi>" not in of_one
    assert strange.status_code == 400
    assert "There is no action operator-fold;" in resolved(strange.text)


def test_a_mailing_tells_who_sent_its_issue_and_leads_to_it(
    browser: TestClient, newsroom: Newsroom
) -> None:
    mailing_id = operators.mailing(newsroom)
    operators.sign_in(browser)
    with transaction() as tx:
        subject = f"issue:{newsroom.issue}"
        audit.record(tx, at=clock.now(), actor="desk", action=Act.ISSUE_RUN, subject=subject)

    page = browser.get(f"/console/mailings/{mailing_id}").text

    assert "<bdi>desk</bdi>: sent now (the issue)" in page
    assert f'href="/console/issues/{newsroom.issue}"' in page
    assert f'href="/console/newsletters/{newsroom.newsletter}"' in page


def test_nothing_is_offered_where_mail_is_held(browser: TestClient, newsroom: Newsroom) -> None:
    operators.sign_in(browser)
    path = f"/console/newsletters/{newsroom.newsletter}"
    browser.post("/console/holds", data={"what": "newsletter:morning", "why": "A doubt."})

    page = browser.get(f"{path}/send").text

    assert "A doubt." in page
    assert f'action="{path}/run"' not in page
    assert "Send 0 stories" not in page


def test_an_operators_page_says_how_they_get_in_and_what_roles_let_do(browser: TestClient) -> None:
    operators.sign_in(browser)
    browser.post("/console/operators", data=FORM)
    browser.post(
        "/console/operators/night/grant", data={"permission": "editor", "where": "everywhere"}
    )

    page = resolved(browser.get("/console/operators/night").text)
    mine = browser.get("/console/me").text

    assert "syndicate console-link --operator night" in page
    assert "<li>editor everywhere " in page
    assert "newsletters.run: send an issue to its readers now" in page
    assert 'href="/console/operators">Add an operator</a>' in mine
    browser.post("/console/operators/night/revoke", data={"permission": "editor", "where": ""})
    assert "Nothing yet." in browser.get("/console/operators/night").text
