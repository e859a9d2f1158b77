"""How much a request may bring, by what it asks for and by who asks; all of them together too.

A form is at most 64 KiB, whoever sends it. More is heard from whoever shows a session or a token
that is good (before a byte of it is read), and from servers that sign what they bring (webhooks,
hubs, a CMS), who can be known only once it is there.

    up to 64 KiB ───────────────────────────> heard
    more, known by session or token ────────> heard when there is room, which is waited for
    more, of a server that signs ───────────> heard while there is room, a little of each address
    more, of anybody else ──────────────────> refused before it is read

Source: docs/decisions/0046-bounds-before-authentication.md.
"""

import asyncio
import itertools
from collections import Counter
from collections.abc import Awaitable, Callable

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from syndicate.store.ground.session import DatabaseDownError
from syndicate.web import connection, errors
from syndicate.web.api.access import is_held
from syndicate.web.console.access import current
from syndicate.web.doors import OF_A_SERVER, OF_AN_OPERATOR, peer_of
from syndicate.web.headers import SAFE

FORM_BYTES = 64 * 1024
_MIB = 1024 * 1024
# An article with its body is well under this; an import of 100,000 readers is about 6 MB.
_LARGER: tuple[tuple[str, int], ...] = (
    ("/api/v1/newsletters/", 64 * _MIB),
    ("/console/lists", 64 * _MIB),
    # A form with a picture: one that is too large is refused at its field, and the rest stays.
    ("/console/newsroom/", 8 * _MIB),
    ("/api/", 4 * _MIB),
    ("/hooks/", 4 * _MIB),
)
_HOOKS = "/hooks/"
_PUSHES = "/api/v1/articles"  # where a CMS may sign instead of showing a token (`api.signed`)
# What operators and programs bring at once: one of the largest lists, which takes ten times as much
# memory once it is read. The rest waits its turn.
OF_THE_KNOWN = 64 * _MIB
WAIT_S = 60.0
OF_SERVERS = 64 * _MIB
_OF_ONE_SERVER = 8 * _MIB


class HasLeftError(HTTPException):
    """Whoever asked has left in mid-sentence: nobody reads an answer, and nothing broke."""

    def __init__(self) -> None:
        super().__init__(400)


class Room:
    """So many bytes, for all who are being heard: the one who came first is heard to the end.

    Where all who hold something wait for more, the one who came last is refused: otherwise two
    large lists would wait for each other.
    """

    def __init__(self, size: int) -> None:
        self._free = size
        self._numbers = itertools.count()
        self._held: dict[int, int] = {}
        self._waiting: dict[int, tuple[int, asyncio.Future[bool]]] = {}

    def enter(self) -> int:
        """A number to take room by."""
        return next(self._numbers)

    async def take(self, number: int, size: int, *, within_s: float) -> bool:
        """Take room, or wait for it; False when there was none in time."""
        if size <= self._free and not self._waiting:
            self._give(number, size)
            return True
        if within_s <= 0:
            return False
        turn = asyncio.get_running_loop().create_future()
        self._waiting[number] = (size, turn)
        self._go_on()
        try:
            async with asyncio.timeout(within_s):
                return bool(await turn)
        except TimeoutError:
            return False
        finally:
            self._waiting.pop(number, None)

    def leave(self, number: int) -> None:
        """Give back all that it took."""
        self._free += self._held.pop(number, 0)
        self._go_on()

    def _give(self, number: int, size: int) -> None:
        self._free -= size
        self._held[number] = self._held.get(number, 0) + size

    def _go_on(self) -> None:
        for number in sorted(self._waiting):
            size, turn = self._waiting[number]
            if size > self._free:
                break
            del self._waiting[number]
            if not turn.done():
                self._give(number, size)
                turn.set_result(True)
        if self._held and self._held.keys() <= self._waiting.keys():
            _, turn = self._waiting.pop(max(self._held))
            if not turn.done():
                turn.set_result(False)


