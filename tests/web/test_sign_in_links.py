"""A sign-in link made on an operator's page: for whom, by whom, how often, and who learns of it."""

import re
from collections.abc import Sequence

import pytest
from starlette.testclient import TestClient

from syndicate import clock
from syndicate.characters import resolved
from syndicate.store.ground.session import transaction
from syndicate.store.platform import notices, sessions
from syndicate.store.platform import operators as rows_of
from syndicate.store.platform.sessions import SignedInBy
from syndicate.store.platform.tokens import Grant, Permission, new_secret
from syndicate.store.views import operations
from syndicate.web.console import access
from tests import rows
from tests.web import operators
from tests.web.newsroom import Newsroom

LEADS = (Grant(Permission.READ), Grant(Permission.OPERATORS))


def operator(slug: str, grants: Sequence[Grant]) -> int:
    with transaction() as tx:
        made = rows.operator(tx, slug).id
        rows_of.grant(tx, made, grants)
        return made


def sign_in(browser: TestClient, slug: str) -> None:
    """As that operator, by whatever way."""
    secret, now = new_secret(), clock.now()
    with transaction() as tx:
        row = rows_of.by_slug(tx, slug)
        assert row is not None
        actor = rows_of.actor_of(tx, row)
        assert actor is not None
        by, ends_at = SignedInBy.PASSKEY, now + access.LASTS
        sessions.start(tx, actor, secret=secret, by=by, expires_at=ends_at, now=now)
    browser.cookies.set(access.cookie_name(), secret)


def made(operator_id: int) -> list[str]:
    """Who made a link for an operator."""
    with transaction() as tx:
        found = operations.audit_rows(tx, limit=9, about=[f"operator:{operator_id}"])
        return [row.actor for row in found if row.action == "operator-link"]


def shown(page: str) -> list[str]:
    return re.findall(r"<code dir=\"ltr\">\w+://[^/]+(/console/sign-in/[^<]+)</code>", page)


@pytest.mark.usefixtures("newsroom")
def test_a_link_is_shown_once_signs_in_once_and_its_use_is_told(browser: TestClient) -> None:
    desk = operator("desk", [Grant(Permission.READ)])
    operators.sign_in(browser)
    page = "/console/operators/desk"
    assert f'action="{page}/link"' in browser.get(page).text

    answer = browser.post(f"{page}/link")
    [path] = shown(answer.text)
    again = shown(browser.get(page).text)
    browser.post("/console/sign-out")
    looked = browser.get(path)
    used = [browser.post(path).status_code for _ in range(2)]

    assert answer.status_code == 200
    assert "no-store" in answer.headers["cache-control"]
    assert "It works once, within 15 minutes, and cannot be shown again." in answer.text
    assert again == []
    assert "desk" in looked.text
    assert used == [303, 410]
    assert "Desk desk" in browser.get("/console").text
    assert made(desk) == ["token:admin"]
    with transaction() as tx:
        told = [(row.kind, row.who) for row, _ in notices.claim(tx, clock.now())]
    assert told == [("link", "operator:desk")]


@pytest.mark.usefixtures("newsroom")
def test_nobody_makes_one_for_who_may_do_more_than_they_do(browser: TestClient) -> None:
    operator("lead", LEADS)
    chief = operator("chief", [*LEADS, Grant(Permission.STOP)])
    operator("deputy", LEADS)
    sign_in(browser, "lead")

    refused = browser.post("/console/operators/chief/link")
    page = resolved(browser.get("/console/operators/chief").text)
    let = browser.post("/console/operators/deputy/link")

    assert refused.status_code == 403
    assert "Operator chief may do what Lead desk may not; only an operator" in refused.text
    assert "/console/operators/chief/link" not in page
    assert "may do what you may not" in page
    assert made(chief) == []
    assert len(shown(let.text)) == 1


def test_what_they_may_do_in_one_place_counts_there_alone(
    browser: TestClient, newsroom: Newsroom
) -> None:
    here, there = newsroom.english, newsroom.arabic
    lead = operator("lead", [*LEADS, Grant(Permission.ARTICLES, here)])
    of_letter = Grant(Permission.ARTICLES, newsletter_id=newsroom.newsletter)
    for slug, grant in (
        ("here", Grant(Permission.ARTICLES, here)),
        ("there", Grant(Permission.ARTICLES, there)),
        ("letter", of_letter),
        ("everywhere", Grant(Permission.ARTICLES)),
    ):
        operator(slug, [grant])
    sign_in(browser, "lead")

    codes = {
        slug: browser.post(f"/console/operators/{slug}/link").status_code
        for slug in ("here", "there", "letter", "everywhere", "lead")
    }

    assert codes == {"here": 200, "there": 403, "letter": 200, "everywhere": 403, "lead": 409}
    assert "This is you" in browser.get("/console/operators/lead").text
    assert made(lead) == []
