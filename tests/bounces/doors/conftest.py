"""The door for mail servers: in a thread, and as the command that an operator starts."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from syndicate.bounces.doors import lmtp
from tests.bounces.doors.door import LOOP, Client, Server


@pytest.fixture
def opened() -> Iterator[Callable[[lmtp.Reception], Client]]:
    things: list[Client | Server] = []

    def open_door(desk: lmtp.Reception) -> Client:
        server = Server(desk)
        things.append(server)
        client = Client(server)
        things.append(client)
        return client

    yield open_door
    for thing in reversed(things):
        thing.close() if isinstance(thing, Client) else thing.stop()


@pytest.fixture
def command(database: str, tmp_path: Path) -> Iterator[tuple[int, int]]:  # noqa: ARG001 - the command needs it
    """Process and port of the command as an operator starts it."""
    argv = [sys.executable, "-m", "syndicate.cli", "bounces", "listen", "--lmtp", "127.0.0.1:0"]
    argv += ["--aside", str(tmp_path / "aside"), "--also", LOOP]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.pid, int(process.stdout.readline().rpartition(":")[2].strip(".\n"))
        process.terminate()
        assert process.wait(60) == 0
