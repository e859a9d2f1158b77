"""Shared limits: exactly so many for all workers together, fewer when Redis is away."""

import threading
import time

import pytest
from redis import Redis

from syndicate import limits as counters
from syndicate.limits import Bucket, Limits, Taken


@pytest.fixture
def limits(valkey_url: str) -> Limits:
    return Limits(valkey_url, share=4)


def test_a_rest_allows_a_burst_and_then_the_rate(limits: Limits) -> None:
    bucket = Bucket("google", per_s=0.01, burst=5)

    assert limits.take([bucket], 3) == Taken(3)
    assert limits.take([bucket], 50) == Taken(2)
    refused = limits.take([bucket], 1)
    assert refused.count == 0
    assert 90 < refused.wait_s <= 100


def test_tokens_come_back_with_time(limits: Limits) -> None:
    bucket = Bucket("google", per_s=100, burst=1)
    assert limits.take([bucket], 1).count == 1

    waited = limits.take([bucket], 1)
    time.sleep(waited.wait_s + 0.005)

    assert limits.take([bucket], 1).count == 1


def test_tokens_do_not_wait_for_an_hour_that_was_taken_back(
    limits: Limits, valkey_url: str
) -> None:
    bucket = Bucket("google", per_s=10, burst=5)
    assert limits.take([bucket], 2) == Taken(2)
    ahead_us = (time.time() + 3600) * 1_000_000  # written by Redis before its clock was set back

    Redis.from_url(valkey_url).set("syndicate:pace:rate:google", f"{ahead_us:.3f}")

    assert limits.take([bucket], 7) == Taken(5)


def test_slots_held_until_an_hour_that_was_taken_back_end_in_their_time(
    limits: Limits, valkey_url: str
) -> None:
    ahead_ms = int((time.time() + 3600) * 1000)
    Redis.from_url(valkey_url).hset("syndicate:pace:slots:relay", "dead", f"2:{ahead_ms}")

    assert limits.hold("relay", "b", wanted=1, most=2, ttl_s=0.05) == 0
    time.sleep(0.1)

    assert limits.hold("relay", "b", wanted=1, most=2, ttl_s=0.05) == 1


def test_several_buckets_give_what_the_tightest_has(limits: Limits) -> None:
    relay, group = Bucket("relay", 0.01, 10), Bucket("group", 0.01, 4)

    assert limits.take([relay, group], 50).count == 4
    assert limits.take([relay], 50).count == 6
    assert limits.take([relay, group], 1).count == 0


def test_without_a_bucket_there_is_no_limit(limits: Limits) -> None:
    assert limits.take([], 50) == Taken(50)


def test_all_workers_together_get_exactly_the_rate(valkey_url: str) -> None:
    bucket = Bucket("shared", per_s=0.001, burst=90)
    granted: list[int] = []

    def work() -> None:
        mine = Limits(valkey_url, share=4)
        while (taken := mine.take([bucket], 7)).count:
            granted.append(taken.count)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(granted) == 90


def test_slots_are_shared_and_come_back(limits: Limits) -> None:
    assert limits.hold("relay", "a", wanted=4, most=6, ttl_s=60) == 4
    assert limits.hold("relay", "b", wanted=4, most=6, ttl_s=60) == 2
    assert limits.hold("relay", "c", wanted=1, most=6, ttl_s=60) == 0
    assert limits.hold("relay", "a", wanted=4, most=6, ttl_s=60) == 4

    limits.drop("relay", "a")

    assert limits.hold("relay", "c", wanted=9, most=6, ttl_s=60) == 4


def test_slots_of_a_worker_that_died_end_by_themselves(limits: Limits) -> None:
    assert limits.hold("relay", "dead", wanted=2, most=2, ttl_s=0.02) == 2
    time.sleep(0.05)

    assert limits.hold("relay", "b", wanted=2, most=2, ttl_s=60) == 2


def test_without_redis_each_worker_keeps_to_its_share() -> None:
    limits = Limits("unix:///nonexistent/valkey.sock", share=4)
    bucket = Bucket("google", per_s=0.01, burst=40)

    assert limits.take([bucket], 50).count == 10
    refused = limits.take([bucket], 1)
    assert refused.count == 0
    assert 300 < refused.wait_s <= 400
    assert limits.hold("relay", "a", wanted=9, most=8, ttl_s=60) == 2
    limits.drop("relay", "a")


def test_what_a_process_counts_by_itself_outlasts_one_task() -> None:
    url = "unix:///nonexistent/of-this-test.sock"
    bucket = Bucket("google", per_s=0.01, burst=8)

    first = Limits.of(url, 4).take([bucket], 50)
    second = Limits.of(url, 4).take([bucket], 50)

    assert (first.count, second.count) == (2, 0)


def test_a_million_receivers_without_redis_do_not_fill_the_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(counters, "MOST_NAMES", 100)
    alone = Limits("redis://127.0.0.1:1/0", share=1)
    busy = Bucket("busy", per_s=0.001, burst=1)

    assert alone.take([busy], 1).count == 1
    for number in range(1000):
        assert alone.take([Bucket(f"receiver {number}", per_s=1000.0, burst=1)], 1).count == 1

    assert len(alone._local) <= 200  # those of the last moment may not have all their tokens yet
    assert alone.take([busy], 1).count == 0
