"""`syndicate bounces listen`: where it listens, and what is put aside."""

import mailbox
import os
import socket
import stat
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from syndicate.cli import bounces
from syndicate.cli.bounces_listen import _Aside, _opened
from syndicate.errors import RefusedError, UsageError
from tests.cli.asking import ask

SAY_WHERE = "Say where to listen: --lmtp HOST:PORT or --lmtp unix:/path."


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder whose name is short enough for a socket's."""
    with tempfile.TemporaryDirectory(prefix="syndicate-lmtp-") as name:
        yield Path(name)


@pytest.mark.parametrize(
    "where", ["", "2424", "127.0.0.1", "127.0.0.1:", ":2424", "127.0.0.1:smtp", "127.0.0.1:65536"]
)
def test_what_is_no_place_to_listen_is_refused_before_anything_is_opened(where: str) -> None:
    done = ask(bounces.app, "listen", "--lmtp", where)

    assert (done.code, done.out, done.err) == (2, "", SAY_WHERE)


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "localhost"])
def test_port_0_is_a_free_one_and_is_told(host: str) -> None:
    listener, name = _opened(f"{host}:0")

    with listener:
        assert name == f"{host}:{listener.getsockname()[1]}"


def test_a_port_in_use_is_refused() -> None:
    listener, name = _opened("127.0.0.1:0")

    with listener, pytest.raises(RefusedError, match=f"Another program listens on {name}"):
        _opened(name)


def test_a_socket_in_a_folder_is_open_to_its_group_and_to_nobody_else(folder: Path) -> None:
    before = os.umask(0o022)
    try:
        listener, name = _opened(f"unix:{folder}/lmtp.sock")
    finally:
        after = os.umask(before)

    with listener:
        assert name == f"unix:{folder}/lmtp.sock"
        assert stat.S_IMODE((folder / "lmtp.sock").stat().st_mode) == 0o660
        assert after == 0o022  # of the process, as it was


def test_a_socket_that_nobody_listens_at_is_taken_over(folder: Path) -> None:
    path = folder / "lmtp.sock"
    with socket.socket(socket.AF_UNIX) as gone:
        gone.bind(str(path))

    listener, _ = _opened(f"unix:{path}")

    with listener, socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))


def test_a_socket_at_which_somebody_listens_stays_theirs(folder: Path) -> None:
    path = folder / "lmtp.sock"
    listener, _ = _opened(f"unix:{path}")

    with listener:
        with pytest.raises(RefusedError) as refused:
            _opened(f"unix:{path}")
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(path))

    assert str(refused.value) == f"Cannot listen on {path}: Address already in use."


def test_a_file_is_never_taken_for_a_socket(folder: Path) -> None:
    path = folder / "readers.csv"
    path.write_text("address\n")

    with pytest.raises(RefusedError, match=r"readers\.csv: Address already in use\.$"):
        _opened(f"unix:{path}")

    assert path.read_text() == "address\n"


@pytest.mark.parametrize(
    ("name", "why"),
    [("none/lmtp.sock", "No such file or directory"), ("x" * 200, "AF_UNIX path too long")],
)
def test_a_place_where_no_socket_can_be_says_why(folder: Path, name: str, why: str) -> None:
    with pytest.raises(RefusedError) as refused:
        _opened(f"unix:{folder}/{name}")

    assert str(refused.value) == f"Cannot listen on {folder}/{name}: {why}."


def test_a_place_without_a_port_is_said_to_be_none() -> None:
    with pytest.raises(UsageError, match="Say where to listen"):
        _opened("unixsocket")


def test_mail_that_nobody_understands_is_put_aside_whoever_brings_it(tmp_path: Path) -> None:
    aside = _Aside(tmp_path / "aside")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: aside(b"Subject: %d\n\nx" % number), range(40)))

    kept = {str(each["Subject"]) for each in mailbox.Maildir(tmp_path / "aside")}
    assert kept == {str(number) for number in range(40)}
