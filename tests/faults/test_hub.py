"""A thousand subscribers, and a hub whose worker is killed in the middle: each gets the change."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from syndicate import clock, settings
from syndicate.feeds import hub, hub_shares
from syndicate.store.ground.session import transaction
from syndicate.store.syndication import hub as rows
from syndicate.store.syndication import hub_turns
from syndicate.store.syndication.hub import Asked, Mode
from syndicate.vocabulary.feeds import FeedFormat
from tests.feeds import building, hub_steps, newsroom, peer, reading
from tests.feeds.hub_steps import TOPIC
from tests.feeds.peer import Peer, Request

pytestmark = [pytest.mark.stack, pytest.mark.usefixtures("database")]

COUNT = 1000
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.long
def test_a_killed_hub_worker_loses_no_subscriber(settings_env: pytest.MonkeyPatch) -> None:
    with peer.running() as subscriber:
        settings_env.setenv("SYNDICATE_HUB_ALLOW_ORIGINS", json.dumps([subscriber.origin]))
        settings.load.cache_clear()
        newsroom.article(newsroom.publication(), 1)
        building.publish_due(clock.now())
        _subscribe_all(subscriber)
        subscriber.answer = _slowly
        newsroom.article(1, 2)
        building.publish_due(clock.now())

        _kill_in_mid_delivery(subscriber)
        got_before = len(subscriber.of("POST"))
        subscriber.answer = peer.agree
        hub.run_due(clock.now())
        hub.run_due(clock.now() + rows.LEASE)

    delivered = Counter(request.path for request in subscriber.of("POST"))
    assert 0 < got_before < COUNT
    assert len(delivered) == COUNT
    # At most what the dead worker had in hand came twice.
    assert sum(delivered.values()) - COUNT <= hub_shares.DELIVERING.most
    etag = reading.documents("everything")[FeedFormat.ATOM, 0].etag
    assert {row.delivered_etag for row in hub_steps.stored()} == {etag}


def _subscribe_all(subscriber: Peer) -> None:
    """Subscriptions as they stand once their callbacks have agreed."""
    now = clock.now()
    with transaction() as tx:
        for number in range(COUNT):
            callback = subscriber.url(f"/{number}")
            asked = Asked(
                feed_id=1,
                form=FeedFormat.ATOM,
                topic=TOPIC,
                callback=callback,
                host="127.0.0.1",
                mode=Mode.SUBSCRIBE,
                secret=b"secret",
                lease_s=hub.LEASE_S,
            )
            rows.ask(tx, asked, now=now)
        turns = hub_turns.verifications(tx, now=now, each=COUNT, limit=COUNT)
        for row in rows.take_verifications(tx, [each.id for each in turns], now=now):
            assert rows.verified(tx, row, now=now)


def _slowly(request: Request) -> tuple[int, bytes]:
    time.sleep(0.005)
    return peer.agree(request)


def _kill_in_mid_delivery(subscriber: Peer) -> None:
    """Run the hub as a process of its own, and kill it after a hundred deliveries."""
    program = (
        "from syndicate import clock; from syndicate.feeds import hub; hub.run_due(clock.now())"
    )
    worker = subprocess.Popen(
        [sys.executable, "-c", program],
        env=dict(os.environ) | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
    )
    while len(subscriber.of("POST")) < 100:
        assert worker.poll() is None
        time.sleep(0.01)
    worker.send_signal(signal.SIGKILL)
    assert worker.wait() == -signal.SIGKILL
