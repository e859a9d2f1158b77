"""/feeds/{slug}.{format}: stored documents, served as they are.

A small ASGI route of its own, because most requests of the house are polls for these few documents:
nothing is parsed, rendered or compressed here.

A document has one address, as `syndicate.feeds.model.page_url` prints it. Whatever else leads to it
(a publication's prefix, `utm_source=`, `page=0`, other spellings) is answered by a redirect there,
which nobody keeps; a partner's `for=TOKEN` is answered, for them alone.
"""

import re
from dataclasses import replace
from typing import TypeVar

from fastapi import APIRouter
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from syndicate import clock
from syndicate.feeds import model
from syndicate.vocabulary.feeds import FeedFormat
from syndicate.web import addresses, conditional, static
from syndicate.web.feed_shelf import Key, OnShelf, RawHeaders, Shelf, Variant
from syndicate.web.feed_visits import Visits
from syndicate.web.reader import feed_lists, feed_mine

T = TypeVar("T")

router = APIRouter(include_in_schema=False)

# Repeated in a 304 (RFC 9110 15.4.5), which has no body for the others to describe.
_IN_304 = frozenset({b"last-modified", b"vary", b"link", b"cache-control", b"age"})
# As `syndicate.signing` makes them, with room to spare.
_TOKEN = re.compile(r"[A-Za-z0-9._~-]{1,200}")
# What a partner is answered is for whoever holds the token: another's cache would not be counted.
_FOR_A_PARTNER = (b"cache-control", b"private, max-age=300")
# While the database is away: asked for again soon, and older than it says (RFC 9111 5.1).
_OF_BEFORE = (b"cache-control", b"public, max-age=60, s-maxage=2")


class FeedRoute:
    """Serves feed documents, each process from a shelf of its own."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 200, 304, 301, 302, 404, 410 or 414."""
        given = addresses.fields(scope["query_string"]) if scope["query_string"] else []
        key, token = _key(scope, given), _token(given)
        found = await _state(scope, "feed_shelf", Shelf).get(key) if key else None
        if key is None or found is None:
            raise HTTPException(404, "There is no such feed; /feeds lists them all.")
        own = _address(key, token)
        if addresses.sent(scope) != own:
            await addresses.leading_to(own)(scope, receive, send)
            return
        if found.gone or found.moved_to:
            await _elsewhere(found)(scope, receive, send)
            return
        headers = Headers(scope=scope)
        tag = _known_tag(found, headers)
        variant = _variant(found, headers, token)
        if not key[2]:
            _note(
                scope, found, token, form=key[1], tag=tag or variant.tag, is_known=tag is not None
            )
        if tag is not None:
            await _send_304(variant, tag, send)
            return
        shown = _for_a_browser(key, variant, headers)
        await send({"type": "http.response.start", "status": 200, "headers": shown})
        body = b"" if scope["method"] == "HEAD" else variant.body
        await send({"type": "http.response.body", "body": body})


def _for_a_browser(key: Key, variant: Variant, headers: Headers) -> RawHeaders:
    """The headers of a document; whoever also takes HTML is told that it is XML.

    Browsers show application/rss+xml as source text, and XML with its style sheet as a page.
    """
    if not key[1].is_xml or "text/html" not in headers.get("accept", "").lower():
        return list(variant.headers)
    return _with(variant.headers, b"content-type", b"application/xml; charset=utf-8")


def _variant(found: OnShelf, headers: Headers, token: str) -> Variant:
    """The coding that a client reads best, with the headers of the moment."""
    variant = found.variants[conditional.coding(headers.get("accept-encoding", ""))]
    if found.age_s:
        own = _with(variant.headers, *_OF_BEFORE)
        variant = replace(variant, headers=_with(own, b"age", b"%d" % found.age_s))
    if token:
        variant = replace(variant, headers=_with(variant.headers, *_FOR_A_PARTNER))
    return variant


def _with(headers: RawHeaders, name: bytes, value: bytes) -> RawHeaders:
    return [*(header for header in headers if header[0] != name), (name, value)]


def _note(
    scope: Scope, found: OnShelf, token: str, *, form: FeedFormat, tag: str, is_known: bool
) -> None:
    """Note who holds which version now (syndicate feeds watch)."""
    visits = _state(scope, "feed_visits", Visits)
    agent = Headers(scope=scope).get("user-agent", "")
    status = 304 if is_known else 200
    visits.note(found.feed_id, form, agent, token, status=status, etag=tag.partition("-")[0])


def _state(scope: Scope, name: str, kind: type[T]) -> T:
    """What this process keeps under a name for as long as its application lives."""
    state = scope["app"].state
    if not hasattr(state, name):
        setattr(state, name, kind())
    kept: T = getattr(state, name)
    return kept


def _key(scope: Scope, given: addresses.Fields) -> Key | None:
    """Which document a request asks for; None when its address cannot be one."""
    slug, _, ending = scope["path_params"]["name"].rpartition(".")
    form = FeedFormat.ending(ending)
    if not slug or form is None:
        return None
    return slug, form, addresses.number(given, "page") or 0


def _token(given: addresses.Fields) -> str:
    """A partner's token; empty when there is none, or something that cannot be one."""
    first = next((value for name, value in given if name == "for"), "")
    return first if _TOKEN.fullmatch(first) else ""


def _address(key: Key, token: str) -> str:
    """The one address of a document, for whom it is asked."""
    slug, form, page = key
    address = model.page_url("", slug, form, page)
    return f"{address}{'&' if page else '?'}for={token}" if token else address


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
    text = "This feed has ended; /feeds lists the current ones. Please stop requesting it.\n"
    return PlainTextResponse(text, 410, headers)


@router.get("/feeds/feed.css")
def style() -> Response:
    """How a browser shows a feed; every feed names it, so its address has no hash."""
    content = static.content("feed.css")
    return Response(content, media_type="text/css", headers={"Cache-Control": "max-age=86400"})


router.routes.append(Route("/feeds/{name}", FeedRoute(), methods=["GET", "HEAD"]))
router.include_router(feed_lists.router)
router.include_router(feed_mine.router)
