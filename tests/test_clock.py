"""The one place that knows the time."""

import datetime as dt

import time_machine

from syndicate import clock


def test_now_is_aware_utc() -> None:
    moment = dt.datetime(2026, 3, 29, 1, 30, tzinfo=dt.UTC)

    with time_machine.travel(moment, tick=False):
        assert clock.now() == moment
        assert clock.now().tzinfo is dt.UTC


def test_a_clock_that_was_set_is_not_believed_for_a_while() -> None:
    watch = clock.Watch()

    def is_settled(minutes: float, set_by: float = 0) -> bool:
        return watch.sees(1_796_000_000 + 60 * (minutes + set_by), 32_400 + 60 * minutes)

    assert is_settled(0)
    assert is_settled(30), "time went by, and nobody set it"
    assert is_settled(31, 0.5), "slewed"
    assert not is_settled(32, 60), "an hour ahead"
    assert not is_settled(36, 60)
    assert is_settled(37.1, 60), "it stays so: it is right now"
    assert not is_settled(38, 0), "set back"
    assert is_settled(44, 0)
