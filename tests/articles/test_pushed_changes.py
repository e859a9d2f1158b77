"""How an article changes by what somebody says of it, to the byte."""

import dataclasses
import datetime as dt
from typing import Any

import pytest

from syndicate.articles.changes import Alter, KnownArticle, Placed
from syndicate.articles.embargoes import Hold
from syndicate.articles.pushed_changes import Said, alter
from syndicate.articles.story import story_of
from syndicate.reading.records import Entry, PictureIn
from syndicate.vocabulary.articles import Access, ArticleKind, ArticleState, Change
from tests.articles.stories import ENTRY, HOUR, LINK, NOW, TEXT, article_of, changed

MAYOR = PictureIn("https://daily.example/mayor.jpg", caption="The mayor", credit="EPA")
COURT = PictureIn("https://daily.example/court.jpg")
BEFORE = changed(ENTRY, pictures=(MAYOR,), tags=("Money",))
SAID = Said(None, "en", frozenset({("money", "Money")}))
LIVE = Hold(ArticleState.LIVE, None, "")
RIGHTS = ("channels", "rights_until")


def stands(**values: Any) -> KnownArticle:
    return article_of(BEFORE, embargo_said="", **values)


def pushed(
    after: Entry = BEFORE, said: Said = SAID, hold: Hold = LIVE, **values: Any
) -> Alter | None:
    """What a push changes of the article of `BEFORE`, with other values of its own."""
    return alter(stands(**values), after, said, hold, now=NOW)


def needed(found: Alter | None) -> Alter:
    assert found is not None
    return found


def with_pictures(*pictures: PictureIn, **values: Any) -> Entry:
    return changed(BEFORE, pictures=pictures, **values)


def says(**values: Any) -> Said:
    return dataclasses.replace(SAID, **values)


def test_the_same_article_again_changes_nothing() -> None:
    assert pushed() is None


@pytest.mark.parametrize(
    "values",
    [
        {"title": "Title?"},
        {"title": "title"},
        {"summary": "Another standfirst"},
        {"content": TEXT.replace("word7 ", "<em>word7</em> ")},
        {"authors": ("Desk", "Court desk")},
    ],
)
def test_any_byte_of_the_text_that_differs_is_a_revision(values: dict[str, Any]) -> None:
    after = changed(BEFORE, **values)

    found = needed(pushed(after))

    assert found.story == story_of(after)
    assert (found.change in {Change.FIX, Change.UPDATE}, found.is_spoken) == (True, True)
    assert (found.pictures, found.tags, found.placed) == (None, None, None)


def test_a_body_that_todays_cleaning_makes_the_same_is_no_news() -> None:
    older = stands(body_html=TEXT + "<script>x</script>")

    assert alter(older, BEFORE, SAID, LIVE, now=NOW) is None


def test_a_body_that_was_stored_uncleaned_and_differs_is_news() -> None:
    older = stands(body_html=TEXT + "<script>x</script><p>More</p>")

    assert needed(alter(older, BEFORE, SAID, LIVE, now=NOW)).story == story_of(BEFORE)


@pytest.mark.parametrize(
    ("change", "note", "expected"),
    [
        (Change.CORRECTION, "It was five.", Change.CORRECTION),
        (Change.CORRECTION, "It was four.", None),
        (Change.UPDATE, "It was five.", None),
        (Change.CORRECTION, None, None),
    ],
)
def test_a_correction_by_its_note_alone_stands_on_the_text_that_is_there(
    change: Change, note: str | None, expected: Change | None
) -> None:
    after = changed(BEFORE, change=change, note=note)

    found = pushed(after, notes=frozenset({"It was four."}))

    if expected is None:
        assert found is None
    else:
        assert (needed(found).change, needed(found).story) == (expected, None)
        assert (needed(found).note, needed(found).updated_at) == (note, NOW)


# Pictures


@pytest.mark.parametrize(
    "picture",
    [
        dataclasses.replace(MAYOR, caption="The former mayor"),
        dataclasses.replace(MAYOR, credit="Agency"),
        dataclasses.replace(MAYOR, alt="A woman at a desk"),
        dataclasses.replace(MAYOR, width=800),
        COURT,
    ],
)
def test_a_picture_that_readers_see_otherwise_is_a_revision(picture: PictureIn) -> None:
    found = needed(pushed(with_pictures(picture)))

    assert (found.change, found.story, found.pictures) == (Change.FIX, None, (picture,))


def test_pictures_in_another_order_are_a_revision() -> None:
    found = needed(pushed(with_pictures(COURT, MAYOR), pictures=(MAYOR, COURT)))

    assert (found.change, found.pictures) == (Change.FIX, (COURT, MAYOR))


