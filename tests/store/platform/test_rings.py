"""Rings as rows: one cause is one ring, which does not flap and is told until it is heard."""

import datetime as dt

import pytest

from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.platform import rings
from syndicate.store.platform.rings import GONE_AFTER, SAME_WITHIN, Cause, Ring
from tests.rows import NOW

pytestmark = pytest.mark.usefixtures("database")

SECOND = dt.timedelta(seconds=1)
MINUTE = dt.timedelta(minutes=1)
AT_ONCE = dt.timedelta(0)


def cause(key: str = "mailing:7", text: str = "Paused.", settle: dt.timedelta = AT_ONCE) -> Cause:
    return Cause("paused_mailings", key, text, "/console/mailings/7", settle, None, None)


def see(tx: Transaction, *causes: Cause, after: dt.timedelta = AT_ONCE) -> list[Ring]:
    rings.see(tx, causes, now=NOW + after)
    return rings.open_ones(tx)


def rise(tx: Transaction, at: dt.datetime = NOW) -> list[int]:
    """Ring what is due, and have it ring again after a minute; how often each was rung by then."""
    rings.rise(tx, at, lambda _alarm, _rung: MINUTE)
    return [each.rung for each in rings.to_tell(tx, at)]


def test_the_same_cause_is_one_ring_whatever_its_text_counts() -> None:
    with transaction() as tx:
        (first,) = see(tx, cause(text="2 remain."))
        (again,) = see(tx, cause(text="1 remains."), after=5 * SECOND)

    assert (again.id, again.text, again.began_at) == (first.id, "1 remains.", NOW)


def test_a_cause_that_is_gone_ends_its_ring_and_that_is_told_for_an_hour() -> None:
    with transaction() as tx:
        (ring,) = see(tx, cause())
        rise(tx)
        (still,) = see(tx, after=GONE_AFTER - SECOND)
        gone = see(tx, after=GONE_AFTER)
        over = rings.to_tell(tx, NOW + GONE_AFTER + rings.TOLD_FOR - SECOND)
        past = rings.to_tell(tx, NOW + GONE_AFTER + rings.TOLD_FOR)

    assert (still.id, gone) == (ring.id, [])
    assert ([each.id for each in over], past) == ([ring.id], [])
    assert ring.ended_at == NOW + GONE_AFTER


def test_a_cause_that_was_there_for_a_moment_is_never_told() -> None:
    with transaction() as tx:
        see(tx, cause(settle=15 * SECOND))
        early = rise(tx, NOW + 14 * SECOND)
        see(tx, after=GONE_AFTER)
        late = rise(tx, NOW + MINUTE)

    assert (early, late) == ([], [])


def test_a_cause_that_flaps_is_the_ring_that_it_was() -> None:
    with transaction() as tx:
        (ring,) = see(tx, cause())
        rise(tx)
        see(tx, after=GONE_AFTER)
        (back,) = see(tx, cause(), after=SAME_WITHIN)
        see(tx, after=SAME_WITHIN + GONE_AFTER)
        (other,) = see(tx, cause(), after=2 * SAME_WITHIN + GONE_AFTER)

    assert (back.id, back.began_at) == (ring.id, NOW)
    assert other.id != ring.id


def test_what_flaps_rings_once_a_minute_at_most() -> None:
    with transaction() as tx:
        see(tx, cause())
        rise(tx)
        see(tx, after=GONE_AFTER)
        see(tx, cause(), after=GONE_AFTER + SECOND)
        early, late = rise(tx, NOW + MINUTE - SECOND), rise(tx, NOW + MINUTE)

    assert (early, late) == ([1], [2])


def test_a_ring_rises_until_somebody_has_heard_it() -> None:
    with transaction() as tx:
        (ring,) = see(tx, cause())
        first, between = rise(tx), rise(tx, NOW + 59 * SECOND)
        second = rise(tx, NOW + MINUTE)
        heard = rings.acknowledge(tx, ring.id, by="operator:desk", now=NOW + 90 * SECOND)
        second_to_hear = rings.acknowledge(tx, ring.id, by="operator:night", now=NOW + 2 * MINUTE)
        after = rise(tx, NOW + dt.timedelta(hours=1))

    assert (first, between, second, after) == ([1], [1], [2], [2])
    assert (heard, second_to_hear, ring.acknowledged_by) == (True, False, "operator:desk")


def test_what_came_back_is_kept_by_way() -> None:
    with transaction() as tx:
        (ring,) = see(tx, cause())
        rings.note(
            tx, {ring.id: {"mail": {"at": "then"}, "desk": {"error": "It said 500."}}}, now=NOW
        )
        rings.note(tx, {ring.id: {"desk": {"at": "now"}}, 999: {}}, now=NOW)

    assert ring.outcomes == {"mail": {"at": "then"}, "desk": {"at": "now"}}


def test_nothing_is_lively_in_a_house_where_nothing_rang() -> None:
    with transaction() as tx:
        see(tx, cause(settle=MINUTE))
        before = rings.is_lively(tx, NOW)
        rise(tx, NOW + MINUTE)
        after = rings.is_lively(tx, NOW + MINUTE)

    assert (before, after) == (False, True)
