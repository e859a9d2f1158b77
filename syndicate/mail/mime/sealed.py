"""Private keys as rows hold them: encrypted, so that a copy of the database signs nothing.

The name is part of the proof: the key of one domain or selector cannot stand in for another's.

Source: NIST SP 800-38D (AES-GCM).
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from syndicate import signing
from syndicate.errors import SettingsError

_PURPOSE = "dkim key"
_NONCE_BYTES = 12


def seal(master_key: bytes, name: str, pem: bytes) -> bytes:
    """A private key for a row.

    Args:
        master_key: the installation's secret.
        name: of the key in DNS.
        pem: the key.
    """
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + _cipher(master_key).encrypt(nonce, pem, name.encode())


def unseal(master_key: bytes, name: str, sealed: bytes) -> bytes:
    """The private key that `seal` hid.

    Raises:
        SettingsError: it was sealed with another master key, or under another name.
    """
    nonce, hidden = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    try:
        return _cipher(master_key).decrypt(nonce, hidden, name.encode())
    except (InvalidTag, ValueError) as error:
        raise SettingsError(
            f"The key {name} was made with another master key than this one, and cannot be used."
        ) from error


def _cipher(master_key: bytes) -> AESGCM:
    return AESGCM(signing.derive_key(master_key, _PURPOSE))
