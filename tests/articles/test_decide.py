import dataclasses
import datetime as dt
from typing import Any

import pytest

from syndicate.articles import decide
from syndicate.articles.changes import Alter, KnownArticle, alter, text_change
from syndicate.articles.decide import Attach, ByLink, Create, Facts, Touch, known_entry, new_entries
from syndicate.articles.identity import KnownEntry, identify
from syndicate.articles.story import entry_hash, story_of
from syndicate.reading.records import Entry, PictureIn
from syndicate.reading.text import plain
from syndicate.slugs import tags_of
from syndicate.vocabulary.articles import Access, ArticleKind, ArticleState, Change

NOW = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
LINK = "https://daily.example/a"
TEXT = "<p>" + " ".join(f"word{n}" for n in range(200)) + "</p>"
ENTRY = Entry("Title", LINK, "g", published=NOW - HOUR, content=TEXT, authors=("Desk",))
FACTS = Facts(1, "en", None, {"world": 5, "middle east": 6}, is_first_connect=False)


def created(entry: Entry, **facts: Any) -> Create:
    (intent,) = new_entries(
        identify([entry]),
        by_link={},
        used_keys=[],
        facts=dataclasses.replace(FACTS, **facts),
        now=NOW,
    )
    assert isinstance(intent, Create)
    return intent


def article_of(entry: Entry, **values: Any) -> KnownArticle:
    story = story_of(entry)
    known = KnownArticle(
        id=7,
        state=ArticleState.LIVE,
        kind=ArticleKind.STORY,
        access=Access.FREE,
        embargo_until=None,
        embargo_said=None,
        headline=story.headline,
        standfirst=story.standfirst,
        body=story.body,
        authors=story.authors,
        language="en",
        section_id=None,
        published_at=entry.published or NOW,
        is_dated=entry.published is not None,
        updated_at=NOW - HOUR,
        first_source_id=1,
        immaterial=0,
        revised_at=NOW - HOUR,
        notes=frozenset(),
        url=entry.link,
        pictures=story.pictures,
        tags=frozenset(tags_of(entry.tags)),
    )
    return dataclasses.replace(known, **values)


def changed(entry: Entry, **values: Any) -> Entry:
    return dataclasses.replace(entry, **values)


def altered(after: Entry, before: Entry = ENTRY, **values: Any) -> Alter | None:
    return alter(article_of(before, **values), after, now=NOW)


def needed(found: Alter | None) -> Alter:
    assert found is not None
    return found


# New articles


def test_an_article_is_live_free_and_dated() -> None:
    made = created(ENTRY)

    assert (made.hold.state, made.access, made.kind, made.is_dated) == (
        "live",
        "free",
        "story",
        True,
    )
    assert (made.published_at, made.updated_at) == (NOW - HOUR, NOW - HOUR)


def test_a_dateless_entry_is_held_and_dated_when_it_was_seen() -> None:
    made = created(changed(ENTRY, published=None))

    assert (made.is_dated, made.published_at, made.is_backlog) == (False, NOW, False)


@pytest.mark.parametrize("minutes", [1, 5])
def test_a_clock_that_is_a_little_ahead_publishes_now(minutes: int) -> None:
    made = created(changed(ENTRY, published=NOW + dt.timedelta(minutes=minutes)))

    assert (made.hold.state, made.published_at) == (ArticleState.LIVE, NOW)


def test_a_publication_in_the_future_is_an_embargo_until_then() -> None:
    then = NOW + dt.timedelta(minutes=6)

    made = created(changed(ENTRY, published=then))

    assert (made.hold.state, made.hold.until, made.published_at) == (
        ArticleState.EMBARGOED,
        then,
        then,
    )


@pytest.mark.parametrize(
    ("age", "is_first", "expected"),
    [(25, True, True), (23, True, False), (25, False, False)],
)
def test_what_was_old_at_first_connect_is_backlog(age: int, is_first: bool, expected: bool) -> None:
    entry = changed(ENTRY, published=NOW - age * HOUR)

    assert created(entry, is_first_connect=is_first).is_backlog is expected


