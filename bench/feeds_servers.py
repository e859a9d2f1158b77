"""What bench/feeds.py measures against: our web processes, nginx, and a load on either."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from bench import needs
from bench.ground import ROOT, cpu_s_of

CONNECTIONS = 32
# As the shipped configuration has them; and what our answers say beside a file's own headers.
_ALIKE = """
    access_log {folder}/alike.log syndicate buffer=4k flush=1s;
    open_file_cache max=2000 inactive=60s; open_file_cache_valid 60s;
    add_header Cache-Control "public, max-age=300, s-maxage=2, stale-while-revalidate=60";
    add_header Vary "Accept-Encoding, Accept";
    add_header Link '<https://daily.example/hub>; rel="hub"';
"""
# A web process imports for 3 s, and for ten times that where ten others want the same cores.
_START_S = 120
_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


@dataclass(frozen=True)
class Figure:
    """What a load got."""

    per_s: float
    p99_ms: float


class Web:
    """Two web processes on one listening socket, as `syndicate up` runs them."""

    def __init__(self, env: Mapping[str, str], folder: Path, processes: int = 2) -> None:
        self._env, self._folder, self._count = env, folder, processes

    def __enter__(self) -> Self:
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port = int(self._socket.getsockname()[1])
        self._socket.set_inheritable(True)
        environment = dict(os.environ) | {"PYTHONPATH": str(ROOT)} | dict(self._env)
        argv = [sys.executable, "-m", "syndicate.cli", "web", "--fd", str(self._socket.fileno())]
        with (self._folder / "web.log").open("wb") as log:
            self._processes = [
                subprocess.Popen(  # noqa: S603 - our own program
                    argv,
                    env=environment,
                    pass_fds=[self._socket.fileno()],
                    stdout=log,
                    stderr=log,
                )
                for _ in range(self._count)
            ]
        try:
            _wait(self.port)
        except RuntimeError:
            self.__exit__()
            raise
        return self

    @property
    def pids(self) -> list[int]:
        """Of its processes."""
        return [process.pid for process in self._processes]

    def __exit__(self, *_error: object) -> None:
        for process in self._processes:
            process.send_signal(signal.SIGTERM)
        for process in self._processes:
            process.wait(20)
        self._socket.close()


class Nginx:
    """One nginx: the shipped configuration before a web server, and the same bytes from files.

    Files are served twice: plainly, which is the least that nginx can do, with no log; and alike,
    with the log, the open files and the headers that the shipped configuration has.
    """

    def __init__(self, folder: Path, web_port: int, files: Path) -> None:
        self._folder, self._web, self._files = folder, web_port, files
        self.proxy_port, self.static_port, self.alike_port = (_free_port() for _ in range(3))

    def __enter__(self) -> Self:
        (self._folder / "cache").mkdir()
        (self._folder / "shipped.conf").write_text(
            shipped(self._folder / "cache", self.proxy_port, self._web)
        )
        # `http` has what the image's own nginx.conf has there.
        (self._folder / "nginx.conf").write_text(
            f"""
            daemon off; worker_processes 1; pid {self._folder}/nginx.pid;
            error_log stderr crit;
            events {{ worker_connections 2048; }}
            http {{
                sendfile on; keepalive_timeout 65;
                include {self._folder}/shipped.conf;
                {self._server(self.static_port, "access_log off;")}
                {self._server(self.alike_port, _ALIKE.format(folder=self._folder))}
            }}
            """
        )
        with (self._folder / "nginx.log").open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 - Debian's own program
                [str(program()), "-c", f"{self._folder}/nginx.conf", "-p", str(self._folder)],
                stdout=log,
                stderr=log,
            )
        _wait(self.proxy_port)
        return self

    def _server(self, port: int, more: str) -> str:
        return f"""
            server {{
                listen 127.0.0.1:{port}; root {self._files}; gzip_static on;
                types {{ application/rss+xml rss; }}
                {more}
            }}
        """

    def cpu_s(self) -> float:
        """Seconds of CPU that its one worker has taken."""
        master = self._process.pid
        children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
        worker = next(
            child for child in children if b"worker" in Path(f"/proc/{child}/cmdline").read_bytes()
        )
        return cpu_s_of(int(worker))

    def __exit__(self, *_error: object) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(20)


def program() -> Path | None:
    """Debian's nginx, if it is there."""
    return needs.program("nginx")


def shipped(cache: Path, port: int, web_port: int) -> str:
    """The configuration of deploy/, made to stand on loopback: addresses and folders alone change.

    Debian 12's nginx does not know `resolve`, which needs 1.27.3.
    """
    text = (ROOT / "deploy" / "nginx" / "syndicate.conf").read_text()
    changes = {
        "/var/cache/nginx/syndicate levels": f"{cache} levels",
        "/var/cache/nginx/syndicate_pages": f"{cache}_pages",
        "    zone syndicate_web 64k;\n": "",
        "    resolver 127.0.0.11 valid=5s;\n": "",
        "server web:8080 resolve;": f"server 127.0.0.1:{web_port};",
        "listen 80;": f"listen 127.0.0.1:{port};",
        "access_log /dev/stdout ": f"access_log {cache}/../access.log ",
    }
    for old, new in changes.items():
        if text.count(old) != 1:
            raise RuntimeError(f"deploy/nginx/syndicate.conf has {old!r} {text.count(old)} times")
        text = text.replace(old, new)
    return text


def load(port: int, headers: Mapping[str, str], seconds: float) -> Figure:
    """Ask for the feed of everything over 32 connections for a while, with Debian's wrk."""
    said = subprocess.run(  # noqa: S603 - Debian's own program
        [
            str(needs.program("wrk") or "wrk"),
            f"--connections={CONNECTIONS}",
            "--threads=1",
            f"--duration={max(1, round(seconds))}s",
            "--latency",
            *(f"--header={name}: {value}" for name, value in headers.items()),
            f"http://127.0.0.1:{port}/feeds/everything.rss",
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    per_s = re.search(r"Requests/sec:\s+([\d.]+)", said)
    p99 = re.search(r"99%\s+([\d.]+)(us|ms|s)", said)
    if per_s is None or p99 is None or re.search(r"Non-2xx or 3xx|Socket errors", said):
        raise RuntimeError(f"the load did not go through: {said}")
    return Figure(float(per_s[1]), float(p99[1]) * _UNITS[p99[2]])


@dataclass(frozen=True)
class Answer:
    """What a server said."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def fetch(port: int, path: str, headers: Mapping[str, str] | None = None) -> Answer:
    """One answer of a server on loopback; header names in lower case."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers=dict(headers or {}))
        answer = connection.getresponse()
        found = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, found, answer.read())
    finally:
        connection.close()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _wait(port: int) -> None:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline:
        try:
            fetch(port, "/healthz")
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"nobody answers on port {port}")
