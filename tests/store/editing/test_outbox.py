"""Articles that feeds are told of: noted with the change, passed on once, by whoever is there."""

import datetime as dt

import pytest
from sqlalchemy import select, text

from syndicate import jobs
from syndicate.store.editing import outbox
from syndicate.store.editing.outbox import ChangedArticle
from syndicate.store.ground.session import Transaction, transaction, undone
from syndicate.store.syndication import feeds
from tests import rows
from tests.rows import NOW
from tests.store import plans

pytestmark = pytest.mark.usefixtures("database")
LATER = NOW + dt.timedelta(seconds=1)
HINT = (jobs.PUBLISH_FEEDS, ())


def noted(tx: Transaction) -> list[tuple[int, dt.datetime]]:
    query = select(ChangedArticle.article_id, ChangedArticle.at)
    found = tx.execute(query.order_by(ChangedArticle.article_id))
    return [(article_id, at) for article_id, at in found]


def test_an_article_is_noted_once_since_it_first_changed() -> None:
    with transaction() as tx:
        outbox.note(tx, [2, 1, 2], now=NOW)
        outbox.note(tx, [2, 3], now=LATER)
        outbox.note(tx, [], now=LATER)

        assert noted(tx) == [(1, NOW), (2, NOW), (3, LATER)]


def test_what_was_rolled_back_is_not_told() -> None:
    with transaction() as tx:
        with undone(tx):
            outbox.note(tx, [1], now=NOW)

        assert outbox.pass_on(tx, NOW) == 0


def test_what_was_noted_is_passed_on_once() -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id
        feeds.ensure(tx, daily)
        tx.execute(text("UPDATE feed SET due_at = NULL"))
        outbox.note(tx, [rows.article(tx, daily).id, 99], now=NOW)

        assert outbox.pass_on(tx, LATER) == 2

        due = tx.scalars(text("SELECT due_at FROM feed WHERE kind = 'everything'")).all()
        assert (due, noted(tx), tx.hints) == ([LATER], [], [HINT])
        assert outbox.pass_on(tx, LATER) == 0


def test_nothing_to_tell_is_no_hint() -> None:
    with transaction() as tx:
        assert (outbox.pass_on(tx, NOW), tx.hints) == (0, [])


def test_very_many_are_passed_on_in_parts() -> None:
    with transaction() as tx:
        outbox.note(tx, range(1, outbox.BATCH + 2), now=NOW)
        plans.nested(tx)

        assert [outbox.pass_on(tx, NOW) for _ in range(3)] == [outbox.BATCH, 1, 0]


def test_two_at_once_pass_on_different_articles_and_wait_for_nobody() -> None:
    with transaction() as tx:
        outbox.note(tx, [1], now=NOW)

    with transaction() as first:
        assert outbox.pass_on(first, NOW) == 1
        outbox.note(first, [2], now=NOW)
        with transaction() as second:
            second.execute(text("SET LOCAL lock_timeout = '100ms'"))
            outbox.note(second, [3], now=NOW)
            assert outbox.pass_on(second, NOW) == 1

    with transaction() as tx:
        assert noted(tx) == [(2, NOW)]
