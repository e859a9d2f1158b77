"""Sections: their place, their names, and a new slug under which nothing and nobody is lost."""

import pytest
from starlette.testclient import TestClient

from syndicate import clock
from syndicate.errors import InvalidError, MissingError, NotFoundError, RefusedError, TakenError
from syndicate.newsroom.making import desks, publications, reading, sections
from syndicate.store.ground.session import transaction
from syndicate.store.intake import source_leases
from syndicate.store.newsroom import newsletters
from syndicate.store.newsroom import publications as rows
from syndicate.store.readers import subscribers
from syndicate.store.readers.subscribers import SubscriptionChoice
from syndicate.store.syndication import feeds
from syndicate.vocabulary.feeds import FeedKind
from syndicate.vocabulary.newsletters import ChoiceKind
from tests import rows as plain
from tests.application import build
from tests.newsroom.making.conftest import COURIER, Maker

SHELF = sections.SHELF


@pytest.fixture
def world(make: Maker, courier: int) -> int:
    """The id of a section World of the Courier."""
    assert courier
    return make.add(SHELF, publication="courier", slug="world", name="World")


def moved(publication_id: int) -> dict[str, str | None]:
    """Where each of a publication's feeds of sections leads."""
    with transaction() as tx:
        found = [feeds.by_slug(tx, slug) for slug in feeds.ids_by_slug(tx)]
        return {
            each.slug: each.moved_to
            for each in found
            if each is not None
            and each.publication_id == publication_id
            and each.kind is FeedKind.SECTION
        }


def test_a_section_has_its_place_its_desk_and_its_feed(
    make: Maker, courier: int, world: int
) -> None:
    make.add(desks.SHELF, publication="courier", slug="asia", name="Asia desk")
    make.add(SHELF, publication="courier", slug="asia", name="Asia", parent="world",
             order=2, desk="asia", names={"ar": "آسيا"})  # fmt: skip

    shown = make.shown(SHELF, "asia")

    assert (shown["parent"], shown["desk"], shown["order"]) == ("world", "asia", 2)
    assert shown["names"] == {"ar": "آسيا"}
    assert make.listed(SHELF) == ["world", "asia"]
    assert set(moved(courier)) == {"world", "asia"}
    assert make.set(SHELF, "asia", order=0) == {"order": (2, 0)}
    assert world


def test_the_feed_is_called_as_its_publications_language_says(
    make: Maker, courier: int, world: int
) -> None:
    def title() -> str:
        with transaction() as tx:
            found = feeds.by_slug(tx, "world")
            assert found is not None
            return found.title

    assert courier
    assert world
    make.set(SHELF, "world", names={"ar": "العالم"})
    assert title() == "The Courier: World"
    make.set(publications.SHELF, "courier", language="ar")
    assert title() == "The Courier: العالم"
    make.set(SHELF, "world", names={"ar": "دولي"})
    assert title() == "The Courier: دولي"
    make.set(SHELF, "world", names={})
    assert title() == "The Courier: World"


def test_no_section_stands_below_itself(make: Maker, world: int) -> None:
    assert world
    make.add(SHELF, publication="courier", slug="asia", name="Asia", parent="world")
    make.add(SHELF, publication="courier", slug="japan", name="Japan", parent="asia")

    with pytest.raises(InvalidError) as caught:
        make.set(SHELF, "world", parent="japan")

    assert caught.value.ids["fields"] == {
        "parent": "world cannot stand below japan, which would then stand below itself; choose "
        "another parent."
    }
    assert make.shown(SHELF, "world")["parent"] is None


def test_what_is_taken_or_not_there_is_told_at_its_field(make: Maker, world: int) -> None:
    assert world
    with pytest.raises(TakenError) as taken:
        make.add(SHELF, publication="courier", slug="world", name="Other")
    with pytest.raises(MissingError) as missing:
        make.add(SHELF, publication="courier", slug="b", name="B", parent="x", desk="y")
    with pytest.raises(InvalidError) as fixed:
        make.set(SHELF, "world", publication="other")

    assert taken.value.ids["fields"] == {
        "slug": "The Courier has a section world already; choose another slug."
    }
    assert missing.value.ids["fields"] == {
        "parent": "The Courier has no section x; make it first.",
        "desk": "The Courier has no desk y; make it first.",
    }
    assert fixed.value.ids["fields"]["publication"] == (
        "The publication of a section cannot change; make another one instead."
    )


def test_pages_and_feeds_of_a_former_slug_lead_to_the_new_one(
    make: Maker, courier: int, world: int
) -> None:
    make.set(SHELF, "world", slug="globe", name="Globe")
    make.set(SHELF, "globe", slug="planet")

    assert moved(courier) == {"world": "planet", "globe": "planet", "planet": None}
    with TestClient(build(), follow_redirects=False) as browser:
        former = browser.get("/sections/world")
        assert (former.status_code, former.headers["location"]) == (301, "/sections/planet")
        assert browser.get("/sections/planet").status_code == 200
        feed = browser.get("/feeds/world.atom")
        assert feed.status_code == 301
        assert feed.headers["location"].endswith("/feeds/planet.atom")
        assert browser.get("/sections/nothing").status_code == 404
    make.set(SHELF, "planet", slug="world")
    assert moved(courier) == {"world": None, "globe": "world", "planet": "world"}
    assert make.shown(SHELF, "globe")["slug"] == "world"
    assert world


