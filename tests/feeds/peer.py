"""A WebSub subscriber to test the hub against: as obedient or as rude as a test wants it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Request:
    """One request that a callback got."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def query(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}


Answer = Callable[[Request], tuple[int, bytes]]


def agree(request: Request) -> tuple[int, bytes]:
    """Echo the challenge, take every delivery."""
    return 200, request.query.get("hub.challenge", "").encode()


@dataclass
class Peer:
    """Callbacks under one origin.

    Attributes:
        origin: "IP:port".
        requests: what came, in order.
        answer: what is answered; change it as the test goes on.
    """

    origin: str
    answer: Answer = agree
    requests: list[Request] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def url(self, path: str = "/callback") -> str:
        return f"http://{self.origin}{path}"

    def of(self, method: str) -> list[Request]:
        return [request for request in self.requests if request.method == method]


class _Server(ThreadingHTTPServer):
    request_queue_size = 512
    peer: Peer


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        self._take()

    def do_POST(self) -> None:
        self._take()

    def _take(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, self.path, headers, self.rfile.read(length))
        with self.server.peer.lock:
            self.server.peer.requests.append(request)
        status, body = self.server.peer.answer(request)
        self.send_response(status)
        if status in {301, 302, 307, 308}:
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing: the tests read `requests`."""


@contextmanager
def running() -> Iterator[Peer]:
    """A peer that listens on loopback until the block ends."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.peer = Peer(f"127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.peer
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
