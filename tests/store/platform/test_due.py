"""Slots are taken once, whatever the clock does; and what is said of the tick."""

import datetime as dt

import pytest
from sqlalchemy import select

from syndicate import jobs
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.platform import due
from syndicate.store.platform.due import LATE, SKEW, DueJob, Tick, TickState
from tests.rows import NOW
from tests.store import racing

SECOND = dt.timedelta(seconds=1)
TICK = jobs.TICK.name


def slots(tx: Transaction, job: str = "x") -> list[dt.datetime]:
    query = select(DueJob.slot).where(DueJob.job == job)
    return list(tx.scalars(query.order_by(DueJob.slot)))


def ticked(tx: Transaction, *seconds: float) -> None:
    for each in seconds:
        assert due.take(tx, TICK, NOW + each * SECOND)


@pytest.mark.usefixtures("database")
def test_a_slot_is_taken_once_by_each_job() -> None:
    with transaction() as tx:
        taken = [
            due.take(tx, job, slot)
            for job, slot in (("x", NOW), ("x", NOW), ("y", NOW), ("x", NOW + SECOND))
        ]

        assert taken == [True, False, True, True]


@pytest.mark.usefixtures("database")
def test_of_two_beats_at_once_one_has_the_slot() -> None:
    def take(tx: Transaction) -> bool:
        return due.take(tx, "x", NOW)

    assert racing.second(take, take) is False


@pytest.mark.usefixtures("database")
def test_slots_from_before_a_clock_was_set_back_are_forgotten_of_every_job() -> None:
    with transaction() as tx:
        for job, seconds in (("x", -1), ("x", 0), ("x", 1), ("x", 3600), ("y", 1)):
            due.take(tx, job, NOW + seconds * SECOND)

        assert (due.forget_ahead(tx, NOW), due.forget_ahead(tx, NOW)) == (3, 0)

        assert slots(tx) == [NOW - SECOND, NOW]
        assert slots(tx, "y") == []


@pytest.mark.usefixtures("database")
def test_slots_that_are_ahead_by_no_more_than_clocks_differ_are_anothers_present() -> None:
    with transaction() as tx:
        due.take(tx, "x", NOW + SKEW)

        assert due.forget_ahead(tx, NOW) == 0

        assert slots(tx) == [NOW + SKEW]


@pytest.mark.usefixtures("database")
def test_old_slots_are_forgotten() -> None:
    with transaction() as tx:
        for slot in (NOW - SECOND, NOW):
            due.take(tx, "x", slot)

        due.forget_before(tx, NOW)

        assert slots(tx) == [NOW]


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("ticks", "state", "at", "ahead_to"),
    [
        pytest.param((), TickState.NEVER, None, None, id="never"),
        pytest.param((-60,), TickState.ON_TIME, -60, None, id="as long ago as may be"),
        pytest.param((-61, -70), TickState.LATE, -61, None, id="late"),
        pytest.param((10, -2), TickState.ON_TIME, 10, None, id="another machine's clock"),
        pytest.param((11, -2), TickState.AHEAD, -2, 11, id="in the future"),
        pytest.param((11, 99), TickState.AHEAD, None, 99, id="in the future alone"),
    ],
)
def test_how_the_tick_is(
    ticks: tuple[float, ...], state: TickState, at: float | None, ahead_to: float | None
) -> None:
    def moment(seconds: float | None) -> dt.datetime | None:
        return None if seconds is None else NOW + seconds * SECOND

    with transaction() as tx:
        ticked(tx, *ticks)
        due.take(tx, "another job", NOW)
        due.take(tx, "another job", NOW + 3600 * SECOND)

        assert due.tick(tx, NOW) == Tick(state, moment(at), moment(ahead_to), NOW)


@pytest.mark.parametrize(
    ("at", "age_s", "is_coming"),
    [
        (None, float("inf"), False),
        (NOW, 0.0, True),
        (NOW - LATE, 60.0, True),
        (NOW - LATE - SECOND, 61.0, False),
        (NOW + SECOND, -1.0, True),
    ],
)
def test_how_long_ago_the_tick_was(
    at: dt.datetime | None, age_s: float, *, is_coming: bool
) -> None:
    tick = Tick(TickState.ON_TIME, at, None, NOW)

    assert (tick.age_s, tick.is_coming) == (age_s, is_coming)


AHEAD = (
    "A tick is stamped 3600 s in the future (24 Nov 2026 09:00 UTC): the clock was set back, "
    "or the clocks of two machines differ."
)


@pytest.mark.parametrize(
    ("at", "ahead_to", "says"),
    [
        (None, None, "There has been no tick yet."),
        (NOW - 2.4 * SECOND, None, "The last tick was 2 s ago."),
        (NOW + 9 * SECOND, None, "The last tick was 0 s ago."),
        (NOW - 61 * SECOND, None, "No tick since 24 Nov 2026 07:58 UTC, 61 s ago."),
        (None, NOW + 3600 * SECOND, f"{AHEAD} None came since."),
        (NOW - 2 * SECOND, NOW + 3600 * SECOND, f"{AHEAD} The last tick was 2 s ago."),
    ],
)
def test_what_is_said_of_the_tick(
    at: dt.datetime | None, ahead_to: dt.datetime | None, says: str
) -> None:
    assert Tick(TickState.ON_TIME, at, ahead_to, NOW).says == says
