"""A machine's clock goes forward by an hour and back: the tick, and all that it wakes, go on."""

import datetime as dt
import importlib
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from redis import Redis
from sqlalchemy import select, text, update

from syndicate import clock, jobs
from syndicate.newsletters import run
from syndicate.store.ground.session import transaction
from syndicate.store.intake import sources
from syndicate.store.intake.sources import FetchHost, FetchState
from syndicate.store.newsroom import publications
from syndicate.store.newsroom.newsletters import Issue
from syndicate.store.platform import due
from syndicate.store.platform.due import DueJob, TickState
from syndicate.store.syndication import feeds
from syndicate.store.syndication.feeds import Feed
from syndicate.vocabulary.sources import SourceKind
from tests.subscribers import desk

pytestmark = pytest.mark.usefixtures("database")

NOW = dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
TWO_S = dt.timedelta(seconds=jobs.TICK_S)


@pytest.fixture
def machine() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as coordinates:
        yield coordinates


@pytest.fixture
def tick(machine: time_machine.Traveller, valkey_url: str) -> Any:
    assert machine is not None
    assert valkey_url
    return importlib.import_module("workers.tick")


def ticks(tick: Any, machine: time_machine.Traveller, *, seconds: int) -> list[bool]:
    """Whether each ring was a tick, while so many seconds pass."""
    rings = []
    for _ in range(seconds // 2):
        rings.append(tick.take_slot(clock.now()))
        machine.shift(TWO_S)
    return rings


def test_an_hour_that_was_lived_twice_has_every_tick(
    tick: Any, machine: time_machine.Traveller
) -> None:
    machine.move_to(NOW + HOUR)
    with transaction() as tx:  # an hour by a clock that was an hour ahead
        for second in range(0, 3600, 2):
            due.take(tx, "tick", tick.slot_of(NOW + HOUR + dt.timedelta(seconds=second)))
    machine.move_to(NOW + HOUR)  # set right by NTP

    assert ticks(tick, machine, seconds=60) == [True] * 30
    with transaction() as tx:
        assert due.tick(tx, clock.now()).state is TickState.ON_TIME


def test_a_slot_that_another_machine_took_a_moment_ago_is_not_taken_again(
    tick: Any, machine: time_machine.Traveller
) -> None:
    assert tick.take_slot(clock.now() + TWO_S)  # a clock that is two seconds ahead

    assert tick.take_slot(clock.now())
    machine.shift(TWO_S)
    assert not tick.take_slot(clock.now())


def test_nothing_that_the_clock_put_off_waits_for_the_hour_to_pass_again(
    tick: Any, machine: time_machine.Traveller, valkey_url: str
) -> None:
    with transaction() as tx:
        publication_id = desk.publication(tx).id
        source = sources.add(tx, publication_id, SourceKind.FEED, "http://a.example/rss", "A")
        feeds.ensure(tx, publication_id)
    machine.move_to(NOW + HOUR)
    tick.tick()
    with transaction() as tx:  # polled and built while the clock was ahead
        soon = clock.now() + dt.timedelta(minutes=5)
        tx.execute(update(FetchState).values(next_at=soon, last_at=clock.now()))
        tx.execute(update(FetchHost).values(not_before=clock.now() + TWO_S))
        tx.execute(update(Feed).values(due_at=clock.now()))
    broker = Redis.from_url(valkey_url)
    broker.flushall()

    machine.move_to(NOW)
    tick.tick()

    assert (broker.llen("collect"), broker.llen("build")) == (1, 1)
    with transaction() as tx:
        assert sources.has_due(tx, NOW)
        state = tx.get(FetchState, source.id)
        assert state is not None
        assert state.last_at == NOW
        assert publications.all_publications(tx)


def test_the_same_step_is_put_right_once_and_not_at_every_tick(
    tick: Any, machine: time_machine.Traveller
) -> None:
    """Where two machines' clocks differ for good, what waits must wait all the same."""
    with transaction() as tx:
        sources.add(tx, desk.publication(tx).id, SourceKind.FEED, "http://a.example/rss", "A")
    tick.take_slot(NOW + HOUR)
    tick.take_slot(NOW)
    later = NOW + dt.timedelta(minutes=30)
    with transaction() as tx:
        tx.execute(update(FetchState).values(next_at=later))

    tick.take_slot(NOW + HOUR)
    machine.shift(TWO_S)
    tick.tick()

    with transaction() as tx:
        assert tx.scalars(select(FetchState.next_at)).all() == [later]
        assert tx.scalars(select(DueJob.slot).where(DueJob.slot > NOW + TWO_S)).all() == []


def test_todays_digest_comes_though_the_clock_was_in_tomorrow(
    tick: Any, machine: time_machine.Traveller
) -> None:
    with transaction() as tx:
        desk.morning(tx)
    machine.move_to(NOW + 24 * HOUR)
    tick.tick()
    with transaction() as tx:
        tx.execute(text("DELETE FROM issue WHERE local_date = '2026-11-24'"))  # not opened then

    machine.move_to(NOW)
    tick.tick()

    with transaction() as tx:
        dates = tx.scalars(select(Issue.local_date).order_by(Issue.local_date)).all()
    assert [f"{date}" for date in dates] == ["2026-11-24", "2026-11-25"]
    assert run.open_due_issues(NOW) == []
