"""/feeds/{slug}.rss, .atom and .json: stored documents, served as they are.

A small ASGI route of its own, because most requests of the house are polls for these few documents:
nothing is parsed, rendered or compressed here.
"""

from typing import TypeVar

from fastapi import APIRouter
from starlette.datastructures import Headers, QueryParams
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from syndicate import clock
from syndicate.store.feed_documents import FeedFormat
from syndicate.web import conditional, static
from syndicate.web.feed_shelf import Key, OnShelf, RawHeaders, Shelf, Variant
from syndicate.web.feed_visits import Visits
from syndicate.web.reader import feed_lists, feed_mine

T = TypeVar("T")

router = APIRouter(include_in_schema=False)

_FORMATS = {form.value: form for form in FeedFormat}
# Repeated in a 304 (RFC 9110 15.4.5), which has no body for the others to describe.
_IN_304 = frozenset({b"last-modified", b"vary", b"link", b"cache-control"})


class FeedRoute:
    """Serves feed documents, each process from a shelf of its own."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 200, 304, 301, 404 or 410."""
        key = _key(scope)
        found = await _state(scope, "feed_shelf", Shelf).get(key) if key else None
        if found is None:
            raise HTTPException(404, "There is no such feed; /feeds lists those there are.")
        if found.gone or found.moved_to:
            await _elsewhere(found)(scope, receive, send)
            return
        headers = Headers(scope=scope)
        tag = _known_tag(found, headers)
        variant = found.variants[conditional.coding(headers.get("accept-encoding", ""))]
        _note(scope, key, found, headers, tag or variant.tag, 304 if tag else 200)
        if tag is not None:
            await _send_304(variant, tag, send)
            return
        shown = _for_a_browser(key, variant, headers)
        await send({"type": "http.response.start", "status": 200, "headers": shown})
        body = b"" if scope["method"] == "HEAD" else variant.body
        await send({"type": "http.response.body", "body": body})


def _for_a_browser(key: Key | None, variant: Variant, headers: Headers) -> RawHeaders:
    """The headers of a document; whoever also takes HTML is told that it is XML.

    Browsers show application/rss+xml as source text, and XML with its style sheet as a page.
    """
    if key is None or key[1] is FeedFormat.JSON or "text/html" not in headers.get("accept", ""):
        return list(variant.headers)
    kept = [header for header in variant.headers if header[0] != b"content-type"]
    return [*kept, (b"content-type", b"application/xml; charset=utf-8")]


def _note(
    scope: Scope, key: Key | None, found: OnShelf, headers: Headers, tag: str, status: int
) -> None:
    """Note who holds which version now (syndicate feeds watch)."""
    if key is None or key[2]:
        return
    token = QueryParams(scope["query_string"]).get("for", "") if scope["query_string"] else ""
    visits = _state(scope, "feed_visits", Visits)
    agent = headers.get("user-agent", "")
    etag = tag.partition("-")[0]
    visits.note(found.feed_id, key[1], agent, token, status=status, etag=etag)


def _state(scope: Scope, name: str, kind: type[T]) -> T:
    """What this process keeps under a name for as long as its application lives."""
    state = scope["app"].state
    if not hasattr(state, name):
        setattr(state, name, kind())
    kept: T = getattr(state, name)
    return kept


def _key(scope: Scope) -> Key | None:
    """Which document a request asks for; None when its address cannot be one."""
    slug, _, ending = scope["path_params"]["name"].rpartition(".")
    form = _FORMATS.get(ending)
    page = QueryParams(scope["query_string"]).get("page", "0") if scope["query_string"] else "0"
    if not slug or form is None or not page.isdecimal() or len(page) > len("9999999"):
        return None
    return slug, form, int(page)


def _known_tag(found: OnShelf, headers: Headers) -> str | None:
    """The entity tag of the document that the client has already; If-None-Match comes first."""
    if_none_match = headers.get("if-none-match")
    if if_none_match is not None:
        return conditional.matching_tag(if_none_match, found.tags)
    since = headers.get("if-modified-since")
    now = clock.now()
    if since is not None and conditional.is_unmodified_since(since, found.modified_at, now):
        coding = conditional.coding(headers.get("accept-encoding", ""))
        return found.variants[coding].tag
    return None


async def _send_304(variant: Variant, tag: str, send: Send) -> None:
    kept = [header for header in variant.headers if header[0] in _IN_304]
    kept.append((b"etag", f'"{tag}"'.encode()))
    await send({"type": "http.response.start", "status": 304, "headers": kept})
    await send({"type": "http.response.body", "body": b""})


def _elsewhere(found: OnShelf) -> Response:
    headers = {"Cache-Control": "public, max-age=300, s-maxage=2"}
    if found.moved_to:
        return RedirectResponse(found.moved_to, 301, headers)
    text = "This feed is no more; /feeds lists those there are. Please stop asking for it.\n"
    return PlainTextResponse(text, 410, headers)


@router.get("/feeds/feed.css")
def style() -> Response:
    """How a browser shows a feed; every feed names it, so its address has no hash."""
    content = static.content("feed.css")
    return Response(content, media_type="text/css", headers={"Cache-Control": "max-age=86400"})


router.routes.append(Route("/feeds/{name}", FeedRoute(), methods=["GET", "HEAD"]))
router.include_router(feed_lists.router)
router.include_router(feed_mine.router)
