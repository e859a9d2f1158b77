"""What is wrong with a mail as it leaves: its headers, its parts, its text and its HTML; pure.

    for fault in faults(raw): …          nothing where the mail is right

`syndicate mailings lint` says it of any mail; the tests say it of every kind that we send.

Source: RFC 5322, RFC 2045, RFC 2046, RFC 2047, RFC 2369, RFC 2919, RFC 3282, RFC 3676, RFC 3834,
RFC 6376, RFC 8058.
"""

import base64
import binascii
import email.message
import email.policy
import email.utils
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from syndicate.characters import defused
from syndicate.render import mail_page
from syndicate.render.encode import MAX_LINE, SIGNATURE

_ONCE = ("from", "to", "subject", "date", "message-id", "mime-version", "content-type")
_AT_MOST_ONCE = ("reply-to", "sender", "cc", "content-language", "list-id", "list-unsubscribe")
_OF_A_LIST = ("list-unsubscribe", "list-unsubscribe-post", "list-help")
_MESSAGE_ID = re.compile(r"<[^<>@\s]+@[^<>@\s]+>")
_LIST_ID = re.compile(r".*<[a-z0-9-]+(?:\.[a-z0-9-]+)+>", re.DOTALL | re.IGNORECASE)
_WORD = re.compile(r"=\?[^?\s]+\?[bBqQ]\?[^?\s]*\?=")
_ENCODED_LINE, _MAX_WORD = 76, 75
_RUN = re.compile(r"   +|\t")


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong.

    Attributes:
        part: "message", "headers", "text" or "html".
        what: in a few words.
    """

    part: str
    what: str


def faults(raw: bytes) -> tuple[Fault, ...]:
    """What is wrong with a mail, each thing once, in the mail's order.

    Args:
        raw: as it is handed to a relay, before dots are stuffed.
    """
    message = email.message_from_bytes(
        raw, _class=email.message.EmailMessage, policy=email.policy.default
    )
    head = raw.partition(b"\r\n\r\n")[0]
    found = [Fault("message", each) for each in _lines(raw)]
    found += [Fault("headers", each) for each in _headers(head)]
    found += _parts(raw, message)
    return tuple(dict.fromkeys(found))


def _lines(raw: bytes) -> Iterator[str]:
    if b"\r" in raw.replace(b"\r\n", b"") or b"\n" in raw.replace(b"\r\n", b""):
        yield "a line does not end in CR and LF (RFC 5322 2.3)"
    longest = max(len(line) for line in raw.split(b"\r\n"))
    if longest > MAX_LINE:
        yield f"a line has {longest} octets, more than {MAX_LINE} (RFC 5322 2.1.1)"
    if b"\0" in raw:
        yield "it holds a NUL (RFC 5322 4)"


def _headers(head: bytes) -> Iterator[str]:
    unfolded = re.sub(rb"\r\n(?=[ \t])", b"", head).split(b"\r\n")
    fields: dict[str, list[str]] = {}
    for line in unfolded:
        name, colon, value = line.decode("utf-8", "replace").partition(":")
        if not colon or not name.isascii() or " " in name:
            yield "a header has no name (RFC 5322 2.2)"
        fields.setdefault(name.lower(), []).append(value.strip())
    for name in _ONCE:
        if len(fields.get(name, ())) != 1:
            yield f"{name} does not stand there exactly once (RFC 5322 3.6, RFC 2045 4)"
    for name in _AT_MOST_ONCE:
        if len(fields.get(name, ())) > 1:
            yield f"{name} stands there more than once (RFC 5322 3.6)"
    one = {name: values[0] for name, values in fields.items()}
    yield from _values(one)
    yield from _list_headers(one)
    yield from _signature(one)


def _values(one: dict[str, str]) -> Iterator[str]:
    beyond = [name for name, value in one.items() if not value.isascii() and name != "to"]
    if beyond:
        yield f"{beyond[0]} holds letters beyond ASCII (RFC 5322 2.2)"
    if _MESSAGE_ID.fullmatch(one.get("message-id", "")) is None:
        yield "its Message-ID is none (RFC 5322 3.6.4)"
    try:
        email.utils.parsedate_to_datetime(one.get("date", ""))
    except ValueError:
        yield "its Date is none (RFC 5322 3.3)"
    if any(len(word) > _MAX_WORD for value in one.values() for word in _WORD.findall(value)):
        yield f"an encoded word is longer than {_MAX_WORD} (RFC 2047 2)"
    if not one.get("auto-submitted", "").startswith("auto-"):
        yield "it does not say that a program sends it (RFC 3834 5)"
    if mail_page.LANGUAGE.fullmatch(one.get("content-language", "")) is None:
        yield "it does not say its language by a Content-Language (RFC 3282 2)"


def _list_headers(one: dict[str, str]) -> Iterator[str]:
    if "list-id" not in one:
        if any(name in one for name in _OF_A_LIST):
            yield "it has headers of a list, and no List-Id (RFC 2919)"
        return
    if _LIST_ID.fullmatch(one["list-id"]) is None:
        yield "its List-Id is none (RFC 2919 2)"
    ways = [each.strip() for each in one.get("list-unsubscribe", "").split(",")]
    if not ways[0].startswith("<https://") and not ways[0].startswith("<http://127.0.0.1"):
        yield "its first way to leave is no https address (RFC 8058 3.1)"
    if any(re.fullmatch(r"<(?:https?://|mailto:)[!-;=?-~]+>", way) is None for way in ways):
        yield "a way to leave is no address in angle brackets (RFC 2369 2)"
    if one.get("list-unsubscribe-post") != "List-Unsubscribe=One-Click":
        yield "it cannot be left by one click (RFC 8058 3.1)"


def _signature(one: dict[str, str]) -> Iterator[str]:
    signed = one.get("dkim-signature")
    if signed is None:
        return
    found = re.search(r"\bh=([^;]+)", signed)
    names = [] if found is None else [name.strip().lower() for name in found[1].split(":")]
    for name in ("from", "to", "subject", "date", "message-id", "content-type"):
        if names.count(name) < 2:  # noqa: PLR2004 - the header, and that there is no other
            yield f"its signature lets anybody add another {name} (RFC 6376 8.15)"
    for name in ("list-unsubscribe", "list-unsubscribe-post"):
        if name in one and name not in names:
            yield f"its signature does not cover {name} (RFC 8058 4)"


def _parts(raw: bytes, message: email.message.EmailMessage) -> list[Fault]:
    kinds = [part.get_content_type() for part in message.walk()]
    if kinds != ["multipart/alternative", "text/plain", "text/html"]:
        return [Fault("message", "it is not its text, and then its HTML (RFC 2046 5.1.4)")]
    found = [Fault("message", type(each).__name__) for each in message.defects]
    boundary = f"--{message.get_boundary()}".encode()
    bodies = raw.partition(b"\r\n\r\n")[2].split(boundary)[1:3]
    for part, body in zip(message.iter_parts(), bodies, strict=False):
        name = part.get_content_subtype().replace("plain", "text")
        fault = partial(Fault, name)
        if part.get_content_charset() != "utf-8":
            found.append(fault("it is not in UTF-8"))
        encoded = body.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n")
        encoding = str(part["content-transfer-encoding"])
        found += [fault(each) for each in _encoded(encoded, encoding)]
        try:
            words = _decoded(encoded, encoding)
        except ValueError:
            found.append(fault(f"it is not what {encoding} makes of UTF-8 (RFC 2045 6)"))
            continue
        rules = _text if name == "text" else mail_page.faults
        found += [fault(each) for each in rules(words.replace("\r\n", "\n"))]
    return found


def _encoded(encoded: bytes, encoding: str) -> Iterator[str]:
    lines = encoded.split(b"\r\n")
    if encoding not in {"quoted-printable", "base64", "8bit", "7bit"}:
        yield f"its encoding {encoding} is none (RFC 2045 6.1)"
    if encoding in {"quoted-printable", "base64"}:
        if max(len(line) for line in lines) > _ENCODED_LINE:
            yield f"an encoded line is longer than {_ENCODED_LINE} (RFC 2045 6.7, 6.8)"
        if any(line.endswith((b" ", b"\t")) for line in lines):
            yield "an encoded line ends in a blank (RFC 2045 6.7)"
    if encoding != "8bit" and not encoded.isascii():
        yield f"it holds letters beyond ASCII and calls itself {encoding} (RFC 2045 6.2)"
    if encoding == "base64" and b"=" in encoded.rstrip(b"=\r\n"):
        yield "its base64 ends in the middle (RFC 2045 6.8)"


def _decoded(encoded: bytes, encoding: str) -> str:
    if encoding == "base64":
        return base64.b64decode(encoded).decode()
    if encoding == "quoted-printable":
        return binascii.a2b_qp(encoded).decode()
    return encoded.decode()


def _text(words: str) -> Iterator[str]:
    lines = words.split("\n")
    if any(_RUN.search(line) for line in lines):
        yield "it holds a run of blanks"
    if any(line != SIGNATURE and line.endswith(" ") for line in lines):
        yield "a line ends in a blank"
    if lines.count(SIGNATURE) > 1 or "--" in lines:
        yield "its footer does not begin at one line of two hyphens and a blank (RFC 3676 4.3)"
    if defused(words) != words or re.search(r"[\x00-\x08\x0b-\x1f\x7f]", words):
        yield "it holds characters that act on others"
