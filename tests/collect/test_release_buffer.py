"""What fetches learnt waits together and is written together, sources before hosts, once."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select

from syndicate.collect.release_buffer import Settling
from syndicate.store.editing import outbox
from syndicate.store.editing.outbox import ChangedArticle
from syndicate.store.ground.session import transaction
from syndicate.store.intake.source_leases import LEASE, Written
from syndicate.store.intake.sources import FetchHost, FetchState
from syndicate.vocabulary.sources import SourceState
from tests import rows
from tests.collect import newsroom
from tests.collect.newsroom import NOW
from tests.web.test_queries import counted

pytestmark = pytest.mark.usefixtures("database")
SOON = NOW + dt.timedelta(minutes=1)


@pytest.fixture
def held() -> list[int]:
    """Three sources of three hosts, each in a worker's hands with epoch 1."""
    with transaction() as tx:
        publication_id = rows.publication(tx).id
        ids = [rows.source(tx, publication_id, name).id for name in ("one", "two", "three")]
        for state in tx.scalars(select(FetchState)):
            state.epoch, state.leased_until = 1, NOW + LEASE
        for host in tx.scalars(select(FetchHost)):
            host.leased_until = NOW + LEASE
        return ids


def learnt(source_id: int, epoch: int = 1, **values: Any) -> Written:
    return Written(source_id, epoch, values, SourceState.ACTIVE)


def hosts() -> dict[str, tuple[dt.datetime | None, dt.datetime | None]]:
    with transaction() as tx:
        return {
            each.domain: (each.leased_until, each.not_before)
            for each in tx.scalars(select(FetchHost))
        }


def test_what_is_taken_waits_no_longer() -> None:
    waiting = Settling([learnt(1)], {"one.example": None}, [(1, 1)], has_news=True)

    taken = waiting.take()

    assert taken == Settling([learnt(1)], {"one.example": None}, [(1, 1)], has_news=True)
    assert waiting == Settling()


def test_what_comes_after_the_taking_is_not_in_what_was_taken() -> None:
    waiting = Settling()
    taken = waiting.take()

    waiting.unchanged.append(learnt(1))
    waiting.hosts["one.example"] = None
    waiting.left.append((1, 1))

    assert taken == Settling()


def test_rows_of_different_columns_are_written_together(held: list[int]) -> None:
    one, two, three = held

    Settling([learnt(one, etag=b"1"), learnt(two, failures=2), learnt(three, etag=b"3")]).write(NOW)

    states = [newsroom.state_of(each) for each in held]
    assert [(each.etag, each.failures) for each in states] == [(b"1", 0), (None, 2), (b"3", 0)]
    assert [each.leased_until for each in states] == [None] * 3
    assert {until for until, _ in hosts().values()} == {NOW + LEASE}


def test_one_statement_writes_all_whatever_order_their_columns_have(held: list[int]) -> None:
    one, two, _ = held
    later = [learnt(one, etag=b"1", failures=1), learnt(two, failures=2, etag=b"2")]

    with counted() as statements:
        Settling(later).write(NOW)

    assert sum("UPDATE fetch_state" in each for each in statements) == 1
    states = [newsroom.state_of(each) for each in (one, two)]
    assert [(each.etag, each.failures) for each in states] == [(b"1", 1), (b"2", 2)]


def test_what_was_not_fetched_after_all_is_free_again_and_still_due(held: list[int]) -> None:
    one, two, three = held

    Settling(left=[(one, 1), (two, 0)]).write(NOW)

    leases = [newsroom.state_of(each).leased_until for each in (one, two, three)]
    assert leases == [None, NOW + LEASE, NOW + LEASE]  # another epoch is another worker's
    assert newsroom.state_of(one).next_at == rows.NOW


@pytest.mark.usefixtures("database", "held")
def test_hosts_are_free_again_each_from_its_own_moment() -> None:
    Settling(hosts={"one.example": SOON, "two.example": None}).write(NOW)

    assert hosts() == {
        "one.example": (None, SOON),
        "two.example": (None, None),
        "three.example": (NOW + LEASE, None),
    }


@pytest.mark.usefixtures("database", "held")
def test_feeds_are_told_of_news_and_only_then() -> None:
    with transaction() as tx:
        made = rows.article(tx, 1)
        outbox.note(tx, [made.id], now=NOW)

    Settling(hosts={"one.example": None}).write(NOW)
    with transaction() as tx:
        assert tx.scalars(select(ChangedArticle.article_id)).all() == [made.id]
    Settling(has_news=True).write(NOW)

    with transaction() as tx:
        assert tx.scalars(select(ChangedArticle.article_id)).all() == []


def test_nothing_that_waits_asks_no_database() -> None:
    Settling().write(NOW)
