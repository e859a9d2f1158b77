"""The name that we give a relay in EHLO: one that stands in DNS, for strict relays look it up.

    SYNDICATE_RELAY_HELO, where it is set
    else "localhost" to a relay at a loopback address, and to no other
    else the name of this host, where it has one in DNS
    else the domain that the mail comes from
    else the address that we call from, in brackets

Source: RFC 5321 4.1.1.1, 2.3.5 and 4.1.3; docs/facts/mail.md#the-name-in-ehlo.
"""

import contextlib
import ipaddress
import socket
from functools import cache

import idna

from syndicate.hosts import HOST_NAME

LOCAL = "localhost"


def our_name(ours: str, theirs: str, *, chosen: str | None = None, sender_domain: str = "") -> str:
    """What EHLO says on one connection.

    Args:
        ours: the address that the connection comes from.
        theirs: the address that it goes to.
        chosen: the setting, checked when it was read.
        sender_domain: of the mail that is to be sent, in any script; "" where none is known.
    """
    if chosen:
        return chosen
    if is_loopback(theirs):
        return LOCAL
    return host_name() or _in_ascii(sender_domain) or literal(ours)


def is_loopback(address: str) -> bool:
    """Whether an address leads to this machine and nowhere else."""
    return _address(address).is_loopback


@cache
def host_name() -> str | None:
    """The name of this host, or None when DNS knows none; asked once in a process.

    `/etc/hosts` may name any machine at 127.0.1.1; that says nothing to others.
    """
    name = socket.getfqdn().rstrip(".").lower()
    return name if HOST_NAME.fullmatch(name) and resolves(name) else None


def resolves(name: str) -> bool:
    """Whether a name leads to an address that others could know."""
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return False
    return any(not is_loopback(str(each[4][0])) for each in found)


def literal(address: str) -> str:
    """An address as it stands where a name is missing: `[192.0.2.1]`, `[IPv6:2001:db8::1]`."""
    found = _address(address)
    return f"[IPv6:{found}]" if isinstance(found, ipaddress.IPv6Address) else f"[{found}]"


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    found = ipaddress.ip_address(text.partition("%")[0])
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found


def _in_ascii(domain: str) -> str:
    with contextlib.suppress(idna.IDNAError, UnicodeError):
        name = idna.encode(domain, uts46=True).decode() if domain else ""
        return name if HOST_NAME.fullmatch(name) else ""
    return ""
