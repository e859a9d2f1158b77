"""The records of the sender check: what DNS answered, and one line of the table."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from syndicate.vocabulary.sending import RecordState, SenderRecord

_STRING = 255  # characters of one string of a TXT record: RFC 1035 3.3.14 and 5.1
_QUOTED = re.compile('"([^"]*)"')
_SHOWN = 600  # characters of what others wrote in DNS; a key of 4,096 bits has more


@dataclass(frozen=True)
class Answer:
    """What DNS answered to one question.

    Attributes:
        found: the records, as text; none where the name or the type is not there.
        trouble: why nothing is known, as a sentence; empty where it was answered.
    """

    found: tuple[str, ...] = ()
    trouble: str = ""


# Asks for a type ("TXT", "MX", "A", "AAAA", "PTR") at a name, for PTR at an address.
Ask = Callable[[str, str], Answer]


@dataclass(frozen=True)
class Line:
    """One line of the table.

    Attributes:
        record: which.
        state: whether it is there.
        wanted: what should stand in DNS, as it is typed there.
        found: what stands there, or why that is unknown.
        do: what to do; empty where there is nothing to do.
        about: which of several of one record: where a key stands, of which domain or pool of
            relays it is; empty where there is one.
    """

    record: SenderRecord
    state: RecordState
    wanted: str
    found: str
    do: str = ""
    about: str = ""


def txt(name: str, text: str) -> str:
    """A TXT record as a zone file has it: its text in strings that are as long as one may be."""
    starts = range(0, len(text), _STRING)
    strings = " ".join(f'"{text[start : start + _STRING]}"' for start in starts)
    return f"{name} TXT {strings}"


def in_one_piece(wanted: str) -> str:
    """The text of such a record, as forms of DNS providers want it; "" of what is none."""
    _, is_txt, text = wanted.partition(" TXT ")
    return "".join(_QUOTED.findall(text)) if is_txt else ""


def is_in_pieces(wanted: str) -> bool:
    """Whether a record has more than one string, which most forms do not take."""
    return len(_QUOTED.findall(wanted)) > 1


def shown(found: tuple[str, ...] | list[str]) -> str:
    """Records as a line shows them, each on a line of its own; of a long one its beginning."""
    text = "\n".join(found)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def addresses(ask: Ask, name: str) -> Answer:
    """Both kinds of addresses of a name; what one kind cannot tell the other may."""
    four, six = ask("A", name), ask("AAAA", name)
    return Answer(four.found + six.found, "" if four.found or six.found else four.trouble)


def tags(record: str) -> dict[str, str]:
    """The tags of a DKIM or DMARC record by name, in lower case; the first of a name counts.

    Source: RFC 6376 3.2, RFC 7489 6.4.
    """
    found: dict[str, str] = {}
    for part in record.split(";"):
        name, equals, value = part.partition("=")
        if equals:
            found.setdefault(name.strip().lower(), value.strip())
    return found