class BodyCap:
    """Refuse a body that is larger than its route or its sender may bring."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._known, self._servers = Room(OF_THE_KNOWN), Room(OF_SERVERS)
        self._of_server: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 401, 413 or 503, or pass the request on with its body counted."""
        if scope["type"] != "http" or scope["method"] in SAFE:
            await self.app(scope, receive, send)
            return
        cap = body_cap(scope["path"])
        announced = _announced(Headers(scope=scope), cap)
        if announced > cap:
            await _say(_too_large(cap), scope, receive, send)
        elif announced <= FORM_BYTES:
            await self.app(scope, _counted(receive, cap), send)
        elif is_signed(scope):
            await self._hear_a_server(cap, scope, receive, send)
        else:
            await self._hear_the_known(cap, scope, receive, send)

    async def _hear_the_known(self, cap: int, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            is_known = await run_in_threadpool(_is_known, Request(scope))
        except DatabaseDownError:
            await _say(HTTPException(503, errors.SENTENCES[503]), scope, receive, send)
            return
        if not is_known:
            await _say(_unknown(scope["path"]), scope, receive, send)
            return
        if (own := connection.of(scope)) is not None:
            own.is_known(OF_AN_OPERATOR)

        number = self._known.enter()

        async def take(size: int) -> bool:
            return await self._known.take(number, size, within_s=WAIT_S)

        try:
            await self.app(scope, _within(take, _counted(receive, cap)), send)
        finally:
            self._known.leave(number)

    async def _hear_a_server(self, cap: int, scope: Scope, receive: Receive, send: Send) -> None:
        if (own := connection.of(scope)) is not None:
            own.goes_at(OF_A_SERVER)
        client = peer_of((scope.get("client") or ("", 0))[0])
        number, taken = self._servers.enter(), 0

        async def take(size: int) -> bool:
            nonlocal taken
            if self._of_server[client] + size > _OF_ONE_SERVER:
                return False
            if not await self._servers.take(number, size, within_s=0):
                return False
            self._of_server[client] += size
            taken += size
            return True

        try:
            await self.app(scope, _within(take, _counted(receive, cap)), send)
        finally:
            self._servers.leave(number)
            self._of_server[client] -= taken
            if not self._of_server[client]:
                del self._of_server[client]


def unheard(_request: Request, _error: Exception) -> Response:
    """What is answered to whoever has left."""
    return Response(status_code=400)


def body_cap(path: str) -> int:
    """How many bytes a request to a path may carry."""
    return next((cap for prefix, cap in _LARGER if path.startswith(prefix)), FORM_BYTES)


def is_signed(scope: Scope) -> bool:
    """Whether a request says that what it brings tells who sends it."""
    path: str = scope["path"]
    is_push = path == _PUSHES and "x-syndicate-signature" in Headers(scope=scope)
    return is_push or path.startswith(_HOOKS)


def _announced(headers: Headers, cap: int) -> int:
    """How much will come at most, as far as its head tells; beyond the cap where it makes no sense.

    A body in pieces announces nothing: as much as may come is expected.
    """
    if "transfer-encoding" in headers:
        return cap
    said = headers.get("content-length", "0")
    return int(said) if said.isdecimal() and len(said) <= 18 else cap + 1  # noqa: PLR2004 - 64 bits


def _counted(receive: Receive, cap: int) -> Receive:
    """Messages of a request, as long as they are not too many bytes."""
    seen, is_whole = 0, False

    async def counted() -> Message:
        nonlocal seen, is_whole
        message = await receive()
        if message["type"] == "http.disconnect" and not is_whole:
            raise HasLeftError
        is_whole = is_whole or not message.get("more_body", False)
        seen += len(message.get("body", b""))
        if seen > cap:
            raise _too_large(cap)
        return message

    return counted


def _within(take: Callable[[int], Awaitable[bool]], receive: Receive) -> Receive:
    """Messages of a request, as long as there is room for what they bring.

    What comes is counted as it comes: a length that was only announced takes no room.
    """

    async def within() -> Message:
        message = await receive()
        size = len(message.get("body", b""))
        if size and not await take(size):
            raise _busy()
        return message

    return within


def _is_known(request: Request) -> bool:
    """Whether a request shows a session or a token that is good; what it may do is asked later."""
    if request.url.path.startswith("/console"):
        return current(request) is not None
    return is_held(request)


async def _say(error: HTTPException, scope: Scope, receive: Receive, send: Send) -> None:
    await errors.answer(Request(scope), error.status_code, error.detail)(scope, receive, send)


def _unknown(path: str) -> HTTPException:
    if path.startswith("/console"):
        return HTTPException(401, "Your session has ended; sign in again, then repeat this.")
    return HTTPException(
        401,
        "Send `Authorization: Bearer TOKEN` with a valid token before a body of more than "
        f"{FORM_BYTES // 1024} KiB.",
    )


def _busy() -> HTTPException:
    return HTTPException(
        503, "So much is being uploaded that this would be too much; try again in a minute."
    )


def _too_large(cap: int) -> HTTPException:
    return HTTPException(413, f"This request is larger than {cap // 1024} KiB; send less.")
