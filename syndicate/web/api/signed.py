"""Requests that a CMS signs instead of carrying a token.

    X-Syndicate-Key: daily                       slug of the publication
    X-Syndicate-Timestamp: 1795510800            seconds since 1970; five minutes off at most
    X-Syndicate-Signature: sha256=…              HMAC-SHA256 of timestamp, a dot and the body

The key is what `syndicate sources secret daily` prints. A signature is good once.
"""

import hashlib
import hmac

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from syndicate import clock
from syndicate.collect import push
from syndicate.store import publications, tokens
from syndicate.store.session import transaction
from syndicate.store.tokens import Actor, Permission

WINDOW_S = 300
_TIMESTAMP_DIGITS = 12
_PURPOSE = "push-signature"
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
    body = await request.body()
    await run_in_threadpool(check, slug, timestamp, signature, body)
    request.state.signed_by = Actor(f"push:{slug}", _PERMISSIONS)
    request.state.signed_publication = slug


def check(slug: str, timestamp: str, signature: str, body: bytes) -> None:
    """Check a signature and use it up.

    Raises:
        HTTPException: 401, with one sentence.
    """
    now = clock.now()
    is_time = timestamp.isdecimal() and len(timestamp) <= _TIMESTAMP_DIGITS
    if not is_time or abs(int(timestamp) - now.timestamp()) > WINDOW_S:
        raise _refused("The timestamp is more than five minutes off; correct the clock.")
    with transaction() as tx:
        publication = publications.by_slug(tx, slug)
        key = push.secret_of(publication) if publication else b"nobody's"
        expected = signature_of(key, timestamp, body)
        if publication is None or not hmac.compare_digest(expected.encode(), signature.encode()):
            raise _refused("The signature does not fit this body; docs/api.md says how to sign.")
        used = hashlib.sha256(signature.encode()).digest()
        if not tokens.use_once(tx, used, purpose=_PURPOSE, now=now):
            raise _refused("This signature was used before; sign each request anew.")


def signature_of(key: bytes, timestamp: str, body: bytes) -> str:
    """The header that signs a body."""
    mac = hmac.new(key, timestamp.encode() + b"." + body, hashlib.sha256)
    return f"sha256={mac.hexdigest()}"


def _refused(sentence: str) -> HTTPException:
    return HTTPException(401, sentence)
