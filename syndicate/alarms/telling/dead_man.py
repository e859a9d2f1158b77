"""Pings an address outside while all is well with the watch: when we are gone, it rings for us.

    the watch passed within 30 s, the database answers ──> a request a minute ──> nobody is rung

What receives it (healthchecks.io and its like) tells somebody when no ping came for a while. So a
machine without power, a process that is stuck and a database that is away are rung by somebody who
is none of these. That something rings is no reason to be silent: that is told by the other ways.
"""

import asyncio
import datetime as dt

from syndicate import logs
from syndicate.alarms.telling import ways
from syndicate.alarms.telling.webhooks import REQUEST_S, said_of
from syndicate.errors import SyndicateError
from syndicate.fetch import SUCCESS, Fetcher, user_agent
from syndicate.settings import Settings
from syndicate.store.ground.session import transaction
from syndicate.store.platform import tellings

log = logs.get(__name__)

FRESH = dt.timedelta(seconds=30)
_ANSWER_BYTES = 64 * 1024


def beat(configured: Settings, now: dt.datetime, *, passed_at: dt.datetime | None) -> bool:
    """Ping the dead-man's address if it is due and all is well. Safe to run twice, and at once.

    Args:
        configured: the settings.
        now: aware UTC.
        passed_at: when the watch last looked at every bell, whole; aware UTC.

    Returns:
        Whether it was asked, and answered well.

    Raises:
        DatabaseDownError: the database does not answer; then nothing is asked.
    """
    said = configured.bell_dead_man_url
    if said is None or passed_at is None or now - passed_at > FRESH:
        return False
    with transaction() as tx:
        if not tellings.claim(tx, [ways.DEAD_MAN], now):
            return False
    why = asyncio.run(_ping(said.get_secret_value().strip(), configured))
    with transaction() as tx:
        if why:
            tellings.fail(tx, ways.DEAD_MAN, why, now)
        else:
            after_s = float(configured.bell_dead_man_every_s)
            tellings.succeed(tx, ways.DEAD_MAN, now, after_s=after_s)
    if why:
        log.warning("dead_man_not_reached", reason=why)
    return not why


async def _ping(url: str, configured: Settings) -> str:
    """Ask; what was wrong, or nothing."""
    if url.startswith("http://") and not configured.bell_allow_origins:
        return ways.HTTP_PROBLEM
    headers = {"User-Agent": user_agent(configured.base_url())}
    try:
        async with asyncio.timeout(REQUEST_S), Fetcher(limit=1) as fetcher:
            answer = await fetcher.once(
                "GET",
                url,
                headers=headers,
                allow=ways.allowed(configured),
                max_bytes=_ANSWER_BYTES,
            )
    except TimeoutError:
        return "did not answer in time"
    except SyndicateError as error:
        return said_of(error, url)
    return "" if answer.status in SUCCESS else f"answered {answer.status}"
