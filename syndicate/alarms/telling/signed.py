"""Signs what our own webhooks get, so that whoever receives one knows that we sent it, and when.

    webhook-id: ring-7-ringing-1
    webhook-timestamp: 1795251600
    webhook-signature: v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4= v1,…

Signed is `id.timestamp.body`, by HMAC-SHA256. A receiver refuses a timestamp that is more than
five minutes off, and takes an id once. Two keys sign side by side while one follows the other.

Source: Standard Webhooks (signature scheme).
"""

import base64
import binascii
import datetime as dt
import hmac
from collections.abc import Mapping, Sequence

from syndicate.errors import SettingsError
from syndicate.settings import Settings

_MARK = "whsec_"
_BYTES = range(24, 65)
_MOST_KEYS = 2


def keys(configured: Settings) -> Sequence[bytes]:
    """The keys that sign, the newest first.

    Raises:
        SettingsError: there is none, one is malformed, or there are more than two.
    """
    said = configured.bell_webhook_key
    words = said.get_secret_value().split() if said is not None else []
    if not words:
        raise SettingsError(
            "SYNDICATE_BELL_WEBHOOK_KEY is not set, and nothing is sent unsigned; set it to whsec_ "
            "and 32 random bytes in base64 (`openssl rand -base64 32`)."
        )
    if len(words) > _MOST_KEYS:
        raise SettingsError(
            "SYNDICATE_BELL_WEBHOOK_KEY holds more than two keys; leave the new one and the one "
            "before it."
        )
    return [_key(each) for each in words]


def _key(word: str) -> bytes:
    try:
        raw = base64.b64decode(word.removeprefix(_MARK), validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if not word.startswith(_MARK) or len(raw) not in _BYTES:
        raise SettingsError(
            "SYNDICATE_BELL_WEBHOOK_KEY is not usable: a key is whsec_ and 24 to 64 random bytes "
            "in base64 (`openssl rand -base64 32`)."
        )
    return raw


def headers(name: str, body: bytes, at: dt.datetime, own: Sequence[bytes]) -> Mapping[str, str]:
    """The three headers of a body.

    Args:
        name: what it is called, the same at each try.
        body: byte for byte.
        at: when this try is made, aware UTC.
        own: the keys.
    """
    stamp = str(int(at.timestamp()))
    signed = b".".join((name.encode(), stamp.encode(), body))
    marks = (base64.b64encode(hmac.digest(key, signed, "sha256")).decode() for key in own)
    return {
        "webhook-id": name,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(f"v1,{mark}" for mark in marks),
    }
