"""One connection: uvicorn's own protocol, with an end to everything that a client can draw out.

    head ──────> body ──────> answer ──────> idle ──────> head …
     │ 408, 431   │ 400, 408     │ dropped     │ closed
     └────────────┴── ending ────┴─────────────┘

uvicorn reads heads of any size for any time, keeps requests in a pipeline without end, and waits
for ever for a client that reads nothing. Here one request is heard at a time: a second one that
comes before the answer to the first is not read, and the connection ends after that answer, as
clients must expect (RFC 9112 9.3.2). Nothing is upgraded.

An answer that comes before the end of its request (413) is followed by a moment in which the rest
is thrown away; else the kernel takes the answer back from a client that still sends (RFC 9112 9.6).
"""

import asyncio
from enum import Enum
from http import HTTPStatus
from typing import Any, ClassVar

import httptools
from starlette.types import Scope
from uvicorn.config import Config
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from syndicate.web.doors import Doors, Limits, Pace, peer_of, with_files

_KEY = "syndicate.connection"
# Ends that are nobody's fault, and not worth a line.
_USUAL = frozenset({"slow_idle", "slow_ending"})
_SENTENCES = {
    HTTPStatus.BAD_REQUEST: "This is no HTTP request that can be read.",
    HTTPStatus.REQUEST_TIMEOUT: "The request did not come to its end in time; send it again.",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: "The head of this request is too large; send fewer "
    "or shorter headers and cookies, or a shorter address.",
    HTTPStatus.SERVICE_UNAVAILABLE: "Too many connections are open; try again in a minute.",
}


class Phase(Enum):
    """What a connection is at."""

    IDLE = "idle"
    HEAD = "head"
    BODY = "body"
    ANSWER = "answer"
    ENDING = "ending"


class _TooLargeError(Exception):
    """A head beyond its bounds."""


class _SecondError(Exception):
    """A request before the answer to the one before it."""


