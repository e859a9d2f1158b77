"""Limits, and how a visitor is counted against several."""

import datetime as dt

import pytest

from syndicate.breakers import counting, known
from syndicate.breakers.rules import DAY, HOUR, Counts, Limit
from syndicate.breakers.visitors import visitor
from syndicate.store.ground.session import transaction
from tests.rows import NOW

pytestmark = pytest.mark.usefixtures("database")


def limit(name: str, most: int, hours: int = HOUR, counts: Counts = Counts.ADDRESS) -> Limit:
    return Limit(name, "things", most, hours, counts)


def taken(limits: list[Limit], *ips: str) -> list[bool]:
    with transaction() as tx:
        return [counting.take(tx, limits, visitor(ip), NOW) for ip in ips]


def test_a_limit_lets_its_number_through_in_each_window() -> None:
    two = limit("test", 2)

    with transaction() as tx:
        first = [two.take(tx, "somebody", NOW) for _ in range(3)]
        others = two.take(tx, "somebody else", NOW)
        next_hour = two.take(tx, "somebody", NOW + dt.timedelta(hours=1))
        assert two.used(tx, "somebody", NOW) == 3

    assert first == [True, True, False]
    assert others
    assert next_hour


def test_every_limit_counts_though_the_first_is_used_up() -> None:
    hour, day = limit("hour", 1), limit("day", 2, DAY)

    assert taken([hour, day], *["203.0.113.7"] * 3) == [True, False, False]
    assert taken([day], "203.0.113.7") == [False]


def test_one_machine_does_not_use_up_what_its_network_has() -> None:
    limits = [limit("address", 2), limit("network", 4, counts=Counts.NETWORK)]

    assert taken(limits, *["203.0.113.7"] * 9) == [True, True, *[False] * 7]
    assert taken(limits, "203.0.113.8", "203.0.113.8", "203.0.113.9") == [True, True, False]
    assert taken(limits, "203.0.114.7") == [True]


def test_a_network_that_is_used_up_makes_no_more_rows_whatever_addresses_it_has() -> None:
    limits = [limit("address", 2), limit("network", 1, counts=Counts.NETWORK)]

    assert taken(limits, "2001:db8::1") == [True]
    refused = taken(limits, *(f"2001:db8:0:{number:x}::1" for number in range(1, 30)))

    with transaction() as tx:
        assert not any(
            limits[0].used(tx, visitor(f"2001:db8:0:{n:x}::1").address, NOW) for n in range(1, 30)
        )
    assert not any(refused)


def test_each_limit_has_a_name_of_its_own() -> None:
    names = [each.name for each in known.LIMITS]

    assert len(set(names)) == len(names)
