"""By what a visitor is counted: the address that they come from, and the network around it.

    192.0.2.7          one address                   192.0.2.0/24       its network
    2001:db8:1:2::7    2001:db8:1:2::/64             2001:db8:1::/48    its network

A household with IPv6 has a /64 or more to itself, and a machine that is rented has as many
addresses as it likes, so neither is counted by its single addresses. Only keyed hashes are kept:
whoever reads the counters does not learn who was here.
"""

import ipaddress
from dataclasses import dataclass

from syndicate import settings, signing

OF_ADDRESS = {4: 32, 6: 64}
_OF_NETWORK = {4: 24, 6: 48}
_UNKNOWN = "unknown"
_SIGNS = 32


@dataclass(frozen=True)
class Visitor:
    """Whoever asks, as the counters know them.

    Attributes:
        address: key of the address: of IPv6 the /64.
        network: key of what lies around it: the /24, of IPv6 the /48.
    """

    address: str
    network: str


def visitor(ip: str) -> Visitor:
    """The visitor behind an address.

    Args:
        ip: as the server saw it; anything that is no address is one visitor together.
    """
    return Visitor(_key(around(ip, OF_ADDRESS)), _key(around(ip, _OF_NETWORK)))


def around(ip: str, bits: dict[int, int]) -> str:
    """The network of so many bits that an address lies in; IPv4 within IPv6 is IPv4."""
    try:
        address = ipaddress.ip_address(ip.partition("%")[0])
    except ValueError:
        return _UNKNOWN
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return str(ipaddress.ip_network((address, bits[address.version]), strict=False))


def _key(network: str) -> str:
    key = settings.load().key()
    return signing.address_hash(key, f"visitor:{network}").hex()[:_SIGNS]
