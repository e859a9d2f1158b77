"""Our own WebSub hub: who asked is asked back, who agreed is sent each change of a topic, signed.

It takes our own feeds as topics and nothing else, so it cannot be made to fetch or send anything of
others. Everything due stands in rows; this module only speaks to callbacks, through `fetch`, which
refuses addresses inside our own network. A redirect is not followed, a body is not read.

Source: WebSub 5, 6 and 7; docs/facts/syndication.md#websub.
"""

import asyncio
import datetime as dt
import hashlib
import hmac
import secrets
import time
from collections import defaultdict
from collections.abc import Callable, Coroutine, Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit, urlunsplit

from syndicate import clock, logs, settings
from syndicate.errors import BAD_ROW, CapReachedError, RefusedError, SyndicateError, UsageError
from syndicate.feeds import model
from syndicate.fetch import SUCCESS, Fetcher, user_agent
from syndicate.store.ground.session import BadValueError, Transaction, transaction
from syndicate.store.newsroom import publications
from syndicate.store.platform import caps
from syndicate.store.syndication import feeds, hub
from syndicate.store.syndication.hub import Asked, FeedCallback, HubDelivery, Mode
from syndicate.vocabulary.feeds import FeedFormat

log = logs.get(__name__)

LEASE_S = 7 * 24 * 3600
_LEASE_MIN_S, _LEASE_MAX_S = 3600, hub.LONGEST_LEASE_S
_SECRET_BYTES = 200  # a secret must be shorter (5.1)
_CALLBACK_CHARS = 2000
_TOPIC_CHARS = 2000
_HOST_CHARS = 253  # RFC 1035 2.3.4
# One host may hold so many subscriptions, and be asked for so often in an hour: whoever asks makes
# us call the callback, so a hub without limits is a cannon for anybody. Source: WebSub 8.
PER_HOST = 2000
PER_HOST_AND_HOUR = 1200
# Requests at once to one callback host, and over all; rows in hand wait so long for their host, and
# are then put off, so that a slow host delays itself alone. Together well under
# `store.syndication.hub.LEASE`.
_AT_ONCE_PER_HOST = 8
_AT_ONCE = 64
_IN_HAND = 400
_WAIT_S = 8.0
_REQUEST_S = 15.0
_SETTLE_S = 0.05
_ANSWER_BYTES = 64 * 1024
BUDGET_S = 20.0  # nothing new is begun after it; the tick hints again

# What to write down of a request, once it is over.
Settle = Callable[[Transaction, dt.datetime], object]
Named = tuple[str, Settle]  # by its row, for whoever reads the log
_AT_FAULT: tuple[type[Exception], ...] = (BadValueError, *BAD_ROW)


def ask(form: Mapping[str, str], now: dt.datetime) -> None:
    """Take a subscriber's request; its callback is asked later, by a worker.

    Args:
        form: the posted fields, hub.callback and so on; unknown ones are ignored.
        now: aware UTC.

    Raises:
        UsageError: a field is missing or malformed; the sentence says which.
        RefusedError: the topic is not ours, or its hub is an outside one.
        CapReachedError: too much is asked in the name of this callback's host.
    """
    outside = settings.load().hub_url
    mode = form.get("hub.mode", "")
    if mode not in {Mode.SUBSCRIBE.value, Mode.UNSUBSCRIBE.value}:
        raise UsageError("hub.mode must be subscribe or unsubscribe.")
    callback, host = _callback(form.get("hub.callback", ""))
    secret = form.get("hub.secret", "").encode()
    if len(secret) >= _SECRET_BYTES:
        raise UsageError(f"hub.secret must be shorter than {_SECRET_BYTES} bytes.")
    topic = form.get("hub.topic", "")
    lease_s = _lease(form.get("hub.lease_seconds", ""))
    if outside is not None and mode == Mode.SUBSCRIBE:
        raise RefusedError(f"The hub of these feeds is {outside}; please subscribe there.")
    with transaction() as tx:
        feed_id, feed_format = _topic(tx, topic)
        _refuse_too_many(tx, host, now)
        hub.ask(
            tx,
            Asked(
                feed_id=feed_id,
                form=feed_format,
                topic=topic,
                callback=callback,
                host=host,
                mode=Mode(mode),
                secret=secret or None,
                lease_s=lease_s,
            ),
            now=now,
        )


