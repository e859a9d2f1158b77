"""Whose mail came back: the names that we gave it, believed only when they carry our seal.

An envelope sender `b+MAILING-RECIPIENT-SEAL@…` and a Message-ID `<mMAILING.RECIPIENT.SEAL@…>` are
made by `mail.mime.message`; nobody else can make one, so nobody can have a stranger suppressed.
The address for leaving looks alike, `b+0-SUBSCRIPTION-SEAL@…`, and has a seal of its own: a mail
server that brings us the one brings us the other.
"""

import itertools
import re
from dataclasses import dataclass

from syndicate import signing
from syndicate.master_key import MasterKey

# A quoted or folded report may break a long line in the middle of a name.
_SOFT_BREAK = re.compile(rb"=\r?\n")
_SENDER = re.compile(r"\bb\+(\d{1,18})-(\d{1,18})-([0-9a-f]{12})(?=@)", re.IGNORECASE)
_MESSAGE_ID = re.compile(r"\bm(\d{1,18})\.(\d{1,18})\.([0-9a-f]{16})(?=@)", re.IGNORECASE)
_LEAVING = re.compile(r"\bb\+0-(\d{1,18})-([0-9a-f]{20})(?=@)", re.IGNORECASE)

_LEAVE = "leaving"

# A report repeats its one name a few times; whoever writes more of them is guessing.
NAMES_TRIED = 100


@dataclass(frozen=True)
class Name:
    """One delivery of ours."""

    mailing_id: int
    recipient_id: int


def find(text: bytes | str, key: MasterKey) -> Name | None:
    """The delivery that a text names with our seal; None when it names none, or with a false one.

    Args:
        text: an address, a Message-ID, or a whole mail.
        key: the installation's master key.
    """
    raw = text.encode("utf-8", "replace") if isinstance(text, str) else text
    words = _SOFT_BREAK.sub(b"", raw).decode("ascii", "replace")
    for pattern, purpose, form in (
        (_SENDER, "bounce", "{}-{}"),
        (_MESSAGE_ID, "message-id", "m{}.{}"),
    ):
        for found in itertools.islice(pattern.finditer(words), NAMES_TRIED):
            name = Name(int(found[1]), int(found[2]))
            written = form.format(name.mailing_id, name.recipient_id)
            if _is_sealed(found[3], signing.seals(key, purpose, written)):
                return name
    return None


def leaving_name(key: MasterKey, subscription_id: int) -> str:
    """The local part of the address by which a subscription is ended."""
    return f"b+0-{subscription_id}-{signing.seal(key, _LEAVE, str(subscription_id))[:20]}"


def leaving(text: str, key: MasterKey) -> int | None:
    """The subscription that an address for leaving in a text names; None without our seal.

    Args:
        text: an address, or a header with some.
        key: the installation's master key.
    """
    for found in itertools.islice(_LEAVING.finditer(text), NAMES_TRIED):
        subscription_id = int(found[1])
        if _is_sealed(found[2], signing.seals(key, _LEAVE, str(subscription_id))):
            return subscription_id
    return None


def _is_sealed(given: str, seals: list[str]) -> bool:
    """Whether a seal, cut to the length that it has in a name, is one of ours."""
    return signing.is_one_of(
        given.lower().encode(), (each[: len(given)].encode() for each in seals)
    )
