"""DKIM signatures over messages that are already canonical: RSA-2048 or Ed25519.

Bodies come from `render.encode`, whose lines have no trailing or doubled blanks and end in CRLF,
so that relaxed canonicalisation changes nothing and the hash is of the bytes as they are sent, but
for `-- ` in 8bit.
What programs and receivers act on is oversigned, also where a message has none of it: nobody can
add a second Subject, a Sender or a List-Unsubscribe of their own (RFC 6376 8.15, RFC 8058 4).

Source: RFC 6376, RFC 8058, RFC 8463.
"""

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from syndicate.errors import SettingsError

OVERSIGNED = (
    "from",
    "sender",
    "reply-to",
    "to",
    "cc",
    "subject",
    "date",
    "message-id",
    "mime-version",
    "content-type",
    "list-id",
    "list-unsubscribe",
    "list-unsubscribe-post",
)
_SIGNED = (*OVERSIGNED, "content-language", "list-help", "feedback-id", "auto-submitted")
# The one line that `render.encode` leaves a blank at the end of, in 8bit (RFC 6376 3.4.4).
_SIGNATURE_LINE = b"-- \r\n"
_SIGNATURE_LINES = re.compile(rb"(?m)^-- \r$")
_BITS = 2048
_BLANKS = re.compile(rb"[ \t\r\n]+")


@dataclass(frozen=True)
class Signer:
    """A domain's key under one selector."""

    domain: str
    selector: str
    key: RSAPrivateKey | Ed25519PrivateKey

    def sign(self, fields: Sequence[bytes], body: Sequence[bytes], *, at: int) -> bytes:
        """The DKIM-Signature field of a message.

        Args:
            fields: whole header fields, each with its line end.
            body: the body in pieces, already canonical, ending in one CRLF.
            at: seconds since 1970, frozen with the content so that a retry has the same bytes.
        """
        whole = b"".join(body)
        if _SIGNATURE_LINE in whole:
            whole = _SIGNATURE_LINES.sub(b"--\r", whole)
        body_hash = base64.b64encode(hashlib.sha256(whole).digest()).decode()
        present = [_name(field) for field in fields]
        names = [name for name in _SIGNED if name in present]
        names += OVERSIGNED  # once more than there are
        unsigned = (
            f"v=1; a={self._algorithm()}; c=relaxed/relaxed; d={self.domain}; s={self.selector};"
            f" t={at};\r\n h={':'.join(names)};\r\n bh={body_hash};\r\n b="
        )
        by_name = {_name(field): field for field in fields}
        signed = b"".join(_relaxed(by_name[name]) for name in names[: -len(OVERSIGNED)])
        field = b"DKIM-Signature: " + unsigned.encode()
        signature = base64.b64encode(self._raw(signed + _relaxed(field).rstrip(b"\r\n"))).decode()
        folded = "\r\n ".join(signature[i : i + 72] for i in range(0, len(signature), 72))
        return field + folded.encode() + b"\r\n"

    def _algorithm(self) -> str:
        return "rsa-sha256" if isinstance(self.key, RSAPrivateKey) else "ed25519-sha256"

    def _raw(self, content: bytes) -> bytes:
        if isinstance(self.key, RSAPrivateKey):
            return self.key.sign(content, PKCS1v15(), hashes.SHA256())
        # RFC 8463 3: Ed25519 signs the SHA-256 of what RSA would sign.
        return self.key.sign(hashlib.sha256(content).digest())


def load(domain: str, selector: str, key_file: Path) -> Signer:
    """Read a key from a PEM file.

    Raises:
        SettingsError: there is none, or it is neither RSA nor Ed25519.
    """
    try:
        return read(domain, selector, key_file.read_bytes())
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"SYNDICATE_DKIM_KEY_FILE: {key_file} holds no usable key ({error})."
        ) from error
    except TypeError as error:
        raise SettingsError(
            f"SYNDICATE_DKIM_KEY_FILE: {key_file} is neither RSA nor Ed25519."
        ) from error


def read(domain: str, selector: str, pem: bytes) -> Signer:
    """Read a key.

    Raises:
        TypeError: it is neither RSA nor Ed25519.
        ValueError: it is no key.
    """
    key = load_pem_private_key(pem, password=None)
    if not isinstance(key, RSAPrivateKey | Ed25519PrivateKey):
        raise TypeError
    return Signer(domain, selector, key)


def new_key() -> bytes:
    """A private key that every receiver can check, in PEM: RSA of 2,048 bits (RFC 8301 3.2)."""
    key = generate_private_key(public_exponent=65537, key_size=_BITS)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@lru_cache(maxsize=512)
def _name(field: bytes) -> str:
    return field.split(b":", 1)[0].decode("ascii").lower()


@lru_cache(maxsize=512)
def _relaxed(field: bytes) -> bytes:
    """RFC 6376 3.4.2."""
    name, value = field.split(b":", 1)
    return name.lower().rstrip() + b":" + _BLANKS.sub(b" ", value).strip() + b"\r\n"
