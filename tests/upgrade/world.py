"""What stands outside the installation: the newsrooms' servers, a hub, and callbacks of ours.

Every address is in hashes that the database keeps, so the port is always the same; it is one of
an address that nobody else listens at, and who comes second waits.
"""

import errno
import hashlib
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

ADDRESS = "127.83.19.7"
PORT = 18719  # below what clients are given
ORIGIN = f"{ADDRESS}:{PORT}"
BASE = f"http://{ORIGIN}"
HUB = "/hub"
CALLBACK = "/callback/"
_WAIT_S = 180.0


@dataclass(frozen=True)
class Document:
    """What a path answers."""

    content_type: str
    body: bytes

    @property
    def etag(self) -> str:
        return f'"{hashlib.sha256(self.body).hexdigest()[:24]}"'

    def touched(self) -> "Document":
        """The same to every reader, in other bytes."""
        blank = b"\n \n" if "json" in self.content_type else b"\n<!-- served again -->\n"
        return Document(self.content_type, self.body + blank)


class Manner(Enum):
    """How documents are served."""

    WITH_VALIDATORS = "304 to whoever has it"
    WHOLE = "200 whatever was asked"
    TOUCHED = "200 with other bytes that say the same"


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    status: int
    body: bytes = b""

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}


@dataclass
class World:
    """The servers; `asked` is every request, in order."""

    documents: Mapping[str, Document]
    manner: Manner = Manner.WITH_VALIDATORS
    asked: list[Asked] = field(default_factory=list)

    def callbacks(self) -> list[Asked]:
        """What callbacks of ours were sent."""
        return [each for each in self.asked if each.path.startswith(CALLBACK)]


class _Handler(BaseHTTPRequestHandler):
    server: "_Server"

    def do_GET(self) -> None:
        path = urlsplit(self.path)
        world = self.server.world
        found = world.documents.get(path.path)
        if path.path.startswith(CALLBACK):
            challenge = parse_qs(path.query).get("hub.challenge", [""])[0]
            self._send(200, Document("text/plain", challenge.encode()))
        elif found is None:
            self._send(404, Document("text/plain", b"nothing here"))
        elif world.manner is Manner.TOUCHED:
            self._send(200, found.touched())
        elif (
            world.manner is Manner.WITH_VALIDATORS
            and self.headers.get("If-None-Match") == found.etag
        ):
            self._send(304, Document(found.content_type, b""))
        else:
            self._send(200, found)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._send(202, Document("text/plain", b""), body)

    def log_message(self, *_: object) -> None:
        """Tests read `asked` instead."""

    def _send(self, status: int, said: Document, body: bytes = b"") -> None:
        self.server.world.asked.append(Asked(self.command, self.path, status, body))
        self.send_response(status)
        if status == 200:
            self.send_header("ETag", said.etag)
            self.send_header("Content-Type", said.content_type)
        if status != 304:
            self.send_header("Content-Length", str(len(said.body)))
        self.end_headers()
        self.wfile.write(said.body)


class _Server(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True
    world: World


@contextmanager
def running(world: World) -> Iterator[World]:
    """Answer until the block ends."""
    server = _listen()
    server.world = world
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield world
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _listen() -> _Server:
    """The port, once another session of these tests has left it."""
    until = time.monotonic() + _WAIT_S
    while True:
        try:
            return _Server((ADDRESS, PORT), _Handler)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() > until:
                raise
        time.sleep(0.2)
