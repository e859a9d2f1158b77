"""By what visitors are counted."""

import pytest

from syndicate.breakers.visitors import visitor


@pytest.mark.parametrize(
    ("one", "other", "address", "network"),
    [
        ("192.0.2.7", "192.0.2.7", True, True),
        ("192.0.2.7", "192.0.2.8", False, True),
        ("192.0.2.7", "192.0.3.7", False, False),
        ("192.0.2.7", "::ffff:192.0.2.7", True, True),
        ("2001:db8:1:2::7", "2001:db8:1:2:3::8", True, True),
        ("2001:db8:1:2::7", "2001:db8:1:3::7", False, True),
        ("2001:db8:1:2::7", "2001:db8:2:2::7", False, False),
        ("fe80::1%eth0", "fe80::1", True, True),
        ("unknown", "", True, True),
        ("unknown", "192.0.2.7", False, False),
    ],
)
@pytest.mark.usefixtures("database")
def test_a_visitor_is_an_address_and_the_network_around_it(
    one: str, other: str, *, address: bool, network: bool
) -> None:
    first, second = visitor(one), visitor(other)

    assert (first.address == second.address) is address
    assert (first.network == second.network) is network
