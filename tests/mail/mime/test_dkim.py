"""A signature verifies whatever blanks end a body's lines, and wherever its pieces meet."""

import base64

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from syndicate.mail.mime.dkim import Signer

KEY = Ed25519PrivateKey.generate()
FIELDS = (b"From: news@daily.example\r\n", b"Subject: Morning\r\n")


def record(_name: bytes, **_more: object) -> bytes:
    raw = KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return b"v=DKIM1; k=ed25519; p=" + base64.b64encode(raw)


@pytest.mark.parametrize(
    "body",
    [
        (b"A text.\r\n-- \r\nDaily\r\n",),
        (b"A text.\r\n-- \r\n-- \r\n-- \r\nDaily\r\n",),
        (b"A text.\r\n", b"-- \r\nDaily\r\n"),
        (b"-- \r\nDaily\r\n",),
        (b"A text.\r\n-", b"- ", b"\r", b"\nDaily\r\n"),
        (b"no signature -- \r\n"[:-4] + b"\r\n", b"a\r\n"),
    ],
)
def test_lines_that_end_in_a_blank_are_hashed_without_it(body: tuple[bytes, ...]) -> None:
    signed = Signer("daily.example", "s1", KEY).sign(FIELDS, body, at=1_700_000_000)

    assert dkim.verify(b"".join((*FIELDS, signed, b"\r\n", *body)), dnsfunc=record)
