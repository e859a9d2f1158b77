"""Who may ask how much of the hub, and how often a host is called that never agreed to anything.

Whoever asks makes us call the callback that they name, so a hub without limits is a cannon for
anybody (WebSub 8). What counts is who asks. A host that others name a thousand times is called
slowly, those who asked least first: so its own subscription comes through. A callback that agreed
once has credit: its host may be named as often as a network may ask at all.
"""

import datetime as dt
import hashlib
from collections.abc import Collection

from syndicate.breakers import counting, known
from syndicate.breakers.visitors import Visitor
from syndicate.errors import CapReachedError
from syndicate.feeds.hub_shares import LITTLE
from syndicate.store.ground.session import Transaction
from syndicate.store.platform import caps
from syndicate.store.syndication import hub, hub_turns

SLOWLY_S = 10
_SLOWLY = "hub:calls-slowly"
# One host may hold so many subscriptions, each of which it agreed to.
PER_HOST = 2000
_EVERYTHING = "*"


def count(
    tx: Transaction, who: Visitor, host: str, topic: str, *, callback: str, now: dt.datetime
) -> None:
    """Count one request.

    Args:
        tx: the open transaction.
        who: asks.
        host: of the callback that they name.
        topic: that they ask for.
        callback: its whole address.
        now: aware UTC.

    Raises:
        CapReachedError: whoever asks has asked too much.
    """
    is_known = hub_turns.has_agreed(tx, host, now=now)
    is_free = counting.take(tx, known.HUB, who, now)
    if not is_free or not (
        known.HUB_NAMED.take(tx, f"{who.network} {host}"[:300], now) or is_known
    ):
        raise _too_many()
    topic_key = hashlib.sha256(topic.encode()).hexdigest()[:32]
    all_of_us = [known.HUB_TOPIC.take(tx, topic_key, now), known.HUB_DAY.take(tx, _EVERYTHING, now)]
    asked = caps.used_since(tx, known.HUB_NETWORK.name, who.network, now - dt.timedelta(hours=1))
    is_modest = is_known or asked <= LITTLE
    if not all(all_of_us) and not is_modest:
        raise _too_many()
    if hub.count_at_host(tx, host, besides=callback) >= PER_HOST:
        raise CapReachedError(f"{host} holds {PER_HOST:,} subscriptions, and cannot have more.")


def _too_many() -> CapReachedError:
    return CapReachedError("Too many subscriptions were requested from here; try again later.")


def called(tx: Transaction, host: str, now: dt.datetime) -> None:
    """Count one call to a host that never agreed to anything."""
    known.HUB_CALLS.take(tx, host, now)
    caps.take(tx, _SLOWLY, host, window_from=_moment(now), limit=1)


def pace(tx: Transaction, hosts: Collection[str], now: dt.datetime) -> tuple[set[str], set[str]]:
    """How hosts are called that never agreed to anything.

    Returns:
        Those that are not called just now, and those that are called one at a time.
    """
    spent = caps.used_by(tx, known.HUB_CALLS.name, hosts, window_from=known.HUB_CALLS.window(now))
    slow = {host for host, used in spent.items() if used >= known.HUB_CALLS.most}
    return set(caps.used_by(tx, _SLOWLY, slow, window_from=_moment(now))), slow


def _moment(now: dt.datetime) -> dt.datetime:
    start = now.timestamp() // SLOWLY_S * SLOWLY_S
    return dt.datetime.fromtimestamp(start, tz=dt.UTC)
