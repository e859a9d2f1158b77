"""The embedded Valkey: private, refuses when full, and remembers over a restart."""

import os
import signal
import socket
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from syndicate.embedded.valkey import Valkey, wheel_program


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Valkey]:
    found = Valkey(tmp_path)
    yield found
    found.stop()


def say(url: str, command: str) -> str:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(url.removeprefix("unix://"))
        connection.sendall(f"{command}\r\n".encode())
        return connection.recv(4096).decode()


def test_it_listens_on_a_private_socket_only(server: Valkey) -> None:
    url = server.start()

    assert "\r\n0\r\n" in say(url, "CONFIG GET port")
    assert "noeviction" in say(url, "CONFIG GET maxmemory-policy")
    assert server.socket_dir is not None
    assert stat.S_IMODE(server.socket_dir.stat().st_mode) == 0o700


def test_it_remembers_over_a_stop(server: Valkey) -> None:
    say(server.start(), "SET kept 1")
    server.stop()

    assert say(server.start(), "GET kept") == "$1\r\n1\r\n"


def test_started_again_after_a_death_it_has_the_same_address(server: Valkey) -> None:
    url = server.start()
    say(url, "SET kept 1")
    time.sleep(1.2)  # its log is written every second
    assert server.process is not None
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait(10)

    assert server.start() == url
    assert say(url, "GET kept") == "$1\r\n1\r\n"


def test_a_stop_leaves_no_socket_and_may_come_twice(server: Valkey) -> None:
    server.start()
    socket_dir = server.socket_dir

    server.stop()
    server.stop()

    assert socket_dir is not None
    assert not socket_dir.exists()


def test_the_program_is_the_wheels_own() -> None:
    assert os.access(wheel_program(), os.X_OK)
