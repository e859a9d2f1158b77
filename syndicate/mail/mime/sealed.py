"""Private keys as rows hold them: encrypted, so that a copy of the database signs nothing.

The name is part of the proof: the key of one domain or selector cannot stand in for another's.

Source: NIST SP 800-38D (AES-GCM).
"""

from syndicate import encryption
from syndicate.errors import SettingsError
from syndicate.master_key import MasterKey
from syndicate.signing import BadTokenError

_PURPOSE = "dkim key"


def seal(master_key: MasterKey, name: str, pem: bytes) -> bytes:
    """A private key for a row.

    Args:
        master_key: the installation's secret.
        name: of the key in DNS.
        pem: the key.
    """
    return encryption.encrypt(master_key, _PURPOSE, pem, about=name.encode())


def renewed(master_key: MasterKey, name: str, sealed: bytes) -> bytes | None:
    """The same under the master key that signs now; None where it is.

    Raises:
        BadTokenError: it was sealed with another master key, or under another name.
    """
    return encryption.renewed(master_key, _PURPOSE, sealed, about=name.encode())


def unseal(master_key: MasterKey, name: str, sealed: bytes) -> bytes:
    """The private key that `seal` hid.

    Raises:
        SettingsError: it was sealed with another master key, or under another name.
    """
    try:
        return encryption.decrypt(master_key, _PURPOSE, sealed, about=name.encode())
    except BadTokenError as error:
        raise SettingsError(
            f"The key {name} was made with another master key than this one, and cannot be used."
        ) from error
