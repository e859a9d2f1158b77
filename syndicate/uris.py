"""Web addresses in the letters that a URI may have, and without a name and password in them.

People write addresses as they read them, with `أخبار.example` for a host and blanks in a path;
readers' apps, validators and headers want RFC 3986. With which password a protected site is read is
for us to know, and never for whoever reads a link of ours.
"""

import importlib
import re
from functools import lru_cache
from urllib.parse import quote, urlsplit, urlunsplit

# What no address has, and no document of ours: controls, surrogates, signs of a broken decoding.
_NEVER = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffd-\uffff]"
)
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
# RFC 3986 2.2, 2.3: what stands in a path or a query as itself.
_IN_PATH = "/%:@!$&'()*+,;=~-._"
_IN_QUERY = _IN_PATH + "?"
# Where the part of an address ends that names a server; browsers take \ for /.
_AFTER_HOST = re.compile(r"[/?#\\]")
# What a host's name consists of by then; underscores are no rule, but live.
_HOST = re.compile(r"[A-Za-z0-9._~-]+|[0-9A-Fa-f:.]+")
_KEPT = 256


@lru_cache(maxsize=_KEPT)  # our own address is asked for with every request
def uri(address: str) -> str | None:
    """An absolute address in the letters that a URI may have, or None when it cannot be one.

    A name and a password are left out.

    Source: RFC 3986 2; Unicode Technical Standard 46 for the host name.
    """
    try:
        parts = urlsplit(" ".join(_NEVER.sub("", address).split()))
        host = _in_ascii(parts.hostname or "")
        port = f":{parts.port}" if parts.port else ""
    except ValueError:  # UnicodeError is one, too
        return None
    if parts.scheme not in {"http", "https"} or not _HOST.fullmatch(host):
        return None
    netloc = f"[{host}]{port}" if ":" in host else host + port
    return urlunsplit(
        (
            parts.scheme,
            netloc,
            _quoted(parts.path, _IN_PATH),
            _quoted(parts.query, _IN_QUERY),
            _quoted(parts.fragment, _IN_QUERY),
        )
    )


def without_user(address: str) -> str:
    """A web address without the name and password that it may carry; any other text as it is."""
    if "@" not in address:
        return address
    before, _, after = _apart(address)
    return before + after


def with_user_of(known: str, address: str) -> str:
    """An address with the name and password of another one of the same server.

    Args:
        known: how a source is asked, which may carry them.
        address: of something else; it stays as it is on another server.
    """
    before, user, after = _apart(known)
    if not user or _apart(address)[1]:
        return address
    server = before + _AFTER_HOST.split(after, maxsplit=1)[0]
    rest = address.removeprefix(server)
    is_there = rest != address and (not rest or _AFTER_HOST.match(rest) is not None)
    return f"{before}{user}{server.removeprefix(before)}{rest}" if is_there else address


def _apart(address: str) -> tuple[str, str, str]:
    """("https://", "name:password@", the rest); the second is empty where there is none."""
    scheme, mark, rest = address.partition("://")
    if not mark or "@" not in rest:
        return scheme + mark, "", rest
    end = _AFTER_HOST.search(rest)
    at = rest.rfind("@", 0, end.start() if end else len(rest)) + 1
    return scheme + mark, rest[:at], rest[at:]


def _in_ascii(host: str) -> str:
    """A host name as DNS holds it."""
    if host.isascii():
        return host.encode("idna").decode()  # no label is empty, or longer than 63
    idna = importlib.import_module("idna")  # of 5 ms, and seldom needed
    try:
        return str(idna.encode(host, uts46=True).decode())
    except idna.IDNAError:  # a sign that older rules knew, such as a heart
        return host.encode("idna").decode()


def _quoted(part: str, safe: str) -> str:
    return quote(_STRAY_PERCENT.sub("%25", part), safe=safe)
