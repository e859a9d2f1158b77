"""What one connection, or a thousand, can take from the web server before anybody is known."""

import http.client
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest
from starlette.types import Receive, Scope, Send

from syndicate.web.doors import Limits, Pace, peer_of
from tests.application import build
from tests.web.serving import served

HERE, ELSEWHERE = "127.0.0.1", "127.0.0.2"  # the first is a proxy of ours, the second a stranger
HALF_HEAD = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Half: "
FORM = (
    b"POST /newsletters/x HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\n"
)
HALF_BODY = FORM + b"Content-Length: 60\r\n\r\nname="
IN_PIECES = FORM + b"Transfer-Encoding: chunked\r\n\r\n"
ASKED = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
QUICK = Limits(
    head_s=0.5,
    idle_s=0.5,
    idle_of_a_proxy_s=3.0,
    of_a_stranger=Pace(start_s=0.5, bytes_per_s=1000, quiet_s=5.0),
    stalled_s=1.0,
    unread_bytes=1024 * 1024,
    linger_s=1.0,
)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with served(build()) as found:
        yield found


@pytest.fixture(scope="module")
def quick_port() -> Iterator[int]:
    with served(build(), QUICK) as found:
        yield found


def connect(port: int, source: str = HERE) -> socket.socket:
    return socket.create_connection((HERE, port), timeout=20, source_address=(source, 0))


def heard(connection: socket.socket) -> bytes:
    """Everything that comes until the end."""
    found = b""
    try:
        while piece := connection.recv(65536):
            found += piece
    except ConnectionResetError:
        pass
    return found


def said(port: int, raw: bytes, source: str = HERE) -> bytes:
    with connect(port, source) as connection:
        connection.sendall(raw)
        return heard(connection)


def asked_s(port: int, source: str) -> float:
    """Seconds that an honest visitor waits for an answer."""
    began_s = time.monotonic()
    connection = http.client.HTTPConnection(HERE, port, timeout=20, source_address=(source, 0))
    connection.request("GET", "/healthz")
    assert connection.getresponse().status == 200
    connection.close()
    return time.monotonic() - began_s


@pytest.mark.parametrize("half", [b"", HALF_HEAD, HALF_BODY])
@pytest.mark.parametrize("source", [HERE, ELSEWHERE])
def test_a_thousand_half_requests_lock_nobody_out(port: int, half: bytes, source: str) -> None:
    with ExitStack() as stack:
        for _ in range(1100):
            stack.enter_context(connect(port, source)).sendall(half)
        asked_s(port, HERE)  # until then all of them are connected

        waits = [asked_s(port, visitor) for visitor in (HERE, ELSEWHERE, "127.0.0.3")]

    assert max(waits) < 1


def test_a_flood_of_one_peer_ends_only_its_own_connections(port: int) -> None:
    with ExitStack() as stack:
        honest = stack.enter_context(connect(port, "127.0.0.3"))
        honest.sendall(HALF_HEAD)
        flood = [stack.enter_context(connect(port, ELSEWHERE)) for _ in range(300)]
        for each in flood:
            each.sendall(HALF_HEAD)
        honest.sendall(b"x\r\n\r\n")

        assert honest.recv(100).startswith(b"HTTP/1.1 200")
        assert heard(flood[0]) == b""


@pytest.mark.parametrize(
    ("one", "other", "is_one_peer"),
    [
        ("203.0.113.7", "203.0.113.8", False),
        ("2001:db8:1:2::7", "2001:db8:1:2:ffff::8", True),
        ("2001:db8:1:2::7", "2001:db8:1:3::7", False),
        # As a socket for both kinds of address says it: not all of IPv4 is one household.
        ("::ffff:203.0.113.7", "::ffff:203.0.113.8", False),
        ("::ffff:203.0.113.7", "203.0.113.7", True),
        ("fe80::1%eth0", "fe80::2%eth1", True),
    ],
)
def test_a_peer_is_an_address_or_a_household(one: str, other: str, is_one_peer: bool) -> None:
    assert (peer_of(one) == peer_of(other)) is is_one_peer


def endless_lines() -> Iterator[bytes]:
    yield b"GET /healthz HTTP/1.1\r\n"
    while True:
        yield b"X-Line: " + b"x" * 4000 + b"\r\n"


def endless_value() -> Iterator[bytes]:
    yield HALF_HEAD
    while True:
        yield b"x" * 4096


def endless_address() -> Iterator[bytes]:
    yield b"GET /"
    while True:
        yield b"x" * 4096


def endless_trailer() -> Iterator[bytes]:
    yield IN_PIECES + b"0\r\nX-T: "
    while True:
        yield b"x" * 4096


def endless_extension() -> Iterator[bytes]:
    yield IN_PIECES + b"1;"
    while True:
        yield b"x" * 4096


def many_short_lines() -> Iterator[bytes]:
    yield b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + b"a: b\r\n" * 101 + b"\r\n"
    while True:
        yield b""


@pytest.mark.parametrize(
    ("pieces", "status"),
    [
        (endless_lines, 431),
        (endless_value, 431),
        (endless_address, 431),
        (many_short_lines, 431),
        (endless_trailer, 400),
        (endless_extension, 400),
    ],
)
def test_hundreds_of_megabytes_of_headers_are_refused_early(
    port: int, pieces: Callable[[], Iterator[bytes]], status: int
) -> None:
    sent, answer = 0, b""
    with connect(port) as connection:
        for piece in pieces():
            sent += len(piece)
            connection.sendall(piece)
            connection.settimeout(0.05 if sent > 65_536 else 0.001)
            try:
                answer = connection.recv(65536)
            except TimeoutError:
                assert sent < 1_000_000
            else:
                break

    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"Connection: close" in answer


