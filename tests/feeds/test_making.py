"""Feeds by a rule: made whole or not at all, built again when they change, gone with a 410."""

import threading
import time

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from syndicate.errors import InvalidError, MissingError, RefusedError, SyndicateError, TakenError
from syndicate.feeds import making
from syndicate.newsroom.making import publications, sections
from syndicate.newsroom.making.fields import TakesEffect, Touched
from syndicate.store.ground.session import transaction
from syndicate.store.syndication import feed_rules, feeds
from syndicate.store.syndication.feeds import Feed
from syndicate.vocabulary.articles import ArticleKind
from syndicate.vocabulary.feeds import FeedKind
from tests import rows
from tests.application import build
from tests.feeds import building, reading
from tests.newsroom.making.conftest import COURIER, NOW, Maker

SHELF = making.SHELF


@pytest.fixture
def make(database: str) -> Maker:
    assert database
    return Maker()


@pytest.fixture
def courier(make: Maker) -> int:
    """The id of the Courier, with a section and two stories in it."""
    made = make.add(publications.SHELF, **COURIER)
    section = make.add(sections.SHELF, publication="courier", slug="world", name="World")
    with transaction() as tx:
        for word, language in (("flood", "en"), ("rain", "ar")):
            rows.article(tx, made, word, NOW, headline=f"The {word}", section_id=section,
                         language=language)  # fmt: skip
    return made


def add(make: Maker, /, **given: object) -> int:
    return make.add(SHELF, publication="courier", **{"slug": "floods", "title": "Floods"} | given)


def row(slug: str = "floods") -> Feed | None:
    with transaction() as tx:
        return feeds.by_slug(tx, slug)


def headlines() -> list[str]:
    return [each["title"] for each in reading.json_feed("floods")["items"]]


def test_every_part_of_a_rule_is_a_field_that_feeds_follow() -> None:
    parts = [each for each in making.KIND.fields if each.name in feed_rules.PARTS]

    assert [each.name for each in parts] == list(feed_rules.PARTS)
    assert {each.takes_effect for each in parts} == {TakesEffect.NEXT_BUILD}
    assert {each.touches for each in parts} == {(Touched.FEEDS,)}


def test_a_feed_is_built_by_its_rule_and_again_when_the_rule_changes(
    make: Maker, courier: int
) -> None:
    add(make, sections=["world"], words="flood\nfire, and smoke")
    building.publish_due(NOW)
    before = headlines()

    changed = make.set(SHELF, "floods", words=["rain"], title="Rain")
    building.publish_due(NOW)

    assert courier
    assert (before, headlines()) == (["The flood"], ["The rain"])
    assert changed == {
        "title": ("Floods", "Rain"),
        "words": (["flood", "fire, and smoke"], ["rain"]),
    }
    assert make.set(SHELF, "floods", words=["rain"]) == {}
    assert make.shown(SHELF, "floods") == {
        "publication": "courier",
        "slug": "floods",
        "title": "Rain",
        "description": None,
        "full_text": True,
        "sections": ("world",),
        **dict.fromkeys(("tags", "authors", "languages", "kinds"), ()),
        "words": ("rain",),
    }


def test_only_a_feed_that_changes_is_built(make: Maker, courier: int) -> None:
    add(make, words=["flood"])
    building.publish_due(NOW)

    make.set(SHELF, "floods", words=["flood"])
    assert building.publish_due(NOW) == 0
    make.set(SHELF, "floods", description="Rivers.")

    assert courier
    assert building.publish_due(NOW) == 1


def test_a_feed_in_one_language_says_so(make: Maker, courier: int) -> None:
    add(make, languages="AR")
    one = row()
    make.set(SHELF, "floods", languages=["ar", "en"])
    two = row()

    assert courier
    assert one is not None
    assert two is not None
    assert (one.language, two.language) == ("ar", None)


def test_every_kind_of_article_can_be_asked_for(make: Maker, courier: int) -> None:
    add(make, kinds=[each.value for each in ArticleKind])

    assert courier
    assert make.shown(SHELF, "floods")["kinds"] == tuple(each.value for each in ArticleKind)


