"""What stands before every page: cross-site posts refused, headers set.

Plain ASGI, so that a streamed answer stays a stream. The cross-site check needs no token: a browser
says where a request comes from (`Sec-Fetch-Site`, else `Origin`), and a page elsewhere cannot lie
about it. Mail programs post the one-click unsubscription from anywhere; RFC 8058 wants them let in.

Source: docs/facts/web.md#cross-site-requests; Fetch Metadata; RFC 8058 3.2.
"""

import re
import time
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from syndicate import logs, settings
from syndicate.web import crashes, errors
from syndicate.web.headers import COMMON, FOR_ANY_SITE, SAFE, content_policy

log = logs.get(__name__)

_OURS = 500
_HUNG_UP = 499  # who asked was gone before the answer; nginx's word for it
_ONE_CLICK = re.compile(r"(/p/[^/]+)?/unsubscribe/[^/]+")
# Feeds and their documents are for other programs, also for those that run in a browser.
_SHARED = re.compile(r"/feeds/|/feeds\.opml$|/sitemap")


DEFAULT_POLICY = content_policy()


class CrossSiteCheck:
    """Refuse an unsafe request that a page of another site sent."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 403, or pass the request on."""
        if scope["type"] == "http" and is_cross_site(
            scope["method"], scope["path"], Headers(scope=scope)
        ):
            response = errors.answer(
                Request(scope),
                403,
                "This form was sent from another site and was ignored; open the page here and "
                "send it again.",
            )
            await response(scope, receive, send)
            return
        await self.app(scope, receive, send)


def is_cross_site(method: str, path: str, headers: Headers) -> bool:
    """Whether a request must be refused because another site may have sent it.

    Args:
        method: of the request.
        path: of the request.
        headers: Sec-Fetch-Site, Origin, Host and Cookie are looked at.
    """
    if method in SAFE or (method == "POST" and _ONE_CLICK.fullmatch(path)):
        return False
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = headers.get("origin")
    # "null": a browser that says no Sec-Fetch-Site, on a page with `Referrer-Policy: no-referrer`.
    if origin is None or origin == "null":
        return "cookie" in headers
    try:
        netloc = urlsplit(origin).netloc
    except ValueError:  # no browser sends one that is no address
        return True
    return netloc.lower() != headers.get("host", "").lower()


class HeadAsGet:
    """Answer HEAD wherever GET is answered, with the same head (RFC 9110 9.3.2)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Ask for the page and keep its body back."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self.app({**scope, "method": "GET"}, receive, without_body)


class SecurityHeaders:
    """Put the headers that bind browsers on every answer; a page may have set stricter ones."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add to the head of its answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        is_shared = _SHARED.search(scope["path"]) is not None
        own = settings.load()

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in COMMON.items():
                    headers.setdefault(name, value)
                headers.setdefault("Content-Security-Policy", DEFAULT_POLICY)
                if own.is_https():
                    headers.setdefault("Strict-Transport-Security", f"max-age={own.hsts_s}")
                if is_shared:
                    headers.update(FOR_ANY_SITE)
                    headers.setdefault("Access-Control-Allow-Origin", "*")
            await send(message)

        await self.app(scope, receive, with_headers)


class RequestLog:
    """One line per request: route and not path, because paths carry tokens.

    What crashes is answered here, by a page or JSON that names the id of its line. It goes on to
    whoever runs us: a server must know that an answer broke off.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and write one line when it is answered."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.monotonic()
        status = 0

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except ClientDisconnect:
            status = status or _HUNG_UP
        except Exception as error:
            await self._tell(error, Request(scope), send, status=status, began=began)
            raise
        if scope["path"] not in {"/healthz", "/readyz"}:
            log.info("request_answered", **_about(scope, began), status=status)

    async def _tell(
        self, error: Exception, request: Request, send: Send, *, status: int, began: float
    ) -> None:
        about = _about(request.scope, began)
        error_id = crashes.tell(error, **about, status=status or _OURS)
        if not status:
            await errors.crashed(request, error_id)(request.scope, request.receive, send)


def _about(scope: Scope, began: float) -> dict[str, object]:
    return {
        "method": scope["method"],
        "route": getattr(scope.get("route"), "path", "(none)"),
        "duration_ms": round((time.monotonic() - began) * 1000, 1),
    }
