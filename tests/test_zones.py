"""Time zones by name."""

import pytest

from syndicate import zones


def test_a_zone_is_found_by_its_name() -> None:
    found = zones.zone("Europe/London")

    assert found is not None
    assert found.key == "Europe/London"
    assert zones.zone_or_utc("Europe/London") is found


@pytest.mark.parametrize("name", ["", "Europe", "../x", "No/Such", "\x00"])
def test_what_names_no_zone_is_none_or_utc(name: str) -> None:
    assert zones.zone(name) is None
    assert zones.zone_or_utc(name).key == "UTC"