def run_due(now: dt.datetime) -> int:
    """Verify and deliver what is due; how many requests were made. Safe to run twice, and at once.

    It begins nothing new after 20 s: the tick hints again while something is due.
    """
    return asyncio.run(_run_due(now))


def signature(secret: bytes, body: bytes) -> str:
    """What X-Hub-Signature says of a body."""
    return "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()


async def _run_due(now: dt.datetime) -> int:
    began = time.monotonic()
    running: set[asyncio.Task[Settle]] = set()
    count = 0
    async with Fetcher(limit=_AT_ONCE) as fetcher:
        speaker = _Speaker(fetcher)
        while True:
            passed = time.monotonic() - began
            if passed < BUDGET_S and len(running) <= _IN_HAND // 2:
                moment = now + dt.timedelta(seconds=passed)
                running |= _start(speaker, moment, _IN_HAND - len(running))
            if not running:
                return count
            done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            if running:
                # Others are as good as done; one commit for all of them.
                more, running = await asyncio.wait(running, timeout=_SETTLE_S)
                done |= more
            count += len(done)
            outcomes = [(task.get_name(), _outcome(task)) for task in done]
            _settle([(name, settle) for name, settle in outcomes if settle is not None])


def _start(speaker: "_Speaker", now: dt.datetime, limit: int) -> set[asyncio.Task[Settle]]:
    """Lease what is due and begin with it."""
    with transaction() as tx:
        hub.deny_ended(tx, now=now)
        asked = hub.take_verifications(tx, now=now, limit=limit)
        due = hub.take_deliveries(tx, now=now, limit=max(1, limit - len(asked)))
    verifying = {_task(speaker.verify(row), row.id) for row in asked}
    return verifying | {_task(speaker.deliver(delivery), delivery.id) for delivery in due}


def _task(request: Coroutine[Any, Any, Settle], callback_id: int) -> asyncio.Task[Settle]:
    return asyncio.create_task(request, name=f"feed_callback {callback_id}")


def _outcome(task: asyncio.Task[Settle]) -> Settle | None:
    """What to write down of a request; None when its own row is at fault, which others outlive."""
    try:
        return task.result()
    except BAD_ROW:
        log.exception("hub_row_at_fault", row=task.get_name())
        return None


def _settle(results: Sequence[Named]) -> None:
    """Write down what came of requests: together, or one by one where one row is at fault."""
    now = clock.now()
    try:
        with transaction() as tx:
            for _, settle in results:
                settle(tx, now)
    except _AT_FAULT:
        for name, settle in results:
            _settle_alone(name, settle, now)


def _settle_alone(name: str, settle: Settle, now: dt.datetime) -> None:
    try:
        with transaction() as tx:
            settle(tx, now)
    except _AT_FAULT:
        log.exception("hub_row_at_fault", row=name)


class _Speaker:
    """Speaks to callbacks, a few at a time to each host; says what to write down of it."""

    def __init__(self, fetcher: Fetcher) -> None:
        own = settings.load()
        self._fetcher = fetcher
        self._allow = tuple(own.hub_allow_origins)
        self._agent = user_agent(own.base_url())
        self._hub = f"{own.base_url()}/hub"
        self._hosts: dict[str, asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(_AT_ONCE_PER_HOST)
        )

    async def verify(self, row: FeedCallback) -> Settle:
        """Ask a callback whether it meant what was asked in its name (5.3)."""
        if row.denied is not None:
            return await self._deny(row, row.denied)
        challenge = secrets.token_urlsafe(24)
        fields = {"hub.mode": row.wanted or "", "hub.topic": row.topic, "hub.challenge": challenge}
        if row.wanted == Mode.SUBSCRIBE:
            fields["hub.lease_seconds"] = str(row.wanted_lease_s)
        try:
            answer = await self._send("GET", row, with_query(row.callback, fields))
        except _BusyError:
            return lambda tx, now: hub.put_off(tx, row.id, row.epoch, now=now)
        status, body = answer
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
        try:
            status, _ = await self._send("GET", row, with_query(row.callback, fields))
        except _BusyError:
            return lambda tx, now: hub.put_off(tx, row.id, row.epoch, now=now)
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
        try:
            status, _ = await self._send(
                "POST", delivery, delivery.callback, headers=headers, body=delivery.body
            )
        except _BusyError:
            return lambda tx, now: hub.put_off(tx, delivery.id, delivery.epoch, now=now)
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
        """Status and body of an answer; None when there was none, or it may not be dialled.

        Raises:
            _BusyError: the host is busy with others of ours.
        """
        host = self._hosts[to.host]
        try:
            await asyncio.wait_for(host.acquire(), _WAIT_S)
        except TimeoutError as error:
            raise _BusyError from error
        try:
            async with asyncio.timeout(_REQUEST_S):
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
        finally:
            host.release()
        return answer.status, answer.body


