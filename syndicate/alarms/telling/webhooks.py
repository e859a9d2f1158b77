"""Tells rings to a webhook: one request each, no redirect followed, a small answer, ten seconds.

It goes through `syndicate.fetch`, which dials no address inside our network but those that the
settings allow.
"""

import asyncio
import datetime as dt
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from syndicate import __version__
from syndicate.alarms.telling import shapes, signed
from syndicate.alarms.telling.ring import Telling
from syndicate.alarms.telling.shapes import Shape
from syndicate.alarms.telling.ways import Webhook
from syndicate.errors import (
    BlockedAddressError,
    OversizeError,
    SettingsError,
    SyndicateError,
    UnknownHostError,
)
from syndicate.fetch import SUCCESS, Fetcher

REQUEST_S = 10.0
_ANSWER_BYTES = 64 * 1024
_REDIRECTS = range(300, 400)
# Of this ring alone: the same body would be refused for ever (RFC 9110 15.5.1, 15.5.14, 15.5.21).
_REFUSED = frozenset({400, 413, 422})


@dataclass(frozen=True)
class Tried:
    """What became of one try.

    Attributes:
        error: what the other side did, as a sentence goes on: "answered 500"; "" where it took it.
        is_final: whether trying the same again is of no use.
    """

    error: str = ""
    is_final: bool = False


@dataclass(frozen=True)
class House:
    """What all webhooks of an installation share.

    Attributes:
        base: its address.
        keys: that sign; none where `problem` says why.
        problem: why nothing can be signed.
        allow: in-house servers that may be dialled.
    """

    base: str
    keys: Sequence[bytes]
    problem: str
    allow: Sequence[str]


def tell(
    webhook: Webhook, house: House, tellings: Sequence[Telling], now: dt.datetime, within_s: float
) -> Sequence[tuple[Telling, Tried]]:
    """Tell these one after another, until one fails or the time is over.

    Args:
        webhook: to whom.
        house: who tells.
        tellings: the oldest first.
        now: aware UTC.
        within_s: nothing is begun after so many seconds.
    """
    problem = webhook.problem or (house.problem if webhook.shape is Shape.JSON else "")
    if problem:
        return [(each, Tried(problem)) for each in tellings[:1]]
    return list(_told(webhook, house, tellings, now, within_s))


def _told(
    webhook: Webhook, house: House, tellings: Sequence[Telling], now: dt.datetime, within_s: float
) -> Iterator[tuple[Telling, Tried]]:
    began = time.monotonic()
    for each in tellings:
        passed = time.monotonic() - began
        if passed > within_s:
            return
        tried = asyncio.run(_post(webhook, house, each, now + dt.timedelta(seconds=passed)))
        yield each, tried
        if tried.error and not tried.is_final:
            return


async def _post(webhook: Webhook, house: House, telling: Telling, at: dt.datetime) -> Tried:
    body = shapes.body(webhook.shape, telling, base=house.base, key=webhook.key)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"Syndicate/{__version__} (+{house.base})",
        **_marks(webhook, house, telling, body, at),
    }
    try:
        async with asyncio.timeout(REQUEST_S), Fetcher(limit=1) as fetcher:
            answer = await fetcher.once(
                "POST",
                webhook.url,
                headers=headers,
                body=body,
                allow=house.allow,
                max_bytes=_ANSWER_BYTES,
            )
    except TimeoutError:
        return Tried("did not answer in time")
    except SyndicateError as error:
        return Tried(said_of(error, webhook.url))
    if answer.status in SUCCESS:
        return Tried()
    if answer.status in _REDIRECTS:
        return Tried(f"answered {answer.status}, a redirect, which is not followed")
    return Tried(f"answered {answer.status}", is_final=answer.status in _REFUSED)


def _marks(
    webhook: Webhook, house: House, telling: Telling, body: bytes, at: dt.datetime
) -> Mapping[str, str]:
    if webhook.shape is not Shape.JSON:
        return {}
    return signed.headers(telling.name, body, at, house.keys)


def said_of(error: SyndicateError, url: str) -> str:
    """What a server did that gave no answer, as a sentence goes on, without its address."""
    if isinstance(error, UnknownHostError):
        return "does not resolve"
    if isinstance(error, OversizeError):
        return "answered with more than 64 KB"
    if isinstance(error, BlockedAddressError):
        return (
            "is at an address or port that Syndicate may not connect to (allow a server of your "
            "own in SYNDICATE_BELL_ALLOW_ORIGINS)"
        )
    if isinstance(error, SettingsError):
        return str(error)
    host = urlsplit(url).hostname or ""
    return str(error).removeprefix(f"{host} ").partition(";")[0].rstrip(".")
