"""Newsletters: made once, drawn from sections, and named as a reader's language names them."""

from typing import Any

import pytest
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from syndicate.errors import RefusedError
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.newsroom import newsletters, publications
from syndicate.store.newsroom.newsletters import (
    Issue,
    IssueStory,
    Newsletter,
    NewsletterSection,
)
from syndicate.store.syndication import feeds
from syndicate.vocabulary.newsletters import MAX_STORIES, EmptyRule, NewsletterKind
from tests import rows
from tests.rows import DAY, NOW

in_database = pytest.mark.usefixtures("database")


def unsaved(publication_id: int, slug: str = "morning", **columns: Any) -> Newsletter:
    plain = {
        "kind": NewsletterKind.DIGEST,
        "name": "Morning",
        "languages": ["en", "ar"],
        "zone": "UTC",
        "schedule": {"times": ["08:00"], "days": [1]},
    }
    return Newsletter(publication_id=publication_id, slug=slug, **(plain | columns))


@in_database
def test_a_newsletter_is_made_with_its_sections_and_plain_rules() -> None:
    with transaction() as tx:
        daily, yawmi = rows.publication(tx), rows.publication(tx, "yawmi")
        sections = [rows.section(tx, each.id).id for each in (daily, yawmi)]

        made = newsletters.add(tx, unsaved(daily.id), section_ids=sections)

        assert made.id
        assert (made.description, made.translations) == ("", {})
        assert (made.empty_rule, made.max_stories, made.is_public) == (EmptyRule.SKIP, 40, True)
        assert made.created_at is not None
        assert [each.id for each in newsletters.sections_of(tx, made.id)] == sections


@in_database
def test_a_newsletter_may_draw_from_no_section() -> None:
    with transaction() as tx:
        made = newsletters.add(tx, unsaved(rows.publication(tx).id), section_ids=[])

        assert newsletters.sections_of(tx, made.id) == []


@in_database
def test_a_slug_that_is_taken_is_refused_also_by_another_publication() -> None:
    with transaction() as tx:
        daily, yawmi = rows.publication(tx), rows.publication(tx, "yawmi")
        newsletters.add(tx, unsaved(daily.id), section_ids=[])

        with pytest.raises(RefusedError) as caught:
            newsletters.add(tx, unsaved(yawmi.id), section_ids=[])

        assert str(caught.value) == ("There is a newsletter morning already; choose another slug.")
        assert len(newsletters.every(tx)) == 1


@in_database
def test_a_newsletter_is_found_by_its_id_and_by_its_slug() -> None:
    with transaction() as tx:
        daily = rows.publication(tx)
        made = rows.newsletter(tx, daily.id)
        rows.newsletter(tx, daily.id, "evening")

        assert newsletters.find(tx, made.id) is made
        assert newsletters.by_slug(tx, "morning") is made
        assert newsletters.find(tx, made.id + 2) is None
        assert newsletters.by_slug(tx, "noon") is None


@in_database
def test_newsletters_come_oldest_first_and_pages_show_the_public_ones() -> None:
    with transaction() as tx:
        daily = rows.publication(tx)
        first = rows.newsletter(tx, daily.id, "z")
        rows.newsletter(tx, daily.id, "staff", is_public=False)
        rows.newsletter(tx, daily.id, "a")
        first.name = "Written to since"
        tx.flush()

        assert [each.slug for each in newsletters.every(tx)] == ["z", "staff", "a"]
        assert [each.slug for each in newsletters.every(tx, public_only=True)] == ["z", "a"]


@in_database
def test_sections_stand_as_readers_see_them_with_translations_side_by_side() -> None:
    with transaction() as tx:
        daily, yawmi = rows.publication(tx), rows.publication(tx, "yawmi")
        made = {
            (publication.slug, slug): rows.section(tx, publication.id, slug, position=position).id
            for publication in (daily, yawmi)
            for slug, position in (("sport", 1), ("world", 0), ("art", 1))
        }
        theirs = rows.newsletter(tx, daily.id, section_ids=tuple(reversed(made.values())))
        rows.newsletter(tx, daily.id, "evening", section_ids=(made["daily", "art"],))

        found = [each.id for each in newsletters.sections_of(tx, theirs.id)]

    assert found == [
        made["daily", "world"],
        made["yawmi", "world"],
        made["daily", "sport"],
        made["yawmi", "sport"],
        made["daily", "art"],
        made["yawmi", "art"],
    ]


@in_database
def test_a_newsletter_comes_in_the_name_of_its_publication() -> None:
    with transaction() as tx:
        rows.publication(tx)
        yawmi = rows.publication(tx, "yawmi")
        made = rows.newsletter(tx, yawmi.id)

        assert newsletters.publication_of(tx, made) is yawmi


@in_database
def test_suppressions_of_one_newsletter_have_a_scope_of_their_own() -> None:
    assert newsletters.scope(7) == "newsletter:7"


ARABIC = {"name": "الصباح", "description": "كل صباح", "publication": "يومي"}


