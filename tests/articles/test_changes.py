"""How a known article changes by what a feed or page says now, and what the change is called."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.articles.changes import Alter, alter, is_new_note, judge, kind_of, text_change
from syndicate.articles.embargoes import Hold
from syndicate.articles.story import story_of
from syndicate.reading.records import Entry, PictureIn
from syndicate.reading.text import plain
from syndicate.vocabulary.articles import Access, ArticleKind, ArticleState, Change
from tests.articles.stories import ENTRY, HOUR, LINK, NOW, TEXT, article_of, changed

PICTURE = PictureIn("https://daily.example/p.jpg")
MINUTE = dt.timedelta(minutes=1)


def altered(after: Entry, before: Entry = ENTRY, **values: Any) -> Alter | None:
    return alter(article_of(before, **values), after, now=NOW)


def needed(found: Alter | None) -> Alter:
    assert found is not None
    return found


def test_the_same_text_changes_nothing() -> None:
    assert altered(ENTRY) is None


@pytest.mark.parametrize(
    "after",
    [
        changed(ENTRY, published=NOW, updated=NOW),
        changed(ENTRY, link=f"{LINK}?utm_source=x"),
        changed(ENTRY, tags=("new",)),
        changed(ENTRY, content=TEXT.replace("<p>", '<p class="x">  ')),
    ],
)
def test_dates_addresses_and_markup_make_no_revision(after: Entry) -> None:
    assert altered(after) is None


def test_query_strings_of_pictures_make_no_revision() -> None:
    before = changed(ENTRY, pictures=(PictureIn("https://daily.example/p.jpg?w=1"),))
    after = changed(ENTRY, pictures=(PictureIn("https://daily.example/p.jpg?w=2"),))

    assert altered(after, before) is None


@pytest.mark.parametrize(
    ("after", "change", "is_material"),
    [
        (changed(ENTRY, title="Another"), Change.UPDATE, True),
        (changed(ENTRY, title="Title!"), None, None),
        (changed(ENTRY, content=TEXT.replace("word7 ", "fixed ")), Change.FIX, False),
        (changed(ENTRY, content=TEXT + "<p>" + "more text " * 20 + "</p>"), Change.UPDATE, True),
        (
            changed(ENTRY, content=TEXT.replace("word7 ", "x "), updated=NOW - HOUR / 2),
            Change.UPDATE,
            True,
        ),
        (changed(ENTRY, title="Another", change=Change.FIX), Change.FIX, False),
        (
            changed(
                ENTRY, content=TEXT.replace("word7 ", "x "), change=Change.CORRECTION, note="n"
            ),
            Change.CORRECTION,
            True,
        ),
    ],
)
def test_what_a_change_is_called(
    after: Entry, change: str | None, is_material: bool | None
) -> None:
    found = altered(after)

    if change is None:
        assert found is None
    else:
        assert (needed(found).change, needed(found).is_material) == (change, is_material)


def test_only_a_material_change_moves_updated() -> None:
    fix = needed(altered(changed(ENTRY, content=TEXT.replace("word7 ", "fixed "))))
    update = needed(altered(changed(ENTRY, title="Another")))
    said = needed(altered(changed(ENTRY, title="Another", updated=NOW - HOUR / 2)))

    assert fix.updated_at == NOW - HOUR
    assert update.updated_at == NOW
    assert said.updated_at == NOW - HOUR / 2


def test_after_24_changes_that_matter_little_no_more_are_kept() -> None:
    little = changed(ENTRY, content=TEXT.replace("word7 ", "x "))

    assert needed(altered(little, immaterial=23)).change == Change.FIX
    assert altered(little, immaterial=24) is None
    assert needed(altered(changed(little, title="Another"), immaterial=24)).change == Change.UPDATE


def test_a_live_blog_gathers_its_changes() -> None:
    after = changed(ENTRY, title="Live: more", kind=ArticleKind.LIVE)

    soon = needed(altered(after, kind=ArticleKind.LIVE, revised_at=NOW - dt.timedelta(minutes=9)))
    later = needed(altered(after, kind=ArticleKind.LIVE, revised_at=NOW - dt.timedelta(minutes=10)))

    assert (soon.change, soon.is_gathered, soon.updated_at) == (None, True, NOW - HOUR)
    assert soon.story is not None
    assert (later.change, later.is_gathered, later.updated_at) == (Change.UPDATE, False, NOW)


def test_access_changes_without_a_revision() -> None:
    found = needed(altered(changed(ENTRY, access="paid")))

    assert (found.access, found.change, found.story) == ("paid", None, None)


@pytest.mark.parametrize("state", sorted(ArticleState.gone()))
def test_a_killed_article_keeps_its_text(state: Any) -> None:
    found = needed(altered(changed(ENTRY, title="Withdrawn", state=state)))

    assert (found.hold.state, found.story) == (state, None)
    assert found.change == (Change.KILL if state is ArticleState.KILLED else None)


def test_an_embargo_that_was_lifted_publishes_now() -> None:
    found = needed(altered(ENTRY, state=ArticleState.EMBARGOED, embargo_until=NOW + HOUR))

    assert (found.hold.state, found.published_at, found.hold.until) == ("live", NOW, None)


def test_an_embargo_may_move() -> None:
    after = changed(ENTRY, embargo_until=NOW + 2 * HOUR)

    found = needed(altered(after, state=ArticleState.EMBARGOED, embargo_until=NOW + HOUR))

    assert (found.hold.state, found.hold.until) == (ArticleState.EMBARGOED, NOW + 2 * HOUR)


@pytest.mark.parametrize(
    ("before", "after", "low", "high"),
    [
        ("", "", 0, 0),
        ("a b c", "a b c", 0, 0),
        ("a b c", "A, b: c!", 0, 0),
        ("a b c", "", 0.9, 1),
        (plain(TEXT), plain(TEXT).replace("word7 ", "x "), 0.005, 0.03),
    ],
)
def test_how_much_of_a_text_changed(before: str, after: str, low: float, high: float) -> None:
    assert low <= text_change(before, after) <= high


@given(st.text(), st.text())
def test_a_share_of_change_is_the_same_both_ways_and_between_nothing_and_all(
    one: str, other: str
) -> None:
    share = text_change(one, other)

    assert 0 <= share <= 1
    assert share == text_change(other, one)
    assert text_change(one, one) == 0


def test_an_order_that_changed_is_a_change_though_every_word_stayed() -> None:
    assert text_change("the dog bit the man", "the man bit the dog") > 0.3


# 201 pairs of neighbouring words before and after; a word takes two pairs out and puts two in.
@pytest.mark.parametrize(("count", "change"), [(3, Change.FIX), (4, Change.UPDATE)])
def test_up_to_three_of_a_hundred_pairs_are_a_fix_and_more_are_an_update(
    count: int, change: Change
) -> None:
    after = TEXT
    for number in range(0, 20 * count, 20):
        after = after.replace(f"word{number} ", f"other{number} ")

    assert text_change(plain(TEXT), plain(after)) == pytest.approx(4 * count / 402)
    assert needed(altered(changed(ENTRY, content=after))).change is change


# What is known of an article


@pytest.mark.parametrize(
    ("state", "until"),
    [(ArticleState.EMBARGOED, NOW + HOUR), (ArticleState.LIVE, None), (ArticleState.DRAFT, None)],
)
def test_the_end_of_an_embargo_counts_while_there_is_one(
    state: ArticleState, until: dt.datetime | None
) -> None:
    article = article_of(ENTRY, state=state, embargo_until=NOW + HOUR, embargo_said="8:00")

    assert article.hold == Hold(state, until, "8:00")


@pytest.mark.parametrize(
    ("values", "is_same"),
    [
        ({"headline": "TITLE!"}, True),
        ({"url": "https://daily.example/b", "published_at": NOW, "section_id": 5}, True),
        ({"pictures": (PICTURE, PictureIn("https://daily.example/second.jpg"))}, False),
        ({"headline": "Another"}, False),
        ({"standfirst": "Another"}, False),
        ({"body_html": "<p>Another</p>"}, False),
        ({"authors": ("Another desk",)}, False),
    ],
)
def test_the_fingerprint_is_of_words_and_the_lead_picture(
    values: dict[str, Any], *, is_same: bool
) -> None:
    assert (article_of(ENTRY, **values).hash == article_of(ENTRY).hash) is is_same


def test_what_stands_has_the_fingerprint_of_the_entry_that_made_it() -> None:
    entry = changed(ENTRY, pictures=(PICTURE,), summary="What it is about.")

    assert article_of(entry).hash == story_of(entry).hash


# What a change is made of


def test_a_change_of_text_carries_text_pictures_and_note() -> None:
    after = changed(ENTRY, title="Another", pictures=(PICTURE,), note="We were wrong.")

    found = needed(altered(after))

    assert found.story == story_of(after)
    assert (found.pictures, found.note) == ((PICTURE,), "We were wrong.")
    assert (found.tags, found.placed, found.is_spoken) == (None, None, False)


def test_another_lead_picture_is_a_fix() -> None:
    found = needed(altered(changed(ENTRY, pictures=(PICTURE,))))

    assert (found.change, found.is_material, found.updated_at) == (Change.FIX, False, NOW - HOUR)


def test_pictures_that_another_host_delivers_move_without_a_revision() -> None:
    before = changed(ENTRY, pictures=(PICTURE,))
    after = changed(ENTRY, pictures=(PictureIn("https://cdn.example/p.jpg"),))

    found = needed(altered(after, before))

    assert found.readdressed == ((PICTURE.url, "https://cdn.example/p.jpg"),)
    assert (found.change, found.story, found.pictures) == (None, None, None)


def test_a_page_that_moved_is_led_to_without_a_revision() -> None:
    found = needed(altered(changed(ENTRY, link="https://daily.example/b")))

    assert (found.url, found.change, found.story) == ("https://daily.example/b", None, None)
    assert (found.published_at, found.updated_at) == (None, NOW - HOUR)


def test_another_kind_is_no_revision_and_silence_keeps_kind_and_access() -> None:
    found = needed(altered(changed(ENTRY, kind=ArticleKind.OPINION), access=Access.PAID))

    assert (found.kind, found.access, found.change) == (ArticleKind.OPINION, Access.PAID, None)
    assert altered(ENTRY, kind=ArticleKind.WIRE, access=Access.PAID) is None


def test_a_hold_that_is_handed_in_counts_for_more_than_what_the_entry_says() -> None:
    held = Hold(ArticleState.EMBARGOED, NOW + HOUR, "")
    article = article_of(ENTRY)

    found = needed(alter(article, ENTRY, now=NOW, hold=held))

    assert (found.hold, found.change, found.published_at) == (held, None, None)


def test_a_draft_that_goes_live_is_published_and_updated_now() -> None:
    found = needed(altered(ENTRY, state=ArticleState.DRAFT))

    assert (found.hold.state, found.published_at, found.updated_at) == ("live", NOW, NOW)
    assert found.change is None


def test_a_kill_by_the_name_of_a_change_keeps_the_text_and_tells_the_reason() -> None:
    after = changed(ENTRY, title="Another", change=Change.KILL, note="A hoax.")

    found = needed(altered(after))

    assert (found.hold.state, found.change, found.note) == ("killed", Change.KILL, "A hoax.")
    assert (found.story, found.pictures) == (None, None)


# The names and times of changes


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (None, NOW),
        (NOW - HOUR, NOW),
        (NOW - 2 * HOUR, NOW),
        (NOW - MINUTE, NOW - MINUTE),
        (NOW, NOW),
        (NOW + MINUTE, NOW),
    ],
)
def test_a_publishers_time_of_change_counts_between_ours_and_now(
    said: dt.datetime | None, expected: dt.datetime
) -> None:
    assert needed(altered(changed(ENTRY, title="Another", updated=said))).updated_at == expected


@pytest.mark.parametrize(
    ("change", "title", "expected"),
    [
        (Change.FIX, "Another", (Change.FIX, False)),
        (Change.UPDATE, "Title", (Change.UPDATE, True)),
        (Change.CORRECTION, "Title", (Change.CORRECTION, True)),
        (None, "Title", (Change.FIX, False)),
        (None, "Another", (Change.UPDATE, True)),
    ],
)
def test_a_name_that_is_given_counts_and_a_fix_never_matters(
    change: Change | None, title: str, expected: tuple[Change, bool]
) -> None:
    after = changed(
        ENTRY, title=title, content=TEXT.replace("word7 ", "fixed "), change=change, note="n"
    )

    found = judge(article_of(ENTRY), story_of(after), after, NOW)

    assert (found.change, found.is_material, found.is_gathered) == (*expected, False)


def test_nobody_is_said_to_have_corrected() -> None:
    after = changed(ENTRY, title="Another", content="<p>All new</p>", note="We were wrong.")

    assert needed(altered(after)).change is Change.UPDATE


def test_a_correction_of_a_live_blog_is_never_gathered() -> None:
    after = changed(ENTRY, title="Live: no", change=Change.CORRECTION, note="n")

    found = needed(altered(after, kind=ArticleKind.LIVE, revised_at=NOW - MINUTE))

    assert (found.change, found.is_gathered) == (Change.CORRECTION, False)


def test_a_story_that_is_no_live_blog_gathers_nothing() -> None:
    found = needed(altered(changed(ENTRY, title="Another"), revised_at=NOW - MINUTE))

    assert (found.change, found.is_gathered) == (Change.UPDATE, False)


@pytest.mark.parametrize("name", [{"tags": ("Live",)}, {"kind": ArticleKind.LIVE}])
def test_an_article_that_becomes_a_live_blog_gathers_at_once(name: dict[str, Any]) -> None:
    found = needed(altered(changed(ENTRY, title="Now live", **name), revised_at=NOW - MINUTE))

    assert (found.change, found.is_gathered, found.kind) == (None, True, ArticleKind.LIVE)


def test_a_fix_that_is_named_is_kept_after_24_too() -> None:
    little = changed(ENTRY, content=TEXT.replace("word7 ", "x "), change=Change.FIX)

    assert needed(altered(little, immaterial=24)).change is Change.FIX


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, None),
        ({"tags": ("World", "Live Updates")}, ArticleKind.LIVE),
        ({"tags": ("live-blog",)}, ArticleKind.LIVE),
        ({"tags": ("Live music",)}, None),
        ({"tags": ("Live",), "kind": ArticleKind.VIDEO}, ArticleKind.VIDEO),
    ],
)
def test_the_kind_is_said_or_known_by_a_tag(
    values: dict[str, Any], expected: ArticleKind | None
) -> None:
    assert kind_of(changed(ENTRY, **values)) is expected


@pytest.mark.parametrize(
    ("change", "note", "expected"),
    [
        (Change.CORRECTION, "It was five.", True),
        (Change.CORRECTION, "It was four.", False),
        (Change.CORRECTION, None, False),
        (Change.UPDATE, "It was five.", False),
        (None, "It was five.", False),
    ],
)
def test_a_note_corrects_where_it_is_new_and_called_a_correction(
    change: Change | None, note: str | None, *, expected: bool
) -> None:
    article = article_of(ENTRY, notes=frozenset({"It was four."}))

    assert is_new_note(article, changed(ENTRY, change=change, note=note)) is expected
