"""What a feed says of an article: section, tags, pictures, where it came from, what was wrong."""

import datetime as dt
from typing import Any

import pytest

from syndicate.store.content.articles import ArticleSource
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.syndication import feed_rows
from syndicate.store.syndication.feed_rows import EntryRow, PictureRow, Place
from syndicate.vocabulary.articles import ArticleKind, Change, Channel
from tests import rows
from tests.rows import DAY, NOW

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def daily(database: str) -> int:  # noqa: ARG001 - the rows go there
    with transaction() as tx:
        return rows.publication(tx).id


def read(
    tx: Transaction, *places: Place, channel: Channel = Channel.PUBLIC_FEED
) -> dict[Place, EntryRow]:
    return feed_rows.read(tx, places, channel, now=NOW)


def one(tx: Transaction, article_id: int, **of: Any) -> EntryRow:
    place = Place(article_id, 0)
    return read(tx, place, **of)[place]


def test_no_places_are_read_at_once(daily: int) -> None:
    assert daily
    with transaction() as tx:
        assert read(tx) == {}


def test_an_article_of_which_little_is_known_is_an_entry(daily: int) -> None:
    with transaction() as tx:
        made = rows.article(tx, daily)

        entry = one(tx, made.id)

    assert entry == EntryRow(made, None, (), (), None, None)


def test_each_entry_says_its_own(daily: int) -> None:
    with transaction() as tx:
        ids = []
        for slug, names in (("a", ("Water", "Floods")), ("b", ("Chess",))):
            section = rows.section(tx, daily, slug)
            made = rows.article(tx, daily, slug, section_id=section.id)
            for name in names:
                rows.tag(tx, made, name.lower(), name)
            rows.picture(tx, made.id, url=slug)
            ids.append(made.id)
        first, second = ids

        found = read(tx, Place(first, 0), Place(second, 0))

    assert {
        place.article_id: (row.article.slug, row.section, row.tags, [p.url for p in row.pictures])
        for place, row in found.items()
    } == {first: ("a", "A", ("Floods", "Water"), ["a"]), second: ("b", "B", ("Chess",), ["b"])}


def test_the_section_is_called_as_the_articles_language_says(daily: int) -> None:
    with transaction() as tx:
        section = rows.section(tx, daily, "world", names={"ar": "العالم"})
        made = rows.article(tx, daily, section_id=section.id, language="ar")
        other = rows.article(tx, daily, "other", section_id=section.id, language="fr")

        assert (one(tx, made.id).section, one(tx, other.id).section) == ("العالم", "World")


def test_tags_of_one_name_come_in_the_order_in_which_they_came(daily: int) -> None:
    with transaction() as tx:
        made = rows.article(tx, daily)
        for slug in ("z", "a"):
            rows.tag(tx, made, slug, "Floods")

        assert one(tx, made.id).tags == ("Floods", "Floods")


def test_a_picture_is_told_with_every_column(daily: int) -> None:
    with transaction() as tx:
        made = rows.article(tx, daily)
        rows.picture(tx, made.id, url="https://p.example/1.jpg")

        [found] = one(tx, made.id).pictures

    assert found == PictureRow(
        url="https://p.example/1.jpg",
        media_type="image/jpeg",
        width=800,
        height=600,
        size_bytes=12345,
        caption="A street after rain",
        credit="EPA",
        alt="A wet street",
        may_show=True,
    )


def test_pictures_come_in_their_order_also_those_that_may_not_be_shown(daily: int) -> None:
    with transaction() as tx:
        made = rows.article(tx, daily)
        rows.picture(tx, made.id, url="last", position=2, rights_until=NOW)
        rows.picture(tx, made.id, url="pages only", position=1, channels=["page"])
        rows.picture(tx, made.id, url="lead", position=0, rights_until=NOW + DAY)
        rows.picture(tx, made.id, url="second", position=0)

        in_feed, on_page = (
            [(each.url, each.may_show) for each in one(tx, made.id, channel=channel).pictures]
            for channel in (Channel.PUBLIC_FEED, Channel.PAGE)
        )

    assert in_feed == [("lead", True), ("second", True), ("pages only", False), ("last", False)]
    assert on_page == [("lead", True), ("second", True), ("pages only", True), ("last", False)]


def _carry(tx: Transaction, article_id: int, source_id: int, key: str) -> None:
    carried = {"entry_key": key, "stem": b"s", "entry_hash": b"h", "seen_at": NOW}
    rows.added(tx, ArticleSource(article_id=article_id, source_id=source_id, **carried))


@pytest.mark.parametrize("kind", ArticleKind)
def test_a_wire_story_names_its_source_and_no_other_kind_does(
    daily: int, kind: ArticleKind
) -> None:
    with transaction() as tx:
        wire = rows.source(tx, daily, name="Wire")
        made = rows.article(tx, daily, kind=kind)
        _carry(tx, made.id, wire.id, "a")

        entry = one(tx, made.id)

    said = ("Wire", "https://Wire.example/feed")
    assert entry.source == (said if kind is ArticleKind.WIRE else None)


def test_a_wire_story_of_several_sources_names_the_first_that_brought_it(daily: int) -> None:
    with transaction() as tx:
        later, first = rows.source(tx, daily, "later"), rows.source(tx, daily, "first")
        made, other = (rows.article(tx, daily, name, kind=ArticleKind.WIRE) for name in ("a", "b"))
        _carry(tx, made.id, first.id, "a")
        _carry(tx, made.id, later.id, "a")
        _carry(tx, other.id, later.id, "b")

        found = read(tx, Place(made.id, 0), Place(other.id, 0))

    sources = {place.article_id: row.source for place, row in found.items()}
    assert sources == {
        made.id: ("first", "https://first.example/feed"),
        other.id: ("later", "https://later.example/feed"),
    }


def test_a_place_of_a_correction_has_its_note_and_the_article_as_it_stands(daily: int) -> None:
    with transaction() as tx:
        made, other = rows.article(tx, daily, "a", revision=3), rows.article(tx, daily, "b")
        for number, note in ((2, "The river was another."), (3, "So was the town.")):
            rows.revision(tx, made.id, number, Change.CORRECTION, note=note)
        rows.revision(tx, other.id, 2, Change.CORRECTION, note="Another article's.")
        places = (Place(made.id, 2), Place(made.id, 3), Place(made.id, 0), Place(other.id, 0))

        found = read(tx, *places)

    notes = {place: row.correction and row.correction.note for place, row in found.items()}
    assert notes == dict(
        zip(places, ("The river was another.", "So was the town.", None, None), strict=True)
    )
    assert {row.article.slug for row in found.values()} == {"a", "b"}


def test_a_text_is_read_as_it_stands(daily: int) -> None:
    at = NOW - dt.timedelta(hours=1)
    with transaction() as tx:
        made = rows.article(tx, daily, "story", at, body_html="<p>Text.</p>")
    with transaction() as tx:
        entry = one(tx, made.id)

    assert (entry.article.body_html, entry.article.published_at) == ("<p>Text.</p>", at)
