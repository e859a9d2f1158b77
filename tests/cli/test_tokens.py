"""`syndicate tokens` and `console-link`: shown once, good for what they say, and revocable."""

import json
from urllib.parse import urlsplit

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner, Result

from syndicate.cli import build
from syndicate.errors import NotFoundError, UsageError
from syndicate.store.ground.session import transaction
from syndicate.store.platform import tokens
from syndicate.store.views import operations
from syndicate.web.app import build as build_web

HERE = "http://localhost:8080"


pytestmark = pytest.mark.usefixtures("database")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(build(arguments), list(arguments))


def test_token_is_shown_once_and_kept_as_a_hash() -> None:
    made = json.loads(run("tokens", "add", "cms", "--role", "editor", "--json").stdout)

    listed = run("tokens", "list", "--json").stdout
    assert made["token"].startswith("syn_")
    assert made["token"] not in listed
    assert json.loads(listed)["tokens"][0]["permissions"] == sorted(tokens.ROLES["editor"])
    with transaction() as tx:
        assert tokens.all_tokens(tx)[0].token_hash == tokens.digest(made["token"])
        assert [row.action for row in operations.audit_rows(tx, limit=9)] == ["token-add"]


def test_token_may_do_what_it_was_made_for() -> None:
    secret = run("tokens", "add", "scraper", "--allow", "metrics").stdout.strip()

    with TestClient(build_web(), base_url=HERE) as browser:
        headers = {"Authorization": f"Bearer {secret}"}
        assert browser.get("/metrics", headers=headers).status_code == 200
        assert browser.get("/api/v1/mailings", headers=headers).status_code == 403


def test_revoked_token_opens_nothing() -> None:
    secret = run("tokens", "add", "cms").stdout.strip()

    assert run("tokens", "revoke", "1").stdout == "Token 1 is revoked.\n"

    with TestClient(build_web(), base_url=HERE) as browser:
        headers = {"Authorization": f"Bearer {secret}"}
        assert browser.get("/api/v1/mailings", headers=headers).status_code == 401


def test_link_lets_in() -> None:
    url = urlsplit(run("console-link", "--name", "night desk", "--role", "viewer").stdout.strip())

    assert f"{url.scheme}://{url.netloc}" == HERE
    with TestClient(build_web(), base_url=HERE, follow_redirects=False) as browser:
        assert browser.post(url.path).status_code == 303
        browser.headers["Sec-Fetch-Site"] = "same-origin"
        assert "nightdesk (console)" in browser.get("/console").text
        assert browser.post("/console/stop", data={"why": "x"}).status_code == 403


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("tokens", "add", "x", "--role", "king"), UsageError),
        (("tokens", "add", "x", "--allow", "everything"), UsageError),
        (("tokens", "revoke", "7"), NotFoundError),
        (("console-link", "--role", "king"), UsageError),
    ],
)
def test_what_cannot_be_is_one_sentence(arguments: tuple[str, ...], error: type) -> None:
    result = run(*arguments)

    assert isinstance(result.exception, error)
    assert str(result.exception).endswith((".", "them."))
