"""An outside hub that the operator chose: feeds name it, and it hears of each change."""

import datetime as dt
import json
import time
from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest
from sqlalchemy import select, update
from starlette.testclient import TestClient

from syndicate import clock, settings
from syndicate.errors import RefusedError
from syndicate.feeds import hub, outside_hub
from syndicate.store.ground.session import transaction
from syndicate.store.syndication import hub_pings
from syndicate.store.syndication.hub import DELIVER_RETRIES
from syndicate.store.syndication.hub_pings import FeedPing
from tests.application import build
from tests.feeds import building, hub_steps, newsroom, peer, reading, tarpit
from tests.feeds.peer import Peer

TOPIC = f"{newsroom.BASE}/feeds/everything.atom"
_OFFERED = 4  # everything, featured, language-en, corrections


pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def outside(settings_env: pytest.MonkeyPatch) -> Iterator[Peer]:
    """The outside hub, before anything was published."""
    with peer.running() as found:
        settings_env.setenv("SYNDICATE_HUB_ALLOW_ORIGINS", json.dumps([found.origin]))
        settings_env.setenv("SYNDICATE_HUB_URL", found.url("/push"))
        settings.load.cache_clear()
        yield found


def test_feeds_name_the_outside_hub_and_it_hears_of_each_change(outside: Peer) -> None:
    article = newsroom.article(newsroom.publication(), 1)
    building.publish_due(clock.now())

    assert outside_hub.run_due(clock.now()) == 3 * _OFFERED
    assert outside_hub.run_due(clock.now()) == 0
    newsroom.change(article, headline="Another")
    building.publish_due(clock.now())
    outside_hub.run_due(clock.now())

    pings = [parse_qs(request.body.decode()) for request in outside.of("POST")]
    ours = [ping for ping in pings if ping["hub.topic"] == [TOPIC]]
    assert ours == [{"hub.mode": ["publish"], "hub.url": [TOPIC], "hub.topic": [TOPIC]}] * 2
    assert {request.path for request in outside.requests} == {"/push"}
    assert reading.json_feed("everything")["hubs"] == [
        {"type": "WebSub", "url": outside.url("/push")}
    ]
    with TestClient(build(), base_url=newsroom.BASE) as browser:
        answer = browser.get("/feeds/everything.atom")
    assert f'<{outside.url("/push")}>; rel="hub"' in answer.headers["link"]
    assert f'rel="hub" href="{outside.url("/push")}"'.encode() in answer.content


def test_a_ping_that_failed_is_sent_again_by_the_plan_and_then_given_up(outside: Peer) -> None:
    newsroom.article(newsroom.publication(), 1)
    building.publish_due(clock.now())
    outside.answer = lambda _request: (503, b"")
    waits = []

    outside_hub.run_due(clock.now())
    for _ in DELIVER_RETRIES:
        due_at = _due_at()
        assert due_at is not None
        waits.append(round((due_at - clock.now()).total_seconds() / 60))
        _make_due()
        outside_hub.run_due(clock.now())

    assert waits == [1, 5, 30, 120, 360]
    assert _due_at() is None
    assert len(outside.of("POST")) == 3 * _OFFERED * (1 + len(DELIVER_RETRIES))


def test_a_hub_that_never_answers_holds_up_nobody_for_long(
    settings_env: pytest.MonkeyPatch,
) -> None:
    with tarpit.running() as port:
        settings_env.setenv("SYNDICATE_HUB_ALLOW_ORIGINS", f'["http://127.0.0.1:{port}"]')
        settings_env.setenv("SYNDICATE_HUB_URL", f"http://127.0.0.1:{port}/push")
        settings.load.cache_clear()
        newsroom.article(newsroom.publication(), 1)
        building.publish_due(clock.now())
        began_s = time.monotonic()

        assert outside_hub.run_due(clock.now()) == 3 * _OFFERED

    assert time.monotonic() - began_s < 5  # twelve, four at once, would take 7.5
    assert _due_at() is not None  # nothing is lost


def test_a_change_while_a_ping_is_under_way_stays_due(outside: Peer) -> None:
    article = newsroom.article(newsroom.publication(), 1)
    building.publish_due(clock.now())
    with transaction() as tx:
        taken = hub_pings.take(tx, now=clock.now(), limit=100)

    newsroom.change(article, headline="Another")
    building.publish_due(clock.now())
    with transaction() as tx:
        for ping in taken:
            hub_pings.sent(tx, ping)
        assert hub_pings.has_due(tx, clock.now())

    outside_hub.run_due(clock.now())
    assert TOPIC.encode().partition(b"/feeds/")[2] in b"".join(
        request.body.replace(b"%2F", b"/") for request in outside.of("POST")
    )


def test_a_worker_that_died_with_pings_loses_none(outside: Peer) -> None:
    newsroom.article(newsroom.publication(), 1)
    building.publish_due(clock.now())
    now = clock.now()
    with transaction() as tx:
        hub_pings.take(tx, now=now, limit=100)

    assert outside_hub.run_due(now) == 0
    assert outside_hub.run_due(now + dt.timedelta(minutes=1)) == 3 * _OFFERED
    assert len(outside.requests) == 3 * _OFFERED


def test_our_own_hub_sends_newcomers_to_the_outside_one(outside: Peer) -> None:
    newsroom.article(newsroom.publication(), 1)
    form = {"hub.mode": "subscribe", "hub.topic": TOPIC, "hub.callback": outside.url()}

    with pytest.raises(RefusedError, match="please subscribe there"):
        hub.ask(form, clock.now(), ip=hub_steps.IP)


def test_without_an_outside_hub_what_was_due_to_it_is_forgotten(
    outside: Peer, settings_env: pytest.MonkeyPatch
) -> None:
    newsroom.article(newsroom.publication(), 1)
    building.publish_due(clock.now())
    settings_env.delenv("SYNDICATE_HUB_URL")
    settings.load.cache_clear()

    assert outside_hub.run_due(clock.now()) == 0
    assert _due_at() is None
    building.publish_due(clock.now())
    assert reading.json_feed("everything")["hubs"][0]["url"] == f"{newsroom.BASE}/hub"
    assert outside.requests == []


def _due_at() -> dt.datetime | None:
    with transaction() as tx:
        return tx.scalar(select(FeedPing.due_at).limit(1))


def _make_due() -> None:
    with transaction() as tx:
        tx.execute(update(FeedPing).values(due_at=clock.now()))
