"""A day of answers of 500, a round that died, two at once: each way tells each ring once."""

import datetime as dt
import threading

import pytest

from syndicate import settings
from syndicate.alarms.telling import round as telling
from syndicate.alarms.telling import ways
from syndicate.alarms.telling.ring import Outcome
from syndicate.store.ground import session
from syndicate.store.ground.session import transaction
from syndicate.store.platform import tellings
from tests.alarms.telling.steps import NOW, OVER, S, health, ring, tell, types, use
from tests.feeds.peer import Peer
from tests.mail.fault_relay import FaultRelay

MINUTE = 60 * S
DAY = dt.timedelta(days=1)


def way() -> str:
    return ways.webhooks(settings.load())[0].way


def test_a_ring_is_told_once_again_when_its_rung_rises_and_once_when_it_is_over(hook: Peer) -> None:
    for _ in range(3):
        tell(ring())
    tell(ring(rung=2), 15 * MINUTE)
    tell(ring(rung=2), 16 * MINUTE)
    for _ in range(2):
        tell(ring(rung=2, state=OVER), 17 * MINUTE)

    assert types(hook) == ["ringing 7 1", "ringing 7 2", "over 7 2"]


def test_a_webhook_that_answers_500_for_a_day_rings_by_mail_and_comes_back_without_a_storm(
    hook: Peer, relay: FaultRelay
) -> None:
    hook.answer = lambda _request: (500, b"")
    gone = [ring(number, began_at=NOW + number * S) for number in range(1, 41)]
    for minute in range(0, 24 * 60, 15):
        rings = gone if minute == 0 else [*(ring(each.id, state=OVER) for each in gone), ring(99)]
        tell(rings, minute * MINUTE)

    assert len(hook.requests) < 110  # four an hour, whatever rang
    assert health(way()).is_failing
    assert health(way()).error == "answered 500"
    assert health(way()).failing_since == NOW
    with transaction() as tx:
        otherwise = tellings.told_otherwise(tx, [way()], NOW)
    assert {hearer for _, hearer in otherwise} == {"mail:night@example.com"}
    hook.requests.clear()
    hook.answer = lambda _request: (200, b"")

    for minute in (0, 15, 16):
        tell([*(ring(each.id, state=OVER) for each in gone), ring(99)], DAY + minute * MINUTE)

    assert types(hook) == ["ringing 99 1"]
    assert health(way()).failing_since is None
    told = [each.content for each in relay.accepted]
    assert len(told) == len(set(told))


def test_what_a_way_missed_is_told_when_it_is_back_once_each_with_the_newest_rung(
    hook: Peer,
) -> None:
    hook.answer = lambda _request: (503, b"")
    for rung in range(1, 4):
        tell([ring(1, rung=rung), ring(2, rung=rung)], rung * MINUTE)
    hook.requests.clear()
    hook.answer = lambda _request: (200, b"")

    tell([ring(1, rung=3), ring(2, rung=3)], 20 * MINUTE)
    tell([ring(1, rung=3), ring(2, rung=3, state=OVER)], 21 * MINUTE)

    assert types(hook) == ["ringing 1 3", "ringing 2 3", "over 2 3"]


def test_a_way_that_fails_waits_longer_each_time_and_a_quarter_of_an_hour_at_most(
    hook: Peer,
) -> None:
    hook.answer = lambda _request: (500, b"")
    tries: list[int] = []
    for second in range(0, 3660, 15):
        before = len(hook.requests)
        tell(ring(), second * S)
        if len(hook.requests) > before:
            tries.append(second)

    assert tries == [0, 15, 45, 105, 225, 465, 945, 1845, 2745, 3645]


def test_two_that_tell_at_once_tell_once(hook: Peer) -> None:
    both = [threading.Thread(target=lambda: tell([ring(1), ring(2)])) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()

    assert sorted(types(hook)) == ["ringing 1 1", "ringing 2 1"]


def test_a_round_that_died_is_made_up_by_the_next(hook: Peer) -> None:
    with transaction() as tx:
        assert tellings.claim(tx, [way()], NOW) == {way()}

    tell(ring(), 10 * S)
    assert hook.requests == []
    tell(ring(), tellings.CLAIM + S)

    assert types(hook) == ["ringing 7 1"]


def test_a_clock_that_was_set_back_holds_no_way(hook: Peer) -> None:
    hook.answer = lambda _request: (500, b"")
    tell(ring(), 30 * DAY)
    hook.answer = lambda _request: (200, b"")

    tell(ring())

    assert types(hook)[-1] == "ringing 7 1"
    assert health(way()).failing_since is None


@pytest.mark.usefixtures("database")
def test_without_any_way_nothing_is_told_and_nothing_fails() -> None:
    assert tell([ring(), ring(8)]) == {7: [], 8: []}


def test_a_ring_is_told_though_the_database_is_away(
    hook: Peer, relay: FaultRelay, settings_env: pytest.MonkeyPatch
) -> None:
    use(settings_env, database_url="postgresql://syndicate@127.0.0.1:1/none")
    session.dispose()
    gone = ring(0, bell="database", text="The database does not answer.", publication=None)

    outcomes = telling.tell_blind(gone, settings.load(), NOW)

    assert outcomes == [Outcome("mail", NOW), Outcome("webhook 127.0.0.1", NOW)]
    assert hook.requests[0].headers["webhook-id"] == "ring-database-1795511520-ringing-1"
    assert b"The database does not answer." in relay.accepted[0].content
