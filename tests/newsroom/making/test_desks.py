"""Desks: made, changed, and taken away from the sections that they were behind."""

import pytest

from syndicate.errors import TakenError
from syndicate.newsroom.making import desks, sections
from tests.newsroom.making.conftest import Maker

SHELF = desks.SHELF


def test_a_desk_is_behind_its_sections_until_it_is_gone(make: Maker, courier: int) -> None:
    assert courier
    make.add(SHELF, publication="courier", slug="world", name="World desk")
    make.add(sections.SHELF, publication="courier", slug="world", name="World", desk="world")

    changed = make.set(SHELF, "world", slug="globe", address="globe@courier.example")

    assert changed == {"slug": ("world", "globe"), "address": (None, "globe@courier.example")}
    assert make.shown(sections.SHELF, "world")["desk"] == "globe"
    with pytest.raises(TakenError, match="The Courier has a desk globe already"):
        make.add(SHELF, publication="courier", slug="globe", name="Other")
    make.end(SHELF, "globe")
    assert make.listed(SHELF) == []
    assert make.shown(sections.SHELF, "world")["desk"] is None
