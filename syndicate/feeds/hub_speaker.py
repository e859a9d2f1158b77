"""Speaks to the callbacks of our hub: asks whether they meant it, and sends what has changed.

It speaks through `fetch`, which refuses addresses inside our own network. A redirect is not
followed, a body is not read. Who is spoken to, and when, is decided elsewhere (`hub_shares`).

Source: WebSub 5, 6 and 7; docs/facts/syndication.md#websub.
"""

import asyncio
import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from http import HTTPStatus
from urllib.parse import urlencode, urlsplit, urlunsplit

from syndicate import logs, settings
from syndicate.errors import SyndicateError
from syndicate.fetch import SUCCESS, Fetcher, user_agent
from syndicate.store.ground.session import Transaction
from syndicate.store.syndication import hub
from syndicate.store.syndication.hub import FeedCallback, HubDelivery, Mode

log = logs.get(__name__)

# A question has a short answer; a document of a thousand entries takes longer to be taken.
VERIFY_S = 8.0
DELIVER_S = 15.0
_ANSWER_BYTES = 64 * 1024

# What to write down of a request, once it is over.
Settle = Callable[[Transaction, dt.datetime], object]


class Speaker:
    """Speaks to callbacks; says what to write down of it."""

    def __init__(self, fetcher: Fetcher) -> None:
        own = settings.load()
        self._fetcher = fetcher
        self._allow = tuple(own.hub_allow_origins)
        self._agent = user_agent(own.base_url())
        self._hub = f"{own.base_url()}/hub"

    async def verify(self, row: FeedCallback) -> Settle:
        """Ask a callback whether it meant what was asked in its name (5.3)."""
        if row.denied is not None:
            return await self._deny(row, row.denied)
        challenge = secrets.token_urlsafe(24)
        fields = {"hub.mode": row.wanted or "", "hub.topic": row.topic, "hub.challenge": challenge}
        if row.wanted == Mode.SUBSCRIBE:
            fields["hub.lease_seconds"] = str(row.wanted_lease_s)
        status, body = await self._send("GET", row, with_query(row.callback, fields))
        agreed = status in SUCCESS and hmac.compare_digest(body, challenge.encode())
        log.info("hub_verified", callback_id=row.id, mode=row.wanted, agreed=agreed, status=status)
        if agreed:
            return lambda tx, now: hub.verified(tx, row, now=now)
        # A no is a no; silence and a server's own trouble may be accidents.
        is_final = status is not None and status < HTTPStatus.INTERNAL_SERVER_ERROR
        return lambda tx, now: hub.not_verified(tx, row, is_final=is_final, now=now)

    async def _deny(self, row: FeedCallback, reason: str) -> Settle:
        """Tell a callback that its subscription is no more, and why (5.2)."""
        fields = {"hub.mode": "denied", "hub.topic": row.topic, "hub.reason": reason}
        status, _ = await self._send("GET", row, with_query(row.callback, fields))
        log.info("hub_denied", callback_id=row.id, status=status)
        if status is not None and status < HTTPStatus.INTERNAL_SERVER_ERROR:
            return lambda tx, _now: hub.forget(tx, row.id, row.epoch)
        return lambda tx, now: hub.not_verified(tx, row, is_final=False, now=now)

    async def deliver(self, delivery: HubDelivery) -> Settle:
        """Send a topic as it now stands (7)."""
        headers = {
            "Content-Type": f"{delivery.form.media_type}; charset=utf-8",
            "Link": f'<{self._hub}>; rel="hub", <{delivery.topic}>; rel="self"',
        }
        if delivery.secret:
            headers["X-Hub-Signature"] = signature(delivery.secret, delivery.body)
        status, _ = await self._send(
            "POST", delivery, delivery.callback, headers=headers, body=delivery.body
        )
        if status in SUCCESS:
            return lambda tx, now: hub.delivered(tx, delivery, status or 0, now=now)
        log.info("hub_delivery_failed", callback_id=delivery.id, status=status)
        if status == HTTPStatus.GONE:
            return lambda tx, _now: hub.forget(tx, delivery.id, delivery.epoch)
        return lambda tx, now: hub.not_delivered(tx, delivery, status, now=now)

    async def _send(
        self,
        method: str,
        to: FeedCallback | HubDelivery,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> tuple[int | None, bytes]:
        """Status and body of an answer; None when there was none, or it may not be dialled."""
        try:
            async with asyncio.timeout(VERIFY_S if body is None else DELIVER_S):
                answer = await self._fetcher.once(
                    method,
                    url,
                    headers={"User-Agent": self._agent, **(headers or {})},
                    body=body,
                    allow=self._allow,
                    max_bytes=_ANSWER_BYTES,
                )
        except (SyndicateError, TimeoutError) as error:
            log.info("hub_request_failed", callback_id=to.id, reason=type(error).__name__)
            return None, b""
        return answer.status, answer.body


def signature(secret: bytes, body: bytes) -> str:
    """What X-Hub-Signature says of a body."""
    return "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()


def with_query(callback: str, fields: Mapping[str, str]) -> str:
    """A callback's address with fields added to the query it has, which is kept as it is (5.3)."""
    parts = urlsplit(callback)
    query = "&".join(filter(None, [parts.query, urlencode(fields)]))
    return urlunsplit(parts._replace(query=query))
