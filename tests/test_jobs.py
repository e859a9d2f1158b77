"""Hints: after the commit, once, quickly, and harmless when nobody listens."""

import json
import time

import pytest
import redis

from syndicate import jobs, settings
from syndicate.store.ground.session import transaction


def waiting(url: str, queue: str) -> list[dict[str, object]]:
    with redis.Redis.from_url(url) as broker:
        return [json.loads(message) for message in broker.lrange(queue, 0, -1)]


def test_a_hint_lies_in_its_jobs_queue_with_ids_only(valkey_url: str) -> None:
    assert jobs.hint(jobs.COMPOSE_ISSUE, 7)

    (message,) = waiting(valkey_url, "build")
    headers = message["headers"]
    assert isinstance(headers, dict)
    assert headers["task"] == "newsletters.compose"
    assert headers["argsrepr"] == "(7,)"
    assert headers["retries"] == 0
    assert headers["eta"] is None


def test_a_broker_that_is_away_costs_one_short_attempt(settings_env: pytest.MonkeyPatch) -> None:
    settings_env.setenv("SYNDICATE_REDIS_URL", "unix:///nonexistent/valkey.sock")
    settings.load.cache_clear()

    first = jobs.hint(jobs.SEND_BULK)
    is_open = jobs.BREAKER.is_open()
    second = jobs.hint(jobs.SEND_BULK)

    assert (first, is_open, second) == (False, True, False)


def test_the_breaker_closes_by_itself(valkey_url: str) -> None:
    jobs.BREAKER.trip()
    held_back = jobs.hint(jobs.SEND_BULK)
    jobs.BREAKER.open_until = time.monotonic()

    assert not held_back
    assert jobs.hint(jobs.SEND_BULK)
    assert len(waiting(valkey_url, "bulk")) == 1


@pytest.mark.usefixtures("database")
def test_hints_go_out_after_the_commit_each_once(valkey_url: str) -> None:
    with transaction() as tx:
        tx.hint(jobs.PUBLISH_FEEDS)
        tx.hint(jobs.PUBLISH_FEEDS)
        tx.hint(jobs.COMPOSE_ISSUE, 1)
        before = waiting(valkey_url, "build")

    names = [message["headers"]["task"] for message in waiting(valkey_url, "build")]  # type: ignore[index]
    assert before == []
    assert sorted(names) == ["feeds.publish", "newsletters.compose"]


@pytest.mark.usefixtures("database")
def test_a_transaction_that_fails_hints_at_nothing(valkey_url: str) -> None:
    def fail() -> None:
        with transaction() as tx:
            tx.hint(jobs.PUBLISH_FEEDS)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert waiting(valkey_url, "build") == []


@pytest.mark.usefixtures("valkey_url")
def test_whether_the_broker_answers(settings_env: pytest.MonkeyPatch) -> None:
    assert jobs.broker_answers()

    settings_env.setenv("SYNDICATE_REDIS_URL", "unix:///nonexistent/valkey.sock")
    settings.load.cache_clear()
    jobs._producer.cache_clear()

    assert not jobs.broker_answers()


@pytest.mark.parametrize(
    ("ours", "kombus"),
    [
        ("unix:///run/valkey.sock", "redis+socket:///run/valkey.sock"),
        ("redis://valkey:6379/0", "redis://valkey:6379/0"),
        ("rediss://user:secret@valkey:6380/1", "rediss://user:secret@valkey:6380/1"),
    ],
)
def test_addresses_are_spelt_as_kombu_does(ours: str, kombus: str) -> None:
    assert jobs.broker_url(ours) == kombus


def test_no_queue_keeps_a_hint_for_longer_than_any_task_runs() -> None:
    assert jobs.transport_options()["visibility_timeout"] == 600