@pytest.mark.parametrize(
    "right", [{"channels": ()}, {"channels": ("page",)}, {"rights_until": NOW}]
)
def test_a_right_changes_without_a_revision(right: dict[str, Any]) -> None:
    less = dataclasses.replace(MAYOR, **right)

    found = needed(pushed(with_pictures(less)))

    assert (found.change, found.story, found.pictures) == (None, None, (less,))
    assert found.updated_at == NOW - HOUR


def test_a_right_that_nobody_spoke_of_stays_and_is_no_news() -> None:
    bound = dataclasses.replace(MAYOR, channels=("page",), rights_until=NOW + HOUR)
    silent = dataclasses.replace(MAYOR, keeps=RIGHTS)

    assert pushed(with_pictures(silent), pictures=(bound,)) is None


def test_a_right_that_is_spoken_of_is_given_back_alone() -> None:
    bound = dataclasses.replace(MAYOR, channels=(), rights_until=NOW + HOUR)
    freed = dataclasses.replace(MAYOR, channels=None, keeps=("rights_until",))

    found = needed(pushed(with_pictures(freed), pictures=(bound,)))

    assert found.pictures == (dataclasses.replace(bound, channels=None),)


def test_a_new_picture_keeps_nothing() -> None:
    new = dataclasses.replace(COURT, keeps=RIGHTS)

    assert needed(pushed(with_pictures(MAYOR, new))).pictures == (MAYOR, COURT)


def test_a_picture_that_is_said_twice_is_one_and_its_last_words_count() -> None:
    other = dataclasses.replace(MAYOR, caption="The former mayor")

    assert needed(pushed(with_pictures(MAYOR, other))).pictures == (other,)


@pytest.mark.parametrize(
    ("right", "is_kept"),
    [({"channels": ("page",)}, True), ({"rights_until": NOW + HOUR}, True), ({}, False)],
)
@pytest.mark.parametrize("url", [MAYOR.url, "https://daily.example/mayor.jpg?a=1&b=2"])
def test_a_bound_picture_that_stays_in_the_body_stays_bound(
    right: dict[str, Any], url: str, *, is_kept: bool
) -> None:
    bound = dataclasses.replace(MAYOR, url=url, **right)
    body = f'<p>Text</p><img src="{url.replace("&", "&amp;")}">'

    found = pushed(with_pictures(content=body), pictures=(bound,), body_html=body)

    if is_kept:
        assert needed(found).pictures is None  # the text differs by its derived standfirst alone
    else:
        assert needed(found).pictures == ()


def test_a_bound_picture_that_is_in_no_body_goes() -> None:
    bound = dataclasses.replace(MAYOR, channels=())

    assert needed(pushed(with_pictures(), pictures=(bound,))).pictures == ()


def test_a_picture_that_another_host_delivers_is_led_to() -> None:
    moved = dataclasses.replace(MAYOR, url="https://cdn.example/mayor.jpg")

    found = needed(pushed(with_pictures(moved)))

    assert found.readdressed == ((MAYOR.url, moved.url),)
    assert found.pictures == (moved,)


# Where it stands


def test_another_section_or_language_moves_the_article_without_a_revision() -> None:
    section = needed(pushed(said=says(section_id=5)))
    language = needed(pushed(said=says(language="ar")))

    assert (section.placed, section.change) == (Placed(5, "en"), None)
    assert (language.placed, language.change) == (Placed(None, "ar"), None)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (ArticleState.LIVE, ArticleState.LIVE, NOW - 2 * HOUR),
        (ArticleState.DRAFT, ArticleState.LIVE, None),
        (ArticleState.LIVE, ArticleState.DRAFT, None),
    ],
)
def test_a_date_of_publication_counts_of_what_is_and_stays_live(
    before: ArticleState, after: ArticleState, expected: dt.datetime | None
) -> None:
    said = says(published=NOW - 2 * HOUR, section_id=5)

    found = needed(pushed(said=said, hold=Hold(after, None, ""), state=before))

    assert found.placed == Placed(5, "en", expected)


@pytest.mark.parametrize(
    ("tags", "is_first", "expected"),
    [
        ({("money", "Money")}, False, None),
        ({("money", "money")}, False, ("Court",)),
        ({("money", "money")}, True, None),
        ({("court", "Court")}, True, ("Court",)),
        ({("money", "Money"), ("court", "Court")}, False, ("Court",)),
        (set(), False, ("Court",)),
    ],
)
def test_tags_are_news_by_their_spelling_but_for_the_first_push_that_is_compared(
    tags: set[tuple[str, str]], *, is_first: bool, expected: tuple[str, ...] | None
) -> None:
    said = says(tags=frozenset(tags), is_first=is_first)

    found = pushed(changed(BEFORE, tags=("Court",)), said)

    assert (found.tags if found else None) == expected


