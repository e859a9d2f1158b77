"""Signed tokens for links in mails and hidden form fields, bound to one purpose each.

A token is `base64url(payload).base64url(mac)`; the MAC is HMAC-SHA256 cut to 128 bits, keyed per
purpose and compared in constant time, so that an unsubscribe link can never confirm a subscription.
Tokens carry ids, never addresses. Whether a token may be used once or for ever is its
user's business (`store.platform.tokens` keeps the used ones).

What must be read again, and by nobody else, is encrypted, with a key of its purpose likewise.

Source: RFC 2104; NIST SP 800-38D.
"""

import base64
import binascii
import hmac
import secrets
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_MAC_BYTES = 16
_NONCE_BYTES = 12  # NIST SP 800-38D 5.2.1.1; random, of far fewer than 2^32 texts a key


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


def encrypt(master_key: bytes, purpose: str, plain: bytes, *, about: bytes) -> bytes:
    """What only this installation can read again, for one purpose (AES-256-GCM, NIST SP 800-38D).

    Args:
        master_key: the installation's secret.
        purpose: what it is kept for, e.g. "journal".
        plain: what is to be kept.
        about: what it belongs to; beside anything else it cannot be read.
    """
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(derive_key(master_key, purpose)).encrypt(nonce, plain, about)


def decrypt(master_key: bytes, purpose: str, sealed: bytes, *, about: bytes) -> bytes:
    """What `encrypt` was given for the same purpose, and about the same.

    Raises:
        BadTokenError: it is altered, or was written with another key, for or about something else.
    """
    try:
        nonce, hidden = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        return AESGCM(derive_key(master_key, purpose)).decrypt(nonce, hidden, about)
    except (ValueError, InvalidTag) as error:
        raise BadTokenError("This was not written by this installation.") from error


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
