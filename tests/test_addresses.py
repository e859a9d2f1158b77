import pytest

from syndicate.addresses import check_origin, is_allowed, is_inside
from syndicate.errors import BlockedAddressError


@pytest.mark.parametrize(
    "address",
    ["93.184.216.34", "8.8.8.8", "2606:4700::1111", "2a00:1450:4001::1", "100.63.255.255"],
)
def test_the_public_network_may_be_dialled(address: str) -> None:
    assert is_allowed(address, 443)


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.1", "10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.31.0.1"),
        *("192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.51.100.1"),
        *("203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1"),
        *("64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "3fff::1"),
        *("5f00::1", "fc00::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "not an ip"),
    ],
)
def test_special_networks_may_not_be_dialled(address: str) -> None:
    assert not is_allowed(address, 443)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("168.63.129.16", "10.0.0.0/8"),
        ("100.100.100.200", "100.64.0.0/10"),
        ("192.0.0.192", "10.0.0.0/8"),
        ("fd00:ec2::254", "fc00::/7"),
        ("fd00:ec2:0::0254", "fd00::/8"),
        ("fd20:ce::254", "fd20::/16"),
    ],
)
def test_a_clouds_own_services_are_dialled_under_no_name(address: str, network: str) -> None:
    assert not is_allowed(address, 80)
    assert not is_allowed(address, 80, [network])
    with pytest.raises(BlockedAddressError, match="cannot be allowed"):
        check_origin(f"[{address}]:80" if ":" in address else f"{address}:80")


@pytest.mark.parametrize("port", [22, 25, 6379, 5432, 11211, 0, 65535])
def test_only_ports_of_the_web_may_be_dialled(port: int) -> None:
    assert not is_allowed("8.8.8.8", port)


@pytest.mark.parametrize(
    ("allow", "address", "port", "expected"),
    [
        ("10.1.2.3:8080", "10.1.2.3", 8080, True),
        ("10.1.2.3:8080", "10.1.2.3", 80, False),
        ("10.1.2.3:8080", "10.1.2.4", 8080, False),
        ("127.0.0.1:39999", "127.0.0.1", 39999, True),
        ("[fd00::1]:8443", "fd00::1", 8443, True),
        ("10.1.0.0/16", "10.1.255.1", 443, True),
        ("10.1.0.0/16", "10.2.0.1", 443, False),
        ("10.1.0.0/16", "10.1.0.1", 6379, False),
    ],
)
def test_an_in_house_server_is_allowed_by_name(
    allow: str, address: str, port: int, expected: bool
) -> None:
    assert is_allowed(address, port, [allow]) is expected


@pytest.mark.parametrize(
    ("entry", "tidy"),
    [
        ("10.1.2.3:8080", "10.1.2.3:8080"),
        ("[fd00:0::1]:80", "[fd00::1]:80"),
        ("10.1.0.0/16", "10.1.0.0/16"),
    ],
)
def test_an_origin_has_one_spelling(entry: str, tidy: str) -> None:
    assert check_origin(entry) == tidy


@pytest.mark.parametrize(
    "entry",
    [
        *("10.1.2.3", "cms.example:80", "0.0.0.0/0", "127.0.0.0/8", "8.8.0.0/16", "x", ""),
        *("169.254.169.254:80", "[fe80::1]:80", "[fe80::1%eth0]:80"),
        # The same in disguise, and what is no port.
        *("[::ffff:169.254.169.254]:80", "[64:ff9b::a9fe:a9fe]:80", "[2002:a9fe:a9fe::]:80"),
        *("224.0.0.1:80", "0.0.0.0:80", "10.1.2.3:-5", "10.1.2.3:0", "10.1.2.3:99999"),
        *("10.1.2.3: 80", "10.1.2.3:8_0"),
    ],
)
def test_what_allows_too_much_is_refused(entry: str) -> None:
    with pytest.raises(BlockedAddressError, match="IP:port"):
        check_origin(entry)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        *((each, True) for each in ("10.1.2.3", "100.64.0.1", "172.31.0.1", "192.168.0.1")),
        *((each, True) for each in ("127.0.0.1", "169.254.1.1", "::1", "fd00::1", "fe80::1")),
        *((each, False) for each in ("8.8.8.8", "192.0.2.1", "172.32.0.1", "2606:4700::1111")),
    ],
)
def test_an_address_of_a_private_network_is_seen_by_nobody_outside(
    address: str, expected: bool
) -> None:
    assert is_inside(address) is expected
