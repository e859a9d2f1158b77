"""Decisions as rows, and rows as deciding sees them."""

import dataclasses
import datetime as dt
from typing import Any

import pytest

from syndicate import bounds
from syndicate.articles import to_rows
from syndicate.articles.changes import Alter, Placed, alter
from syndicate.articles.decide import ByLink, Create, Facts, new_entries
from syndicate.articles.embargoes import Hold
from syndicate.articles.identity import KnownEntry, identify
from syndicate.articles.story import story_of
from syndicate.reading.records import Entry, PictureIn, Words
from syndicate.store.editing.stored_articles import (
    CarriedEntry,
    LinkedArticle,
    StoredArticle,
    StoredPicture,
)
from syndicate.vocabulary.articles import Access, ArticleKind, ArticleState, Change
from tests.articles.stories import ENTRY, HOUR, LINK, NOW, article_of, changed

MAYOR = PictureIn("https://daily.example/mayor.jpg", caption="The mayor", keeps=("channels",))
COURT = PictureIn("https://daily.example/court.jpg")
ROW: dict[str, Any] = {
    "url": "https://daily.example/mayor.jpg",
    "caption": "The mayor",
    "credit": "",
    "alt": "",
    "media_type": None,
    "width": None,
    "height": None,
    "size_bytes": None,
    "channels": None,
    "rights_until": None,
}


def created(entry: Entry) -> Create:
    facts = Facts(1, "en", 5, {}, is_first_connect=False)
    (intent,) = new_entries(identify([entry]), by_link={}, used_keys=[], facts=facts, now=NOW)
    assert isinstance(intent, Create)
    return intent


def altered(before: Entry = ENTRY, **values: Any) -> Alter:
    """A change of the headline, with values of its own."""
    after = changed(before, title="Another")
    found = alter(article_of(before, embargo_said=""), after, now=NOW)
    assert found is not None
    return dataclasses.replace(found, found=identify([after])[0], **values)


def spoken(*pictures: PictureIn, before: tuple[PictureIn, ...] = (MAYOR,), **values: Any) -> Alter:
    entry = changed(ENTRY, pictures=before, tags=("Water", "Money"))
    return altered(entry, is_spoken=True, pictures=pictures, **values)


# What stands, as deciding sees it


def test_an_entry_and_an_address_are_known_by_all_that_their_rows_say() -> None:
    carried = CarriedEntry(3, 7, "k", b"s", "g", LINK, "Title", b"h", NOW, "Tue", b"said")
    linked = LinkedArticle("daily.example/a", 7, True, "g", "Title", False)

    assert to_rows.known_entry(carried) == KnownEntry(
        3, 7, "k", b"s", "g", LINK, "Title", b"h", NOW, "Tue", b"said"
    )
    assert to_rows.by_link(linked) == ByLink(7, is_own=True, guid="g", title="Title")


def stored(*pictures: StoredPicture) -> StoredArticle:
    return StoredArticle(
        id=7,
        state=ArticleState.LIVE,
        kind=ArticleKind.STORY,
        access=Access.FREE,
        embargo_until=None,
        embargo_said="",
        url=LINK,
        words=Words("Title", "What it is about.", "<p>Text</p>", ("Desk",)),
        language="en",
        section_id=5,
        published_at=NOW - HOUR,
        is_dated=True,
        updated_at=NOW,
        first_source_id=1,
        immaterial=2,
        revised_at=NOW,
        notes=("It was five.", "It was five."),
        pictures=pictures,
        tags=(("water", "Water"),),
    )


def test_an_article_is_known_by_all_that_stands() -> None:
    found = to_rows.known_article(stored(StoredPicture(**ROW)))

    assert found == article_of(
        changed(ENTRY, summary="What it is about.", content="<p>Text</p>", tags=("Water",)),
        embargo_said="",
        section_id=5,
        updated_at=NOW,
        immaterial=2,
        revised_at=NOW,
        notes=frozenset({"It was five."}),
        pictures=(dataclasses.replace(MAYOR, keeps=()),),
    )


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (None, None),
        (NOW.timestamp(), NOW),
        (-1.0, bounds.EARLIEST),
        (float("-inf"), bounds.EARLIEST),
        (float("inf"), bounds.LATEST),
        (1e15, bounds.LATEST),
    ],
)
def test_the_end_of_rights_is_a_moment_that_the_house_can_keep(
    seconds: float | None, expected: dt.datetime | None
) -> None:
    row = StoredPicture(**{**ROW, "rights_until": seconds})

    assert to_rows.known_article(stored(row)).pictures[0].rights_until == expected


