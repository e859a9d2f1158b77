"""Whether the key that stands at our selector is the one that we sign with.

Source: RFC 6376 3.6.1, RFC 8463 4.2.
"""

import base64
import binascii
from dataclasses import dataclass, replace

from syndicate.mail.sender.lines import Answer, Line, shown, tags, txt
from syndicate.vocabulary.sending import KeyState, RecordState, SenderRecord

_LEAST_BITS = 1024  # RFC 8301 3.2
_NOTHING = "nothing"
_PUBLISH = "Publish it: it signs mail as soon as it is seen here, and none before."
_THERE = "Nothing: it is there, and the next mails are signed with it."
_LEAVE = "Leave it while it is listed here, and a week longer: mail that waits is signed with it."


@dataclass(frozen=True)
class OwnKey:
    """The public half of what we sign with.

    Attributes:
        name: where it is looked for: `syndicate._domainkey.daily.example`.
        domain: that signs.
        kind: as the record calls it, `rsa` or `ed25519`.
        bits: of an RSA key; 0 for another.
        forms: each form in which it may stand there, as bytes; the first is the one to publish.
        state: how far it is.
        trouble: why it cannot be used, as a sentence; then its forms are unknown.
    """

    name: str
    domain: str
    kind: str
    bits: int
    forms: tuple[bytes, ...]
    state: KeyState = KeyState.IN_USE
    trouble: str = ""

    @property
    def wanted(self) -> str:
        """The line for DNS."""
        if not self.forms:
            return f"{self.name} TXT"
        published = base64.b64encode(self.forms[0]).decode()
        return txt(self.name, f"v=DKIM1; k={self.kind}; p={published}")


def line(key: OwnKey, answer: Answer) -> Line:
    """The line of the table.

    Args:
        key: ours.
        answer: TXT records at the key's name.
    """
    if key.trouble:
        do = "Make a new one: `syndicate senders rotate -p PUBLICATION`."
        return Line(SenderRecord.DKIM, RecordState.WRONG, key.wanted, key.trouble, do, key.name)
    said = _of_record(key, answer)
    if key.state is KeyState.WAITING:
        return _waiting(said)
    if key.state is KeyState.LEAVING and said.state is RecordState.GOOD:
        return replace(said, do=_LEAVE)
    return said


def unasked(key: OwnKey, why: str) -> Line:
    """The line of a key that nothing was asked about: what is to stand in DNS is known."""
    return Line(SenderRecord.DKIM, RecordState.UNKNOWN, key.wanted, why, about=key.name)


def _waiting(said: Line) -> Line:
    """A key that nobody signs with yet: that it is not there harms nothing."""
    if said.state is RecordState.GOOD:
        return replace(said, do=_THERE)
    if said.found != _NOTHING:
        return said
    return replace(said, state=RecordState.UNKNOWN, do=_PUBLISH)


def _of_record(key: OwnKey, answer: Answer) -> Line:
    own = [each for each in answer.found if "p" in tags(each)]
    if answer.trouble:
        state, do = RecordState.UNKNOWN, "Ask again when DNS answers."
        return Line(SenderRecord.DKIM, state, key.wanted, answer.trouble, do, key.name)
    do = _trouble(key, own)
    found = shown(own) if own else _NOTHING
    state = RecordState.WRONG if do else RecordState.GOOD
    return Line(SenderRecord.DKIM, state, key.wanted, found, do, key.name)


def _trouble(key: OwnKey, own: list[str]) -> str:
    """What to do about it; empty where receivers can verify what we sign."""
    if not own:
        return f"Publish the key at {key.name}."
    if len(own) > 1:
        return f"Leave one of the {len(own)} keys at {key.name}: receivers choose one at random."
    said = tags(own[0])
    if not said["p"]:
        return "The key that stands there is withdrawn (its p is empty): publish ours."
    if _bytes(said["p"]) not in key.forms or said.get("k", "rsa").lower() != key.kind:
        return (
            "Another key stands there: publish ours, or sign under another selector "
            "(SYNDICATE_DKIM_SELECTOR)."
        )
    return _limits(key, said)


def _limits(key: OwnKey, said: dict[str, str]) -> str:
    """What keeps a key from counting that is the right one."""
    if "y" in said.get("t", "").lower().split(":"):
        return "Take t=y out of the record: it says that you are only trying."
    if "sha256" not in said.get("h", "sha256").lower().replace(" ", "").split(":"):
        return "Take h= out of the record: it forbids SHA-256, with which we sign."
    if not {"*", "email"} & set(said.get("s", "*").lower().replace(" ", "").split(":")):
        return "Take s= out of the record: it forbids the key for email."
    if key.kind == "rsa" and key.bits < _LEAST_BITS:
        return f"Make a key of 2,048 bits: receivers do not take one of {key.bits}."
    return ""


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return b""
