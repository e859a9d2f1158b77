"""How far the house is: (done, total) of sources and feeds, and what was stored and accepted."""

import datetime as dt

import pytest
from sqlalchemy import select, text

from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.syndication import feeds
from syndicate.store.syndication.feed_documents import LEASE
from syndicate.store.syndication.feeds import Feed
from syndicate.store.views import waits
from syndicate.vocabulary.articles import ArticleState
from syndicate.vocabulary.sending import MailingKind
from tests import rows
from tests.rows import NOW

pytestmark = pytest.mark.usefixtures("database")
SECOND = dt.timedelta(seconds=1)
SOON = NOW + LEASE


def test_sources_were_asked_once_or_not_yet() -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id
        asked = rows.source(tx, daily, "asked").id
        rows.source(tx, daily, "other")
        said = {"at": NOW, "id": asked}
        tx.execute(text("UPDATE fetch_state SET last_at = :at WHERE source_id = :id"), said)

        assert waits.sources_asked(tx) == (1, 2)


def test_nothing_of_nothing_is_done() -> None:
    with transaction() as tx:
        assert waits.sources_asked(tx) == (0, 0)
        assert waits.feeds_built(tx, NOW) == (0, 0)
        assert waits.articles_stored(tx) == 0
        assert waits.singles_accepted(tx, "article") == 0


def only_feed(tx: Transaction) -> Feed:
    """The one feed of the house, built and not due."""
    feeds.ensure(tx, rows.publication(tx).id)
    (first, *_) = tx.scalars(select(Feed).order_by(Feed.id))
    tx.execute(text("DELETE FROM feed WHERE id <> :id"), {"id": first.id})
    first.built_for, first.due_at, first.gone_at = "rows", None, None
    tx.flush()
    return first


@pytest.mark.parametrize(
    ("built_for", "due_at", "is_built"),
    [
        pytest.param("rows", None, True, id="built"),
        pytest.param(None, None, False, id="never built"),
        pytest.param("rows", NOW, False, id="due"),
        pytest.param("rows", SOON, False, id="in a builder's hands"),
        pytest.param("rows", SOON + SECOND, True, id="due at the end of an embargo far ahead"),
        pytest.param(None, SOON + SECOND, False, id="never built, and due far ahead"),
    ],
)
def test_a_feed_is_built_as_the_rows_are(
    built_for: str | None, due_at: dt.datetime | None, *, is_built: bool
) -> None:
    with transaction() as tx:
        feed = only_feed(tx)
        feed.built_for, feed.due_at = built_for, due_at
        tx.flush()

        assert waits.feeds_built(tx, NOW) == (is_built, 1)


@pytest.mark.parametrize(
    ("state", "until", "due_at", "is_built"),
    [
        (ArticleState.EMBARGOED, SOON, SOON, True),
        (ArticleState.EMBARGOED, NOW, NOW, False),
        (ArticleState.EMBARGOED, SOON, SOON - SECOND, False),
        (ArticleState.LIVE, SOON, SOON, False),
    ],
)
def test_a_feed_that_waits_for_an_embargo_within_the_minute_is_built(
    state: ArticleState, until: dt.datetime, due_at: dt.datetime, *, is_built: bool
) -> None:
    with transaction() as tx:
        feed = only_feed(tx)
        feed.due_at = due_at
        rows.article(tx, feed.publication_id, state=state, embargo_until=until)

        assert waits.feeds_built(tx, NOW) == (is_built, 1)


def test_a_feed_that_is_gone_is_not_waited_for() -> None:
    with transaction() as tx:
        only_feed(tx).gone_at = NOW
        tx.flush()

        assert waits.feeds_built(tx, NOW) == (0, 0)


def test_articles_are_counted_whatever_their_state() -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id
        for state in ArticleState:
            rows.article(tx, daily, state.value, state=state)

        assert waits.articles_stored(tx) == len(ArticleState)


def test_single_mails_of_a_kind_are_counted_when_the_relay_has_them() -> None:
    with transaction() as tx:
        issue = rows.issue(tx, rows.newsletter(tx, rows.publication(tx).id).id)
        made = [
            rows.single(tx),
            rows.single(tx),
            rows.single(tx, message="confirmation"),
            rows.mailing(tx, issue, message="article", kind=MailingKind.DIGEST),
        ]
        for mailing in made:
            rows.batch(tx, mailing, 0, accepted=1)
        rows.batch(tx, made[0], 1, accepted=2, failed=1)
        rows.batch(tx, made[0], 2)

        assert waits.singles_accepted(tx, "article") == 4
        assert waits.singles_accepted(tx, "confirmation") == 1
