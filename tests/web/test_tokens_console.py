"""/console/tokens/ID: a token is changed by its fields, and its secret is on no page."""

import re

import pytest
from starlette.testclient import TestClient

from syndicate.characters import resolved
from syndicate.store.ground.session import transaction
from syndicate.store.platform import tokens
from syndicate.store.platform.tokens import Permission
from tests.web import operators
from tests.web.newsroom import Newsroom
from tests.web.test_making_console import problem

HOME = "/console/tokens"


@pytest.fixture
def cms(newsroom: Newsroom) -> str:
    """A viewer's token that opens the English publication alone; its secret."""
    return operators.token("viewer", publication_id=newsroom.english)


def number(secret: str) -> int:
    with transaction() as tx:
        row = tokens.of_digest(tx, tokens.digest(secret))
        assert row is not None
        return row.id


def opens(secret: str) -> tuple[str, frozenset[Permission]]:
    with transaction() as tx:
        row = tokens.find(tx, number(secret))
        assert row is not None
        return row.name, tokens.known(row.scopes)


def test_a_token_is_changed_and_goes_on_to_open_by_its_secret(
    browser: TestClient, cms: str
) -> None:
    operators.sign_in(browser)
    one = f"{HOME}/{number(cms)}"
    said = {"slug": "cms", "permissions": "editor", "publication": "", "expires": "2031-12-31"}

    before = browser.get(one).text
    saved = browser.post(one, data=said)
    after = browser.get(one).text

    assert f'href="{one}"' in browser.get(HOME).text
    assert re.search(r'<option value="courier" selected>', before)
    assert (saved.status_code, saved.headers["location"]) == (303, f"{one}?done=saved")
    assert 'name="permissions" value="editor"' in after
    assert 'name="expires" value="2031-12-31"' in after
    assert not re.search(r'<option value="courier" selected>', after)
    name, permissions = opens(cms)
    assert name == "cms"
    assert Permission.ARTICLES in permissions
    assert not any(secret in before + after for secret in (cms, tokens.digest(cms).hex()))


def test_a_change_that_is_refused_stays_typed_with_each_sentence_at_its_field(
    browser: TestClient, cms: str
) -> None:
    operators.sign_in(browser)
    one = f"{HOME}/{number(cms)}"

    answer = browser.post(
        one, data={"slug": " ", "permissions": "king", "publication": "nowhere", "expires": "soon"}
    )

    assert answer.status_code == 422
    assert problem(answer.text, "slug").startswith("A token needs its name.")
    assert problem(answer.text, "permissions").startswith("There is no permission or role king;")
    assert problem(answer.text, "publication").startswith("There is no publication nowhere")
    assert problem(answer.text, "expires") == "soon is not a day; write it as 2027-12-31."
    assert 'value="king"' in answer.text
    assert opens(cms)[0] == "viewer"


def test_a_secret_that_is_sent_with_the_form_changes_nothing(browser: TestClient, cms: str) -> None:
    operators.sign_in(browser)
    one = f"{HOME}/{number(cms)}"

    browser.post(one, data={"secret_file": "a" * 64, "token_hash": "a" * 64})

    assert browser.get(one).status_code == 200  # the old secret is there still
    assert number(cms) > 0


def test_nobody_changes_a_token_beyond_what_they_may_do_themselves(
    browser: TestClient, newsroom: Newsroom, cms: str
) -> None:
    held = {Permission.READ, Permission.TOKENS}
    everywhere = operators.token("admin")
    mine = operators.token(permissions=held, publication_id=newsroom.english)
    browser.post("/console/sign-in", data={"token": mine})
    one = f"{HOME}/{number(cms)}"

    more = browser.post(one, data={"permissions": "editor"})
    wider = browser.post(one, data={"publication": ""})
    elsewhere = browser.get(f"{HOME}/{number(everywhere)}")
    missing = browser.get(f"{HOME}/999999")
    renamed = browser.post(one, data={"slug": "reader", "permissions": "read"})

    assert [more.status_code, wider.status_code, elsewhere.status_code] == [403, 403, 403]
    assert missing.status_code == 404
    assert renamed.status_code == 303
    assert "does not have the permission" in resolved(more.text)
    assert opens(cms) == ("reader", frozenset({Permission.READ}))
    assert '<option value="gazette"' not in browser.get(one).text