# Articles to make


def test_a_new_article_has_every_column_of_its_story() -> None:
    entry = changed(ENTRY, language="ar", tags=("Water",), pictures=(MAYOR,))
    create = created(entry)
    carried = {"source_id": 1}

    made = to_rows.new_article(9, "daily.example", create, carried)

    story = story_of(entry)
    columns = dict(made.columns)
    authority, _, rest = columns.pop("atom_id").partition(",2026-11-24:")
    assert (authority, len(rest)) == ("tag:daily.example", 36)
    assert columns == {
        "publication_id": 9,
        "section_id": 5,
        "kind": ArticleKind.STORY,
        "state": ArticleState.LIVE,
        "embargo_until": None,
        "embargo_said": "",
        "access": Access.FREE,
        "language": "ar",
        "direction": "rtl",
        "url": LINK,
        "slug": "title",
        **vars(story.words),
        "published_at": NOW - HOUR,
        "updated_at": NOW - HOUR,
        "is_dated": True,
        "is_backlog": False,
        "visible_hash": story.hash,
    }
    assert (made.carried, made.links, made.tags) == (
        carried,
        ("daily.example/a",),
        [("water", "Water")],
    )
    assert made.pictures == [ROW]


def test_no_two_articles_have_one_id() -> None:
    create = created(ENTRY)
    ids = {to_rows.new_article(9, "x", create, {}).columns["atom_id"] for _ in range(2)}

    assert len(ids) == 2


def test_a_picture_is_a_row_without_what_nobody_spoke_of() -> None:
    assert to_rows.picture_row(MAYOR) == ROW
    bound = dataclasses.replace(MAYOR, channels=("page",), rights_until=NOW)
    assert to_rows.picture_row(bound) == {**ROW, "channels": ["page"], "rights_until": NOW}


# Articles to change


def test_a_change_of_text_writes_words_and_standing_and_nothing_else() -> None:
    each = altered(note="n")

    found = to_rows.altered_article(each)

    assert each.story is not None
    assert found.columns == {
        "state": ArticleState.LIVE,
        "kind": ArticleKind.STORY,
        "access": Access.FREE,
        "updated_at": NOW,
        "embargo_until": None,
        "embargo_said": "",
        "url": LINK,
        **vars(dataclasses.replace(story_of(ENTRY).words, headline="Another")),
        "visible_hash": each.story.hash,
    }
    assert (found.article_id, found.change, found.is_material, found.note) == (
        7,
        Change.UPDATE,
        True,
        "n",
    )
    assert (found.pictures, found.has_rights, found.is_withdrawn) == ([], False, False)


def test_a_change_without_text_leaves_the_words() -> None:
    found = to_rows.altered_article(altered(story=None, pictures=None, change=None))

    assert not {"headline", "standfirst", "body_html", "authors", "visible_hash"} & set(
        found.columns
    )
    assert (found.pictures, found.change) == (None, None)


@pytest.mark.parametrize(
    ("placed", "expected"),
    [
        (None, {}),
        (Placed(5, "ar"), {"section_id": 5, "language": "ar", "direction": "rtl"}),
        (
            Placed(None, "en", NOW),
            {"section_id": None, "language": "en", "direction": "ltr"}
            | {"published_at": NOW, "is_dated": True},
        ),
    ],
)
def test_where_an_article_stands_is_written_when_it_is_said(
    placed: Placed | None, expected: dict[str, Any]
) -> None:
    columns = to_rows.altered_article(altered(placed=placed)).columns
    names = {"section_id", "language", "direction", "published_at", "is_dated"}

    assert {name: value for name, value in columns.items() if name in names} == expected


def test_a_story_in_arabic_runs_from_right_to_left_whatever_its_source_says() -> None:
    entry = changed(
        ENTRY,
        title="افتتاح معرض ميناء في الدوحة",
        summary="قال المدير إن التذاكر بيعت.",
        content="<p>يفتح المعرض أبوابه يوم الأحد في الميناء القديم.</p>",
    )
    made = to_rows.new_article(9, "daily.example", created(entry), {})
    told = to_rows.new_article(9, "daily.example", created(changed(entry, language="en")), {})
    moved = to_rows.altered_article(altered(entry, placed=Placed(6, "en"), story=None))

    assert (made.columns["language"], made.columns["direction"]) == ("und-Arab", "rtl")
    assert (told.columns["language"], told.columns["direction"]) == ("en", "rtl")
    assert (moved.columns["section_id"], moved.columns["direction"]) == (6, "rtl")


