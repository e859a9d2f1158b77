"""Which IP addresses may be dialled: the table behind the one door of `syndicate.fetch`.

Source: IANA special-purpose address registries (RFC 6890).
"""

import ipaddress
from collections.abc import Iterable

from syndicate import hosts
from syndicate.errors import BlockedAddressError

PORTS = frozenset({80, 443, 8080, 8443})
# Python's is_global lets NAT64, 6to4, site-local and more through: so the table is our own.
_REFUSED_V4 = tuple(
    map(
        ipaddress.IPv4Network,
        (
            *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
            *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24"),
            *("192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"),
            *("224.0.0.0/4", "240.0.0.0/4"),
        ),
    )
)
# Only global unicast is dialled at all, and of it not Teredo, documentation and 6to4.
_UNICAST_V6 = ipaddress.IPv6Network("2000::/3")
_REFUSED_V6 = tuple(
    map(ipaddress.IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"))
)
# Seen by nobody outside: RFC 1918, RFC 6598, RFC 4193. A whole network may be allowed for an
# in-house CMS, but only one of these.
_PRIVATE = tuple(
    map(
        ipaddress.ip_network,
        ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"),
    )
)

# No server's own address: link-local, multicast and unspecified ones, and IPv6 ones that stand for
# an IPv4 address (RFC 4291 2.5.5, RFC 6052 2.1, RFC 7915, RFC 3056, RFC 4380).
_NEVER = tuple(
    map(
        ipaddress.ip_network,
        (
            *("169.254.0.0/16", "224.0.0.0/3", "0.0.0.0/8", "::/128", "fe80::/10", "ff00::/8"),
            *("::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48"),
            *("2002::/16", "2001::/32"),
        ),
    )
)
# A cloud's own services for its machines, keys among them, at addresses that are public or private
# by their number: Azure's wire server, Alibaba's, Oracle's, and Amazon's and Google's over IPv6.
_OF_CLOUDS = frozenset(
    map(
        ipaddress.ip_address,
        (
            *("168.63.129.16", "100.100.100.200", "192.0.0.192"),
            *("fd00:ec2::254", "fd20:ce::254"),
        ),
    )
)
_V6 = 6
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def is_allowed(address: str, port: int, allow: Iterable[str] = ()) -> bool:
    """Whether an IP address may be dialled at a port.

    Args:
        address: an IP address as the resolver gave it, scope and all.
        port: TCP port.
        allow: as in `Fetcher.get`.
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if ip in _OF_CLOUDS:
        return False
    if any(_matches(entry, ip, port) for entry in allow):
        return True
    if port not in PORTS:
        return False
    if isinstance(ip, ipaddress.IPv4Address):
        return not any(ip in network for network in _REFUSED_V4)
    return ip in _UNICAST_V6 and not any(ip in network for network in _REFUSED_V6)


def is_inside(address: str) -> bool:
    """Whether an IP address is a machine's own or one of a private network, not seen outside.

    Raises:
        ValueError: it is no IP address.
    """
    ip = ipaddress.ip_address(address)
    return ip.is_loopback or ip.is_link_local or any(ip in network for network in _PRIVATE)


def check_origin(entry: str) -> str:
    """One entry of `allow`, in its one spelling.

    Link-local addresses are never an in-house server: clouds hand out keys there, and at a few of
    their own. Nor is an IPv6 address that leads to an IPv4 one, which is named itself.

    Raises:
        BlockedAddressError: it is neither "IP:port" nor a private network.
    """
    try:
        if "/" in entry:
            network = ipaddress.ip_network(entry)
            is_inside = any(
                network.version == each.version and network.subnet_of(each)  # type: ignore[arg-type]
                for each in _PRIVATE
            )
            if is_inside:
                return str(network)
        else:
            host, _, said = entry.rpartition(":")
            port = said.lstrip("0")
            address = ipaddress.ip_address(host.strip("[]"))
            is_never = address in _OF_CLOUDS or any(
                address in each for each in _NEVER if each.version == address.version
            )
            if hosts.is_port(port) and not is_never:
                is_v6 = address.version == _V6
                return f"[{address}]:{port}" if is_v6 else f"{address}:{port}"
    except ValueError:
        pass
    raise BlockedAddressError(
        f"{entry} cannot be allowed; name one in-house server as IP:port (10.1.2.3:8080) "
        "or a private network (10.1.0.0/16).",
        origin=entry,
    )


def _matches(entry: str, ip: Address, port: int) -> bool:
    if "/" in entry:
        network = ipaddress.ip_network(entry)
        return network.version == ip.version and ip in network and port in PORTS
    host, _, wanted = entry.rpartition(":")
    return wanted == str(port) and ipaddress.ip_address(host.strip("[]")) == ip
