"""Header fields as bytes, proof against whatever text a newsroom or a reader puts in them.

Python's own writer lets a decoded word break out into a new header before 3.11.15,
and costs milliseconds a message; so fields are written here. Text loses control, bidi and line
separator characters, and cannot smuggle an encoded word of its own.

Source: RFC 5322 2.2 and 3.4, RFC 2047, RFC 5890.
"""

import base64
import re

import idna

from syndicate.errors import BadAddressError
from syndicate.render.encode import MAX_LINE

# C0, DEL and C1 controls, bidi overrides and isolates, line and paragraph separators, BOM.
_UNSAFE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
_ATOM_TEXT = re.compile(r"[A-Za-z0-9 !#$%&'*+/=?^_`{|}~-]*")
_ENCODED_BYTES = 42  # of UTF-8 in one encoded word, so that it stays within 75 characters


def clean(value: str) -> str:
    """Text that can stand in a header: no controls, single blanks, no `=?`."""
    return " ".join(_UNSAFE.sub(" ", value).replace("=?", "= ?").split())


def unstructured(name: str, value: str) -> bytes:
    """A field of free text, such as Subject.

    Args:
        name: ASCII field name.
        value: any text.

    Returns:
        The field with its line end, folded where it needs encoded words.
    """
    return _line(name, _words(clean(value)))


def mailbox(name: str, display: str, address: str) -> bytes:
    """A field that holds one address with its display name, such as From.

    Raises:
        BadAddressError: the address cannot stand on the wire.
    """
    shown = clean(display)
    if not shown:
        return _line(name, wire_address(address))
    return _line(name, f"{_phrase(shown)} <{wire_address(address)}>")


def list_id(name: str, display: str, identifier: str) -> bytes:
    """A List-Id field (RFC 2919): a phrase and an identifier that never changes."""
    return _line(name, f"{_phrase(clean(display))} <{identifier}>")


def plain(name: str, value: str) -> bytes:
    """A field of ASCII that we made ourselves, on one line (List-Unsubscribe and the like).

    Raises:
        ValueError: it is not ASCII, holds a control character, or is over 998 octets.
    """
    if not value.isascii() or _UNSAFE.search(value):
        raise ValueError(f"the field {name} is not plain ASCII")
    return _line(name, value)


def wire_address(address: str) -> str:
    """An address as it travels: the domain in A-labels (RFC 5890), the local part as it is.

    Raises:
        BadAddressError: it holds what no address may hold.
    """
    local, _, domain = address.rpartition("@")
    if not local or _UNSAFE.search(address) or any(sign in address for sign in "<> \t\r\n\0"):
        raise BadAddressError("This address cannot be used in a mail; correct it or remove it.")
    try:
        ascii_domain = domain if domain.isascii() else idna.encode(domain, uts46=True).decode()
    except idna.IDNAError as error:
        raise BadAddressError(f"The domain of this address is not valid ({error}).") from error
    return f"{local}@{ascii_domain}"


def domain_of(address: str) -> str:
    """The domain of an address as it travels, in lower case.

    Raises:
        BadAddressError: the address cannot stand in a mail.
    """
    return wire_address(address).rpartition("@")[2].lower()


def _phrase(text: str) -> str:
    if not text.isascii() or _ATOM_TEXT.fullmatch(text):
        return _words(text)
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _words(text: str) -> str:
    if text.isascii() and len(text) < MAX_LINE // 2:
        return text
    words: list[str] = []
    chunk = b""
    for character in text:
        encoded = character.encode()
        if len(chunk) + len(encoded) > _ENCODED_BYTES:
            words.append(_word(chunk))
            chunk = b""
        chunk += encoded
    return "\r\n ".join([*words, _word(chunk)])


def _word(chunk: bytes) -> str:
    return f"=?utf-8?b?{base64.b64encode(chunk).decode()}?="


def _line(name: str, value: str) -> bytes:
    line = f"{name}: {value}\r\n".encode()
    if any(len(part) > MAX_LINE for part in line.split(b"\r\n")):
        raise ValueError(f"the field {name} is longer than a line may be")
    return line
