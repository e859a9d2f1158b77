"""What strangers do to keep others from the hub: dead callbacks, and posts that name a host."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from syndicate import clock, settings
from syndicate.breakers import known, visitors
from syndicate.errors import CapReachedError
from syndicate.feeds import hub, hub_limits, hub_shares
from syndicate.store.ground.session import transaction
from syndicate.store.syndication import hub_turns
from tests.feeds import hub_steps, tarpit
from tests.feeds.peer import Peer

ROOT = Path(__file__).resolve().parents[2]
HOSTS = [f"127.0.0.{number}" for number in range(2, 102)]
_PROGRAM = "from syndicate import clock; from syndicate.feeds import hub; hub.run_due(clock.now())"
_SOON_S = 5.0


@pytest.fixture
def dead(subscriber: Peer, settings_env: pytest.MonkeyPatch) -> Iterator[int]:
    """The port at which a hundred hosts never answer."""
    with tarpit.running() as port:
        origins = [subscriber.origin, *(f"{host}:{port}" for host in HOSTS)]
        settings_env.setenv("SYNDICATE_HUB_ALLOW_ORIGINS", json.dumps(origins))
        settings.load.cache_clear()
        yield port


@contextmanager
def a_worker() -> Iterator[None]:
    """A hub's worker, as a process of its own, which may be ended in the middle."""
    environment = dict(os.environ) | {"PYTHONPATH": str(ROOT)}
    worker = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM], env=environment, stdout=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        worker.kill()
        worker.wait()


def seconds_to_verify(subscriber: Peer) -> float:
    began = time.monotonic()
    hub.ask(hub_steps.form(subscriber), clock.now(), ip=hub_steps.IP)
    while hub_steps.row(subscriber).lease_until is None:
        assert time.monotonic() - began < 6 * _SOON_S
        time.sleep(0.02)
    return time.monotonic() - began


def wait_until(count: int) -> None:
    """Until so many requests to dead callbacks are under way."""
    held = "SELECT count(*) FROM feed_callback WHERE epoch > 0"
    until = time.monotonic() + 6 * _SOON_S
    while time.monotonic() < until:
        with transaction() as tx:
            if (tx.scalar(text(held)) or 0) >= count:
                return
        time.sleep(0.02)
    pytest.fail("the hub's worker has not begun")


def test_one_address_with_three_hundred_dead_callbacks_delays_nobody(
    subscriber: Peer, dead: int
) -> None:
    for number in range(300):
        callback = f"http://{HOSTS[number % 100]}:{dead}/{number}"
        form = hub_steps.form(subscriber, callback=callback)
        hub.ask(form, clock.now(), ip=f"198.51.100.{number % 250}")

    with a_worker():
        wait_until(8)
        assert seconds_to_verify(subscriber) < _SOON_S


def test_posts_that_name_a_host_do_not_shut_it_out(subscriber: Peer) -> None:
    refused = 0
    for number in range(known.HUB_NAMED.most + 20):
        form = hub_steps.form(subscriber, callback=subscriber.url(f"/{number}"))
        try:
            hub.ask(form, clock.now(), ip="198.51.100.7")
        except CapReachedError:
            refused += 1
    _spend_the_calls_of("127.0.0.1")

    with a_worker():
        taken_s = seconds_to_verify(subscriber)

    assert refused == 20
    assert taken_s < hub_limits.SLOWLY_S + _SOON_S
    # Others at that host, in the name of whoever asked most, have waited for it.
    assert [row.callback for row in hub_steps.stored() if row.lease_until] == [subscriber.url()]


def _spend_the_calls_of(host: str) -> None:
    with transaction() as tx:
        for _ in range(known.HUB_CALLS.most):
            known.HUB_CALLS.take(tx, host, clock.now())


