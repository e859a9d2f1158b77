"""/console/operators: a form that was refused has its sentences, and what was typed."""

import re

import pytest
from starlette.testclient import TestClient

from syndicate.characters import resolved
from syndicate.store.ground.session import transaction
from syndicate.store.platform import operators as rows
from tests.web import operators
from tests.web.test_making_console import problem

pytestmark = pytest.mark.usefixtures("database")
HOME = "/console/operators"
NIGHT = {
    "slug": "night",
    "name": "Night desk",
    "address": "night@news.example",
    "languages": "en, ar",
    "zone": "Asia/Qatar",
}


@pytest.fixture
def night(browser: TestClient) -> str:
    """Where the night desk's page is, which its form made."""
    operators.sign_in(browser)
    made = browser.post(HOME, data=NIGHT)
    assert made.status_code == 303, made.text
    path, _, said = made.headers["location"].partition("?")
    assert said == "done=added"
    return path


def test_a_new_operator_is_told_every_fault_at_its_field(browser: TestClient) -> None:
    operators.sign_in(browser)

    answer = browser.post(
        HOME, data={**NIGHT, "slug": "Night Desk", "name": "", "zone": "Asia/Katar"}
    )

    assert answer.status_code == 422
    assert "small letters, digits and hyphens" in problem(answer.text, "slug")
    assert problem(answer.text, "name").startswith("An operator needs its name.")
    assert problem(answer.text, "zone").endswith("did you mean Asia/Qatar?")
    assert 'value="Night Desk"' in answer.text
    with transaction() as tx:
        assert rows.every(tx) == []


def test_a_change_that_is_refused_stays_typed_and_one_that_is_not_is_kept(
    browser: TestClient, night: str
) -> None:
    refused = browser.post(night, data={"name": "Late desk", "address": "late", "zone": "UTC"})
    page = browser.get(night).text
    kept = browser.post(night, data={"name": "Late desk"})

    assert refused.status_code == 422
    assert problem(refused.text, "address").startswith("Mail cannot be sent to this address")
    assert 'value="Late desk"' in refused.text
    assert 'value="Night desk"' in page
    assert (kept.status_code, kept.headers["location"]) == (303, f"{night}?done=saved")
    with transaction() as tx:
        row = rows.by_slug(tx, "night")
        assert row is not None
        assert (row.name, row.zone, row.languages) == ("Late desk", "Asia/Qatar", ["en", "ar"])


def test_a_grant_that_is_refused_says_so_once_and_stays_chosen(
    browser: TestClient, night: str
) -> None:
    said = {"permission": "editor", "where": "publication:nowhere"}

    answer = browser.post(f"{night}/grant", data=said)

    assert answer.status_code == 404
    assert resolved(answer.text).count("There is no publication nowhere") == 1
    assert '<option value="editor" selected>' in answer.text
    assert 'value="Night desk"' in answer.text


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({}, "permission"),
        ({"permission": "admin"}, "where"),
        ({"where": "everywhere"}, "permission"),
    ],
)
def test_a_grant_is_chosen_and_never_made_by_default(
    browser: TestClient, night: str, said: dict[str, str], field: str
) -> None:
    page = browser.get(night).text
    answer = browser.post(f"{night}/grant", data=said)

    assert not re.search(r'name="(permission|where)".*?<option [^>]*selected', page, re.DOTALL)
    assert answer.status_code == 400
    assert f'id="{field}-problem">Choose wh' in answer.text
    assert "<p>Nothing yet.</p>" in browser.get(night).text
