"""A returned mail taken apart: its headers, what it says in words and in fields, what it returns.

Reports come from machines of forty years and are often broken; so nothing here raises on bad input,
and what cannot be read is left out. Anybody can send one: so everything is cut to what a report can
need before it is searched, and no pattern takes longer than its text is long.

Source: RFC 3462, RFC 3464, RFC 5965.
"""

import codecs
import email
import email.header
import email.parser
import email.policy
import email.utils
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from functools import partial
from itertools import pairwise
from typing import Any

from syndicate.characters import resolved

# A report needs a few kilobytes; what follows is the returned mail. Of 290 real ones the longest
# says what it says in 6,000 characters, about 3 recipients, with headers of 1,700.
MAX_BYTES = 150_000
MAX_TEXT = 50_000  # of one part, with what it quotes
MAX_PROSE = 20_000
MAX_HEADER = 4_000
MAX_BLOCKS = 20
# Python's parser takes quadratic time over one header's parameters, and asks each line of each
# boundary that is open. Of 290 real reports the longest `Content-Type` or `Content-Disposition` has
# 116 characters, and none has more than five multiparts.
_MAX_PARAMETERS = 1_000
_MAX_MULTIPARTS = 20
# Encodings that Python knows by a name, of things that are no text of a mail; some are quadratic.
_NO_CHARSETS = frozenset({"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"})
Fields = Mapping[str, str]

# Old servers end lines with CR alone, and gateways with two and LF.
_LINE_END = re.compile(rb"\r{1,2}\n|\r")
# The parser makes a block of fields of every one.
_BLANK_LINES = re.compile(rb"(?:\r?\n[ \t]*+){4,}")
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_FIELD = re.compile(r"^([A-Za-z][A-Za-z0-9-]*)[ \t]*:[ \t]*(.*)$")
_TAG = re.compile(r"(?is)<(?:style|script)\b.*?(?:</(?:style|script)>|\Z)|<!--.*?(?:-->|\Z)")
_BREAK = re.compile(r"(?i)<(?:br|/p|/div|/tr|/h\d|/li)\b[^<>]*>")
# A tag, and not an address in angle brackets.
_ANY_TAG = re.compile(r"</?[A-Za-z!][^<>@]*>")
# Where a report in plain text begins to quote what it returns.
_QUOTE = re.compile(
    r"""(?imx)^[ \t>]*+(?:
      [-=*_#]*+[ ]*+(?:this\ is\ a\ copy\ of\ (?:the|your)\ message
        | below\ this\ line\ is\ a\ copy\ of | begin\ message
        | (?:the\ )?original\ message(?:\ (?:follows|header|headers))?\b(?!\ was)
        | unsent\ message | returned\ message\b | message\ headers?\ follow
        | undelivered\ message\b | (?:your\ )?original\ mail
        | the\ following\ (?:is|are)\ (?:a\ copy\ of\ )?the\ (?:original|first)
        | (?:the\ )?headers?\ of\ (?:the\ )?original
        | text\ of\ (?:your\ )?message | message\ text\ follows | here\ is\ the\ original
        | the\ text\ you\ sent\ follows | the\ body\ of\ the\ message )
      | content-type:\ message/rfc822 | content-type:\ text/rfc822-headers
      | received:\ (?:from|by)\b | return-path:\ | dkim-signature:\ | x-originating-ip:\ )"""
)


@dataclass(frozen=True)
class Report:
    """A mail taken apart.

    Attributes:
        headers: of the mail itself, names in lower case.
        content_type: its own, in lower case.
        prose: what it says in words, up to where it quotes the returned mail.
        statuses: blocks of fields of a delivery status: the first is about the message where it has
            no recipient, the others about one recipient each.
        feedback: fields of a feedback report, None where there is none.
        stated: the same fields where they stand in the words alone, which anybody can write.
        original: headers of the returned mail, as far as they are there.
        is_enclosed: whether the returned mail is a part of its own, not words that look like one.
        is_receipt: whether a part says that a reader's program showed or deleted it (RFC 8098).
    """

    headers: Fields
    content_type: str
    prose: str
    statuses: tuple[Fields, ...]
    stated: tuple[Fields, ...]
    feedback: Fields | None
    original: Fields
    is_enclosed: bool
    is_receipt: bool


