"""`syndicate console-link`: where it leads, whom it lets in, for how long, and what is refused."""

import datetime as dt
from urllib.parse import urlsplit

import pytest

from syndicate import clock, settings, signing
from syndicate.cli.console_link import console_link
from syndicate.newsroom.sign_in_links import sign_in_url
from syndicate.store.ground.session import transaction
from syndicate.store.platform.tokens import (
    AS_OPERATOR,
    LINK_PURPOSE,
    LINK_WITHIN,
    ROLES,
    read_link,
)
from syndicate.store.views import operations
from tests import rows
from tests.cli.asking import ask


def opened(url: str, *, after: dt.timedelta = dt.timedelta(0)) -> tuple[str, str] | None:
    """Who comes in by a link, in what role; None once it is too old."""
    signed = urlsplit(url).path.removeprefix("/console/sign-in/")
    payload = signing.verify(settings.load().key(), LINK_PURPOSE, signed)
    return read_link(payload, now=clock.now() + after)


def test_the_link_alone_stands_on_stdout_and_its_terms_beside_it() -> None:
    done = ask(console_link, "--name", "night")

    assert done.code == 0
    assert done.out.startswith("http://localhost:8080/console/sign-in/")
    assert done.out.count("\n") == 1
    assert done.err == "It works once, within 15 minutes.\n"


def test_the_json_holds_the_link_and_its_minutes() -> None:
    done = ask(console_link, "--name", "night", "--json")

    assert (sorted(done.said), done.said["minutes"], done.err) == (["minutes", "url"], 15, "")
    assert opened(done.said["url"]) == ("night", "admin")


def test_the_link_leads_to_the_address_of_the_site(settings_env: pytest.MonkeyPatch) -> None:
    settings_env.setenv("SYNDICATE_PUBLIC_URL", "https://news.example")
    settings.load.cache_clear()

    assert sign_in_url("desk", "viewer").startswith("https://news.example/console/sign-in/")


def test_whoever_gives_no_name_has_that_of_the_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "sportsdesk")

    found = opened(ask(console_link).out.strip())

    assert found is not None
    assert found[0] == "sportsdesk"


@pytest.mark.parametrize("role", sorted(ROLES))
def test_a_link_lets_in_as_its_role(role: str) -> None:
    assert opened(sign_in_url("desk", role)) == ("desk", role)


@pytest.mark.parametrize(
    ("name", "who"),
    [("night desk", "nightdesk"), ("a:b/c", "abc"), ("مكتب", "operator"), ("a_b-c.d", "a_b-c.d")],
)
def test_a_name_is_kept_as_far_as_a_link_can_hold_it(name: str, who: str) -> None:
    assert opened(sign_in_url(name, "viewer")) == (who, "viewer")


def test_a_link_is_too_old_after_its_minutes() -> None:
    url = sign_in_url("desk", "viewer")

    assert opened(url, after=LINK_WITHIN - dt.timedelta(seconds=5)) is not None
    assert opened(url, after=LINK_WITHIN + dt.timedelta(seconds=5)) is None


def test_two_links_are_never_the_same() -> None:
    assert sign_in_url("desk", "viewer") != sign_in_url("desk", "viewer")


@pytest.mark.usefixtures("database")
def test_a_link_for_an_operator_is_audited_and_one_for_nobody_is_refused() -> None:
    with transaction() as tx:
        desk = rows.operator(tx, "desk").id

    done = ask(console_link, "--operator", "desk")
    nobody = ask(console_link, "--operator", "nobody")

    assert opened(done.out.strip()) == ("desk", AS_OPERATOR)
    assert nobody.code != 0
    assert "There is no operator nobody" in nobody.err
    with transaction() as tx:
        found = operations.audit_rows(tx, limit=9, about=[f"operator:{desk}"])
        assert [row.action for row in found] == ["operator-link"]
        assert found[0].actor.startswith("cli:")


def test_a_role_that_nobody_has_is_refused() -> None:
    done = ask(console_link, "--role", "king")

    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("There is no role king; ")
