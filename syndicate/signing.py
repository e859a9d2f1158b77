"""Signed tokens for links in mails and hidden form fields, bound to one purpose each.

A token is `base64url(payload).base64url(mac)`; the MAC is HMAC-SHA256 cut to 128 bits, keyed per
purpose and compared in constant time, so that an unsubscribe link can never confirm a subscription.
Tokens carry ids, never addresses. Whether a token may be used once or for ever is its
user's business (`store.platform.tokens` keeps the used ones).

Source: RFC 2104.
"""

import base64
import binascii
import hmac
from functools import lru_cache

_MAC_BYTES = 16


class BadTokenError(ValueError):
    """A token that this installation did not sign for this purpose."""


@lru_cache(maxsize=64)
def derive_key(master_key: bytes, purpose: str) -> bytes:
    """One 32-byte key per purpose, so that a token signed for one is worthless for another."""
    return hmac.digest(master_key, b"syndicate:" + purpose.encode(), "sha256")


def sign(master_key: bytes, purpose: str, payload: str) -> str:
    """Sign a payload of ids for one purpose.

    Args:
        master_key: the installation's secret, at least 32 bytes.
        purpose: what the token is for, e.g. "unsubscribe".
        payload: colon-separated ids, times and choices by their ids, ASCII.

    Returns:
        A URL-safe token without padding.
    """
    body = payload.encode()
    return f"{_encode(body)}.{_encode(_mac(master_key, purpose, body))}"


def verify(master_key: bytes, purpose: str, token: str) -> str:
    """The payload of a token that `sign` made for the same purpose.

    Raises:
        BadTokenError: the token is malformed, altered, or was signed for another purpose.
    """
    try:
        body_text, mac_text = token.split(".")
        body, mac = _decode(body_text), _decode(mac_text)
    except (ValueError, binascii.Error) as error:
        raise BadTokenError("This link is incomplete.") from error
    # The last letter of base64 has bits that stand for nothing: another letter there would be the
    # same token under another spelling, and `store.platform.tokens` would let a one-use token in
    # again.
    if (_encode(body), _encode(mac)) != (body_text, mac_text):
        raise BadTokenError("This link is incomplete.")
    if not hmac.compare_digest(mac, _mac(master_key, purpose, body)):
        raise BadTokenError("This link was not created by this service.")
    return body.decode()


def seal(master_key: bytes, purpose: str, name: str) -> str:
    """The mark in hex that only we can put on a name; `bounces.keeping.verp` asks for it again."""
    return hmac.digest(derive_key(master_key, purpose), name.encode(), "sha256").hex()


def address_hash(master_key: bytes, address: str) -> bytes:
    """The keyed hash under which an address is remembered when the address itself is not kept.

    Args:
        master_key: the installation's secret.
        address: as `store.readers.recipients.normalise` returns it.

    Returns:
        32 bytes, HMAC-SHA256.
    """
    return hmac.digest(derive_key(master_key, "address"), address.encode(), "sha256")


def _mac(master_key: bytes, purpose: str, body: bytes) -> bytes:
    return hmac.digest(derive_key(master_key, purpose), body, "sha256")[:_MAC_BYTES]


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
