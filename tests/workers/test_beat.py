"""The clock rings on, whatever somebody does to the machine's own clock."""

import datetime as dt
import time
from collections.abc import Iterator

import pytest
import time_machine
from celery import Celery
from redis import Redis

from syndicate import jobs

NOW = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


class Bell:
    """The scheduler of `syndicate beat`, and how often it has rung."""

    def __init__(self, broker: str) -> None:
        from workers.app import app  # noqa: PLC0415 - needs the settings of a test
        from workers.beat import SteadyScheduler  # noqa: PLC0415 - the same

        own = Celery("bell", broker=jobs.broker_url(broker))
        own.conf.beat_schedule = app.conf.beat_schedule
        self.broker = Redis.from_url(broker)
        self.scheduler = SteadyScheduler(own)

    def rings(self, *, for_s: float) -> int:
        """How often it rings for the tick and for upkeep, while so many seconds pass."""
        before, end = self.broker.llen(jobs.TICK.queue), time.monotonic() + for_s
        while time.monotonic() < end:
            if self.scheduler.tick() > 0:
                time.sleep(0.05)
        return int(self.broker.llen(jobs.TICK.queue)) - before


@pytest.fixture
def machine() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW) as traveller:
        yield traveller


@pytest.fixture
def bell(valkey_url: str, machine: time_machine.Traveller) -> Iterator[Bell]:
    assert machine is not None
    found = Bell(valkey_url)
    yield found
    found.scheduler.close()


def test_an_hour_forward_and_back_keeps_it_ringing(
    bell: Bell, machine: time_machine.Traveller
) -> None:
    begun = bell.rings(for_s=2.5)
    machine.move_to(NOW + HOUR)
    ahead = bell.rings(for_s=2.5)
    machine.move_to(NOW)
    back = bell.rings(for_s=2.5)

    assert min(begun, ahead, back) >= 1


def test_upkeep_does_not_wait_for_an_hour_that_was_taken_back(
    bell: Bell, machine: time_machine.Traveller
) -> None:
    for moment in (NOW, NOW + HOUR, NOW):
        machine.move_to(moment)
        bell.rings(for_s=0.1)
    bell.broker.delete(jobs.UPKEEP.queue)
    machine.move_to(NOW + dt.timedelta(minutes=11))
    bell.rings(for_s=0.1)

    rung = [str(message) for message in bell.broker.lrange(jobs.UPKEEP.queue, 0, -1)]
    assert any(f'"task": "{jobs.UPKEEP.name}"' in message for message in rung)
