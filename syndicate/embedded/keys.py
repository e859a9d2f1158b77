"""The secrets that an all-in-one installation makes for itself, once, readable by its owner alone.

Every link in every mail is signed with the master key: a new one alone would break them all. So a
secret that exists is never written again, but for a rotation, which keeps the one before it
(`master_key.MasterKey`).
"""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from syndicate import files
from syndicate.errors import SettingsError
from syndicate.master_key import KEY_BYTES

FOLDER = "secrets"
MASTER_KEY = "master_key"
DKIM_KEY = "dkim.pem"
# Receivers accept 1024 to 2048 bits. Source: RFC 8301, section 3.2.
_RSA_BITS = 2048


def master_key(data_dir: Path) -> str:
    """The installation's master key, made at the first call.

    Returns:
        64 hex digits, or the line of a rotation.

    Raises:
        SettingsError: others may read the file.
    """
    path = _folder(data_dir) / MASTER_KEY
    if not path.exists():
        _write_once(path, secrets.token_hex(KEY_BYTES).encode() + b"\n")
    refuse_open(path)
    return path.read_text().strip()


def replace_master_key(data_dir: Path, line: str) -> None:
    """Write the installation's master key anew, whole or not at all.

    Args:
        data_dir: of the installation.
        line: as the setting says it (`MasterKey.line`).
    """
    _write_once(_folder(data_dir) / MASTER_KEY, f"{line}\n".encode())


@contextmanager
def locked(data_dir: Path) -> Iterator[None]:
    """Let nobody else replace the master key meanwhile."""
    descriptor = os.open(_folder(data_dir), os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def dkim_key_file(data_dir: Path) -> Path:
    """The file of the installation's DKIM key (RSA-2048, PEM), made at the first call.

    Raises:
        SettingsError: others may read the file.
    """
    path = _folder(data_dir) / DKIM_KEY
    if not path.exists():
        key = rsa.generate_private_key(public_exponent=65537, key_size=_RSA_BITS)
        _write_once(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    refuse_open(path)
    return path


def refuse_open(path: Path) -> None:
    """Refuse a secret that others may read or change.

    Raises:
        SettingsError: group or others have any right on it, or it is another account's.
    """
    if (fault := files.fault_of_secret(path)) is not None:
        raise SettingsError(fault)


def _folder(data_dir: Path) -> Path:
    folder = data_dir / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _write_once(path: Path, content: bytes) -> None:
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # a power cut must not bring the old name back
    finally:
        os.close(folder)
