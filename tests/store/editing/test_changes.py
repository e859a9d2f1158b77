"""What an editor does to an article: corrects it, kills it, and takes it down."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select, text

from syndicate import bounds, jobs
from syndicate.store.content import articles
from syndicate.store.content.articles import Article, Tombstone
from syndicate.store.editing import changes
from syndicate.store.editing.stored_articles import buried_key
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.sending.mailings import Mailing
from syndicate.vocabulary.articles import ArticleState, Change
from syndicate.vocabulary.sending import MailingState
from tests import rows
from tests.rows import NOW

pytestmark = pytest.mark.usefixtures("database")
HOUR = dt.timedelta(hours=1)
LATER = NOW + HOUR
LIVE, EMBARGOED = ArticleState.LIVE, ArticleState.EMBARGOED


def made(tx: Transaction, name: str = "story", **columns: Any) -> Article:
    """An article with an address and its first revision."""
    publication = rows.publication(tx, name).id
    article = rows.article(tx, publication, name, **columns)
    rows.revision(tx, article.id, headline=article.headline)
    rows.link(tx, article, f"x/{name}")
    return article


def noted(tx: Transaction) -> list[int]:
    return list(tx.scalars(text("SELECT article_id FROM changed_article ORDER BY article_id")))


def stones(tx: Transaction) -> list[Tombstone]:
    query = select(Tombstone).order_by(Tombstone.atom_id)
    return list(tx.scalars(query.execution_options(populate_existing=True)))


@pytest.mark.parametrize(
    ("kind", "is_material"),
    [(Change.FIX, False), (Change.UPDATE, True), (Change.CORRECTION, True)],
)
def test_a_change_is_a_revision_and_readers_see_a_date_of_what_is_material(
    kind: Change, *, is_material: bool
) -> None:
    with transaction() as tx:
        article, other = made(tx), made(tx, "other")

        changes.change(tx, article, kind, {"headline": "New"}, note="So.", now=LATER)

        assert (article.headline, article.revision) == ("New", 2)
        assert article.updated_at == (LATER if is_material else NOW)
        newest = articles.revisions_of(tx, article.id)[-1]
        assert (newest.number, newest.change, newest.is_material) == (2, kind, is_material)
        assert (newest.headline, newest.note, newest.created_at) == ("New", "So.", LATER)
        assert len(articles.revisions_of(tx, other.id)) == 1


def test_feeds_are_told_of_a_change_once_it_is_committed() -> None:
    with transaction() as tx:
        article = made(tx)

        changes.change(tx, article, Change.FIX, {}, note=None, now=NOW)

        assert noted(tx) == [article.id]
        assert tx.hints == [(jobs.PUBLISH_FEEDS, ())]


def test_a_kill_keeps_the_text_and_says_that_it_is_gone() -> None:
    with transaction() as tx:
        article = made(tx)
        section = article.section_id = rows.section(tx, article.publication_id).id

        assert changes.kill(tx, article, note="Wrong.", now=LATER)

        assert (article.state, article.headline) == (ArticleState.KILLED, "Headline story")
        assert (article.updated_at, article.revision) == (LATER, 2)
        newest = articles.revisions_of(tx, article.id)[-1]
        assert (newest.change, newest.is_material, newest.note) == (Change.KILL, True, "Wrong.")
        (stone,) = stones(tx)
        assert (stone.atom_id, stone.reason, stone.at) == (article.atom_id, "killed", LATER)
        assert (stone.publication_id, stone.section_id) == (article.publication_id, section)
        assert stone.keys == [f"link:{article.publication_id}:x/story"]
        assert (noted(tx), tx.hints) == ([article.id], [(jobs.PUBLISH_FEEDS, ())])


@pytest.mark.parametrize("state", [ArticleState.KILLED, ArticleState.TAKEN_DOWN])
def test_what_is_withdrawn_is_not_killed_again(state: ArticleState) -> None:
    with transaction() as tx:
        article = made(tx, state=state)

        assert not changes.kill(tx, article, note=None, now=LATER)

        assert (article.state, article.updated_at) == (state, NOW)
        assert (stones(tx), noted(tx), tx.hints) == ([], [], [])


def test_a_kill_cancels_its_own_mails_to_friends_that_still_wait() -> None:
    with transaction() as tx:
        article = made(tx)
        waits = rows.single(tx, dedupe_key=f"article:{article.id}:a").id
        sent = rows.single(tx, dedupe_key=f"article:{article.id}:b", state=MailingState.DONE).id
        other = rows.single(tx, dedupe_key=f"article:{article.id}1:c").id

        changes.kill(tx, article, note=None, now=NOW)

        tx.session.expire_all()
        states = {row.id: row.state for row in tx.scalars(select(Mailing))}
        assert states == {
            waits: MailingState.CANCELLED,
            sent: MailingState.DONE,
            other: MailingState.SENDING,
        }


UNSEEN = [
    pytest.param(LIVE, None, None, id="seen"),
    pytest.param(ArticleState.DRAFT, None, bounds.LATEST, id="a draft"),
    pytest.param(ArticleState.DRAFT, NOW + HOUR, bounds.LATEST, id="a draft with a date"),
    pytest.param(EMBARGOED, None, bounds.LATEST, id="held"),
    pytest.param(EMBARGOED, NOW + HOUR, NOW + HOUR, id="under embargo"),
    pytest.param(EMBARGOED, NOW, None, id="the embargo ends now"),
]


@pytest.mark.parametrize(("state", "until", "expected"), UNSEEN)
def test_feeds_do_not_tell_that_what_nobody_saw_was_killed(
    state: ArticleState, until: dt.datetime | None, expected: dt.datetime | None
) -> None:
    with transaction() as tx:
        article = made(tx, state=state, embargo_until=until)

        changes.kill(tx, article, note=None, now=NOW)

        assert article.embargo_until == expected


@pytest.mark.parametrize(("state", "until", "expected"), UNSEEN)
def test_feeds_do_not_tell_that_what_nobody_saw_was_taken_down(
    state: ArticleState, until: dt.datetime | None, expected: dt.datetime | None
) -> None:
    with transaction() as tx:
        article = made(tx, state=state, embargo_until=until)

        changes.take_down(tx, article, now=NOW)

        tx.session.refresh(article)
        assert article.embargo_until == expected


def test_a_takedown_leaves_an_id_and_hashes() -> None:
    with transaction() as tx:
        article, other = made(tx), made(tx, "other")

        assert changes.take_down(tx, article, now=LATER)

        tx.session.expire_all()
        assert (article.state, article.slug, article.headline) == ("taken_down", "removed", "")
        assert (article.updated_at, article.url, article.authors) == (LATER, None, [])
        assert articles.revisions_of(tx, article.id) == []
        (stone,) = stones(tx)
        hashed = buried_key(f"{article.publication_id}:x/story")
        assert (stone.reason, stone.at, stone.keys) == ("taken_down", LATER, [f"link:{hashed}"])
        assert (other.state, other.headline) == ("live", "Headline other")
        assert (noted(tx), tx.hints) == ([article.id], [(jobs.PUBLISH_FEEDS, ())])


def test_a_takedown_is_done_once() -> None:
    with transaction() as tx:
        article = made(tx)
        changes.take_down(tx, article, now=NOW)
        tx.session.refresh(article)

        assert not changes.take_down(tx, article, now=LATER)

        assert [stone.at for stone in stones(tx)] == [NOW]


def test_a_takedown_after_a_kill_takes_the_plain_addresses_from_its_stone() -> None:
    with transaction() as tx:
        article = made(tx)
        changes.kill(tx, article, note=None, now=NOW)

        changes.take_down(tx, article, now=LATER)

        (stone,) = stones(tx)
        hashed = buried_key(f"{article.publication_id}:x/story")
        assert (stone.reason, stone.at, stone.keys) == ("taken_down", LATER, [f"link:{hashed}"])
