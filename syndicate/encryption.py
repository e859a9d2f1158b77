"""What must be read again, and by nobody else: encrypted with a key for its purpose alone.

Source: NIST SP 800-38D (AES-GCM).
"""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from syndicate.master_key import MasterKey, derive_key
from syndicate.signing import BadTokenError

_NONCE_BYTES = 12  # NIST SP 800-38D 5.2.1.1; random, of far fewer than 2^32 texts a key


def encrypt(master_key: MasterKey, purpose: str, plain: bytes, *, about: bytes) -> bytes:
    """What only this installation can read again, for one purpose (AES-256-GCM, NIST SP 800-38D).

    Args:
        master_key: the installation's.
        purpose: what it is kept for, e.g. "journal".
        plain: what is to be kept.
        about: what it belongs to; beside anything else it cannot be read.
    """
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(derive_key(master_key.signs, purpose)).encrypt(nonce, plain, about)


def decrypt(master_key: MasterKey, purpose: str, sealed: bytes, *, about: bytes) -> bytes:
    """What `encrypt` was given for the same purpose, and about the same.

    Raises:
        BadTokenError: it is altered, or was written with another key, for or about something else.
    """
    for key in master_key:
        plain = _opened(key, purpose, sealed, about)
        if plain is not None:
            return plain
    raise BadTokenError("This was not written by this installation.")


def renewed(master_key: MasterKey, purpose: str, sealed: bytes, *, about: bytes) -> bytes | None:
    """The same encrypted with the key that signs now; None where it is.

    Raises:
        BadTokenError: as `decrypt`.
    """
    if _opened(master_key.signs, purpose, sealed, about) is not None:
        return None
    plain = decrypt(master_key, purpose, sealed, about=about)
    return encrypt(master_key, purpose, plain, about=about)


def _opened(key: bytes, purpose: str, sealed: bytes, about: bytes) -> bytes | None:
    try:
        nonce, hidden = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        return AESGCM(derive_key(key, purpose)).decrypt(nonce, hidden, about)
    except (ValueError, InvalidTag):
        return None
