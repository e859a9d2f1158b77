"""What must be read again, and by nobody else: encrypted with a key for its purpose alone.

Source: NIST SP 800-38D (AES-GCM).
"""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from syndicate.signing import BadTokenError, derive_key

_NONCE_BYTES = 12  # NIST SP 800-38D 5.2.1.1; random, of far fewer than 2^32 texts a key


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
