"""The one place that knows the time."""

import datetime as dt

import time_machine

from syndicate import clock


def test_now_is_aware_utc() -> None:
    moment = dt.datetime(2026, 3, 29, 1, 30, tzinfo=dt.UTC)

    with time_machine.travel(moment, tick=False):
        assert clock.now() == moment
        assert clock.now().tzinfo is dt.UTC