class _BusyError(Exception):
    """A callback host is busy with other requests of ours; not for long, and nobody's fault."""


def with_query(callback: str, fields: Mapping[str, str]) -> str:
    """A callback's address with fields added to the query it has, which is kept as it is (5.3)."""
    parts = urlsplit(callback)
    query = "&".join(filter(None, [parts.query, urlencode(fields)]))
    return urlunsplit(parts._replace(query=query))


def _callback(address: str) -> tuple[str, str]:
    """A callback's address and its host.

    Raises:
        UsageError: it is none that we could call.
    """
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").lower()
        _ = parts.port
    except ValueError as error:
        raise UsageError("hub.callback is not an address.") from error
    if parts.scheme not in {"http", "https"} or not host or parts.username or parts.fragment:
        raise UsageError("hub.callback must be an http or https address without credentials.")
    if not (_is_plain(address) and len(host) <= _HOST_CHARS):
        raise UsageError(f"hub.callback must be at most {_CALLBACK_CHARS} plain characters.")
    return address, host


def _is_plain(address: str) -> bool:
    """Whether an address is one that rows and requests can carry: RFC 3986 knows ASCII alone."""
    is_ascii = address.isascii() and address.isprintable() and " " not in address
    return is_ascii and len(address) <= _CALLBACK_CHARS


def _refuse_too_many(tx: Transaction, host: str, now: dt.datetime) -> None:
    """Count one request in the name of a callback host.

    Raises:
        CapReachedError: it holds too many subscriptions, or is asked for too often.
    """
    hour = now.replace(minute=0, second=0, microsecond=0)
    is_free = caps.take(tx, "hub", host, window_from=hour, limit=PER_HOST_AND_HOUR)
    if not is_free or hub.count_at_host(tx, host) >= PER_HOST:
        raise CapReachedError(
            "Too many subscriptions were requested for this host; try again later."
        )


def _lease(text: str) -> int:
    """The lease to grant: what was asked for within 1 hour and 10 days, else 7 days.

    Raises:
        UsageError: it is not a number.
    """
    if not text:
        return LEASE_S
    if not text.isascii() or not text.isdecimal():
        raise UsageError("hub.lease_seconds must be a whole number of seconds.")
    return min(max(int(text[:9]), _LEASE_MIN_S), _LEASE_MAX_S)


def _topic(tx: Transaction, topic: str) -> tuple[int, FeedFormat]:
    """The feed and format that a topic's address names.

    Raises:
        UsageError: there is none.
        RefusedError: it is not an address of our feeds.
    """
    if not topic or len(topic) > _TOPIC_CHARS:
        raise UsageError("hub.topic must name a feed.")
    try:
        parts = urlsplit(topic)
    except ValueError as error:
        raise UsageError("hub.topic is not an address.") from error
    name = unquote(parts.path.rpartition("/feeds/")[2])
    slug, _, ending = name.rpartition(".")
    forms = [form for form in FeedFormat if form.value == ending]
    feed = feeds.by_slug(tx, slug) if forms else None
    is_offered = feed is not None and feed.gone_at is None and feed.moved_to is None
    if feed is None or not is_offered or parts.query:
        raise RefusedError("hub.topic is not one of our feeds; /feeds lists them all.")
    publication = publications.find(tx, feed.publication_id)
    base_url = settings.load().base_url()
    if publication is not None:
        is_first = publications.is_first(tx, publication.id)
        site = model.site_of(publication, base_url, is_first=is_first)
        if topic == model.page_url(site.base, slug, forms[0]):
            return feed.id, forms[0]
    raise RefusedError("hub.topic must be spelt as the feed's rel=self link spells it.")
