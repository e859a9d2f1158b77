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
from collections.abc import Iterable

from syndicate.master_key import MasterKey, derive_key

_MAC_BYTES = 16


class BadTokenError(ValueError):
    """A token that this installation did not sign for this purpose."""


def sign(master_key: MasterKey, purpose: str, payload: str) -> str:
    """Sign a payload of ids for one purpose.

    Args:
        master_key: the installation's.
        purpose: what the token is for, e.g. "unsubscribe".
        payload: colon-separated ids, times and choices by their ids, ASCII.

    Returns:
        A URL-safe token without padding.
    """
    body = payload.encode()
    return f"{_encode(body)}.{_encode(_mac(master_key.signs, purpose, body))}"


def verify(master_key: MasterKey, purpose: str, token: str) -> str:
    """The payload of a token that `sign` made for the same purpose, with a key of then or now.

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
    if not is_one_of(mac, (_mac(each, purpose, body) for each in master_key)):
        raise BadTokenError("This link was not created by this service.")
    return body.decode()


def seal(master_key: MasterKey, purpose: str, name: str) -> str:
    """The mark in hex that only we can put on a name; `bounces.keeping.verp` asks for it again."""
    return _seal(master_key.signs, purpose, name)


def seals(master_key: MasterKey, purpose: str, name: str) -> list[str]:
    """Every mark that was ever put on a name for a purpose, as far as we still believe it."""
    return [_seal(each, purpose, name) for each in master_key]


def is_one_of(given: bytes, expected: Iterable[bytes]) -> bool:
    """Whether a mark is one of those that we made, compared in constant time with each."""
    found = [hmac.compare_digest(given, each) for each in expected]
    return any(found)


def address_hash(master_key: MasterKey, address: str) -> bytes:
    """The keyed hash under which an address is remembered when the address itself is not kept.

    Args:
        master_key: the installation's; a rotation does not change what this returns.
        address: as `store.readers.recipients.normalise` returns it.

    Returns:
        32 bytes, HMAC-SHA256.
    """
    return hmac.digest(master_key.addresses, address.encode(), "sha256")


def _mac(key: bytes, purpose: str, body: bytes) -> bytes:
    return hmac.digest(derive_key(key, purpose), body, "sha256")[:_MAC_BYTES]


def _seal(key: bytes, purpose: str, name: str) -> str:
    return hmac.digest(derive_key(key, purpose), name.encode(), "sha256").hex()


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
