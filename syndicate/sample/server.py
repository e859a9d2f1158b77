"""The sample newsroom's own server, on loopback: `python -m syndicate.sample.server --dir FOLDER`.

    /en/  /ar/science/                  fronts
    /en/articles/SLUG                   article pages
    /en/feeds/everything.xml            RSS: of everything, and one for each section
    /pictures/NAME.jpg  /style.css
    /files/NAME                         a feed that somebody wants collected, from FOLDER/files

It is no part of the product: it stands where a newsroom's CMS would, and everything about it is
asked for over HTTP. ETags are strong and honoured. When its port is taken by another program it
moves to a free one and takes the addresses of its sources along.
"""

import argparse
import errno
import hashlib
import importlib
import mimetypes
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

from syndicate import clock
from syndicate.errors import NotFoundError
from syndicate.sample import newsroom, pages, state
from syndicate.sample.state import State

HOST = "127.0.0.1"
HTML = "text/html; charset=utf-8"
RSS = "application/rss+xml; charset=utf-8"


@dataclass(frozen=True)
class SampleAnswer:
    """A document and its media type."""

    content_type: str
    body: bytes


def answer(folder: Path, path: str) -> SampleAnswer:
    """The document of a path.

    Args:
        folder: the newsroom's folder.
        path: of the request, without its query.

    Raises:
        NotFoundError: there is none.
    """
    remembered = state.read(folder)
    for pattern, make in _ROUTES:
        found = pattern.fullmatch(path)
        if found:
            return make(folder, remembered, found)
    raise NotFoundError(f"The sample newsroom has no page {path}.")


def _front(_folder: Path, remembered: State, found: re.Match[str]) -> SampleAnswer:
    language, section = found["language"] or "en", found["section"] or pages.EVERYTHING
    text = pages.front_page(remembered, language, section, now=clock.now())
    return SampleAnswer(HTML, text.encode())


def _article(_folder: Path, remembered: State, found: re.Match[str]) -> SampleAnswer:
    return SampleAnswer(
        HTML, pages.article_page(remembered, found["key"].replace("/articles", "")).encode()
    )


def _feed(_folder: Path, remembered: State, found: re.Match[str]) -> SampleAnswer:
    return SampleAnswer(RSS, pages.feed(remembered, found["language"], found["section"]).encode())


def _picture(_folder: Path, _remembered: State, found: re.Match[str]) -> SampleAnswer:
    return SampleAnswer("image/jpeg", newsroom.picture(found["name"]))


def _style(_folder: Path, _remembered: State, _found: re.Match[str]) -> SampleAnswer:
    return SampleAnswer("text/css; charset=utf-8", pages.stylesheet().encode())


def _file(folder: Path, _remembered: State, found: re.Match[str]) -> SampleAnswer:
    path = folder / state.FILES / found["name"]
    if not path.is_file():
        raise NotFoundError(f"There is no file {found['name']}.")
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return SampleAnswer(kind, path.read_bytes())


_ROUTES: Sequence[tuple[re.Pattern[str], Callable[[Path, State, re.Match[str]], SampleAnswer]]] = (
    (re.compile(r"/(?:(?P<language>[a-z]{2})/(?:(?P<section>[a-z-]+)/)?)?"), _front),
    (re.compile(r"/(?P<key>[a-z]{2}/articles/[a-z-]+)"), _article),
    (re.compile(r"/(?P<language>[a-z]{2})/feeds/(?P<section>[a-z-]+)\.xml"), _feed),
    (re.compile(r"/pictures/(?P<name>[a-z-]+)\.jpg"), _picture),
    (re.compile(r"/style\.css"), _style),
    (re.compile(r"/files/(?P<name>[\w-][\w. -]*)"), _file),
)


class Handler(BaseHTTPRequestHandler):
    """Answers GET and HEAD; one request, one connection."""

    folder: Path

    def do_GET(self) -> None:
        """Answer, with 304 when the other side has it already."""
        try:
            found = answer(self.folder, unquote(urlsplit(self.path).path))
        except NotFoundError as error:
            self._send(
                HTTPStatus.NOT_FOUND,
                SampleAnswer("text/plain; charset=utf-8", f"{error}\n".encode()),
            )
            return
        etag = f'"{hashlib.sha256(found.body).hexdigest()[:24]}"'
        if etag in self.headers.get("If-None-Match", ""):
            self._send(HTTPStatus.NOT_MODIFIED, SampleAnswer(found.content_type, b""), etag)
        else:
            self._send(HTTPStatus.OK, found, etag)

    do_HEAD = do_GET  # noqa: N815 - the name is inherited

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is inherited
        """One line a request, on stderr, for the stack's log folder."""
        sys.stderr.write(f"{clock.now():%H:%M:%S} {format % args}\n")

    def _send(self, status: HTTPStatus, found: SampleAnswer, etag: str | None = None) -> None:
        self.send_response(status)
        if etag:
            self.send_header("ETag", etag)
            self.send_header("Cache-Control", "max-age=60")
        if status is not HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Type", found.content_type)
            self.send_header("Content-Length", str(len(found.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(found.body)


class Server(ThreadingHTTPServer):
    """Listens on loopback alone; a collector opens many connections at once."""

    daemon_threads = True
    request_queue_size = 128


def listen(folder: Path) -> Server:
    """Open the newsroom's port, or a free one when another program has taken it.

    After a move, state and sources name the new port.
    """
    remembered = state.read(folder)
    try:
        return Server((HOST, remembered.port), Handler)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
    server = Server((HOST, 0), Handler)
    try:
        moved = replace(remembered, port=server.server_port)
        # The store is of use for a move only, and half of this process.
        importlib.import_module("syndicate.sample.moving").move(remembered, moved)
        state.write(folder, moved)
    except BaseException:
        server.server_close()
        raise
    return server


def main() -> None:
    """Serve the newsroom of a folder until the process is ended."""
    parser = argparse.ArgumentParser(description="Serve the sample newsroom on loopback.")
    parser.add_argument("--dir", type=Path, required=True, help="its folder, with state.json")
    folder: Path = parser.parse_args().dir
    Handler.folder = folder
    with listen(folder) as server:
        state.say_serving(folder)
        server.serve_forever()


if __name__ == "__main__":
    main()
