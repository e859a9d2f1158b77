"""The installation's master key: the one that signs, and those before it, which are still believed.

    SYNDICATE_MASTER_KEY = NEW OLD … addresses:HEX

The first signs and encrypts; each of them verifies and opens, so that links of a year go on after
a rotation. Addresses are hashed with a key of their own, which a rotation never changes: whoever
was erased is known by the hash alone, and cannot be hashed anew. Where there is one key, that is
derived from it; where there are several, it is named.

Source: docs/decisions/0048-the-master-key-is-a-list.md.
"""

import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

MOST_HONOURED = 3650  # days, for which a key before another can be believed: ten years
KEY_BYTES = 32  # HMAC-SHA256's key length
MOST = 8  # each link that none of them signed is tried with all
_ADDRESSES = "addresses:"
_HEX = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)


@dataclass(frozen=True)
class MasterKey:
    """What a master key is made of; its parts are in no log line and no traceback.

    Attributes:
        signs: makes every new link and seal.
        older: what is believed too, newest first.
        addresses: the key of addresses' hashes.
    """

    signs: bytes = field(repr=False)
    older: tuple[bytes, ...] = field(default=(), repr=False)
    addresses: bytes = field(default=b"", repr=False)

    def __post_init__(self) -> None:
        if not self.addresses:
            object.__setattr__(self, "addresses", derive_key(self.signs, "address"))

    def __iter__(self) -> Iterator[bytes]:
        return iter((self.signs, *self.older))

    @property
    def ids(self) -> tuple[str, ...]:
        """What its keys are called, the one that signs first."""
        return tuple(map(id_of, self))

    @property
    def addresses_id(self) -> str:
        """What the key of addresses' hashes is called."""
        return id_of(self.addresses)

    def line(self) -> str:
        """As the setting says it. A secret."""
        if not self.older and self.addresses == derive_key(self.signs, "address"):
            return self.signs.hex()
        return " ".join([*(each.hex() for each in self), f"{_ADDRESSES}{self.addresses.hex()}"])

    def with_new(self, key: bytes) -> "MasterKey":
        """The same with a new key that is believed, and does not sign yet."""
        return MasterKey(self.signs, (key, *self.older), self.addresses)

    def signed_by(self, key_id: str) -> "MasterKey":
        """The same, signed by another of its keys.

        Raises:
            KeyError: it has none of this id.
        """
        by_id = {id_of(each): each for each in self}
        rest = tuple(each for each in self if id_of(each) != key_id)
        return MasterKey(by_id[key_id], rest, self.addresses)

    def without(self, key_id: str) -> "MasterKey":
        """The same without one that only verifies."""
        older = tuple(each for each in self.older if id_of(each) != key_id)
        return MasterKey(self.signs, older, self.addresses)


class NoKeyError(ValueError):
    """A text that is no master key; the message says why and does not repeat it."""


@lru_cache(maxsize=8)
def read(text: str) -> MasterKey:
    """The master key that the setting says.

    Raises:
        NoKeyError: it says none.
    """
    words = text.split()
    named = [each.removeprefix(_ADDRESSES) for each in words if each.startswith(_ADDRESSES)]
    keys = [each for each in words if not each.startswith(_ADDRESSES)]
    if not keys or not all(map(_HEX.fullmatch, [*keys, *named])):
        raise NoKeyError(
            "must be 64 hex digits; make one with `openssl rand -hex 32` and keep it: old links "
            "depend on it."
        )
    if len(keys) > 1 and not named:
        raise NoKeyError(
            "holds several keys and not the one that addresses are hashed with; take the whole "
            "line that `syndicate keys rotate master` gave, with its end that begins `addresses:`."
        )
    if len(named) > 1 or len(set(map(str.lower, keys))) < len(keys) or len(keys) > MOST:
        raise NoKeyError(
            f"holds a key twice, or more than {MOST}; take the whole line that `syndicate keys "
            "rotate master` gave."
        )
    first, *older = map(bytes.fromhex, keys)
    return MasterKey(first, tuple(older), bytes.fromhex(named[0]) if named else b"")


@lru_cache(maxsize=256)
def derive_key(key: bytes, purpose: str) -> bytes:
    """One 32-byte key per purpose, so that a token signed for one is worthless for another."""
    return hmac.digest(key, b"syndicate:" + purpose.encode(), "sha256")


@lru_cache(maxsize=64)
def id_of(key: bytes) -> str:
    """What a key is called, in 16 hex digits, from which nobody learns it."""
    return derive_key(key, "key id")[:8].hex()
