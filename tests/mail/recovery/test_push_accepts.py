"""The script that a relay's host runs: every line arrives, whole, though the server stumbles."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "deploy" / "relay" / "push-accepts"
pytestmark = pytest.mark.debian("curl")


class Taker(BaseHTTPRequestHandler):
    """Refuses the first batch, and then takes what comes."""

    server: "Server"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.path, self.headers["Authorization"]))
        is_first = len(self.server.asked) == 1
        if not is_first:
            self.server.bodies.append(body)
        self.send_response(503 if is_first else 200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Server(HTTPServer):
    asked: list[tuple[str, str]]
    bodies: list[bytes]


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Taker) as made:
        made.asked, made.bodies = [], []
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield made
        made.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [((), "Name three things: "), (("u", "r", "l"), "Put a token of the role")],
)
def test_what_is_missing_is_named(arguments: tuple[str, ...], said: str) -> None:
    env = {name: value for name, value in os.environ.items() if name != "TOKEN"}

    done = subprocess.run([SCRIPT, *arguments], env=env, capture_output=True, check=False)

    assert (done.returncode != 0, said in done.stderr.decode()) == (True, True)


@pytest.mark.long
def test_every_line_arrives_whole_and_once_it_was_answered(server: Server, tmp_path: Path) -> None:
    log = tmp_path / "mail.log"
    lines = [b"line %d \\ with  blanks and \xd8\xb5\n" % number for number in range(20_000)]
    log.write_bytes(b"".join(lines[:-1]))
    url = f"http://127.0.0.1:{server.server_address[1]}"
    script = subprocess.Popen(
        [SCRIPT, url, "mx1.example:25", log],
        env={**os.environ, "TOKEN": "syn_secret"},
        start_new_session=True,
        stderr=subprocess.DEVNULL,
    )
    try:
        with log.open("ab", buffering=0) as more:
            until(lambda: b"".join(server.bodies).count(b"\n") == len(lines) - 1)
            more.write(lines[-1][:9])
            time.sleep(1.5)
            more.write(lines[-1][9:])
            until(lambda: b"".join(server.bodies).count(b"\n") == len(lines))
    finally:
        os.killpg(script.pid, signal.SIGKILL)
        script.wait()

    assert b"".join(server.bodies) == b"".join(lines)
    assert set(server.asked) == {("/api/v1/accepts?relay=mx1.example:25", "Bearer syn_secret")}


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 240
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)
