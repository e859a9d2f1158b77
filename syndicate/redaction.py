r"""No address stays where text of others is kept, logged or shown: one rule for all of it.

    <o'neil@example.com>  "a b"@example.com  reader@intranet  reader@[192.0.2.1]  مثال@مثال.إختبار
    mailto:reader%40example.com  reader=40example.com  reader&#64;example.com  b+reader=x.org@b.org

all become `(address)`; a code (5.1.1, 10.0.0.1), a word (`@context`) and a handle (`@desk`,
`https://social.example/@desk`) name no mailbox and stay. A doubt counts as an address: a package's
`name@version` goes too. Source: RFC 5321 4.1.2 and 4.1.3; RFC 6531 3.3; RFC 6068 2.
"""

import re
from collections.abc import Mapping
from typing import Any

BLANK = "(address)"
# An at sign as it is written inside addresses of pages, HTML, JSON, quoted-printable and by hand.
# `=40` stands in `timeout=400` too: there a domain with a dot in it must follow.
_AT = re.compile(
    r"[@\uff20\ufe6b]|%(?:25)?40|&#0{0,6}64;|&#x0{0,6}40;|&commat;|\\u0040|\((?:at|AT)\)"
    r"|\[(?:at|AT)\]|=40(?=[^\W_][\w-]{0,63}\.[^\W\d])",
    re.IGNORECASE,
)
# Where a word ends: blanks, and what no bare local part and no domain holds.
_ENDS = r"\s<>(),;:\"\[\]"
_DOMAIN = rf"(?:[^{_ENDS}@.'/?&#|{{}}\\!*`\u00ab\u00bb\u2010-\u205e\u060c\u061b]\.?)+"
# Only where a word begins: else a long one without an at sign is searched from each of its letters.
_ADDRESS = re.compile(
    rf"(?P<local>(?<![^\s<(,;:=\['])\"(?:[^\"\\\n]|\\.)*+\"|\\\"[^\"\\\n]*+\\\""
    rf"|(?<![^{_ENDS}])[^{_ENDS}@]++)(?:@+(?:{_DOMAIN}|\[[^\]\s]*+\]?))+"
)
# What may stand before a handle (`.@desk`, `{@link}`); before a domain it may be a mailbox.
_MARKS = "./'`\"*{}|"


def without_addresses(text: str) -> str:
    """A text of others as it may be kept, logged and shown: naming no mailbox.

    Args:
        text: whatever another side said, of any length; read in time that grows with it. Cut it
            afterwards, for half an address is one that nobody recognises.

    Returns:
        The same text where no address is in it.
    """
    if not _AT.search(text):
        return text
    plain = _AT.sub("@", text)
    blanked = _ADDRESS.sub(_blanked, plain)
    return text if blanked == plain else blanked


def without_addresses_in(value: Any) -> Any:
    """A value of JSON's kinds, with the same done to each text in it, keys among them."""
    if isinstance(value, str):
        return without_addresses(value)
    if isinstance(value, Mapping):
        return {
            without_addresses_in(key): without_addresses_in(each) for key, each in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [without_addresses_in(each) for each in value]
    return value


def _blanked(found: re.Match[str]) -> str:
    if _is_handle(found["local"], found[0]):
        return found[0]
    kept, _ = _parted(found["local"])
    # The full stop of a sentence is no part of a domain.
    return f"{kept}{BLANK}{'.' * found[0].endswith('.')}"


def _is_handle(local: str, whole: str) -> bool:
    """Whether an at sign begins a word: behind the way of a page, or behind marks alone."""
    way = local.partition("/")[0]
    if local.endswith("/") and (local.startswith("//") or "." in way):
        return "=" not in local
    return not _parted(local)[1].strip(_MARKS) and "." not in whole.rpartition("@")[2]


def _parted(local: str) -> tuple[str, str]:
    """What stands before a local part and is none of it: the way there of a page, a quotation mark.

    Anything else may be a part of it: /, = and ? are letters as any other there.
    """
    if local.startswith("//"):
        at = max(map(local.rfind, "/?&#")) + 1
    else:
        at = len(local) - len(local.lstrip("'`"))
    return local[:at], local[at:]
