"""Signing in without mail: passkeys, recovery codes, links of the shell; and how sessions end."""

import datetime as dt
import re
from collections.abc import Iterator

import pytest
import time_machine
from starlette.testclient import TestClient

from syndicate import clock, settings, signing
from syndicate.characters import resolved
from syndicate.store.ground.session import transaction
from syndicate.store.platform import notices, passkeys, tokens
from syndicate.store.platform import operators as rows_of
from syndicate.store.platform.tokens import AS_OPERATOR, LINK_PURPOSE, Grant, Permission
from syndicate.store.views import operations
from tests import rows
from tests.application import build
from tests.web import operators
from tests.web.authenticator import Authenticator

HERE = "http://localhost:8080"
pytestmark = pytest.mark.usefixtures("newsroom")


@pytest.fixture
def desk() -> int:
    """An operator who may read."""
    with transaction() as tx:
        made = rows.operator(tx, "desk").id
        rows_of.grant(tx, made, [Grant(Permission.READ)])
        return made


@pytest.fixture
def local(desk: int) -> Iterator[TestClient]:
    """A browser at a host with a name, where the operator came in by a link."""
    assert desk
    with opened() as client:
        assert client.post(link()).status_code == 303
        yield client


def opened() -> TestClient:
    headers = {"Sec-Fetch-Site": "same-origin"}
    return TestClient(build(), base_url=HERE, follow_redirects=False, headers=headers)


def link(slug: str = "desk") -> str:
    payload = tokens.link_payload(slug, AS_OPERATOR, now=clock.now())
    return f"/console/sign-in/{signing.sign(settings.load().key(), LINK_PURPOSE, payload)}"


def asked(page: str) -> tuple[str, str]:
    """What a page asks the browser for: options, and the signed challenge."""
    options = re.search(r'data-options="([^"]*)"', page)
    challenge = re.search(r'name="challenge" value="([^"]*)"', page)
    assert options
    assert challenge
    return resolved(options[1]), challenge[1]


def add(
    client: TestClient, device: Authenticator, *, origin: str = HERE, name: str = "laptop"
) -> str:
    options, challenge = asked(client.get("/console/me").text)
    said = {"name": name, "challenge": challenge, "credential": device.create(options, origin)}
    answer = client.post("/console/me/passkeys", data=said)
    return "" if answer.status_code == 303 else resolved(answer.text)


def answered(client: TestClient, device: Authenticator, **how: str) -> dict[str, str]:
    """The form of the sign-in page, as a device fills it."""
    options, challenge = asked(client.get("/console/sign-in").text)
    origin = how.pop("origin", HERE)
    return {"challenge": challenge, "credential": device.get(options, origin, **how)}


def sign_ins() -> list[tuple[str, str]]:
    with transaction() as tx:
        found = operations.audit_rows(tx, limit=9, about=["console"])
        return [(row.actor, row.detail["by"]) for row in found]


def test_a_passkey_signs_its_operator_in(local: TestClient) -> None:
    device = Authenticator()

    assert add(local, device) == ""
    local.post("/console/sign-out")
    answer = local.post(
        "/console/sign-in/passkey", data=answered(local, device) | {"next": "/console/sources"}
    )

    assert answer.headers["location"] == "/console/sources"
    assert "Desk desk" in local.get("/console").text
    assert sign_ins() == [("operator:desk", "passkey"), ("operator:desk", "link")]
    assert "laptop" in local.get("/console/me").text
    with transaction() as tx:
        told = [(row.kind, row.who, row.what) for row, _ in notices.claim(tx, clock.now())]
    assert told == [("link", "operator:desk", ""), ("passkey", "operator:desk", "laptop")]


