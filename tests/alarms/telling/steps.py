"""Rings for tests of how they are told."""

import datetime as dt
import json
from collections.abc import Iterable
from typing import Any

import pytest

from syndicate import settings
from syndicate.alarms.telling import round as telling
from syndicate.alarms.telling.ring import Outcome, Ring
from syndicate.store.ground.session import transaction
from syndicate.store.platform import tellings
from syndicate.store.platform.tellings import Health
from syndicate.vocabulary.bells import RingState, Severity
from tests.feeds.peer import Peer

NOW = dt.datetime(2026, 11, 24, 9, 12, tzinfo=dt.UTC)
S = dt.timedelta(seconds=1)
KEY = "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo="
OVER = RingState.OVER


def use(env: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in values.items():
        env.setenv(f"SYNDICATE_{name.upper()}", value)
    settings.load.cache_clear()


def ring(ring_id: int = 7, **values: Any) -> Ring:
    plain: dict[str, Any] = {
        "bell": "held_issues",
        "key": f"issue:{ring_id}",
        "text": f"No. {ring_id} of Morning is held: <the picture> is wrong & old.",
        "began_at": NOW,
        "rung": 1,
        "state": RingState.RINGING,
        "severity": Severity.PAGE,
        "owner": "night desk",
        "runbook": "https://news.example/console/docs/operations#alarms",
        "link": f"https://news.example/console/issues/{ring_id}",
        "publication": "courier",
    }
    return Ring(id=ring_id, **plain | values)


def tell(rings: Ring | Iterable[Ring], after: dt.timedelta = 0 * S) -> dict[int, list[Outcome]]:
    every = [rings] if isinstance(rings, Ring) else rings
    return telling.tell_all(every, settings.load(), NOW + after)


def types(server: Peer) -> list[str]:
    """What a server that reads JSON was told: "ringing 7 1"."""
    bodies = [json.loads(each.body) for each in server.requests]
    return [
        f"{each['type'].removeprefix('ring.')} {each['data']['id']} {each['data']['rung']}"
        for each in bodies
    ]


def health(way: str) -> Health:
    with transaction() as tx:
        return tellings.health(tx, [way])[way]
