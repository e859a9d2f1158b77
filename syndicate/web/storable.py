"""Texts and addresses as rows can hold them, for whatever the web takes.

    Text, WebAddress    fields of a body: refused with a sentence that names the field
    StorableText        the rest: no path, query or form holds a NUL, whatever its route

PostgreSQL has no place for a NUL, and whoever writes `%00` means no harm to us but to a C program.
"""

import re
from typing import Annotated
from urllib.parse import parse_qsl

from pydantic import AfterValidator, HttpUrl
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from syndicate import bounds
from syndicate.web import errors

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
# Other encodings have names for a NUL of their own, and no browser sends a form in one of them.
_OTHER_CHARSET = re.compile(r"charset\s*=\s*(?![\"']?(?:utf-?8|us-ascii)\b)", re.IGNORECASE)
_WITH_PICTURES = "/console/newsroom/"
_NUL = (b"%00", b"\0")
_SENTENCE = "This contains a character that no text can hold (NUL). Remove it and send it again."


def _storable(value: str) -> str:
    return bounds.text(value)


def _indexed(value: HttpUrl) -> HttpUrl:
    bounds.indexed(str(value), "The address")
    return value


Storable = AfterValidator(_storable)
Text = Annotated[str, Storable]
WebAddress = Annotated[HttpUrl, AfterValidator(_indexed)]


class StorableText:
    """Refuse a NUL in a path, a query or a form, before any route sees it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 404, 400 or 415, or pass the request on with its form watched."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        refused = _refused(scope)
        if refused is not None:
            await errors.answer(Request(scope), *refused)(scope, receive, send)
            return
        is_form = _kind(scope).startswith(_FORMS) and not _has_files(scope)
        await self.app(scope, _watched(receive) if is_form else receive, send)


def _refused(scope: Scope) -> tuple[int, str] | None:
    """Status and sentence for an address or a form that no route may see; None lets it pass."""
    if "\0" in scope["path"]:
        return 404, errors.SENTENCES[404]
    if any(each in scope["query_string"] for each in _NUL):
        return 400, _about_query(scope)
    kind = _kind(scope)
    if kind.startswith(_FORMS) and _OTHER_CHARSET.search(kind):
        return 415, "This form uses an encoding we cannot read. Please send it in UTF-8."
    return None


def _has_files(scope: Scope) -> bool:
    """Whether a form may carry pictures, whose bytes are any; each of its texts is read alone."""
    is_multipart = _kind(scope).startswith("multipart/")
    return is_multipart and scope["path"].startswith(_WITH_PICTURES)


def _kind(scope: Scope) -> str:
    """The media type of a request's body with its parameters, in small letters; "" for none."""
    return Headers(scope=scope).get("content-type", "").lower()


def _about_query(scope: Scope) -> str:
    """The sentence; to a program with the name of the field, which no page has words for."""
    if not scope["path"].startswith("/api/"):
        return _SENTENCE
    said = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    name = next((name for name, value in said if "\0" in value), "query")
    return f"The field {name} contains a character that no text can hold (NUL); remove it."


def _watched(receive: Receive) -> Receive:
    tail = b""

    async def watched() -> Message:
        nonlocal tail
        message = await receive()
        seen = tail + message.get("body", b"")
        if any(each in seen for each in _NUL):
            raise HTTPException(400, _SENTENCE)
        tail = seen[-2:]  # "%00" may come in two pieces
        return message

    return watched