def test_who_asks_too_much_is_refused_from_their_whole_network_and_nobody_else(
    subscriber: Peer,
) -> None:
    with transaction() as tx:
        for _ in range(known.HUB_NETWORK.most):
            known.HUB_NETWORK.take(tx, visitors.visitor("198.51.100.7").network, clock.now())

    with pytest.raises(CapReachedError, match=r"Too many subscriptions were requested from here"):
        hub.ask(hub_steps.form(subscriber), clock.now(), ip="198.51.100.200")
    hub.ask(hub_steps.form(subscriber), clock.now(), ip="198.51.101.7")


def test_a_flood_of_a_topic_refuses_those_who_asked_much_and_never_agreed(
    subscriber: Peer,
) -> None:
    hub_steps.subscribe(subscriber)
    _spend_the_day()
    heavy, light = "198.51.100.7", "203.0.113.7"
    with transaction() as tx:
        for _ in range(hub_shares.LITTLE):
            known.HUB_NETWORK.take(tx, visitors.visitor(heavy).network, clock.now())

    other = hub_steps.form(subscriber, callback="https://peer.example/")
    with pytest.raises(CapReachedError):
        hub.ask(other, clock.now(), ip=heavy)
    hub.ask(other, clock.now(), ip=light)
    hub.ask(hub_steps.form(subscriber), clock.now(), ip=heavy)  # its host has agreed before


def _spend_the_day() -> None:
    with transaction() as tx:
        for limit in (known.HUB_DAY,):
            spent = "INSERT INTO cap_counter VALUES (:cap, '*', :since, :used)"
            now = clock.now()
            values = {"cap": limit.name, "since": limit.window(now), "used": limit.most}
            tx.execute(
                text(spent + " ON CONFLICT (cap, key, window_from) DO UPDATE SET used = :used"),
                values,
            )


def test_a_host_that_holds_very_many_renews_them_and_gets_no_more(
    subscriber: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_limits, "PER_HOST", 1)
    hub_steps.subscribe(subscriber)

    with pytest.raises(CapReachedError, match=r"127\.0\.0\.1 holds 1 subscriptions"):
        hub_steps.subscribe(subscriber, callback=subscriber.url("/second"))
    hub_steps.subscribe(subscriber)


def test_who_asked_least_comes_first_and_dead_callbacks_last(subscriber: Peer) -> None:
    now = clock.now()
    for number in range(40):
        form = hub_steps.form(subscriber, callback=f"https://host{number}.example/")
        hub.ask(form, now, ip="198.51.100.7")
    hub.ask(hub_steps.form(subscriber), now, ip="203.0.113.7")
    hub.ask(hub_steps.form(subscriber, callback="https://dead.example/"), now, ip="192.0.2.1")
    with transaction() as tx:
        failed = "UPDATE feed_callback SET verify_attempts = 1 WHERE host = 'dead.example'"
        tx.execute(text(failed))
        turns = hub_turns.verifications(tx, now=now, each=3, limit=9)

    assert [turn.host for turn in turns] == [
        "127.0.0.1", "host0.example", "host1.example", "host2.example", "dead.example",
    ]  # fmt: skip
    assert [turn.load for turn in turns] == [1, 40, 40, 40, 1]


def test_deliveries_that_are_never_answered_hold_up_nobody(subscriber: Peer, dead: int) -> None:
    """A hundred callbacks agreed, and die: the next change reaches the one that lives."""
    now = clock.now()
    hub_steps.subscribe(subscriber)
    for number, host in enumerate(HOSTS):
        form = hub_steps.form(subscriber, callback=f"http://{host}:{dead}/")
        hub.ask(form, now, ip=f"198.51.{number}.7")
    with transaction() as tx:
        agreed = "UPDATE feed_callback SET wanted = NULL, verify_at = NULL, lease_until = :until"
        tx.execute(text(agreed), {"until": now.replace(year=now.year + 1)})
        tx.execute(text("UPDATE feed_callback SET deliver_at = :now"), {"now": now})

    began = time.monotonic()
    with a_worker():
        wait_until(8)
        while not subscriber.of("POST"):
            assert time.monotonic() - began < 3 * _SOON_S
            time.sleep(0.02)
