"""Names and addresses of machines, as an operator writes them and as DNS holds them."""

import ipaddress
import re
from urllib.parse import urlsplit

DNS_PORT = 53
# A name as DNS holds it, in lower case, with a dot in it; nothing ends in the names that only this
# machine knows (RFC 5321 2.3.5, RFC 6761 6.3).
HOST_NAME = re.compile(
    r"(?=.{4,253}\Z)(?!.*\.(?:localhost|localdomain)\Z)"
    r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])"
)
_LITERAL = re.compile(r"\[(?:IPv6:)?([0-9A-Fa-f:.]+)\]")
_WITH_PORT = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([0-9.]+))(?::([0-9]{1,5}))?")
_PORT = re.compile("[1-9][0-9]{0,4}", re.ASCII)
_PORT_NUMBERS = range(1, 65_536)
# What a browser of this machine reaches as localhost; the last two are all of its addresses.
_HERE = frozenset({"127.0.0.1", "::1", "0.0.0.0", "::"})  # noqa: S104 - looked up, not bound


def named(said: str) -> str:
    """A name that a relay can look up, or an address in brackets (RFC 5321 4.1.1.1).

    Raises:
        ValueError: it is neither.
    """
    literal = _LITERAL.fullmatch(said)
    if HOST_NAME.fullmatch(said.lower()) or (literal and is_address(literal[1])):
        return said
    raise ValueError("it is neither a host name with a dot in it nor an [address]")


def addresses(said: list[str]) -> list[str]:
    """Each in the one form that DNS is compared with.

    Raises:
        ValueError: one is no address.
    """
    try:
        return [str(ipaddress.ip_address(each.strip())) for each in said]
    except ValueError as error:
        raise ValueError("each is an IP address, such as 192.0.2.10") from error


def resolver(said: str) -> str:
    """An address of a DNS server: a name would have to be looked up first, at whom nobody knows.

    Raises:
        ValueError: it is none.
    """
    if address_and_port(said, DNS_PORT) is None:
        raise ValueError("it is neither an IP address nor one with a port, as 192.0.2.53:53")
    return said


def is_address(said: str) -> bool:
    """Whether it is an IP address."""
    try:
        ipaddress.ip_address(said)
    except ValueError:
        return False
    return True


def is_port(said: str) -> bool:
    """Whether it is the number of a port, with no zero before it."""
    return _PORT.fullmatch(said) is not None and int(said) in _PORT_NUMBERS


def by_name(url: str) -> str:
    """The same web address, where this machine is called localhost and not 127.0.0.1.

    Any other address comes back as it is.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return url
    if parts.scheme != "http" or host not in _HERE:
        return url
    return parts._replace(netloc="localhost" if port is None else f"localhost:{port}").geturl()


def address_and_port(said: str, port: int) -> tuple[str, int] | None:
    """An address and a port as `192.0.2.53`, `192.0.2.53:53` or `[2001:db8::53]:53` says them.

    Args:
        said: what was written.
        port: where it says none.

    Returns:
        None where it is none of these.
    """
    host, number = said.strip(), str(port)
    if bracketed := _WITH_PORT.fullmatch(host):
        host, number = bracketed[1] or bracketed[2], bracketed[3] or number
    if not is_address(host) or int(number) not in _PORT_NUMBERS:
        return None
    return str(ipaddress.ip_address(host)), int(number)
