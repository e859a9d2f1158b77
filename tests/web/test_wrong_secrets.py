"""Many wrong tokens, codes and links from one network: slow for it, and for nobody else."""

import asyncio
import time
from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Message

from syndicate import clock
from syndicate.breakers import known
from syndicate.breakers.visitors import visitor
from syndicate.store.ground.session import transaction
from syndicate.web import wrong_secrets
from tests.application import build
from tests.web import operators

pytestmark = pytest.mark.usefixtures("newsroom")
Way = tuple[str, str, dict[str, str], dict[str, str]]  # method, path, headers, form
WRONG = {"Authorization": "Bearer syn_wrong"}
HERE, ELSEWHERE = "203.0.113.7", "198.51.100.7"


def spend(ip: str) -> None:
    with transaction() as tx:
        address, _ = known.WRONG_SECRETS
        for _ in range(address.most):
            address.take(tx, visitor(ip).address, clock.now())


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wrong_secrets, "SLOW_S", 0.5)


def asked(ip: str, ways: list[Way]) -> list[tuple[int, float]]:
    """Status and seconds of each request, all at once, from one address."""
    app = build()

    async def every() -> list[tuple[int, float]]:
        return await asyncio.gather(*(_one(app, ip, way) for way in ways))

    return asyncio.run(every())


async def _one(app: ASGIApp, ip: str, way: Way) -> tuple[int, float]:
    method, path, headers, form = way
    body = urlencode(form).encode()
    named = {"host": "testserver", "content-length": str(len(body)), **headers}
    if form:
        named["content-type"] = "application/x-www-form-urlencoded"
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "http_version": "1.1",
        "headers": [(name.lower().encode(), value.encode()) for name, value in named.items()],
        "client": (ip, 9),
        "server": ("testserver", 80),
    }
    said: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        said.append(message)

    began = time.monotonic()
    await app(scope, receive, send)
    return said[0]["status"], time.monotonic() - began


WAYS: list[Way] = [
    ("GET", "/api/v1/mailings", WRONG, {}),
    ("GET", "/metrics", WRONG, {}),
    ("POST", "/console/sign-in", {}, {"token": "syn_wrong"}),
    ("POST", "/console/sign-in/code", {}, {"code": "aaaa-aaaa-aaaa-aaaa"}),
    ("GET", "/console/sign-in/of.nobody", {}, {}),
    (
        "POST",
        "/api/v1/articles",
        {"X-Syndicate-Signature": "sha256=0", "X-Syndicate-Timestamp": "1"},
        {},
    ),
]


@pytest.mark.usefixtures("quick")
def test_many_wrong_tokens_slow_their_own_network_and_nobody_else() -> None:
    spend(HERE)

    slow, elsewhere = asked(HERE, WAYS), asked(ELSEWHERE, WAYS)

    assert all(took >= 0.5 for _, took in slow)
    assert [status for status, _ in slow] == [status for status, _ in elsewhere]
    assert {status for status, _ in slow} <= {401, 404, 422}
    with transaction() as tx:
        used = known.WRONG_SECRETS[0].used(tx, visitor(ELSEWHERE).address, clock.now())
    assert used == len(WAYS)


def test_no_stranger_locks_an_operator_out_who_sits_in_the_same_office() -> None:
    token = operators.token("admin")
    spend(HERE)
    right: Way = ("GET", "/api/v1/mailings", {"Authorization": f"Bearer {token}"}, {})
    sign_in: Way = ("POST", "/console/sign-in", {}, {"token": token})

    (opened, took), (signed_in, too) = asked(HERE, [right, sign_in])

    assert (opened, signed_in) == (200, 303)
    assert max(took, too) < wrong_secrets.SLOW_S


@pytest.mark.usefixtures("quick")
def test_a_flood_of_wrong_tokens_holds_few_answers_and_no_thread() -> None:
    spend(HERE)

    found = asked(HERE, [WAYS[0]] * 60)

    statuses = [status for status, _ in found]
    assert statuses.count(401) == wrong_secrets.OF_ONE
    assert statuses.count(429) == 60 - wrong_secrets.OF_ONE


def test_a_page_without_a_token_counts_as_nothing(browser: TestClient) -> None:
    assert browser.get("/api/v1/mailings").status_code == 401
    assert browser.get("/console/sign-in").status_code == 200

    with transaction() as tx:
        used = known.WRONG_SECRETS[0].used(tx, visitor("testclient").address, clock.now())
    assert used == 0