@pytest.mark.parametrize("half", [b"", HALF_HEAD, HALF_BODY])
def test_half_a_request_is_not_waited_for(quick_port: int, half: bytes) -> None:
    began_s = time.monotonic()

    answer = said(quick_port, half)

    assert time.monotonic() - began_s < 4
    assert answer == b"" if not half else answer.startswith(b"HTTP/1.1 408 Request Timeout\r\n")


def test_a_head_that_drips_is_not_waited_for(quick_port: int) -> None:
    with connect(quick_port) as connection:
        connection.sendall(HALF_HEAD)
        connection.settimeout(0.1)
        answer, began_s = b"", time.monotonic()
        while not answer and time.monotonic() - began_s < 5:
            connection.sendall(b"x")
            try:
                answer = connection.recv(100)
            except TimeoutError:
                continue

    assert answer.startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize(("source", "least_s", "most_s"), [(ELSEWHERE, 0.4, 2.9), (HERE, 2.9, 6.0)])
def test_an_idle_connection_is_closed_a_proxys_last(
    quick_port: int, source: str, least_s: float, most_s: float
) -> None:
    with connect(quick_port, source) as connection:
        connection.sendall(ASKED)
        began_s = time.monotonic()
        answer = heard(connection)

    assert answer.endswith(b'{"status":"ok"}')
    assert least_s < time.monotonic() - began_s < most_s


def test_a_slow_reader_on_2g_posts_a_form(port: int) -> None:
    body = b"address=reader001%40example.com&" + b"x" * 800
    with connect(port, ELSEWHERE) as connection:
        head = f"POST /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n\r\n"
        for piece in (head[:20].encode(), head[20:].encode(), body[:400], body[400:]):
            connection.sendall(piece)
            time.sleep(0.7)
        answer = connection.recv(1000)

    assert answer.startswith(b"HTTP/1.1 405 ")  # heard to its end: it is no form that is here


@pytest.mark.parametrize(
    ("taken_s", "quiet_s", "size", "is_over"),
    [
        (29, 29, 0, False),
        (31, 0, 0, True),
        (31, 31, 64_000, True),
        (60, 1, 64_000, False),
        (160, 1, 64_000, True),
    ],
)
def test_a_body_has_the_time_that_its_bytes_take(
    taken_s: float, quiet_s: float, size: int, is_over: bool
) -> None:
    pace = Limits().of_a_stranger

    assert pace.is_over(taken_s=taken_s, quiet_s=quiet_s, size=size) is is_over


async def large(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers 4 MiB."""
    assert scope["type"] == "http"
    assert await receive()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"x" * 4 * 1024 * 1024})


@pytest.mark.parametrize(
    "limits",
    [replace(QUICK, unread_bytes=10**9), replace(QUICK, stalled_s=60)],
    ids=["nothing for a while", "too much at once"],
)
def test_who_never_reads_is_dropped(limits: Limits) -> None:
    with served(large, limits) as port, ExitStack() as stack:
        deaf = [stack.enter_context(connect(port, ELSEWHERE)) for _ in range(10)]
        for each in deaf:  # 40 MiB, of which none is taken
            each.sendall(ASKED)
        time.sleep(3.5)

        took = [len(heard(each)) for each in deaf]

    assert (max if limits.stalled_s == 1 else min)(took) < 4 * 1024 * 1024


def test_who_reads_slowly_gets_it_all() -> None:
    limits = replace(QUICK, unread_bytes=10**9, stalled_s=10)  # the kernel takes much at once
    with served(large, limits) as port, connect(port, ELSEWHERE) as slow:
        slow.sendall(ASKED.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        began_s, took = time.monotonic(), 0
        while piece := slow.recv(65536):
            took += len(piece)
            if time.monotonic() - began_s < 3:
                time.sleep(0.2)

    assert took > 4 * 1024 * 1024


def test_one_request_is_heard_at_a_time(port: int) -> None:
    answer = said(port, ASKED * 5000)

    assert answer.count(b"HTTP/1.1 ") == 1
    assert answer.endswith(b'{"status":"ok"}')


def test_requests_after_their_answers_share_a_connection(port: int) -> None:
    connection = http.client.HTTPConnection(HERE, port)
    ports = set()
    for _ in range(20):
        connection.request("GET", "/healthz")
        ports.add(connection.sock.getsockname()[1])
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (200, b'{"status":"ok"}')
    connection.close()

    assert len(ports) == 1


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"GET /healthz HTTP/1.0\r\n\r\n", 200),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 200),
        (
            b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\nPRI *",
            200,
        ),
        (
            b"GET /healthz HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
            200,
        ),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
        (b"CONNECT evil.example:443 HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00", 400),
        (b"GET  HTTP/1.1\r\n\r\n", 400),
    ],
)
def test_what_is_no_plain_request_is_answered_once_and_ends(
    port: int, raw: bytes, status: int
) -> None:
    answer = said(port, raw)

    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert answer.count(b"HTTP/1.1 ") == 1


def test_a_refusal_is_read_by_whoever_still_sends(port: int) -> None:
    size = 8 * 1024 * 1024
    with connect(port) as connection:
        connection.sendall(FORM + f"Content-Length: {size}\r\n\r\n".encode())
        connection.sendall(b"x" * size)
        answer = heard(connection)

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"larger than 64 KiB" in answer
