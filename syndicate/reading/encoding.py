"""From the bytes that a server sent to text: BOM, UTF-8, HTTP, declaration, language, Windows-1252.

Labels lie more often than bytes do: text that is valid UTF-8 is UTF-8, whatever a header says. So
is text that is nearly all of it valid: a character cut in half costs itself, never its document.
Windows-1252 is a guess where nothing names it; `guessed_page` asks whether it was a good one.
"""

import codecs
import re
import sys
from typing import Any

from syndicate.characters import NONCHARACTERS

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE = ((b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))
_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_META = re.compile(
    rb"""<meta[^>]{0,300}?charset\s*=\s*["']?([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE
)
_CHARSET = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE)
# Where nobody says in which encoding a text is: what browsers take in its language (HTML 13.2.3.2).
_LANGUAGE = re.compile(
    rb"""<(?:\w+:)?language>\s*([A-Za-z]{2})\b|\blang\s*=\s*["']?([A-Za-z]{2})\b|"language"\s*:\s*"([A-Za-z]{2})\b""",
    re.IGNORECASE,
)
_OF_LANGUAGE = {
    **dict.fromkeys(("ar", "fa", "ur"), "cp1256"),
    **dict.fromkeys(("ru", "uk", "bg", "be", "sr", "mk"), "cp1251"),
    **dict.fromkeys(("cs", "hu", "pl", "sk", "sl", "hr", "ro"), "cp1250"),
    "el": "cp1253",
    "he": "cp1255",
    "tr": "cp1254",
    "ja": "cp932",
    "ko": "cp949",
    "zh": "gb18030",
    "th": "cp874",
    "vi": "cp1258",
    "lt": "cp1257",
    "lv": "cp1257",
}
# A character beyond the first plane as a database writes it that knows UTF-16 alone (CESU-8).
_PAIR = re.compile(rb"\xed[\xa0-\xaf][\x80-\xbf]\xed[\xb0-\xbf][\x80-\xbf]")
GUESS = "windows_1252"  # the name of what nobody named
_REPLACED = "\ufffd"
_REPLACED_BYTES = _REPLACED.encode()
# For each broken place: how many characters beyond ASCII must be whole for a text to be UTF-8.
# Where a label names an encoding of its own, chance has to be ruled out: two-byte encodings of
# Chinese and Korean hold a whole character for ten broken places, one-byte ones hardly any.
_WHOLE_FOR_BROKEN = 1
_WHOLE_AGAINST_A_LABEL = 4
_HEAD = 4_096
_UTF_8 = re.compile(r"utf-?8$", re.IGNORECASE)
# Seven-bit encodings pass for UTF-8; only their label tells.
_SEVEN_BIT = re.compile(r"(iso-?2022|utf-?7|hz)", re.IGNORECASE)
# What browsers mean by these labels (WHATWG Encoding): the larger set.
_LARGER = {"gb2312": "gb18030", "gbk": "gb18030", "iso-8859-1": "windows-1252", "latin-1": "cp1252"}
# What windows-1252 has where Unicode has controls that nobody means: in text that was taken for
# Latin-1 on its way, and in references to its numbers (HTML 13.2.5.80 reads those so).
_CONTROLS = {
    code: said
    for code in range(0x80, 0xA0)
    if (said := bytes([code]).decode("windows-1252", "ignore")) and code != 0x85  # noqa: PLR2004 - NEL
}
_CONTROL = re.compile("[\x80-\x84\x86-\x9f]")
_REFERENCE = re.compile(r"&#(?:0*+(1[2-5][0-9])|[xX]0*+([89][0-9A-Fa-f]));")
# XML 1.0 2.2: what may not stand in a document; lone surrogates, which no database takes; and
# characters of no plane, which it advises against.
_ILLEGAL = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff{NONCHARACTERS}]")


def decode(body: bytes, content_type: str = "") -> tuple[str, str]:
    """The text of a document, without what XML forbids.

    Args:
        body: as it came.
        content_type: the HTTP header, for its charset.

    Returns:
        (text, name of the encoding that it was read by; `GUESS` where it was guessed)
    """
    for bom, name in _BOMS:
        if body.startswith(bom):
            return _whole(body[len(bom) :].decode(name, "replace")), name
    for head, name in _WIDE:
        if body.startswith(head):
            return _whole(body.decode(name, "replace")), name
    labels = _labels(body, content_type)
    # In what is no UTF-8 such bytes may be two letters of Chinese or Korean.
    nearly = _nearly_utf_8(_PAIR.sub(_as_one, body), labels)
    if nearly is not None:
        return _whole(nearly), "utf-8"
    for label in [*labels, "utf-8", *([page] if (page := _page(body)) else [])]:
        try:
            name = _LARGER.get(label.lower(), label)
            return _whole(body.decode(name)), name
        except (LookupError, ValueError):
            continue
    return _whole(body.decode(GUESS, "replace")), GUESS


def _page(body: bytes) -> str | None:
    """The code page of the language that a document says that it is in."""
    match = _LANGUAGE.search(body[:_HEAD])
    said = next(filter(None, match.groups()), b"") if match else b""
    return _OF_LANGUAGE.get(said.decode().lower())


def _as_one(pair: re.Match[bytes]) -> bytes:
    """Both halves of a character in UTF-8."""
    halves = pair[0].decode("utf-8", "surrogatepass")
    return halves.encode("utf-16-le", "surrogatepass").decode("utf-16-le").encode()


def _nearly_utf_8(body: bytes, labels: list[str]) -> str | None:
    """The text of bytes that are UTF-8 but for a few places, with U+FFFD in these; else None."""
    if any(_SEVEN_BIT.match(label) for label in labels):
        return None
    text = body.decode(errors="replace")
    written = body.count(_REPLACED_BYTES)
    broken = text.count(_REPLACED) - written
    if broken == 0:
        return text
    whole = len(text) - len(text.encode("ascii", "ignore")) - broken
    is_named_otherwise = any(not _UTF_8.match(label) for label in labels)
    wanted = _WHOLE_AGAINST_A_LABEL if is_named_otherwise else _WHOLE_FOR_BROKEN
    return text if whole >= wanted * broken else None


def legal(text: str) -> str:
    """Text without controls, surrogates and non-characters: one of them spoils a whole feed."""
    if _CONTROL.search(text):
        text = text.translate(_CONTROLS)
    return _ILLEGAL.sub("", text)


def _whole(text: str) -> str:
    """The legal text of a document, references to numbers of windows-1252 resolved."""
    return legal(_REFERENCE.sub(_of_windows, text) if "&#" in text else text)


def _of_windows(reference: re.Match[str]) -> str:
    decimal, hexadecimal = reference.groups()
    code = int(decimal) if decimal else int(hexadecimal, 16)
    said = bytes([code]).decode("windows-1252", "ignore") if 0x80 <= code < 0xA0 else ""  # noqa: PLR2004 - C1
    return said or reference[0]


def tidy(text: str) -> str:
    """Legal text on one line, with single blanks."""
    return " ".join(legal(text).split())


def legal_object(found: dict[str, Any]) -> dict[str, Any]:
    """A JSON object (`object_hook`) into whose texts no escape has smuggled such characters."""
    return {name: _legal_value(value) for name, value in found.items()}


def _legal_value(value: Any) -> Any:
    if isinstance(value, str):
        return legal(value)
    if isinstance(value, list):
        return [legal(each) if isinstance(each, str) else each for each in value]
    return value


def is_legal(code: int) -> bool:
    """Whether a code point may stand in a document."""
    return code <= sys.maxunicode and _ILLEGAL.match(chr(code)) is None


def _labels(body: bytes, content_type: str) -> list[str]:
    head = body[:2048]
    found = [_CHARSET.search(content_type)]
    labels = [match[1] for match in found if match]
    for pattern in (_DECLARED, _META):
        declared = pattern.search(head)
        if declared:
            labels.append(declared[1].decode("ascii"))
    return labels