@pytest.mark.parametrize(
    ("given", "error", "fields"),
    [
        ({}, InvalidError, {"sections": (
            "The rule of a feed names at least one of sections, tags, authors, languages, kinds "
            "and words."
        )}),
        ({"words": [" ", ""]}, InvalidError, {"sections": (
            "The rule of a feed names at least one of sections, tags, authors, languages, kinds "
            "and words."
        )}),
        ({"sections": "world, moon"}, MissingError, {
            "sections": "The Courier has no section moon; make it first."
        }),
        ({"kinds": ["poem"], "languages": ["xx-nothing"]}, InvalidError, {
            "kinds": (
                "There is no kind of article called poem; there are story, live, video, gallery, "
                "opinion, wire."
            ),
            "languages": "xx-nothing is not a language tag; write one such as en or ar.",
        }),
        ({"slug": "world", "words": ["x"]}, TakenError, {
            "slug": "There is a feed world already; choose another slug."
        }),
        ({"title": "The Courier", "words": ["x"]}, TakenError, {"title": (
            "The feed everything of The Courier has this title already; choose another one."
        )}),
        ({"word": ["x"]}, InvalidError, {
            "word": "A feed has no field word; did you mean words?"
        }),
        ({"words": ["x"] * 101}, InvalidError, {
            "words": "The words are more than 100; name fewer."
        }),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told_at_its_field_and_nothing_is_made(
    make: Maker,
    courier: int,
    given: dict[str, object],
    error: type[SyndicateError],
    fields: dict[str, str],
) -> None:
    assert courier
    with pytest.raises(error) as caught:
        add(make, **given)

    told = caught.value.ids["fields"]
    assert {name: told[name] for name in fields} == fields
    assert make.listed(SHELF) == []


def test_a_slug_stays_and_what_follows_the_newsroom_has_no_rule(make: Maker, courier: int) -> None:
    assert courier
    add(make, words=["flood"])
    with pytest.raises(InvalidError) as fixed:
        make.set(SHELF, "floods", slug="rivers")
    with pytest.raises(RefusedError) as follows:
        make.set(SHELF, "world", title="Globe")

    assert fixed.value.ids["fields"] == {
        "slug": "The slug of a feed cannot change; make another one, and move this one there: "
        "`syndicate feeds move SLUG TO`, *Move* on /console/feeds or POST /feeds/SLUG/move."
    }
    assert str(follows.value) == (
        "The feed world follows from the newsroom itself (section) and has no rule to change; make "
        "one by a rule beside it."
    )


def test_a_section_that_is_retired_leaves_the_rules_beside_others(
    make: Maker, courier: int
) -> None:
    assert courier
    make.add(sections.SHELF, publication="courier", slug="asia", name="Asia")
    add(make, sections=["world", "asia"])
    make.end(sections.SHELF, "world")

    assert make.set(SHELF, "floods", title="Asia, once") == {"title": ("Floods", "Asia, once")}
    with pytest.raises(RefusedError, match="The feed floods has stories of the section asia alone"):
        make.end(sections.SHELF, "asia")


def test_a_feed_whose_slug_is_taken_meanwhile_is_refused_at_its_field(
    make: Maker, courier: int
) -> None:
    told: list[object] = []

    def try_it() -> None:
        with pytest.raises(TakenError) as refused:
            add(make, slug="author-rain", words=["rain"])
        told.append(refused.value.ids["fields"])

    other = threading.Thread(target=try_it)
    row = {"kind": FeedKind.AUTHOR, "title": "By Rain", "author": "Rain"}
    with transaction() as tx:
        feeds.add(tx, courier, slug="author-rain", **row)
        other.start()
        while not tx.scalar(text("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")):
            time.sleep(0.02)
    other.join()

    assert told == [{"slug": "There is a feed author-rain already; choose another slug."}]


def test_a_feed_that_ended_answers_410_and_its_slug_is_not_given_out_again(
    make: Maker, courier: int
) -> None:
    assert courier
    add(make, words=["flood"])
    make.end(SHELF, "floods")

    with TestClient(build()) as browser:
        assert browser.get("/feeds/floods.atom").status_code == 410
    assert make.listed(SHELF) == []
    with pytest.raises(TakenError, match="address answers 410 for good; choose another slug"):
        add(make, words=["flood"])
    with pytest.raises(RefusedError, match="The feed floods is gone for good"):
        make.set(SHELF, "floods", title="Rivers")


def test_a_feed_that_moved_is_still_known_to_a_file(make: Maker, courier: int) -> None:
    assert courier
    add(make, words=["flood"])
    with transaction() as tx:
        feeds.move(tx, "floods", "everything")

    assert make.listed(SHELF) == ["floods"]
