"""What tests of the hub do over and over: subscribe, change a feed, look at the rows."""

import datetime as dt

from sqlalchemy import select, update

from syndicate import clock
from syndicate.feeds import hub
from syndicate.store.ground.session import transaction
from syndicate.store.syndication.hub import FeedCallback
from tests.feeds import building, newsroom
from tests.feeds.newsroom import BASE
from tests.feeds.peer import Peer

IP = "192.0.2.7"  # whoever asks
TOPIC = f"{BASE}/feeds/everything.atom"


def form(subscriber: Peer, mode: str = "subscribe", **fields: str) -> dict[str, str]:
    named = {
        name if name.startswith("hub.") or name == "foo" else f"hub.{name}": value
        for name, value in fields.items()
    }
    return {
        "hub.mode": mode,
        "hub.topic": TOPIC,
        "hub.callback": subscriber.url(),
        **named,
    }


def subscribe(subscriber: Peer, **fields: str) -> None:
    hub.ask(form(subscriber, **fields), clock.now(), ip=IP)
    hub.run_due(clock.now())


def change(number: int = 2) -> dt.datetime:
    """Publish one more article, and have the hub tell it; the moment of the change."""
    newsroom.article(1, number)
    now = clock.now()
    building.publish_due(now)
    hub.run_due(now)
    return now


def stored() -> list[FeedCallback]:
    with transaction() as tx:
        return list(tx.scalars(select(FeedCallback).order_by(FeedCallback.id)))


def row(subscriber: Peer) -> FeedCallback:
    [found] = [row for row in stored() if row.callback.startswith(subscriber.url())]
    return found


def set_due(subscriber: Peer, moment: dt.datetime) -> None:
    with transaction() as tx:
        tx.execute(
            update(FeedCallback)
            .where(FeedCallback.callback == subscriber.url())
            .values(deliver_at=moment)
        )
