"""What a request may bring, by what it asks for and by who asks; and all of them together."""

import asyncio
import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope

from bench.feeds_servers import Web, fetch
from syndicate.web import bodies, hooks_mail
from syndicate.web.bodies import BodyCap, Room
from tests.web import operators
from tests.web.newsroom import Newsroom

MIB = 1024 * 1024
CSV = {"Content-Type": "text/csv"}
LIST = "/api/v1/newsletters/morning/subscribers/dry-run"


@pytest.fixture
def web(newsroom: Newsroom, tmp_path: Path) -> Iterator[Web]:
    assert newsroom.english
    env = {name: os.environ[name] for name in os.environ if name.startswith("SYNDICATE_")}
    with Web(env, tmp_path, 1) as server:
        yield server


def memory_mib(web: Web) -> int:
    """The most that the web process has held."""
    lines = Path(f"/proc/{web.pids[0]}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) // 1024


def upload(port: int, size: int, *headers: str) -> bytes:
    """The answer to so many bytes, sent until somebody says stop."""
    lines = (
        f"POST {LIST} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Content-Length: {size}",
        "Content-Type: text/csv",
    )
    with socket.create_connection(("127.0.0.1", port), timeout=120) as connection:
        try:
            connection.sendall("".join(f"{line}\r\n" for line in (*lines, *headers, "")).encode())
            for _ in range(size // MIB):
                connection.sendall(b"reader001@example.com\n" * (MIB // 22) + b"\n" * (MIB % 22))
        except OSError:
            pass
        try:
            return connection.recv(65536)
        except OSError:
            return b""


def all_at_once(port: int, size: int, *headers: str) -> list[bytes]:
    """What sixteen connections are answered that bring so many bytes each."""
    found: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: found.append(upload(port, size, *headers)))
        for _ in range(16)
    ]
    for thread in threads:
        thread.start()
    slowest_s = 0.0
    while any(thread.is_alive() for thread in threads):
        began_s = time.monotonic()
        assert fetch(port, "/healthz").status == 200
        slowest_s = max(slowest_s, time.monotonic() - began_s)
        time.sleep(0.05)
    assert slowest_s < 5
    return found


def test_sixteen_bodies_of_64_mib_of_strangers_cost_nothing(web: Web) -> None:
    before = memory_mib(web)

    answers = all_at_once(web.port, 64 * MIB)

    assert {answer[:12] for answer in answers} <= {b"HTTP/1.1 401", b""}
    assert memory_mib(web) - before < 100


@pytest.mark.long
def test_sixteen_bodies_of_64_mib_of_operators_wait_their_turn(web: Web) -> None:
    bearer = operators.bearer()["Authorization"]

    answers = all_at_once(web.port, 64 * MIB, f"Authorization: {bearer}")

    statuses = [answer[9:12] for answer in answers]
    # At least one was heard to its end: its first line names no column. Who is told to come again
    # may not hear it while they still send.
    assert {b"400"} <= set(statuses) <= {b"400", b"503", b""}
    assert memory_mib(web) < 1000


@pytest.mark.usefixtures("newsroom")
@pytest.mark.parametrize(
    ("path", "says"),
    [
        (LIST, "before a body of more than 64 KiB"),
        ("/api/v1/articles", "before a body of more than 64 KiB"),
        ("/console/lists", "Your session has ended"),
        ("/console/newsroom/publications", "Your session has ended"),
    ],
)
@pytest.mark.parametrize("in_pieces", [False, True])
def test_a_stranger_brings_no_more_than_a_form(
    browser: TestClient, path: str, says: str, in_pieces: bool
) -> None:
    big = b"a" * (bodies.FORM_BYTES + 1)

    answer = browser.post(path, content=iter([big]) if in_pieces else big, headers=CSV)

    assert (answer.status_code, says in answer.text) == (401, True)


@pytest.mark.usefixtures("newsroom")
@pytest.mark.parametrize("secret", ["", "Bearer", "Bearer syn_unknown", "Basic eDp5"])
def test_no_made_up_token_opens_the_door(browser: TestClient, secret: str) -> None:
    headers = {**CSV, "Authorization": secret}

    answer = browser.post(LIST, content=b"a" * (bodies.FORM_BYTES + 1), headers=headers)

    assert answer.status_code == 401


@pytest.mark.usefixtures("newsroom")
@pytest.mark.parametrize("path", [LIST, "/console/lists", "/api/v1/newsletters"])
def test_a_signature_is_heard_only_where_one_counts(browser: TestClient, path: str) -> None:
    headers = {**CSV, "X-Syndicate-Signature": "sha256=00"}

    answer = browser.post(path, content=b"a" * (bodies.FORM_BYTES + 1), headers=headers)

    assert (answer.status_code, "signature" in answer.text) == (401, False)


@pytest.mark.usefixtures("settings_env")
@pytest.mark.parametrize("provider", ["ses", "postmark", "mailgun", "sendgrid", "pigeon"])
def test_nothing_is_read_of_a_provider_that_is_not_expected(provider: str) -> None:
    async def receive() -> Message:
        pytest.fail("a body was read")

    request = Request({"type": "http", "method": "POST", "headers": []}, receive)

    assert asyncio.run(hooks_mail.take_events(request, provider)).status_code == 404


@pytest.mark.usefixtures("newsroom")
def test_an_operator_brings_a_list(browser: TestClient) -> None:
    lines = b"".join(b"reader%06d@example.com\n" % number for number in range(5000))

    answer = browser.post(LIST, content=b"address\n" + lines, headers={**CSV, **operators.bearer()})

    assert (answer.status_code, answer.json()["rows"]) == (200, 5000)


@pytest.mark.usefixtures("newsroom")
@pytest.mark.parametrize("said", ["-1", "x", "9" * 30, "1 1"])
def test_a_length_that_is_none_is_refused(browser: TestClient, said: str) -> None:
    answer = browser.post("/newsletters/morning", content=b"a", headers={"Content-Length": said})

    assert answer.status_code == 413


def test_who_came_first_is_heard_to_the_end_and_room_is_given_back() -> None:
    async def taken() -> tuple[list[tuple[str, bool]], bool]:
        room, order = Room(10), list[tuple[str, bool]]()

        async def bring(name: str, *sizes: int, within_s: float = 5) -> None:
            number, is_taken = room.enter(), True
            for size in sizes:
                is_taken = is_taken and await room.take(number, size, within_s=within_s)
                await asyncio.sleep(0.02)
            order.append((name, is_taken))
            room.leave(number)

        # Both would wait for each other; whoever comes later stands behind them, and one is late.
        both = [bring("first", 3, 3, 3), bring("second", 3, 3, 3)]
        late = [bring("third", 3), bring("impatient", 3, within_s=0.001)]
        await asyncio.gather(*both, *late)
        return order, await room.take(room.enter(), 10, within_s=0)

    order, is_free = asyncio.run(taken())

    assert dict(order) == {"first": True, "second": False, "third": True, "impatient": False}
    assert is_free


@pytest.mark.parametrize(
    "one", [("192.0.2.1",) * 3, ("2001:db8:1:2::1", "2001:db8:1:2::2", "2001:db8:1:2:ff::3")]
)
def test_servers_share_what_is_heard_of_them_before_their_signature(one: tuple[str, ...]) -> None:
    found = asyncio.run(_answers(one))

    assert found == [503] * len(found)
    assert len(found) == 2  # the third of one address, and the one for whom 64 MiB were full


async def _answers(same: tuple[str, ...]) -> list[int]:
    """Statuses of the refusals when 23 servers bring 3 MiB each and go on.

    Args:
        same: addresses of those that are one peer; each of the others is one of its own.
    """
    waiting = asyncio.Event()

    async def app(_scope: Scope, receive: Receive, _send: object) -> None:
        while (await receive())["more_body"]:
            pass
        await waiting.wait()

    cap, statuses = BodyCap(app), list[int]()

    async def bring(client: str) -> None:
        pieces = [b"x" * MIB] * 3 + [b""]
        messages = [
            {"type": "http.request", "body": each, "more_body": bool(each)} for each in pieces
        ]

        async def receive() -> Message:
            return messages.pop(0)

        async def send(_message: Message) -> None:
            return

        headers = [(b"content-length", b"3145728")]
        scope = {"type": "http", "method": "POST", "path": "/hooks/mail/ses", "headers": headers}
        try:
            await cap({**scope, "client": (client, 1)}, receive, send)
        except HTTPException as error:
            statuses.append(error.status_code)

    one = [asyncio.create_task(bring(client)) for client in same]
    others = [asyncio.create_task(bring(f"192.0.2.{number}")) for number in range(2, 22)]
    await asyncio.sleep(0.2)
    waiting.set()
    await asyncio.gather(*one, *others)
    return statuses