def test_an_embargo_holds_until_its_second() -> None:
    made = created(changed(ENTRY, embargo_until=NOW + HOUR))

    assert (made.hold.state, made.hold.until) == (ArticleState.EMBARGOED, NOW + HOUR)
    assert made.published_at == NOW + HOUR


def test_an_embargo_that_is_over_holds_nothing() -> None:
    made = created(changed(ENTRY, embargo_until=NOW))

    assert (made.hold.state, made.hold.until) == (ArticleState.LIVE, None)


def test_a_source_may_say_that_an_article_is_a_draft() -> None:
    assert created(changed(ENTRY, state=ArticleState.DRAFT)).hold.state is ArticleState.DRAFT


@pytest.mark.parametrize("state", sorted(ArticleState.gone()))
def test_what_was_withdrawn_before_it_came_never_comes(state: Any) -> None:
    gone = identify([changed(ENTRY, state=state)])

    assert new_entries(gone, by_link={}, used_keys=[], facts=FACTS, now=NOW) == []


@pytest.mark.parametrize(
    ("source", "said", "tags", "expected"),
    [
        (9, "World", (), 9),
        (None, "World", (), 5),
        (None, None, ("Sport", "Middle East"), 6),
        (None, None, ("Sport",), None),
    ],
)
def test_the_source_else_a_category_names_the_section(
    source: int | None, said: str | None, tags: tuple[str, ...], expected: int | None
) -> None:
    entry = changed(ENTRY, section=said, tags=tags)

    assert created(entry, section_id=source).section_id == expected


def test_an_entry_without_title_takes_its_first_words() -> None:
    made = created(changed(ENTRY, title="", summary="A note of a few words."))

    assert made.story.headline == "A note of a few words."


@pytest.mark.parametrize("tag", ["Live", "live blog", "LIVEBLOG"])
def test_a_live_blog_is_known_by_its_category(tag: str) -> None:
    assert created(changed(ENTRY, tags=(tag,))).kind == "live"


# The same story elsewhere


def attached(one: ByLink, entry: Entry = ENTRY) -> bool:
    (intent,) = new_entries(
        identify([entry]),
        by_link={"daily.example/a": one},
        used_keys=[],
        facts=FACTS,
        now=NOW,
    )
    return isinstance(intent, Attach)


def test_a_story_that_another_source_brought_is_one_article() -> None:
    assert attached(ByLink(7, is_own=False))


def test_a_changed_guid_with_the_same_title_is_the_same_article() -> None:
    assert attached(ByLink(7, is_own=True, guid="old", title="Title"))


def test_another_guid_with_another_title_is_another_article() -> None:
    assert not attached(ByLink(7, is_own=True, guid="old", title="Other"))


# Changes


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


# Who speaks for an article


def judged(article: KnownArticle, after: Entry) -> Alter | Touch:
    before = KnownEntry(3, 7, "k", b"", "g", LINK, "Title", entry_hash(ENTRY), NOW)
    return known_entry(identify([after])[0], before, article, facts=FACTS, now=NOW)


def test_the_first_source_speaks_for_an_article() -> None:
    after = changed(ENTRY, title="Another")

    assert isinstance(judged(article_of(ENTRY), after), Alter)
    assert isinstance(judged(article_of(ENTRY, first_source_id=2), after), Touch)


@pytest.mark.parametrize("state", sorted(ArticleState.gone()))
def test_what_is_gone_stays_gone(state: Any) -> None:
    after = changed(ENTRY, title="Back again")

    assert isinstance(judged(article_of(ENTRY, state=state), after), Touch)


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


def test_lookups_are_each_address_once() -> None:
    found = identify([ENTRY, changed(ENTRY, guid="h", link="https://daily.example/b")])

    assert decide.lookups(found) == ["daily.example/a", "daily.example/b"]
