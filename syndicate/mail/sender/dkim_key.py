"""Whether the key that stands at our selector is the one that we sign with.

Source: RFC 6376 3.6.1, RFC 8463 4.2.
"""

import base64
import binascii
from dataclasses import dataclass

from syndicate.mail.sender.lines import Answer, Line, shown, tags
from syndicate.vocabulary.sending import RecordState, SenderRecord

_LEAST_BITS = 1024  # RFC 8301 3.2


@dataclass(frozen=True)
class OwnKey:
    """The public half of what we sign with.

    Attributes:
        name: where it is looked for: `syndicate._domainkey.daily.example`.
        domain: that signs.
        kind: as the record calls it, `rsa` or `ed25519`.
        bits: of an RSA key; 0 for another.
        forms: each form in which it may stand there, as bytes; the first is the one to publish.
    """

    name: str
    domain: str
    kind: str
    bits: int
    forms: tuple[bytes, ...]

    @property
    def wanted(self) -> str:
        """The line for DNS."""
        published = base64.b64encode(self.forms[0]).decode()
        return f'{self.name} TXT "v=DKIM1; k={self.kind}; p={published}"'


def line(key: OwnKey, answer: Answer) -> Line:
    """The line of the table.

    Args:
        key: ours.
        answer: TXT records at the key's name.
    """
    own = [each for each in answer.found if "p" in tags(each)]
    if answer.trouble:
        state, do = RecordState.UNKNOWN, "Ask again when DNS answers."
        return Line(SenderRecord.DKIM, state, key.wanted, answer.trouble, do)
    do = _trouble(key, own)
    found = shown(own) if own else "nothing"
    state = RecordState.WRONG if do else RecordState.GOOD
    return Line(SenderRecord.DKIM, state, key.wanted, found, do)


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