@pytest.mark.parametrize("how", ["another origin", "locked", "another host", "again", "a stranger"])
def test_an_answer_that_is_not_whole_lets_nobody_in(local: TestClient, how: str) -> None:
    device = Authenticator()
    add(local, device)
    local.post("/console/sign-out")

    said = answered(local, device)
    if how == "another origin":
        said = answered(local, device, origin="http://evil.example")
    elif how == "another host":
        said = answered(local, device, host="evil.example")
    elif how == "locked":
        device.is_unlocked = False
        said = answered(local, device)
    elif how == "a stranger":
        said = answered(local, Authenticator())
    else:
        local.post("/console/sign-in/passkey", data=said)
        local.post("/console/sign-out")
    answer = local.post("/console/sign-in/passkey", data=said)

    assert answer.status_code == 422
    told = "older than 15 minutes" if how == "again" else "does not open this console"
    assert told in answer.text
    assert local.get("/console").status_code == 303


def test_a_challenge_is_good_for_a_quarter_of_an_hour(local: TestClient) -> None:
    device = Authenticator()
    add(local, device)
    local.post("/console/sign-out")
    said = answered(local, device)

    with time_machine.travel(clock.now() + dt.timedelta(minutes=16), tick=False):
        answer = local.post("/console/sign-in/passkey", data=said)

    assert answer.status_code == 422
    assert "older than 15 minutes" in answer.text


def test_a_device_that_counts_backwards_was_copied(local: TestClient) -> None:
    device = Authenticator()
    add(local, device)
    local.post("/console/sign-in/passkey", data=answered(local, device))
    device.counter = 0

    answer = local.post("/console/sign-in/passkey", data=answered(local, device))

    assert answer.status_code == 422


def test_a_passkey_without_a_name_is_refused_at_the_field(local: TestClient) -> None:
    page = add(local, Authenticator(), name=" ")

    assert "A passkey needs a name: the device that holds it." in page
    assert 'id="name-problem"' in page


@pytest.mark.parametrize("how", ["locked", "another origin", "rubbish", "twice"])
def test_what_is_no_passkey_for_this_page_is_refused(
    local: TestClient, desk: int, how: str
) -> None:
    device = Authenticator()
    device.is_unlocked = how != "locked"
    if how == "rubbish":
        _, challenge = asked(local.get("/console/me").text)
        said = {"name": "laptop", "challenge": challenge, "credential": '{"id": 7}'}
        page = resolved(local.post("/console/me/passkeys", data=said).text)
    elif how == "twice":
        add(local, device)
        page = add(local, device, name="again")
    else:
        page = add(local, device, origin="http://evil.example" if how != "locked" else HERE)

    expected = "is known already" if how == "twice" else "is not a passkey for this console"
    assert expected in page
    with transaction() as tx:
        assert len(passkeys.of(tx, desk)) == (1 if how == "twice" else 0)


def test_a_passkey_is_removed_by_its_operator_alone(local: TestClient, desk: int) -> None:
    device = Authenticator()
    add(local, device)
    with transaction() as tx:
        number = passkeys.of(tx, desk)[0].id
        other = rows.operator(tx, "other").id
        rows_of.grant(tx, other, [Grant(Permission.READ)])

    with opened() as elsewhere:
        elsewhere.post(link("other"))
        refused = elsewhere.post(f"/console/me/passkeys/{number}/remove")
    removed = local.post(f"/console/me/passkeys/{number}/remove")

    assert (refused.status_code, removed.status_code) == (404, 303)
    answer = local.post("/console/sign-in/passkey", data=answered(local, device))
    assert answer.status_code == 422


def test_a_recovery_code_works_once_however_it_is_typed(local: TestClient) -> None:
    page = local.post("/console/me/codes").text
    codes = re.findall(r"<li><code>([^<]+)</code></li>", page)
    local.post("/console/sign-out")

    typed = codes[0].upper().replace("-", " ")
    first = local.post("/console/sign-in/code", data={"code": typed})
    again = local.post("/console/sign-in/code", data={"code": codes[0]})

    assert len(set(codes)) == 10
    assert (first.status_code, again.status_code) == (303, 422)
    assert "was used before; each works once" in again.text
    assert "You have 9 that work" in local.get("/console/me").text
    home = local.get("/console").text
    assert "<bdi>Desk desk</bdi>, by a recovery code" in home
    assert "<bdi>Desk desk</bdi>, by a one-time link" in home


