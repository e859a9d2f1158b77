"""The names of all jobs and how to hint at one; the only producer of Celery messages.

A message is a hint, never the truth: what is due stands in rows, and the tick finds it again every
2 s. So sending one takes 0.3 s at most, happens once, never raises, and after a failure
is not even tried for 10 s.
"""

import importlib
import time
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from syndicate import logs, settings

if TYPE_CHECKING:
    from celery import Celery

log = logs.get(__name__)

TICK_S = 2.0
BREAKER_S = 10.0
HINT_TIMEOUT_S = 0.3
# Longer than any task runs (60 s) plus what waits behind it; kombu's clock starts when a worker
# receives a message and is never renewed.
VISIBILITY_TIMEOUT_S = 600


@dataclass(frozen=True)
class Job:
    """A job by name, and the queue that carries its hints."""

    name: str
    queue: str


TICK = Job("tick", "tick")
UPKEEP = Job("upkeep", "tick")
COLLECT_DUE = Job("collect.due", "collect")
MEASURE_PICTURES = Job("collect.measure", "collect")
PUBLISH_FEEDS = Job("feeds.publish", "build")
HUB = Job("feeds.hub", "hub")
FETCH_BOUNCES = Job("bounces.fetch", "hub")
CHECK_SENDERS = Job("senders.check", "hub")
TELL_OPERATORS = Job("operators.tell", "hub")
TELL_RINGS = Job("alarms.tell", "hub")
COMPOSE_ISSUE = Job("newsletters.compose", "build")
COMPOSE_ALERT = Job("newsletters.compose_alert", "urgent")
OPEN_ALERTS = Job("newsletters.open_alerts", "urgent")
RENEW_CONTENT = Job("newsletters.renew_content", "urgent")
SEND_URGENT = Job("mail.send_urgent", "urgent")
SEND_BULK = Job("mail.send_bulk", "bulk")

ALL: tuple[Job, ...] = (
    TICK,
    UPKEEP,
    COLLECT_DUE,
    MEASURE_PICTURES,
    PUBLISH_FEEDS,
    HUB,
    FETCH_BOUNCES,
    CHECK_SENDERS,
    TELL_OPERATORS,
    TELL_RINGS,
    COMPOSE_ISSUE,
    COMPOSE_ALERT,
    OPEN_ALERTS,
    RENEW_CONTENT,
    SEND_URGENT,
    SEND_BULK,
)
QUEUES: tuple[str, ...] = tuple(sorted({job.queue for job in ALL}))


class Breaker:
    """Remembers when hints last failed, so that a dead broker costs one attempt per 10 s."""

    def __init__(self) -> None:
        self.open_until = 0.0

    def is_open(self) -> bool:
        """Whether hints are held back just now."""
        return time.monotonic() < self.open_until

    def trip(self) -> None:
        """Hold hints back for 10 s."""
        self.open_until = time.monotonic() + BREAKER_S


BREAKER = Breaker()


def hint(job: Job, *ids: int) -> bool:
    """Tell the workers that something is due.

    Args:
        job: which job.
        *ids: row ids, or nothing.

    Returns:
        Whether the broker took it. False is no error: the tick covers.
    """
    if BREAKER.is_open():
        return False
    try:
        _producer().send_task(job.name, args=ids, queue=job.queue, retry=False, expires=60)
    except _unreachable() as error:
        BREAKER.trip()
        log.warning("hint_failed", job=job.name, reason=type(error).__name__)
        return False
    return True


def broker_answers() -> bool:
    """Whether the broker can be reached now; for `/readyz` and `doctor`, safe to ask often."""
    try:
        with _producer().connection_for_write() as connection:
            connection.ensure_connection(max_retries=0, timeout=HINT_TIMEOUT_S)
    except _unreachable():
        return False
    return True


def broker_url(redis_url: str) -> str:
    """Our redis://, rediss:// or unix:// address in kombu's spelling (unix:// is redis+socket://)."""
    if redis_url.startswith("unix://"):
        return "redis+socket://" + redis_url.removeprefix("unix://")
    return redis_url


def transport_options() -> dict[str, object]:
    """Settings of the Redis transport, each chosen by measurement."""
    return {
        "visibility_timeout": VISIBILITY_TIMEOUT_S,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_timeout": 5,
        "socket_connect_timeout": 3,
        "health_check_interval": 5,
    }


def _unreachable() -> tuple[type[Exception], ...]:
    """What is raised where no broker answers."""
    return (importlib.import_module("kombu.exceptions").OperationalError, OSError)


@cache
def _producer() -> "Celery":
    """Celery comes with the first hint: most commands send none."""
    url = broker_url(settings.load().need("redis_url"))
    app: Celery = importlib.import_module("celery").Celery("syndicate-producer", broker=url)
    app.conf.update(
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        broker_transport_options={
            **transport_options(),
            "socket_timeout": HINT_TIMEOUT_S,
            "socket_connect_timeout": HINT_TIMEOUT_S,
            "max_retries": 0,
        },
        broker_connection_retry=False,
    )
    return app
