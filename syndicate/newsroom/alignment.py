"""Whose name a domain is: what receivers compare From, DKIM and returned mail by.

The organisational domain is found with the public suffix list that `tld` ships, whose update is
that of the package; the tree walk of newer drafts would ask DNS once for each label.

Source: RFC 7489 3.1 and 3.2.
"""

import idna
from tld import get_fld


def in_ascii(domain: str) -> str:
    """A domain as it travels, in lower case: "" where it is none."""
    try:
        return idna.encode(domain, uts46=True).decode().lower() if domain else ""
    except (idna.IDNAError, UnicodeError):
        return ""


def is_within(domain: str, above: str) -> bool:
    """Whether a domain is another one, or below it."""
    return f".{domain}".endswith(f".{above}")


def organisation(domain: str) -> str:
    """The domain that its owner registered: `daily.co.uk` of `news.daily.co.uk`."""
    found = get_fld(f"http://{domain}", fail_silently=True)
    return found or ".".join(domain.split(".")[-2:])


def is_aligned(domain: str, other: str, mode: str = "r") -> bool:
    """Whether two domains are one owner's, as a DMARC record asks.

    Args:
        domain: of the From address, in ASCII.
        other: that is compared with it.
        mode: the record's: "s" wants the same one, anything else the same owner's.
    """
    if domain == other:
        return True
    return mode.lower() != "s" and organisation(domain) == organisation(other)
