"""Tell an outside WebSub hub which feeds have changed, where the operator chose one.

Feeds then name that hub and not ours; it fetches the topic itself and serves its own subscribers.
Both generations of hubs are spoken to: `hub.url` for PubSubHubbub 0.4, `hub.topic` for those that
came later. Everything due stands in rows.

Source: PubSubHubbub Core 0.4 7.1; docs/facts/syndication.md#websub.
"""

import asyncio
import datetime as dt
from collections.abc import Sequence
from urllib.parse import urlencode

from syndicate import clock, logs, settings
from syndicate.errors import SyndicateError
from syndicate.feeds import model
from syndicate.fetch import SUCCESS, Fetcher, user_agent
from syndicate.store.ground.session import transaction
from syndicate.store.syndication import hub_pings
from syndicate.store.syndication.hub_pings import Ping

log = logs.get(__name__)

# A hub is one host: a few requests at once are polite, and where as many in a row get no answer it
# is away: the rest waits as if each had been tried, for our own subscribers are served after it.
_IN_HAND = 50
_AT_ONCE = 4
_REQUEST_S = 2.5
_ANSWER_BYTES = 64 * 1024


def run_due(now: dt.datetime) -> int:
    """Ping the outside hub for what is due; how many pings were sent. Safe to run twice.

    It sends 50 at most: the tick hints again while something is due.
    """
    address = settings.load().hub_url
    with transaction() as tx:
        if address is None:
            hub_pings.forget_all(tx)
            return 0
        pings = hub_pings.take(tx, now=now, limit=_IN_HAND)
    if not pings:
        return 0
    statuses = asyncio.run(_send(address, pings))
    settled_at = clock.now()
    with transaction() as tx:
        for ping, status in zip(pings, statuses, strict=True):
            if status in SUCCESS:
                hub_pings.sent(tx, ping)
            elif not hub_pings.not_sent(tx, ping, now=settled_at):
                log.warning("outside_hub_given_up", feed_id=ping.feed_id, status=status)
    return len(pings)


async def _send(address: str, pings: Sequence[Ping]) -> list[int | None]:
    own = settings.load()
    room = asyncio.Semaphore(_AT_ONCE)
    headers = {
        "User-Agent": user_agent(own.base_url()),
        "Content-Type": "application/x-www-form-urlencoded",
    }

    silent = 0

    async def one(fetcher: Fetcher, ping: Ping) -> int | None:
        nonlocal silent
        # The base of a publication's addresses is the same whether it is the first or not.
        site = model.site_of(ping.publication, own.base_url(), is_first=True)
        topic = model.page_url(site.base, ping.slug, ping.form)
        fields = {"hub.mode": "publish", "hub.url": topic, "hub.topic": topic}
        async with room:
            if silent >= _AT_ONCE:
                return None
            try:
                async with asyncio.timeout(_REQUEST_S):
                    answer = await fetcher.once(
                        "POST",
                        address,
                        headers=headers,
                        body=urlencode(fields).encode(),
                        allow=own.hub_allow_origins,
                        max_bytes=_ANSWER_BYTES,
                    )
            except (SyndicateError, TimeoutError) as error:
                log.info("outside_hub_failed", feed_id=ping.feed_id, reason=type(error).__name__)
                silent += 1
                return None
            silent = 0
        log.info("outside_hub_pinged", feed_id=ping.feed_id, status=answer.status)
        return answer.status

    async with Fetcher(limit=_AT_ONCE) as fetcher:
        return list(await asyncio.gather(*(one(fetcher, ping) for ping in pings)))
