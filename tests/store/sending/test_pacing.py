"""Receiver groups that asked us to slow down, and a domain's day while it warms up."""

import datetime as dt

import pytest
from sqlalchemy import select

from syndicate.store.ground.session import transaction
from syndicate.store.sending import pacing
from syndicate.store.sending.pacing import LONGEST_HOLD, ReceiverPace
from tests.rows import DAY, NOW

pytestmark = pytest.mark.usefixtures("database")
MINUTE = dt.timedelta(minutes=1)
SECOND = dt.timedelta(seconds=1)
GROUP = "google"


def slow_down(now: dt.datetime = NOW, *, group: str = GROUP, reason: str = "421") -> dt.datetime:
    with transaction() as tx:
        return pacing.slow_down(tx, group, reason=reason, now=now)


def connections(group: str = GROUP) -> int | None:
    with transaction() as tx:
        return pacing.connections(tx, group)


def ease(group: str = GROUP, *, most: int = 3) -> None:
    with transaction() as tx:
        pacing.ease(tx, group, most=most, now=NOW + MINUTE)


def pace(group: str = GROUP) -> ReceiverPace | None:
    with transaction() as tx:
        return tx.scalar(select(ReceiverPace).where(ReceiverPace.receiver_group == group))


def test_a_group_that_complains_is_held_for_ten_minutes() -> None:
    assert slow_down(reason="421 4.7.28 unusual rate") == NOW + 10 * MINUTE

    row = pace()
    assert row is not None
    assert (row.held_until, row.level, row.connections) == (NOW + 10 * MINUTE, 0, 1)
    assert (row.reason, row.changed_at) == ("421 4.7.28 unusual rate", NOW)
    assert connections() == 1
    assert connections("other") is None


def test_each_time_in_a_row_holds_twice_as_long_up_to_a_bound() -> None:
    held, now = [], NOW
    for _ in range(7):
        until = slow_down(now)
        held.append((until - now) // MINUTE)
        now = until

    assert held == [10, 20, 40, 80, 160, 160, 160]
    assert LONGEST_HOLD == 160 * MINUTE


def test_who_complains_while_it_is_held_complains_once() -> None:
    until = slow_down()

    assert slow_down(until - SECOND, reason="again") == until

    row = pace()
    assert row is not None
    assert (row.level, row.reason) == (0, "421")
    assert slow_down(until) == until + 20 * MINUTE


def test_a_hold_takes_the_connections_back_that_were_won() -> None:
    until = slow_down()
    ease()
    assert connections() == 2

    slow_down(until)

    assert connections() == 1


def test_a_group_without_complaint_wins_a_connection_at_a_time_and_is_forgotten() -> None:
    slow_down()
    slow_down(group="yahoo")

    won = []
    for _ in range(4):
        ease()
        won.append(connections())

    assert won == [2, 3, None, None]
    assert connections("yahoo") == 1


def test_winning_a_connection_leaves_the_hold_as_it_is() -> None:
    until = slow_down()

    ease()

    row = pace()
    assert row is not None
    assert (row.held_until, row.level, row.changed_at) == (until, 0, NOW + MINUTE)


def test_a_group_that_was_forgotten_begins_anew() -> None:
    until = slow_down()
    ease(most=1)
    assert pace() is None

    assert slow_down(until) == until + 10 * MINUTE


def take(wanted: int, *, most: int = 10, key: str = "daily.example", day: int = 0) -> int:
    with transaction() as tx:
        return pacing.take_of_day(tx, key, NOW + day * DAY, wanted=wanted, most=most)


def test_a_day_gives_what_is_wanted_until_it_is_used_up() -> None:
    assert [take(4), take(4), take(4), take(4)] == [4, 4, 2, 0]


@pytest.mark.parametrize(("wanted", "given"), [(0, 0), (10, 10), (11, 10)])
def test_a_first_taking_gives_no_more_than_the_day_has(wanted: int, given: int) -> None:
    assert take(wanted) == given


def test_each_day_and_each_domain_has_numbers_of_its_own() -> None:
    take(10)

    assert take(3, day=1) == 3
    assert take(3, key="evening.example") == 3
    assert take(3) == 0


def test_a_day_whose_number_rises_gives_the_difference() -> None:
    take(10)

    assert take(9, most=15) == 5


def test_a_day_whose_number_was_lowered_gives_nothing() -> None:
    take(8)

    assert take(3, most=5) == 0