def test_what_goes_live_is_published_at_that_second() -> None:
    found = to_rows.altered_article(altered(placed=Placed(5, "en"), published_at=NOW))

    assert found.columns["published_at"] == NOW
    assert "is_dated" not in found.columns


@pytest.mark.parametrize(
    ("was", "becomes", "expected"),
    [
        (ArticleState.LIVE, ArticleState.LIVE, NOW - HOUR),
        (ArticleState.EMBARGOED, ArticleState.LIVE, None),
        (ArticleState.LIVE, ArticleState.EMBARGOED, NOW + HOUR),
    ],
)
def test_the_end_of_an_embargo_that_is_over_is_remembered_while_the_article_is_live(
    was: ArticleState, becomes: ArticleState, expected: dt.datetime | None
) -> None:
    until = NOW + HOUR if becomes is ArticleState.EMBARGOED else None
    article = article_of(ENTRY, state=was, embargo_until=NOW - HOUR)

    found = to_rows.altered_article(altered(article=article, hold=Hold(becomes, until, "said")))

    assert (found.columns["embargo_until"], found.columns["embargo_said"]) == (expected, "said")


# Tags


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"tags": ("Court", "Law")}, [("court", "Court"), ("law", "Law")]),
        ({"tags": ()}, []),
        ({"tags": None}, [("money", "Money"), ("water", "Water")]),
    ],
)
def test_what_somebody_spoke_of_has_the_tags_that_are_said_or_stand(
    values: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    assert to_rows.altered_article(spoken(MAYOR, **values)).tags == expected


def test_a_feed_adds_the_tags_of_a_new_text_and_none_otherwise() -> None:
    before = changed(ENTRY, tags=("Water",))

    assert to_rows.altered_article(altered(before)).tags == [("water", "Water")]
    assert to_rows.altered_article(altered(before, story=None)).tags == ()


# Whether mails on their way have to go without a picture

LESS = [
    pytest.param(spoken(), True, id="taken out"),
    pytest.param(spoken(dataclasses.replace(MAYOR, channels=())), True, id="nowhere any more"),
    pytest.param(spoken(dataclasses.replace(MAYOR, rights_until=NOW)), True, id="an end"),
    pytest.param(spoken(MAYOR), False, id="the same"),
    pytest.param(spoken(MAYOR, COURT), False, id="one more"),
    pytest.param(spoken(dataclasses.replace(MAYOR, caption="x")), False, id="another caption"),
    pytest.param(
        spoken(
            dataclasses.replace(MAYOR, channels=("page",)),
            before=(dataclasses.replace(MAYOR, channels=("page", "mail")),),
        ),
        True,
        id="a channel less",
    ),
    pytest.param(
        spoken(
            dataclasses.replace(MAYOR, channels=("page", "mail")),
            before=(dataclasses.replace(MAYOR, channels=("page",)),),
        ),
        False,
        id="a channel more",
    ),
    pytest.param(
        spoken(MAYOR, before=(dataclasses.replace(MAYOR, channels=(), rights_until=NOW),)),
        False,
        id="given back",
    ),
    pytest.param(
        spoken(
            dataclasses.replace(MAYOR, rights_until=NOW),
            before=(dataclasses.replace(MAYOR, rights_until=NOW + HOUR),),
        ),
        True,
        id="an earlier end",
    ),
    pytest.param(
        spoken(
            dataclasses.replace(MAYOR, rights_until=NOW + HOUR),
            before=(dataclasses.replace(MAYOR, rights_until=NOW),),
        ),
        False,
        id="a later end",
    ),
    pytest.param(
        spoken(COURT, readdressed=((MAYOR.url, COURT.url),)), False, id="moved to another host"
    ),
    pytest.param(dataclasses.replace(spoken(), is_spoken=False), False, id="left out by a feed"),
    pytest.param(dataclasses.replace(spoken(), pictures=None), False, id="pictures not spoken of"),
]


@pytest.mark.parametrize(("each", "expected"), LESS)
def test_a_picture_is_withdrawn_when_somebody_takes_it_or_a_right_away(
    each: Alter, *, expected: bool
) -> None:
    assert to_rows.altered_article(each).is_withdrawn is expected
