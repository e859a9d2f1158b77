"""Which stories of a mailing may not be shown any more: their bits, asked for each chunk."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select, update

from syndicate.store.content.articles import Article
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom.newsletters import IssueStory
from syndicate.store.sending import withholding
from syndicate.vocabulary.articles import Access, ArticleState, Change
from tests import rows
from tests.rows import DAY, NOW
from tests.store import mailed

pytestmark = pytest.mark.usefixtures("database")
SECOND = dt.timedelta(seconds=1)
PICTURE = "https://daily.example/p.jpg"
OTHER_PICTURE = "https://daily.example/other.jpg"


def carrying(*positions: int, name: str = "morning", **columns: Any) -> int:
    """A mailing whose issue carries articles of its own at these positions."""
    mailing_id = mailed.digest(0, name=name)
    issue = mailed.issue(mailing_id)
    with transaction() as tx:
        publication = rows.publication(tx, f"{name}-newsroom")
        for position in positions:
            article = rows.article(tx, publication.id, f"{name}-{position}")
            rows.story(tx, issue.id, position, article.id, **columns)
    return mailing_id


def article_at(position: int = 0) -> int:
    with transaction() as tx:
        query = select(IssueStory.article_id).where(IssueStory.position == position)
        return tx.scalars(query).one()


def change(position: int = 0, **columns: Any) -> int:
    """Let the article at a position be otherwise; returns its id."""
    article_id = article_at(position)
    with transaction() as tx:
        tx.execute(update(Article).where(Article.id == article_id).values(**columns))
    return article_id


def bits(mailing_id: int, now: dt.datetime = NOW) -> int:
    with transaction() as tx:
        return withholding.bits(tx, mailing_id, now=now)


def test_nothing_is_withheld_of_what_may_be_shown() -> None:
    assert bits(carrying(0, 1, 62)) == 0


@pytest.mark.parametrize("mailing_id", [1, 99], ids=["without stories", "that is not there"])
def test_nothing_is_withheld_of_a_mailing(mailing_id: int) -> None:
    carrying()

    assert bits(mailing_id) == 0


def test_nothing_is_withheld_of_a_mail_without_an_issue() -> None:
    carrying(0)
    change(state=ArticleState.KILLED)
    with transaction() as tx:
        mailing_id = rows.single(tx).id

    assert bits(mailing_id) == 0


def test_each_story_has_the_bit_of_its_position() -> None:
    mailing_id = carrying(0, 5, 31, 32, 62)
    for position in (5, 32, 62):
        change(position, state=ArticleState.KILLED)

    assert bits(mailing_id) == 1 << 5 | 1 << 32 | 1 << 62


@pytest.mark.parametrize("state", sorted(ArticleState))
def test_a_story_is_withheld_unless_it_is_live(state: ArticleState) -> None:
    mailing_id = carrying(0)
    change(state=state)

    assert bits(mailing_id) == int(state is not ArticleState.LIVE)


@pytest.mark.parametrize(
    ("until", "is_withheld"), [(NOW, False), (NOW + SECOND, True), (None, True)]
)
def test_a_story_under_embargo_is_withheld_until_its_second(
    until: dt.datetime | None, is_withheld: bool
) -> None:
    mailing_id = carrying(0)
    change(state=ArticleState.EMBARGOED, embargo_until=until)

    assert bits(mailing_id) == int(is_withheld)


@pytest.mark.parametrize("access", sorted(Access))
def test_a_story_for_subscribers_is_offered_in_mail(access: Access) -> None:
    mailing_id = carrying(0)
    change(access=access)

    assert bits(mailing_id) == 0


def test_a_story_of_another_issue_is_none_of_this_mailing() -> None:
    mailing_id, other_id = carrying(0), carrying(1, name="evening")
    change(1, state=ArticleState.TAKEN_DOWN)

    assert (bits(mailing_id), bits(other_id)) == (0, 0b10)


@pytest.mark.parametrize(
    ("story", "state", "told_by", "is_withheld"),
    [
        ({"is_correction": True}, ArticleState.KILLED, Change.KILL, False),
        ({"is_correction": False}, ArticleState.KILLED, Change.KILL, True),
        ({"is_correction": True}, ArticleState.KILLED, Change.CORRECTION, True),
        ({"is_correction": True}, ArticleState.TAKEN_DOWN, Change.KILL, True),
        ({"is_correction": True}, ArticleState.EMBARGOED, Change.KILL, True),
        ({"is_correction": True}, ArticleState.LIVE, Change.CORRECTION, False),
    ],
)
def test_only_the_word_that_a_story_was_withdrawn_stays(
    story: dict[str, Any], state: ArticleState, told_by: Change, is_withheld: bool
) -> None:
    mailing_id = carrying(0, revision=2, **story)
    article_id = change(state=state)
    with transaction() as tx:
        rows.revision(tx, article_id, 2, told_by)

    assert bits(mailing_id) == int(is_withheld)


def test_a_correction_of_a_story_that_was_killed_afterwards_is_withheld() -> None:
    mailing_id = carrying(0, revision=2, is_correction=True)
    article_id = change(state=ArticleState.KILLED)
    with transaction() as tx:
        rows.revision(tx, article_id, 2, Change.CORRECTION)
        rows.revision(tx, article_id, 3, Change.KILL)

    assert bits(mailing_id) == 1


def test_another_articles_withdrawal_is_no_word_of_this_one() -> None:
    mailing_id = carrying(0, 1, revision=2, is_correction=True)
    first, second = change(0, state=ArticleState.KILLED), change(1, state=ArticleState.KILLED)
    with transaction() as tx:
        rows.revision(tx, first, 2, Change.KILL)
        rows.revision(tx, second, 2, Change.CORRECTION)

    assert bits(mailing_id) == 0b10


@pytest.mark.parametrize(
    ("columns", "is_withheld"),
    [
        ({}, False),
        ({"channels": ["mail", "page"]}, False),
        ({"channels": ["page"]}, True),
        ({"channels": []}, True),
        ({"rights_until": NOW + SECOND}, False),
        ({"rights_until": NOW}, True),
        ({"channels": ["page"], "url": OTHER_PICTURE}, False),
        ({"channels": ["page"], "position": 3}, True),
    ],
    ids=[
        "free",
        "for mail",
        "not for mail",
        "for nothing",
        "for a second more",
        "expired",
        "another picture of it",
        "the lead picture no more",
    ],
)
def test_a_story_goes_with_the_picture_that_was_frozen_with_it(
    columns: dict[str, Any], is_withheld: bool
) -> None:
    mailing_id = carrying(0, 1, picture_url=PICTURE)
    with transaction() as tx:
        rows.picture(tx, article_at(), **({"url": PICTURE} | columns))

    assert bits(mailing_id) == int(is_withheld)


def test_the_word_of_a_withdrawal_goes_with_its_picture_too() -> None:
    mailing_id = carrying(0, revision=2, is_correction=True, picture_url=PICTURE)
    article_id = change(state=ArticleState.KILLED)
    with transaction() as tx:
        rows.revision(tx, article_id, 2, Change.KILL)
        rows.picture(tx, article_id, url=PICTURE, rights_until=NOW - DAY)

    assert bits(mailing_id) == 1


def test_a_story_that_may_be_shown_again_is_withheld_no_longer() -> None:
    mailing_id = carrying(0)
    change(state=ArticleState.EMBARGOED, embargo_until=NOW + DAY)

    assert bits(mailing_id) == 1
    assert bits(mailing_id, NOW + DAY) == 0