class Connection(HttpToolsProtocol):
    """A connection with bounds.

    Attributes:
        limits: what the server bears; None for as much as it may have files open.
    """

    limits: ClassVar[Limits | None] = None

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.doors = _doors_of(server_state, config, self.limits)
        self.peer, self.is_of_a_proxy = "", False
        self.phase = Phase.IDLE
        self.pace = self.doors.limits.of_a_stranger
        self._since = self._heard_at = self._looked_at = self.loop.time()
        self._is_first = True
        self._is_deaf = False
        self._head_bytes = self._header_lines = 0
        self._body_bytes = self._framing_bytes = 0
        self._rest_bytes, self._most_rest_bytes = 0, self.doors.limits.linger_bytes
        self._unread, self._unread_since = 0, 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a place, or say that there is none."""
        super().connection_made(transport)
        host = self.client[0] if self.client else None
        self.peer, self.is_of_a_proxy = peer_of(host), self.doors.is_proxy(host)
        if not self.doors.let_in(self):
            self.phase = Phase.ENDING
            transport.write(_said(HTTPStatus.SERVICE_UNAVAILABLE))
            transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Give the place back."""
        self.doors.has_left(self)
        self.phase = Phase.ENDING
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Hear what came, as far as it is within bounds."""
        if self.phase is Phase.ENDING or self._is_deaf:
            self._throw_away(len(data))
            return
        self._unset_keepalive_if_required()
        if self.phase is Phase.IDLE:
            self._enter(Phase.HEAD)
            self._head_bytes = self._header_lines = self._framing_bytes = 0
        self._heard_at = self.loop.time()
        heard = self._body_bytes if self.phase is Phase.BODY else 0
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._be_deaf()
        except httptools.HttpParserError as error:
            self._stop(error.__context__)
        else:
            self._count(len(data), heard)

    def on_message_begin(self) -> None:
        """Begin to hear a request.

        Raises:
            _SecondError: the one before it is not answered yet.
        """
        if self._is_answering():
            raise _SecondError
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Note a header.

        Raises:
            _TooLargeError: it is one too many, or too long.
        """
        self._header_lines += 1
        self._head_bytes += len(name) + len(value)
        limits = self.doors.limits
        if self._header_lines > limits.header_lines or self._head_bytes > limits.head_bytes:
            raise _TooLargeError
        super().on_header(name, value)

    def on_url(self, url: bytes) -> None:
        """Note the address."""
        self._head_bytes += len(url)
        super().on_url(url)

    def on_headers_complete(self) -> None:
        """Begin to answer; the application hears of this connection in its scope."""
        if self._head_bytes > self.doors.limits.head_bytes:
            raise _TooLargeError
        told: Scope = self.scope  # type: ignore[assignment]
        told[_KEY] = self
        super().on_headers_complete()
        if self.parser.should_upgrade():
            self.cycle.keep_alive = False
        self.cycle.transport = _Ending(self)  # type: ignore[assignment]
        self._enter(Phase.BODY)
        self.pace = self.doors.limits.of_a_stranger
        self._body_bytes = self._framing_bytes = 0

    def on_body(self, body: bytes) -> None:
        """Note a piece of the body."""
        self._body_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole: it keeps its place until it is answered."""
        super().on_message_complete()
        if self.phase is Phase.BODY:
            self._enter(Phase.ANSWER)
            self.doors.is_heard(self)

    def on_response_complete(self) -> None:
        """Wait for the next request, or end."""
        if self.phase is Phase.ENDING:
            self.server_state.total_requests += 1
            return
        is_over = self._is_deaf or self.phase is Phase.BODY
        self._is_first = False
        if not is_over:
            self._enter(Phase.IDLE)
            self.doors.waits(self)
        super().on_response_complete()
        if is_over:
            self.end()

    def shutdown(self) -> None:
        """End with the server."""
        if self.phase is Phase.ENDING:
            self.transport.close()
        super().shutdown()

    def is_known(self, pace: Pace) -> None:
        """Whoever sends the body is known: it keeps its place, and may take longer."""
        self.goes_at(pace)
        self.doors.is_heard(self)

    def goes_at(self, pace: Pace) -> None:
        """How fast the body must come."""
        self.pace = pace

    def review(self, now: float) -> None:
        """End it if it has had its time."""
        if self.flow.read_paused and self.phase is Phase.BODY:  # it waits for us
            self._since += now - self._looked_at
            self._heard_at = now
        self._looked_at = now
        cause = self._overdue(now)
        if cause is None:
            return
        if cause not in _USUAL:
            self.doors.note(cause)
        if self.phase in {Phase.ENDING, Phase.ANSWER} or cause == "unread":
            self.drop()
        elif self.phase is Phase.IDLE:
            self.transport.close()
            self._enter(Phase.ENDING)
        else:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)

    def unread(self) -> int:
        """Bytes that were sent and not taken."""
        return self.transport.get_write_buffer_size()

    def drop(self) -> None:
        """End it at once, without a word."""
        self.phase = Phase.ENDING
        self.transport.abort()

    def pause_writing(self) -> None:
        """Somebody does not take what they are sent: see what all leave."""
        super().pause_writing()
        self.loop.call_soon(self.doors.bound_unread)

    def end(self) -> None:
        """End it; where more may still come, throw that away for a moment first."""
        if self.phase is Phase.ENDING:
            return
        if self.phase is Phase.HEAD:
            self._most_rest_bytes = self.doors.limits.head_bytes
        may_come = self.phase in {Phase.HEAD, Phase.BODY} or self._is_deaf
        self._enter(Phase.ENDING)
        if self.transport.is_closing():
            return
        if not may_come or not self.transport.can_write_eof():
            self.transport.close()
            return
        self.doors.waits(self)
        self.transport.write_eof()
        self.flow.resume_reading()

    def _enter(self, phase: Phase) -> None:
        self.phase, self._since = phase, self.loop.time()

    def _is_answering(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle  # none before the first request
        return cycle is not None and not cycle.response_complete

    def _be_deaf(self) -> None:
        self._is_deaf = True
        self.cycle.keep_alive = False

    def _throw_away(self, size: int) -> None:
        self._rest_bytes += size
        if self.phase is Phase.ENDING and self._rest_bytes > self._most_rest_bytes:
            self.drop()

    def _count(self, size: int, heard: int) -> None:
        """Bound what no callback tells of: half a header, trailers, the seams between pieces."""
        limits = self.doors.limits
        if self.phase is Phase.HEAD:
            self._framing_bytes += size
            if self._framing_bytes > limits.head_bytes:
                self._stop(_TooLargeError())
        elif self.phase is Phase.BODY:
            self._framing_bytes += size - (self._body_bytes - heard)
            if self._framing_bytes > limits.framing_bytes + self._body_bytes:
                self._stop(None)

    def _stop(self, error: BaseException | None) -> None:
        """Hear no more of what cannot be, or must not be, heard."""
        if self._is_answering() and self.phase is Phase.ANSWER:
            self._be_deaf()  # what was asked before is answered first
        elif isinstance(error, _TooLargeError):
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        else:
            self._refuse(HTTPStatus.BAD_REQUEST)

    def _refuse(self, status: HTTPStatus) -> None:
        """Answer a request in the application's place, and end."""
        self.doors.note(f"answered_{status.value}")
        cycle: RequestResponseCycle | None = self.cycle if self.phase is Phase.BODY else None
        if cycle is not None:
            cycle.disconnected = True
            cycle.message_event.set()
        if cycle is None or not cycle.response_started:
            self.transport.write(_said(status))
        self.end()

    def _overdue(self, now: float) -> str | None:
        """Why it has had its time, if it has."""
        limits, in_phase_s = self.doors.limits, now - self._since
        if self._is_stalled(now):
            return "unread"
        if self.phase is Phase.BODY:
            is_over = self.pace.is_over(
                taken_s=in_phase_s, quiet_s=now - self._heard_at, size=self._body_bytes
            )
            return "slow_body" if is_over else None
        idle_s = limits.idle_of_a_proxy_s if self.is_of_a_proxy else limits.idle_s
        most_s = {
            Phase.IDLE: limits.head_s if self._is_first else idle_s,
            Phase.HEAD: limits.head_s,
            Phase.ENDING: limits.linger_s,
        }
        if self.phase is Phase.ENDING and self._unread:
            return None  # it takes what it was sent
        is_over = self.phase in most_s and in_phase_s > most_s[self.phase]
        return f"slow_{self.phase.value}" if is_over else None

    def _is_stalled(self, now: float) -> bool:
        """Whether it takes nothing of what it was sent."""
        unread, least = self.unread(), self.doors.limits.taken_bytes
        if 0 in {unread, self._unread} or unread <= self._unread - least:
            self._unread, self._unread_since = unread, now
        return unread > 0 and now - self._unread_since > self.doors.limits.stalled_s


class _Ending:
    """The transport as a request's own answer has it: closing it may wait a moment."""

    def __init__(self, connection: Connection) -> None:
        self.write = connection.transport.write
        self.is_closing = connection.transport.is_closing
        self.close = connection.end


def of(scope: Scope) -> Connection | None:
    """The connection that a request came by; None where it came by none, as in tests."""
    found: Connection | None = scope.get(_KEY)
    return found


def _doors_of(server_state: ServerState, config: Config, limits: Limits | None) -> Doors:
    """The doors of a server: they are made with its first connection."""
    found: Doors | None = getattr(server_state, _KEY, None)
    if found is None:
        app: Any = config.loaded_app
        trusted: Any = ProxyHeadersMiddleware(app, config.forwarded_allow_ips).trusted_hosts
        found = Doors(limits or with_files(), trusted)
        setattr(server_state, _KEY, found)
    return found


def _said(status: HTTPStatus) -> bytes:
    body = f"{_SENTENCES[status]}\n".encode()
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: text/plain; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body
