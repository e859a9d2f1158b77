import dataclasses
import datetime as dt
from typing import Any

import pytest

from syndicate.articles import decide
from syndicate.articles.changes import Alter, KnownArticle, alter
from syndicate.articles.decide import Attach, ByLink, Create, Facts, Touch, known_entry, new_entries
from syndicate.articles.identity import KnownEntry, identify
from syndicate.articles.story import entry_hash
from syndicate.reading.records import Entry
from syndicate.vocabulary.articles import ArticleState
from tests.articles.stories import ENTRY, HOUR, LINK, NOW, article_of, changed

ARABIC = "افتتاح معرض ميناء في الدوحة"
FACTS = Facts(1, "en", None, {"world": 5, "middle east": 6}, is_first_connect=False)


def test_a_headline_at_the_head_of_a_body_is_stored_of_a_push_alone() -> None:
    twice = changed(ENTRY, content=f"<h2>{ENTRY.title}</h2>{ENTRY.content}")

    read, pushed = (created(changed(twice, said=said)).story for said in (None, "00"))

    assert read.words.body_html == ENTRY.content
    assert read.words.standfirst.startswith("word0 ")
    assert pushed.words.body_html == twice.content


def test_a_headline_that_older_code_left_in_a_body_is_no_change_and_goes_with_the_next() -> None:
    twice = changed(ENTRY, content=f"<h2>{ENTRY.title}</h2>{ENTRY.content}")
    longer = changed(twice, content=f"{twice.content}<p>{'more text ' * 20}</p>")

    assert alter(article_of(twice), twice, now=NOW) is None  # as it stands, the heading stored
    assert alter(article_of(ENTRY), twice, now=NOW) is None  # and without it
    altered = alter(article_of(twice), longer, now=NOW)
    assert altered is not None
    assert altered.story is not None
    assert altered.story.words.body_html.startswith("<p>word0 ")


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


# New articles


@pytest.mark.parametrize(
    ("said", "facts", "expected"),
    [
        ({}, {}, "und-Arab"),  # of the publication
        ({"language": "en", "has_own_language": False}, {}, "und-Arab"),  # of the document
        ({"language": "en"}, {}, "en"),  # of the story itself
        ({"language": "fa"}, {}, "fa"),
        ({"language": "en", "has_own_language": False}, {"language": "ar"}, "ar"),
        ({}, {"spoken": ("ar", "en")}, "ar"),
        ({}, {"spoken": ("ar", "en", "fa")}, "und-Arab"),
        ({"said": "00"}, {"spoken": ("ar", "en")}, "ar"),  # of a CMS that does not say
        ({"said": "00", "language": "en"}, {"spoken": ("ar", "en")}, "en"),
    ],
)
def test_a_story_in_other_letters_is_not_in_the_language_of_its_source(
    said: dict[str, Any], facts: dict[str, Any], expected: str
) -> None:
    entry = changed(ENTRY, title=ARABIC, summary=ARABIC, content=f"<p>{ARABIC}</p>", **said)

    assert created(entry, **facts).language == expected


@pytest.mark.parametrize("said", ["00", None])
def test_what_is_stored_in_another_language_stays_so(said: str | None) -> None:
    entry = changed(ENTRY, title=ARABIC, content=f"<p>{ARABIC}</p>", said=said)
    known = KnownEntry(3, 7, "k", b"", "g", LINK, "Title", b"", NOW)
    known = dataclasses.replace(
        known, raw_published=decide.written_date(entry), said_hash=b"" if said else None
    )

    found = known_entry(identify([entry])[0], known, article_of(entry), facts=FACTS, now=NOW)

    assert isinstance(found, Touch)


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

    assert made.story.words.headline == "A note of a few words."


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


# Who speaks for an article


def judged(article: KnownArticle, after: Entry) -> Alter | Touch:
    before = KnownEntry(3, 7, "k", b"", "g", LINK, "Title", entry_hash(ENTRY), NOW)
    return known_entry(identify([after])[0], before, article, facts=FACTS, now=NOW)


def test_names_that_older_code_took_apart_are_no_change_of_a_push() -> None:
    stored = article_of(changed(ENTRY, authors=("City desk", "Court desk")))
    whole = changed(ENTRY, said="00", authors=("City desk and Court desk",))

    assert isinstance(judged(stored, whole), Touch)
    assert isinstance(judged(stored, changed(whole, authors=("City desk",))), Alter)
    assert isinstance(judged(article_of(ENTRY), whole), Alter)


def test_the_first_source_speaks_for_an_article() -> None:
    after = changed(ENTRY, title="Another")

    assert isinstance(judged(article_of(ENTRY), after), Alter)
    assert isinstance(judged(article_of(ENTRY, first_source_id=2), after), Touch)


@pytest.mark.parametrize("state", sorted(ArticleState.gone()))
def test_what_is_gone_stays_gone(state: Any) -> None:
    after = changed(ENTRY, title="Back again")

    assert isinstance(judged(article_of(ENTRY, state=state), after), Touch)


def test_lookups_are_each_address_once() -> None:
    found = identify([ENTRY, changed(ENTRY, guid="h", link="https://daily.example/b")])

    assert decide.lookups(found) == ["daily.example/a", "daily.example/b"]