@pytest.mark.parametrize(
    ("translations", "language", "words"),
    [
        ({}, "en", ("Morning", "Each day", "")),
        ({"ar": ARABIC}, "en", ("Morning", "Each day", "")),
        ({"ar": ARABIC}, "ar", ("الصباح", "كل صباح", "يومي")),
        ({"ar": ARABIC}, "ar-QA", ("الصباح", "كل صباح", "يومي")),
        ({"ar": ARABIC, "ar-QA": {"name": "صباح قطر"}}, "ar-QA", ("صباح قطر", "Each day", "")),
        ({"ar": {"name": "الصباح"}}, "ar", ("الصباح", "Each day", "")),
        ({"ar": {}}, "ar", ("Morning", "Each day", "")),
        ({"ar-QA": ARABIC}, "ar", ("Morning", "Each day", "")),
    ],
)
def test_a_frame_names_a_newsletter_in_its_language_word_by_word(
    translations: dict[str, dict[str, str]], language: str, words: tuple[str, str, str]
) -> None:
    made = unsaved(1, description="Each day", translations=translations)

    found = newsletters.in_language(made, language)

    assert found == dict(zip(("name", "description", "publication"), words, strict=True))


@pytest.fixture
def morning(database: str) -> Newsletter:  # noqa: ARG001 - the rows go there
    with transaction() as tx:
        daily = rows.publication(tx)
        section = rows.section(tx, daily.id)
        return rows.newsletter(tx, daily.id, section_ids=(section.id,))


@pytest.mark.parametrize(
    "columns",
    [
        {"number": 2},  # the slot is its own
        {"slot": "09:00"},  # the number is taken
        {"number": 2, "slot": "alert-2", "article_id": 1},  # one alert of an article
    ],
)
def test_a_slot_a_number_and_an_alert_open_one_issue(
    morning: Newsletter, columns: dict[str, Any]
) -> None:
    first: dict[str, Any] = {"number": 1, "slot": "08:00", "article_id": 1}
    with transaction() as tx:
        rows.article(tx, morning.publication_id, id=1)
        rows.article(tx, morning.publication_id, "other", id=2)
        evening = rows.newsletter(tx, morning.publication_id, "evening")
        rows.issue(tx, morning.id, **first)
        rows.issue(tx, evening.id, **first)
        later: dict[str, Any] = {"number": 3, "local_date": (NOW + DAY).date(), "article_id": 2}
        rows.issue(tx, morning.id, **(first | later))

    with transaction() as tx:
        with pytest.raises(IntegrityError, match="duplicate key"):
            rows.issue(tx, morning.id, **({**first, "article_id": None} | columns))
        tx.session.rollback()


@pytest.mark.parametrize(
    ("position", "is_one"), [(-1, False), (0, True), (MAX_STORIES - 1, True), (MAX_STORIES, False)]
)
def test_a_storys_position_is_a_bit_of_a_signed_number_of_64(
    morning: Newsletter, position: int, *, is_one: bool
) -> None:
    with transaction() as tx:
        made = rows.article(tx, morning.publication_id)
        issue = rows.issue(tx, morning.id)

    with transaction() as tx:
        if is_one:
            rows.story(tx, issue.id, position, made.id)
            stored = tx.scalars(select(IssueStory.position)).all()
            assert (stored, 1 << position < 1 << 63) == ([position], True)
            return
        with pytest.raises(IntegrityError, match="position"):
            rows.story(tx, issue.id, position, made.id)
        tx.session.rollback()


def test_an_issue_freezes_a_story_once(morning: Newsletter) -> None:
    with transaction() as tx:
        made = rows.article(tx, morning.publication_id)
        issue = rows.issue(tx, morning.id)
        rows.story(tx, issue.id, 0, made.id)

    with transaction() as tx:
        with pytest.raises(IntegrityError, match="duplicate key"):
            rows.story(tx, issue.id, 1, made.id)
        tx.session.rollback()


def test_what_a_newsletter_draws_from_goes_with_it_and_the_sections_stay(
    morning: Newsletter,
) -> None:
    def left(tx: Transaction) -> int:
        return len(tx.scalars(select(NewsletterSection.section_id)).all())

    with transaction() as tx:
        assert left(tx) == 1
        tx.execute(delete(Newsletter).where(Newsletter.id == morning.id))

        assert left(tx) == 0
        assert tx.scalars(select(Issue)).all() == []


@in_database
def test_sections_of_one_place_stand_everywhere_as_they_were_made() -> None:
    slugs = ["town", "port", "culture"]
    with transaction() as tx:
        daily = rows.publication(tx)
        made = [rows.section(tx, daily.id, slug).id for slug in slugs]
        theirs = rows.newsletter(tx, daily.id, section_ids=tuple(reversed(made)))
        feeds.ensure(tx, daily.id)

        on_pages = [each.slug for each in publications.sections_of(tx, daily.id)]
        in_digests = [each.slug for each in newsletters.sections_of(tx, theirs.id)]
        as_chosen = newsletters.section_slugs(tx)[theirs.id]
        offered = [each.section_id for each in feeds.offered(tx, daily.id) if each.section_id]

    assert on_pages == in_digests == as_chosen == slugs
    assert offered == made