def test_new_codes_make_those_of_before_worthless(local: TestClient) -> None:
    old = re.findall(r"<li><code>([^<]+)</code></li>", local.post("/console/me/codes").text)
    local.post("/console/me/codes")

    assert local.post("/console/sign-in/code", data={"code": old[0]}).status_code == 422


def test_whoever_is_no_operator_is_told_how_to_become_one(browser: TestClient) -> None:
    operators.sign_in(browser, "viewer")

    page = browser.get("/console/me").text
    refused = browser.post("/console/me/codes")

    assert "syndicate console-link --operator SLUG" in page
    assert refused.status_code == 409


def test_one_ends_ones_own_session_elsewhere_and_nobody_elses(local: TestClient) -> None:
    with opened() as elsewhere:
        elsewhere.post(link())
        operators.sign_in(browser := opened())
        number = _newest_session(elsewhere)

        assert local.post(f"/console/me/sessions/{number}/end").status_code == 303
        assert elsewhere.get("/console").status_code == 303
        assert local.post(f"/console/me/sessions/{number}/end").status_code == 404
        theirs = re.findall(r"/console/sessions/(\d+)/end", browser.get("/console/sessions").text)
        refused = [
            local.post(f"/console/me/sessions/{each}/end").status_code
            for each in theirs
            if f"/{each}/end" not in local.get("/console/me").text
        ]
        assert refused == [404]


def _newest_session(client: TestClient) -> str:
    found = re.findall(r"/console/me/sessions/(\d+)/end", client.get("/console/me").text)
    return str(found[0])


def test_a_lost_device_is_locked_out_at_once(local: TestClient, browser: TestClient) -> None:
    device = Authenticator()
    add(local, device)
    operators.sign_in(browser)

    browser.post("/console/operators/desk/reset")

    assert local.get("/console").status_code == 303
    answer = local.post("/console/sign-in/passkey", data=answered(local, device))
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("public_url", "host", "advice"),
    [
        ("", "127.0.0.1:8080", "open the console at http://localhost:8080/console instead."),
        ("", "[::1]:9000", "open the console at http://localhost:9000/console instead."),
        ("http://news.example", "127.0.0.1:8080", "at http://news.example/console instead."),
        ("http://192.0.2.7", "192.0.2.7", "set SYNDICATE_PUBLIC_URL to an address with a host"),
    ],
)
def test_at_an_ip_address_passkeys_are_not_asked_for_but_sought_elsewhere(
    desk: int, settings_env: pytest.MonkeyPatch, public_url: str, host: str, advice: str
) -> None:
    assert desk
    headers = {"Sec-Fetch-Site": "same-origin"}
    with TestClient(
        build(), base_url=f"http://{host}", follow_redirects=False, headers=headers
    ) as client:
        client.post(link())
        settings_env.setenv("SYNDICATE_PUBLIC_URL", public_url)
        settings.load.cache_clear()
        pages = [client.get("/console/me")]
        pages.append(client.post("/console/me/passkeys", data={"name": "laptop"}))
        pages.append(client.post("/console/sign-in/passkey", data={"credential": "{}"}))
        sign_in = client.get("/console/sign-in").text

    assert [page.status_code for page in pages] == [200, 409, 422]
    assert [page.text.count(advice) for page in pages] == [1, 1, 1]
    assert all("data-passkey" not in text for text in (sign_in, *(page.text for page in pages)))


def test_a_retired_operator_signs_in_by_nothing(local: TestClient, browser: TestClient) -> None:
    device = Authenticator()
    add(local, device)
    codes = re.findall(r"<li><code>([^<]+)</code></li>", local.post("/console/me/codes").text)
    early = link()
    operators.sign_in(browser)
    browser.post("/console/operators/desk/retire")

    doors = [
        local.post("/console/sign-in/passkey", data=answered(local, device)),
        local.post("/console/sign-in/code", data={"code": codes[0]}),
        local.post(early),
    ]

    assert [each.status_code for each in doors] == [422, 422, 409]
    assert local.get("/console").status_code == 303
