"""The articles that an issue may carry: which ones, and how its mails would show them."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select, update

from syndicate.reading.records import Words
from syndicate.store.composition import lost_stories, stories
from syndicate.store.composition.stories import Story, StoryPicture
from syndicate.store.content.articles import Article
from syndicate.store.content.featured import Featured
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom.newsletters import Issue, Newsletter
from syndicate.vocabulary.articles import Access, ArticleState
from syndicate.vocabulary.newsletters import LATE
from syndicate.vocabulary.sending import MailingState
from tests import rows
from tests.rows import DAY, NOW

pytestmark = pytest.mark.usefixtures("newsroom")
SECOND = dt.timedelta(seconds=1)
FROM = NOW - DAY  # where the window of the issue begins; it ends NOW
OWN, OTHER = 1, 2  # publications
WORLD, SPORT, ELSEWHERE = 1, 2, 3  # sections; the last is of the other publication


@pytest.fixture
def newsroom(database: str) -> None:  # noqa: ARG001 - the database must be there first
    """A newsletter of its own publication's "world" and the other's "world", and its issue."""
    with transaction() as tx:
        own, other = rows.publication(tx), rows.publication(tx, "other")
        rows.section(tx, own.id)
        rows.section(tx, own.id, "sport")
        rows.section(tx, other.id, name="Elsewhere")
        made = rows.newsletter(tx, own.id, section_ids=(WORLD, ELSEWHERE), languages=["en", "ar"])
        rows.issue(tx, made.id)


def article(name: str = "story", at: dt.datetime = NOW, **columns: Any) -> int:
    with transaction() as tx:
        plain = {"publication_id": OWN, "section_id": WORLD}
        return rows.article(tx, name=name, at=at, **(plain | columns)).id


def candidates(until: dt.datetime = NOW + DAY, newsletter_id: int = 1) -> list[Story]:
    with transaction() as tx:
        newsletter = tx.scalars(select(Newsletter).where(Newsletter.id == newsletter_id)).one()
        issue = tx.scalars(select(Issue).where(Issue.id == 1)).one()
        return stories.candidates(tx, newsletter, issue, NOW, until=until)


def ids(newsletter_id: int = 1) -> list[int]:
    return [each.article_id for each in candidates(newsletter_id=newsletter_id)]


def carried(article_id: int, *, newsletter_id: int = 1, **columns: Any) -> None:
    with transaction() as tx:
        issue = rows.issue(tx, newsletter_id, 7)
        rows.story(tx, issue.id, 0, article_id)
        rows.mailing(tx, issue, **columns)


def test_a_story_is_the_article_as_mails_would_show_it() -> None:
    made = article(revision=3, access=Access.PAID, is_backlog=True, is_dated=False, url=None)

    assert candidates() == [
        Story(
            article_id=made,
            revision=3,
            section_slug="world",
            section_name="World",
            language="en",
            news_at=NOW,
            collected_at=NOW,
            updated_at=NOW,
            is_dated=False,
            is_backlog=True,
            featured=None,
            words=Words("Headline story", "Standfirst story", authors=("Daily desk",)),
            url=None,
            slug="story",
            is_free=False,
            picture=None,
        )
    ]


def test_stories_come_by_the_articles_ids() -> None:
    made = [article(name, NOW - age * SECOND) for age, name in enumerate(("one", "two", "three"))]

    assert ids() == made


@pytest.mark.parametrize(
    ("at", "is_there"),
    [
        (NOW, True),
        (NOW + SECOND, False),
        (FROM - LATE + SECOND, True),
        (FROM - LATE, False),
    ],
)
def test_an_article_is_news_from_a_day_before_the_window_to_its_end(
    at: dt.datetime, is_there: bool
) -> None:
    article(at=at)

    assert bool(ids()) is is_there


@pytest.mark.parametrize(
    ("state", "is_there"), [(state, state is ArticleState.LIVE) for state in sorted(ArticleState)]
)
def test_only_what_may_be_shown_in_mail_is_a_candidate(state: ArticleState, is_there: bool) -> None:
    article(state=state)

    assert bool(ids()) is is_there


@pytest.mark.parametrize(("until", "is_there"), [(NOW, True), (NOW + SECOND, False)])
def test_an_article_is_news_when_its_embargo_ends(until: dt.datetime, is_there: bool) -> None:
    article(at=NOW - 9 * DAY, state=ArticleState.EMBARGOED, embargo_until=until)

    assert [each.news_at for each in candidates()] == ([NOW] if is_there else [])


@pytest.mark.parametrize(("language", "is_there"), [("en", True), ("ar", True), ("fr", False)])
def test_an_article_is_in_a_language_of_the_newsletter(language: str, is_there: bool) -> None:
    article(language=language)

    assert bool(ids()) is is_there


@pytest.mark.parametrize(
    ("publication_id", "section_id", "is_there"),
    [
        (OWN, WORLD, True),
        (OWN, SPORT, False),
        (OWN, None, False),
        (OTHER, ELSEWHERE, True),
        (OTHER, None, False),
    ],
)
def test_a_newsletter_draws_from_its_sections_whosever_they_are(
    publication_id: int, section_id: int | None, is_there: bool
) -> None:
    article(publication_id=publication_id, section_id=section_id)

    assert bool(ids()) is is_there


@pytest.mark.parametrize(
    ("publication_id", "section_id", "is_there"),
    [(OWN, SPORT, True), (OWN, None, True), (OTHER, ELSEWHERE, False), (OTHER, None, False)],
)
def test_a_newsletter_without_sections_draws_from_its_publication(
    publication_id: int, section_id: int | None, is_there: bool
) -> None:
    with transaction() as tx:
        made = rows.newsletter(tx, OWN, "everything").id
    article(publication_id=publication_id, section_id=section_id)

    assert bool(ids(made)) is is_there


def test_a_story_without_a_section_says_so_in_empty_words() -> None:
    with transaction() as tx:
        made = rows.newsletter(tx, OWN, "everything").id
    article(section_id=None)

    (found,) = candidates(newsletter_id=made)
    assert (found.section_slug, found.section_name) == ("", "")


@pytest.mark.parametrize("state", sorted(MailingState))
def test_what_stood_in_an_issue_that_went_out_is_left_out(state: MailingState) -> None:
    made = article()
    carried(made, state=state)

    is_unsent = state in {MailingState.MATERIALISING, MailingState.CANCELLED}
    assert ids() == ([made] if is_unsent else [])


def test_what_stood_in_another_newsletter_or_in_this_very_issue_is_not_left_out() -> None:
    made = article()
    with transaction() as tx:
        other = rows.newsletter(tx, OWN, "evening").id
        issue = tx.scalars(select(Issue).where(Issue.id == 1)).one()
        rows.story(tx, issue.id, 0, made)
        rows.mailing(tx, issue)
    carried(made, newsletter_id=other)

    assert ids() == [made]


def test_what_stood_in_a_lost_issue_is_left_out_of_that_newsletter() -> None:
    made = article()
    with transaction() as tx:
        other = rows.newsletter(tx, OWN, "evening").id
        lost_stories.remember(tx, 1, ["id:tag:daily.example,2026:story"], NOW)

    assert (ids(), ids(other)) == ([], [made])


@pytest.mark.parametrize(
    ("columns", "place"),
    [
        ({}, 4),
        ({"starts_at": NOW + SECOND}, None),
        ({"ends_at": NOW}, None),
        ({"ends_at": NOW + SECOND}, 4),
    ],
    ids=["open end", "later", "over", "for a second more"],
)
def test_a_pick_counts_at_the_end_of_the_window(columns: dict[str, Any], place: int | None) -> None:
    pick(article(), 4, **columns)

    assert [each.featured for each in candidates()] == [place]


def pick(article_id: int, position: int, **columns: Any) -> None:
    with transaction() as tx:
        plain = {"publication_id": OWN, "teaser": "", "starts_at": NOW}
        key = {"article_id": article_id, "position": position, "url": f"https://x/{position}"}
        rows.added(tx, Featured(**(plain | key | columns)))


def test_an_article_that_is_picked_twice_is_one_story_at_its_first_place() -> None:
    made = article()
    for position in (5, 2):
        pick(made, position)

    assert [(each.article_id, each.featured) for each in candidates()] == [(made, 2)]


@pytest.mark.parametrize(
    ("columns", "is_shown"),
    [
        ({"position": 0}, True),
        ({"position": 1}, False),
        ({"channels": ["page"]}, False),
        ({"channels": ["mail"]}, True),
        ({"rights_until": NOW + DAY}, False),
        ({"rights_until": NOW + DAY + SECOND}, True),
    ],
    ids=str,
)
def test_a_picture_is_shown_whose_rights_last_until_the_last_mail(
    columns: dict[str, Any], is_shown: bool
) -> None:
    made = article()
    with transaction() as tx:
        rows.picture(tx, made, url="https://x/p.jpg", **columns)

    shown = StoryPicture("https://x/p.jpg", 800, 600, "A wet street", "EPA")
    assert [each.picture for each in candidates()] == [shown if is_shown else None]


def test_of_two_lead_pictures_the_older_is_shown() -> None:
    made = article()
    with transaction() as tx:
        for name in ("b", "a"):
            rows.picture(tx, made, url=f"https://x/{name}.jpg")

    (found,) = candidates()
    assert found.picture is not None
    assert found.picture.url == "https://x/b.jpg"


def test_stories_that_were_chosen_are_read_again_as_they_are_now() -> None:
    first, second = article("one", NOW - 40 * DAY, section_id=SPORT), article("two")
    killed = article("three", state=ArticleState.KILLED)
    article("four")
    with transaction() as tx:
        tx.execute(update(Article).where(Article.id == first).values(headline="As it is now"))

    with transaction() as tx:
        issue = tx.scalars(select(Issue)).one()
        wanted = [second, first, killed]
        found = stories.as_now(tx, issue, wanted, NOW, until=NOW + DAY)
        assert stories.as_now(tx, issue, [], NOW, until=NOW + DAY) == []

    assert [(each.article_id, each.words.headline) for each in found] == [
        (first, "As it is now"),
        (second, "Headline two"),
    ]