def read(raw: bytes) -> Report:
    """Take a mail apart.

    Args:
        raw: RFC 5322 form, with or without an mbox's "From " line.
    """
    text = _LINE_END.sub(b"\n", raw[:MAX_BYTES]).lstrip(b"\n")
    if text.startswith(b"From "):
        text = text.partition(b"\n")[2]
    message = _parsed(_BLANK_LINES.sub(b"\n\n\n", text))
    parts = list(_parts(message))
    words = [_text(part) for part in parts if part.get_content_maintype() == "text"]
    prose, quoted = _split("\n".join(word for word in words if word))
    statuses = [block for part in parts if _is(part, "delivery-status") for block in _blocks(part)]
    feedback = [_merged(_blocks(part)) for part in parts if _is(part, "feedback-report")]
    headers, original = fields_of(message), _original(message)
    return Report(
        headers=headers,
        content_type=message.get_content_type(),
        prose=prose[:MAX_PROSE],
        statuses=tuple(statuses[:MAX_BLOCKS]),
        stated=tuple(_blocks_in(prose))[:MAX_BLOCKS],
        feedback=feedback[0] if feedback else None,
        original=original or _merged(_fields(quoted)),
        is_enclosed=bool(original),
        is_receipt="disposition-notification" in headers.get("content-type", "").lower()
        or any(_is(part, "disposition-notification") for part in parts),
    )


def fields_of(message: Message) -> Fields:
    """A message's headers decoded, names in lower case; of a repeated one the first."""
    return _decoded_fields(message.raw_items())


def _decoded_fields(items: Iterable[tuple[str, object]]) -> Fields:
    found: dict[str, str] = {}
    for name, value in items:
        # Letters as they were sent (RFC 6532, 6533); `items` would give a blot for each byte.
        text = str(value)[:MAX_HEADER].encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        found.setdefault(name.lower(), _decoded(text))
    return found


def without_tags(markup: str) -> str:
    """The words of an HTML report."""
    text = _ANY_TAG.sub(" ", _BREAK.sub("\n", _TAG.sub(" ", markup)))
    return resolved(text).replace("\xa0", " ")


class _Cut(email.policy.Compat32):
    """Headers no longer than one can need."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        most = _MAX_PARAMETERS if name.lower().startswith("content-") else MAX_HEADER
        return name, value[:most]


class _Part(Message):
    """A part whose parameters may be in any order, or make no sense.

    Args:
        opened: the boundaries of the whole mail so far.
    """

    def __init__(self, opened: list[str], policy: Any = _Cut()) -> None:  # noqa: B008 - immutable
        super().__init__(policy)
        self._opened_before = opened

    def get_param(self, param: str, failobj: Any = None, *args: Any, **kwargs: Any) -> Any:
        """As always; nothing where it cannot be read, or names a charset that is none."""
        try:
            found = super().get_param(param, failobj, *args, **kwargs)
        except (TypeError, ValueError):
            # "a*0=x; a*=y" (RFC 2231): numbered, and not.
            return failobj
        if param != "charset" or found is failobj:
            return found
        return found if _codec(email.utils.collapse_rfc2231_value(found)) else failobj

    def get_boundary(self, failobj: Any = None) -> Any:
        """As always; nothing beyond what a report can need: that is read as one text."""
        found = super().get_boundary(failobj)
        if found is not failobj:
            self._opened_before.append(found)
        return failobj if len(self._opened_before) > _MAX_MULTIPARTS else found


def _parsed(text: bytes) -> Message:
    try:
        return email.message_from_bytes(text, partial(_Part, []), policy=_Cut())
    except RecursionError:
        # Parts in parts, hundreds deep: nobody's report. Its headers are left.
        head = email.parser.BytesHeaderParser(partial(_Part, []), policy=_Cut()).parsebytes(text)
        head.set_payload("")
        return head


def _parts(message: Message) -> Iterator[Message]:
    """The parts of the report itself; a returned mail inside it is not walked into."""
    kind = message.get_content_type()
    payload = message.get_payload()
    if message.get_content_maintype() == "multipart" and isinstance(payload, list):
        for part in payload:
            if isinstance(part, Message):
                yield from _parts(part)
    elif message.get_content_maintype() == "multipart":
        # A boundary that nobody can find: what stands there is read as one text.
        whole = Message()
        whole.set_payload(str(payload))
        yield whole
    elif kind not in ("message/rfc822", "text/rfc822-headers", "message/partial"):
        yield message


def _is(part: Message, subtype: str) -> bool:
    kind = part.get_content_type()
    return kind in (f"message/{subtype}", f"message/global-{subtype}", f"text/{subtype}")


def _text(part: Message) -> str:
    raw = part.get_payload(decode=True)
    if not isinstance(raw, bytes):
        return ""
    text = _as_text(raw, part.get_content_charset())
    text = text[:MAX_TEXT].replace("\r\n", "\n").replace("\r", "\n")
    return without_tags(text) if part.get_content_subtype() == "html" else text


def _as_text(raw: bytes, charset: str | None) -> str:
    """Bytes in the charset that is said to be theirs; in UTF-8 where that is none."""
    return raw.decode(_codec(charset or "utf-8") or "utf-8", "replace")


def _codec(charset: str) -> str | None:
    """Python's name of a charset; None where it is none of texts."""
    try:
        name = codecs.lookup(charset).name
        b"a".decode(name, "replace")  # base64 is a codec, and none of texts
    except (LookupError, ValueError):
        return None
    return None if name.replace("_", "-") in _NO_CHARSETS else name


