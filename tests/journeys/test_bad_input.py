"""Bad input: one clear sentence that says what to do, its exit code, and nothing written."""

import http.server
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import matrix
from tests.journeys.running import SYNDICATE, clean_env

pytestmark = pytest.mark.stack

COMMANDS = pytest.mark.parametrize(
    "command",
    matrix.whole([("demo", "--once"), ("up",)], short=[("up",)], name=lambda command: command[0]),
)


def _syndicate(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*SYNDICATE, *arguments],
        env=clean_env(**env),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def page() -> Iterator[str]:
    """The address of a web page that is no feed."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b"<!DOCTYPE html><title>Not a feed</title><p>Hello.</p>"
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def _check(
    done: subprocess.CompletedProcess[str], code: int, sentence: str, data_dir: Path
) -> None:
    assert done.returncode == code, done.stderr
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stdout == ""
    assert not data_dir.exists()


@pytest.mark.long
def test_a_source_that_is_no_feed_is_refused(page: str, tmp_path: Path) -> None:
    data_dir = tmp_path / "data"

    done = _syndicate("demo", "--once", "--source", page, "--data-dir", str(data_dir))

    _check(done, 4, "is not a feed", data_dir)


@pytest.mark.long
def test_a_file_that_is_no_feed_is_refused(tmp_path: Path) -> None:
    data_dir, file = tmp_path / "data", tmp_path / "letter.xml"
    file.write_text("<letter>Dear editor</letter>")

    done = _syndicate("demo", "--once", "--source", str(file), "--data-dir", str(data_dir))

    _check(done, 4, "is not a feed", data_dir)


@pytest.mark.long
def test_a_file_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"

    done = _syndicate("demo", "--source", str(tmp_path / "none.xml"), "--data-dir", str(data_dir))

    _check(done, 3, "there is no such file", data_dir)


@pytest.mark.long
def test_an_unknown_host_is_not_found(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"

    done = _syndicate(
        "demo", "--source", "http://nowhere.invalid/feed.xml", "--data-dir", str(data_dir)
    )

    _check(done, 3, "nowhere.invalid", data_dir)


@COMMANDS
def test_a_port_in_use_is_refused(command: tuple[str, ...], tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])

        by_option = _syndicate(*command, "--port", port, "--data-dir", str(data_dir))
        by_setting = _syndicate(*command, "--data-dir", str(data_dir), SYNDICATE_PORT=port)

    _check(by_option, 4, f"listens on 127.0.0.1:{port}", data_dir)
    _check(by_setting, 4, f"listens on 127.0.0.1:{port}", data_dir)


@COMMANDS
def test_a_misspelt_setting_is_refused(command: tuple[str, ...], tmp_path: Path) -> None:
    data_dir = tmp_path / "data"

    done = _syndicate(*command, "--data-dir", str(data_dir), SYNDICATE_PROT="8080")

    _check(done, 2, "did you mean SYNDICATE_PORT?", data_dir)


@pytest.mark.long
def test_the_demo_never_uses_a_folder_that_holds_something(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("mine")

    done = _syndicate("demo", "--once", "--data-dir", str(tmp_path))

    assert done.returncode == 4
    assert "is not empty" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["letters.txt"]
