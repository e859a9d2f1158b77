"""Requests that a CMS signs instead of carrying a token.

    X-Syndicate-Key: daily                       slug of the publication
    X-Syndicate-Timestamp: 1795510800            seconds since 1970; five minutes off at most
    X-Syndicate-Signature: sha256=…              HMAC-SHA256 of what follows

    POST ⏎ /api/v1/articles ⏎ 1795510800 ⏎ body  each line ends in one line feed

So what was signed is one request: elsewhere, by another method or later it is worth nothing, and a
signature is good once. The key is what `syndicate sources secret daily` prints.
"""

import hashlib
import hmac

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from syndicate import clock
from syndicate.articles import push_keys
from syndicate.store.ground.session import transaction
from syndicate.store.intake import push_keys as rows
from syndicate.store.intake.push_keys import PushKey
from syndicate.store.newsroom import publications
from syndicate.store.platform import tokens
from syndicate.store.platform.tokens import Actor, Grant, Permission
from syndicate.web import wrong_secrets

WINDOW_S = 300
_TIMESTAMP_DIGITS = 12
_PURPOSE = "push-signature"
# As much is computed for a slug that nobody has.
_NOBODYS: tuple[bytes, PushKey | None] = (b"nobody's", None)
_PERMISSIONS = frozenset({Permission.ARTICLES})


async def signed(request: Request) -> None:
    """Note who signed a request; one without a signature is passed on to `Needs`.

    Raises:
        HTTPException: 401 when the signature is wrong, late, or was used before.
    """
    signature = request.headers.get("x-syndicate-signature")
    if signature is None:
        return
    slug = request.headers.get("x-syndicate-key", "")
    timestamp = request.headers.get("x-syndicate-timestamp", "")
    what = signing_input(request.method, target_of(request), timestamp, await request.body())
    try:
        publication_id = await run_in_threadpool(check, slug, timestamp, signature, what)
    except HTTPException:
        wrong_secrets.note(request)
        raise
    grants = frozenset(Grant(each, publication_id) for each in _PERMISSIONS)
    request.state.signed_by = Actor(f"push:{slug}", _PERMISSIONS, grants=grants)
    request.state.signed_publication = slug


def check(slug: str, timestamp: str, signature: str, what: bytes) -> int:
    """Check a signature and use it up.

    Returns:
        The id of the publication whose key it is.

    Raises:
        HTTPException: 401, with one sentence.
    """
    now = clock.now()
    is_time = timestamp.isdecimal() and len(timestamp) <= _TIMESTAMP_DIGITS
    if not is_time or abs(int(timestamp) - now.timestamp()) > WINDOW_S:
        raise _refused("The timestamp is more than five minutes off; correct the clock.")
    with transaction() as tx:
        publication = publications.by_slug(tx, slug)
        known = push_keys.believed(tx, publication, slug, now) if publication else []
        fitting = [row for key, row in known or [_NOBODYS] if _is_signed(key, what, signature)]
        if publication is None or not fitting:
            raise _refused("The signature does not fit this request; docs/api.md says how to sign.")
        if fitting[0] is not None:
            rows.note_use(tx, fitting[0], now)
        used = hashlib.sha256(signature.encode()).digest()
        if not tokens.use_once(tx, used, purpose=_PURPOSE, now=now):
            raise _refused("This signature was used before; sign each request anew.")
        return publication.id


def target_of(request: Request) -> str:
    """Path and query of a request, byte for byte as they were sent."""
    raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    query: bytes = request.scope.get("query_string", b"")
    return (raw.partition(b"?")[0] + (b"?" + query if query else b"")).decode("latin-1")


def signing_input(method: str, target: str, timestamp: str, body: bytes) -> bytes:
    """What is signed: method, path with query, timestamp and body, a line each."""
    return f"{method}\n{target}\n{timestamp}\n".encode("latin-1", "replace") + body


def signature_of(key: bytes, what: bytes) -> str:
    """The header that signs a `signing_input`."""
    return f"sha256={hmac.new(key, what, hashlib.sha256).hexdigest()}"


def _is_signed(key: bytes, what: bytes, signature: str) -> bool:
    return hmac.compare_digest(signature_of(key, what).encode(), signature.encode())


def _refused(sentence: str) -> HTTPException:
    return HTTPException(401, sentence)