def test_what_still_says_the_former_slug_finds_the_section(
    make: Maker, courier: int, world: int
) -> None:
    with transaction() as tx:
        feeds.add(tx, courier, slug="far", kind=FeedKind.RULE, rule={"sections": ["world"]},
                  title="Far")  # fmt: skip

    make.set(SHELF, "world", slug="globe")

    with transaction() as tx:
        words = source_leases.sections_by_word(tx, [courier])[courier]
        rule = feeds.by_slug(tx, "far")
        assert words == {"world": world, "globe": world}
        assert rule is not None
        assert rule.rule == {"sections": ["globe"]}


def found_by(publication_id: int) -> dict[str, int]:
    with transaction() as tx:
        return source_leases.sections_by_word(tx, [publication_id])[publication_id]


def test_what_still_says_a_former_name_finds_the_section(
    make: Maker, courier: int, world: int
) -> None:
    make.set(SHELF, "world", name="Globe & Beyond")
    make.set(SHELF, "world", name="Globe")

    names = ("world", "globe & beyond", "globe")
    assert found_by(courier) == dict.fromkeys(names, world)

    # A section that bears the name now comes first, and keeps it: it had it last.
    other = make.add(SHELF, publication="courier", slug="other", name="Globe & Beyond")
    assert found_by(courier)["globe & beyond"] == other
    make.set(SHELF, "other", name="Other")
    assert found_by(courier)["globe & beyond"] == other
    make.end(SHELF, "other")
    assert set(found_by(courier)) == {"world", "globe"}
    make.add(SHELF, publication="courier", slug="other", name="Others")
    assert found_by(courier)["other"] == found_by(courier)["globe & beyond"] == other


def test_names_in_other_languages_find_the_section_too(
    make: Maker, courier: int, world: int
) -> None:
    other = make.add(SHELF, publication="courier", slug="earth", name="Erde")

    make.set(SHELF, "world", names={"de": "Welt", "nl": "Erde"})

    assert found_by(courier) == {"world": world, "welt": world, "earth": other, "erde": other}


def test_readers_keep_what_they_chose(make: Maker, courier: int, world: int) -> None:
    other = make.add(publications.SHELF, **{**COURIER, "slug": "nahar", "language": "ar"})
    with transaction() as tx:
        twin = plain.section(tx, other, "world")
        mixed = plain.newsletter(tx, courier, "mixed", section_ids=[world, twin.id])
        own = plain.newsletter(tx, courier, "own", section_ids=[world])
        ids = []
        reader = plain.subscriber(tx)
        for newsletter in (mixed, own):
            row = plain.subscription(tx, reader.id, newsletter.id)
            tx.add(SubscriptionChoice(subscription_id=row.id, kind=ChoiceKind.SECTION,
                                      value="world"))  # fmt: skip
            ids.append(row.id)

    with transaction() as tx:
        sections.change(
            tx,
            sections.SHELF.key(tx, tx.session.get_one(rows.Section, world)),
            {"slug": "globe"},
            actor=make.actor,
            now=clock.now(),
        )

    with transaction() as tx:
        # In one newsletter the Arabic translation still has the old slug.
        chosen = [subscribers.choices(tx, each, ChoiceKind.SECTION) for each in ids]
        assert [sorted(each) for each in chosen] == [
            ["globe", "world"],
            ["globe"],
        ]
        assert [each.slug for each in newsletters.sections_of(tx, own.id)] == ["globe"]


def test_a_retired_section_leads_up_and_can_come_back(
    make: Maker, courier: int, world: int
) -> None:
    make.add(SHELF, publication="courier", slug="asia", name="Asia", parent="world")
    with pytest.raises(RefusedError, match="Sections stand below world"):
        make.end(SHELF, "world")
    with transaction() as tx:
        asia = rows.section_of(tx, courier, "asia")
        assert asia is not None
        lone = plain.newsletter(tx, courier, "lone", name="Lone", section_ids=[asia.id])
    with pytest.raises(RefusedError, match="Lone draws from the section asia alone"):
        make.end(SHELF, "asia")
    with transaction() as tx:
        tx.add(newsletters.NewsletterSection(newsletter_id=lone.id, section_id=world))

    make.end(SHELF, "asia")

    assert make.listed(SHELF) == ["world"]
    with pytest.raises(NotFoundError, match="There is no section asia in courier"):
        make.set(SHELF, "asia", name="x")
    with TestClient(build(), follow_redirects=False) as browser:
        assert browser.get("/sections/asia").headers["location"] == "/sections/world"
        assert browser.get("/feeds/asia.atom").status_code == 410
        make.add(SHELF, publication="courier", slug="asia", name="Asia again")
        assert browser.get("/sections/asia").status_code == 200
    assert make.shown(SHELF, "asia")["name"] == "Asia again"
    assert moved(courier)["asia"] is None


def test_a_field_that_is_emptied_falls_back_to_its_default() -> None:
    read = reading.read(sections.KIND, {"order": None}, is_new=False)

    assert (read.problems, read.values) == ({}, {"order": 0})
