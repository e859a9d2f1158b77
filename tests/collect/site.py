"""A publisher's web server of our own: routes are functions, and every request is remembered."""

import http.server
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Reply:
    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Asked:
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


Route = Callable[[Asked], Reply]


class Site:
    """Routes by path; an unknown one is a 404."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.routes: dict[str, Route] = {}
        self.asked: list[Asked] = []
        self.port = 0

    @property
    def origin(self) -> str:
        return f"{self.address}:{self.port}"

    def url(self, path: str) -> str:
        return f"http://{self.origin}{path}"

    def serve(self, path: str, body: bytes | str, status: int = 200, **headers: str) -> None:
        """The same answer every time, with an ETag's 304 where `etag` is given."""
        raw = body.encode() if isinstance(body, str) else body
        sent = {name.replace("_", "-"): value for name, value in headers.items()}

        def answer(asked: Asked) -> Reply:
            if "etag" in sent and asked.headers.get("If-None-Match") == sent["etag"]:
                return Reply(304, b"", sent)
            return Reply(status, raw, sent)

        self.routes[path] = answer

    def paths(self) -> list[str]:
        return [each.path for each in self.asked]


@contextmanager
def running(address: str = "127.0.0.1") -> Iterator[Site]:
    """A site that answers until the block ends."""
    site = Site(address)

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            asked = Asked(
                self.command, self.path, dict(self.headers.items()), self.rfile.read(size)
            )
            site.asked.append(asked)
            route = site.routes.get(self.path)
            reply = route(asked) if route else Reply(404, b"nothing here")
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(reply.body)

        do_GET = do_POST = do_HEAD = _answer  # noqa: N815 - the library's names

        def log_message(self, *_: object) -> None:
            """Tests read `site.asked` instead."""

    server = http.server.ThreadingHTTPServer((address, 0), Handler)
    server.daemon_threads = True
    site.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