def _split(text: str) -> tuple[str, str]:
    """What a report says, and what it quotes."""
    found = _QUOTE.search(text)
    return (text[: found.start()], text[found.start() :]) if found else (text, "")


def _blocks(part: Message) -> list[Fields]:
    """The blocks of fields of a message/delivery-status or message/feedback-report part."""
    payload = part.get_payload()
    if isinstance(payload, list):
        payload = payload[:MAX_BLOCKS]
        blocks = [
            block for each in payload if isinstance(each, Message) for block in _recipients(each)
        ]
        if blocks:
            return blocks
        # Encoded, against the rule: the parser took the code for a body.
        payload = "\n\n".join(
            str(each.get_payload()) for each in payload if isinstance(each, Message)
        )
    raw = part.get_payload(decode=True)
    text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else str(payload)
    return list(_fields(text[:MAX_TEXT]))


def _recipients(block: Message) -> Iterator[Fields]:
    """One block a recipient, also where a server forgot the blank line between two of them."""
    items = list(block.raw_items())
    starts = [at for at, (name, _) in enumerate(items) if name.lower() == "final-recipient"]
    for start, end in pairwise([0, *starts[1:], len(items)]):
        if start < end:
            yield _decoded_fields(items[start:end])


def _blocks_in(prose: str) -> list[Fields]:
    """Delivery status fields that stand in the words: in reports forwarded, or broken."""
    found = re.search(r"(?im)^[ \t]*(?:final|original)-recipient[ \t]*:", prose)
    return [block for block in _fields(prose) if "final-recipient" in block] if found else []


def _fields(text: str) -> Iterator[Fields]:
    """Blocks of `Name: value` lines, folded or not."""
    for block in _BLANK_LINE.split(text.replace("\r\n", "\n")):
        found: dict[str, str] = {}
        name = ""
        # No field is of any use beyond a header's length; gathered on and on it takes for ever.
        for line in block.split("\n"):
            field = _FIELD.match(line.strip() if not line.startswith((" ", "\t")) else "")
            if field:
                name = field[1].lower()
                found.setdefault(name, field[2].strip())
            elif name and line.strip() and len(found[name]) < MAX_HEADER:
                found[name] = f"{found[name]} {line.strip()}"
        if found:
            yield found


def _merged(blocks: Iterable[Fields]) -> Fields:
    merged: dict[str, str] = {}
    for block in blocks:
        for name, value in block.items():
            merged.setdefault(name, value)
    return merged


def _original(message: Message) -> Fields:
    for part in message.walk():
        kind = part.get_content_type()
        payload = part.get_payload()
        if kind == "message/rfc822" and isinstance(payload, list) and payload:
            inner = payload[0]
            if isinstance(inner, Message):
                return fields_of(inner)
        if kind == "text/rfc822-headers":
            return fields_of(_parsed(_text(part).encode("utf-8", "surrogateescape")))
    return {}


def _decoded(value: str) -> str:
    try:
        pieces = email.header.decode_header(value)
        words = [
            _as_text(piece, charset) if isinstance(piece, bytes) else piece
            for piece, charset in pieces
        ]
    except (email.errors.HeaderParseError, LookupError, ValueError):
        return value
    return " ".join("".join(words).split())
