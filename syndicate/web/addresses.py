"""One form of each address: the one that we print, and the only one whose answer a cache may keep.

A cache files an answer under the letters of its address, and we decide by what they mean. Wherever
the two can differ (`?page=&page=1`, `?%70age=1`, `//`), somebody can have one document filed as
another. So what was decided is written as an address again and compared with what was sent, byte by
byte. Any other form leads there by a redirect, or is refused, or is answered; none of it is kept.

Source: RFC 9111 2 (cache keys); RFC 3986 6.2 (forms of one address); RFC 9112 3.2.
"""

import re
from http import HTTPStatus
from urllib.parse import parse_qsl, quote

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from syndicate.vocabulary.feeds import FeedFormat

# Twice what the longest known trackers put behind an address; more is nobody's link.
MOST_BYTES = 2048
_MOST_FIELDS = 64
_DIGITS = 7
_ENDINGS = "|".join(FeedFormat)
# The queries that our own pages, feeds and lists print; every other one is a stranger's.
_WITH_OWN_QUERY = re.compile(
    r"(?:/p/[^/?]+)?/(?:sections/[^/?]+)?\?before=[1-9][0-9]*"
    rf"|/feeds/[^/?]+\.(?:{_ENDINGS})\?page=[1-9][0-9]*"
    r"|/sitemap-news\.xml\?file=[1-9][0-9]*"
)
# What is the whole house's has no publication before it, and a number is written in one way.
_NEVER_PRINTED = re.compile(
    r"/p/[^/]+/(?:feeds|static)/|(?:/p/[^/]+)?/(?:articles|issues)/(?![1-9][0-9]*(?:/|$))"
)
_FRONT_OF_ONE = re.compile(rb"/p/[^/]+/")

Fields = list[tuple[str, str]]


def sent(scope: Scope) -> str:
    """Path and query as they were sent, undecoded."""
    query = scope["query_string"]
    whole = _raw_path(scope) + b"?" + query if query else _raw_path(scope)
    return whole.decode("latin-1")


def fields(query: bytes) -> Fields:
    """Names and values of a query, decoded, in their order.

    Raises:
        HTTPException: 414, it is longer than any link.
    """
    if len(query) > MOST_BYTES or query.count(b"&") >= _MOST_FIELDS:
        raise HTTPException(414, "This address is too long; shorten its query.")
    return parse_qsl(query.decode("latin-1"), keep_blank_values=True)


def number(given: Fields, name: str) -> int | None:
    """A number that a query gives; None when it does not, or gives no value.

    Raises:
        HTTPException: 404, it is no number of at most seven digits, or there are several.
    """
    values = {value for key, value in given if key == name}
    if values <= {""}:
        return None
    value = values.pop()
    if values or not (value.isascii() and value.isdigit() and len(value) <= _DIGITS):
        raise HTTPException(
            404, f"{name} must be a single number in this address; there is no such page."
        )
    return int(value)


def leading_to(address: str, status: HTTPStatus = HTTPStatus.FOUND) -> Response:
    """A redirect to the one form, for this time only: no cache keeps it.

    Args:
        address: path and query; never a host, which would be that of the request.
        status: 302, or one that keeps the method.
    """
    return RedirectResponse(address, status, {"Cache-Control": "no-store"})


class OneForm:
    """Let caches keep what was asked for in its own form alone, and drop a trailing slash."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or redirect it; what says nothing of caches is kept by none."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        shorter = _without_slash(scope)
        if shorter is not None:
            await leading_to(shorter, HTTPStatus.TEMPORARY_REDIRECT)(scope, receive, send)
            return
        is_own = _is_own_form(scope)

        async def with_keeping(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Cache-Control", "no-store")
                if not is_own and "private" not in headers["Cache-Control"]:
                    headers["Cache-Control"] = "no-store"
            await send(message)

        await self.app(scope, receive, with_keeping)


def _is_own_form(scope: Scope) -> bool:
    if _raw_path(scope) != quote(scope["path"]).encode() or _NEVER_PRINTED.match(scope["path"]):
        return False
    return not scope["query_string"] or _WITH_OWN_QUERY.fullmatch(sent(scope)) is not None


def _without_slash(scope: Scope) -> str | None:
    """The address without its slashes at the end; None where there are none too many.

    A path that begins with two is left alone: browsers would take it for a host.
    """
    path = _raw_path(scope)
    shorter = path.rstrip(b"/")
    if shorter in {b"", path} or path.startswith(b"//") or _FRONT_OF_ONE.fullmatch(path):
        return None
    return sent({**scope, "raw_path": shorter})


def _raw_path(scope: Scope) -> bytes:
    raw: bytes = scope.get("raw_path") or quote(scope["path"]).encode()
    return raw
