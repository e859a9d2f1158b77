"""Names of hosts as people write them, in the one form that is kept. Pure."""

import re

import idna

from syndicate import hosts

_MOST = 253  # characters; RFC 1035 2.3.4
_HOST = re.compile(
    r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*"
)


def host(said: str) -> str | None:
    """A host with its port, if it is no usual one; None for what is none."""
    name, colon, port = said.lower().rstrip(".").partition(":")
    is_port = not colon or hosts.is_port(port)
    try:
        name = idna.encode(name, uts46=True).decode() if not name.isascii() else name
    except (idna.IDNAError, UnicodeError):
        name = ""
    if len(name) > _MOST or not _HOST.fullmatch(name) or not is_port:
        return None
    return name if port in {"", "80", "443"} else f"{name}:{port}"
