"""Sections that a source names: which ones lack, and how they are made all at once."""

import pytest

from syndicate.errors import InvalidError, NotAllowedError, UsageError
from syndicate.newsroom.making import said_sections, sections
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import publications as rows
from syndicate.store.platform.tokens import Actor, Permission
from tests.newsroom.making.conftest import NOW, Maker

SHELF = sections.SHELF


def made(publication_id: int, *names: str, actor: Actor = Maker.actor) -> list[str]:
    with transaction() as tx:
        owner = rows.find(tx, publication_id)
        assert owner is not None
        found = said_sections.add(tx, owner, names, actor=actor, now=NOW)
        return [each.slug for each in found]


def test_the_most_frequent_names_that_no_section_has_are_told() -> None:
    said = ["Sport", "Town Hall", "town  hall", "", "World", "x" * 81]

    assert said_sections.lacking(said, {"world"}) == ["Town Hall", "Sport"]
    assert len(said_sections.lacking(map(str, range(50)), ())) == said_sections.MOST_SECTIONS


def test_sections_are_made_once_each_under_a_slug_that_is_free(make: Maker, courier: int) -> None:
    make.add(SHELF, publication="courier", slug="sport", name="Games")
    make.add(SHELF, publication="courier", slug="opinion", name="Opinion")
    make.end(SHELF, "opinion")

    names = ("Town Hall", "town hall", "Town Hall!", "Games", "Opinion")
    assert made(courier, *names) == ["town-hall", "town-hall-2", "opinion"]
    assert made(courier, *names) == []
    assert make.listed(SHELF) == ["sport", "town-hall", "town-hall-2", "opinion"]


def test_they_stand_after_those_there_are_as_they_were_named(make: Maker, courier: int) -> None:
    make.add(SHELF, publication="courier", slug="sport", name="Sport", order=7)

    made(courier, "Town", "Port", "Culture")

    with transaction() as tx:
        found = [(each.slug, each.position) for each in rows.sections_of(tx, courier)]
    assert found == [("sport", 7), ("town", 8), ("port", 9), ("culture", 10)]


def test_a_name_without_a_readable_slug_is_numbered(make: Maker, courier: int) -> None:
    assert made(courier, "المدينة", "Port", "الميناء") == ["section-1", "port", "section-2"]
    make.end(SHELF, "section-1")

    assert made(courier, "ثقافة") == ["section-3"]  # the other one's articles are not its own


def test_what_cannot_be_made_makes_none(make: Maker, courier: int) -> None:
    reader = Actor("sources", frozenset({Permission.SOURCES}))

    with pytest.raises(InvalidError):
        made(courier, "Town Hall", "a\x00b")
    with pytest.raises(UsageError, match="20 sections at most"):
        made(courier, *map(str, range(21)))
    with pytest.raises(NotAllowedError):
        made(courier, "Town Hall", actor=reader)

    assert make.listed(SHELF) == []
