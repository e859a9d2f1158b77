"""How addresses stand in somebody else's file: with a name, in brackets, with signs nobody sees."""

import re
import unicodedata
from collections.abc import Iterator, Sequence

from syndicate.characters import normal
from syndicate.errors import BadAddressError
from syndicate.store.readers import recipients

# An address that needs no second look, 40 times faster than the library that judges all others.
# What a test shows: whatever it matches, `recipients.normalise` accepts and spells the same.
_PLAIN = re.compile(
    r"[a-z0-9](?:[a-z0-9_+-]|\.(?!\.)){0,62}(?<!\.)@"
    r"((?:[a-z0-9](?:[a-z0-9]|-(?!-)){0,61}(?<!-)\.){1,4})([a-z]{2,12})",
    re.IGNORECASE,
)
_SPECIAL = frozenset({"arpa", "invalid", "local", "localhost", "onion", "test"})
_QUICK, _LONGEST = 200, 1_000
_NAMED = re.compile(
    r"[^<>]*<([^<>]*)>|mailto:([^?]*)(?:\?.*)?|=\"([^\"]*)\"", re.IGNORECASE | re.DOTALL
)
_ANY_ADDRESS = re.compile(r"[^\s<>\"',;:|]{1,64}@[^\s<>\"',;:|]{1,255}")


def normalised(text: str) -> str:
    """The same as `recipients.normalise`, quickly for addresses that hold nothing unusual.

    "Reader <reader001@example.com>", "mailto:reader001@example.com?subject=Hi" and the text of a
    spreadsheet, `="reader001@example.com"`, are their addresses.

    Raises:
        BadAddressError: it cannot be mailed.
    """
    if len(text) > _LONGEST:
        raise BadAddressError("Mail cannot be sent to this address: it is far too long.")
    address = text.strip()
    named = _NAMED.fullmatch(address)
    if named:
        address = next(found for found in named.groups() if found is not None).strip()
    quick = _PLAIN.fullmatch(address)
    if quick and len(address) < _QUICK and quick[2].lower() not in _SPECIAL:
        local, _, domain = address.rpartition("@")
        return f"{local}@{domain.lower()}"
    return recipients.normalise(address)


def keys_of(cell: str) -> Sequence[str]:
    """What an address is known by, the surest first, and all else that may be meant by it."""
    try:
        known = normalised(cell).lower()
    except BadAddressError:
        return tuple(addresses_in(cell))
    return (known,) if cell.isascii() else (known, *addresses_in(cell))


def addresses_in(text: str) -> Iterator[str]:
    """The addresses that a person sees in a text, as what they are known by."""
    seen = normal("NFKC", text[:_LONGEST])
    shown = "".join(sign for sign in seen if unicodedata.category(sign) not in ("Cf", "Cc"))
    for address in _ANY_ADDRESS.findall(shown.replace('"', "")):
        try:
            yield normalised(address.strip(".()[]")).lower()
        except BadAddressError:
            continue