@pytest.mark.parametrize(
    ("values", "column", "expected"),
    [
        ({"kind": ArticleKind.OPINION}, "kind", ArticleKind.OPINION),
        ({"access": Access.PAID}, "access", Access.PAID),
        ({"link": f"{LINK}?utm_source=x"}, "url", f"{LINK}?utm_source=x"),
    ],
)
def test_kind_access_and_address_change_without_a_revision(
    values: dict[str, Any], column: str, expected: object
) -> None:
    found = needed(pushed(changed(BEFORE, **values)))

    assert getattr(found, column) == expected
    assert (found.change, found.story, found.updated_at) == (None, None, NOW - HOUR)


def test_what_is_left_out_of_kind_access_and_address_stays() -> None:
    assert pushed(changed(BEFORE, link=None), kind=ArticleKind.WIRE, access=Access.PAID) is None


def test_an_embargo_moves_without_a_revision() -> None:
    later = Hold(ArticleState.EMBARGOED, NOW + 2 * HOUR, "later")

    found = needed(pushed(hold=later, state=ArticleState.EMBARGOED, embargo_until=NOW + HOUR))

    assert (found.hold, found.change, found.published_at) == (later, None, None)


# What goes


@pytest.mark.parametrize("state", sorted(ArticleState.gone()))
def test_what_is_withdrawn_keeps_all_that_it_had(state: ArticleState) -> None:
    after = changed(BEFORE, title="Withdrawn", pictures=(COURT,), tags=("Court",))
    said = says(section_id=5, tags=frozenset({("court", "Court")}))

    found = needed(pushed(after, said, Hold(state, None, "")))

    assert (found.story, found.pictures, found.tags, found.placed) == (None, None, None, None)
    assert found.change == (Change.KILL if state is ArticleState.KILLED else None)


# What older code stored: a push that repeats the last one takes rights away and does nothing else

REPEATED = says(is_repeated=True, is_first=True)


def test_of_a_repeated_push_neither_text_nor_place_is_news() -> None:
    after = changed(BEFORE, title="What older code swallowed", access=Access.PAID)

    assert pushed(after, dataclasses.replace(REPEATED, section_id=5)) is None


@pytest.mark.parametrize(
    ("had", "may", "has"),
    [
        (None, ("page",), ("page",)),
        (None, (), ()),
        (("page", "mail"), ("mail", "sitemap"), ("mail",)),
        (("page",), None, ("page",)),
        (None, None, None),
    ],
)
def test_a_repeated_push_leaves_the_channels_that_both_allow(
    had: tuple[str, ...] | None, may: tuple[str, ...] | None, has: tuple[str, ...] | None
) -> None:
    before = dataclasses.replace(MAYOR, channels=had)
    after = with_pictures(dataclasses.replace(MAYOR, channels=may))

    found = pushed(after, REPEATED, pictures=(before,))

    assert (found.pictures if found else (before,)) == (dataclasses.replace(MAYOR, channels=has),)


@pytest.mark.parametrize(
    ("had", "may", "has"),
    [
        (None, NOW, NOW),
        (NOW, None, NOW),
        (NOW + HOUR, NOW, NOW),
        (NOW, NOW + HOUR, NOW),
    ],
)
def test_a_repeated_push_leaves_the_earlier_end(
    had: dt.datetime | None, may: dt.datetime | None, has: dt.datetime | None
) -> None:
    before = dataclasses.replace(MAYOR, rights_until=had)
    after = with_pictures(dataclasses.replace(MAYOR, rights_until=may))

    found = pushed(after, REPEATED, pictures=(before,))

    expected = (dataclasses.replace(MAYOR, rights_until=has),)
    assert (found.pictures if found else (before,)) == expected


def test_a_repeated_push_knows_a_picture_by_its_name_on_another_host() -> None:
    elsewhere = dataclasses.replace(MAYOR, url="https://cdn.example/mayor.jpg?w=9", channels=())

    found = needed(pushed(with_pictures(elsewhere), REPEATED))

    assert found.pictures == (dataclasses.replace(MAYOR, channels=()),)
    assert (found.change, found.url, found.readdressed, found.note) == (None, LINK, (), None)


def test_a_repeated_push_takes_no_picture_away() -> None:
    assert pushed(with_pictures(), REPEATED) is None


@pytest.mark.parametrize("state", [ArticleState.KILLED, ArticleState.DRAFT])
def test_a_repeated_push_moves_no_state(state: ArticleState) -> None:
    after = with_pictures(dataclasses.replace(MAYOR, channels=()))

    assert pushed(after, REPEATED, Hold(state, None, "")) is None
