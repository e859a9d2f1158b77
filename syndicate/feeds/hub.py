"""Our own WebSub hub: who asked is asked back, who agreed is sent each change of a topic, signed.

It takes our own feeds as topics and nothing else, so it cannot be made to fetch or send anything of
others. Everything due stands in rows, of which each asker gets its turn (`hub_shares`): who asks
for a thousand callbacks that never answer delays nobody but themselves.

Source: WebSub 5, 6 and 7; docs/facts/syndication.md#websub.
"""

import asyncio
import datetime as dt
import time
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

from syndicate import clock, logs, settings
from syndicate.breakers import visitors
from syndicate.errors import BAD_ROW, RefusedError, UsageError
from syndicate.feeds import hub_limits, model
from syndicate.feeds.hub_shares import DELIVERING, EACH, VERIFYING
from syndicate.feeds.hub_speaker import Settle, Speaker
from syndicate.fetch import Fetcher
from syndicate.store.ground.session import BadValueError, Transaction, transaction
from syndicate.store.newsroom import publications
from syndicate.store.syndication import feeds, hub, hub_turns
from syndicate.store.syndication.hub import Asked, Mode
from syndicate.store.syndication.hub_turns import Turn
from syndicate.vocabulary.feeds import FeedFormat

log = logs.get(__name__)

LEASE_S = 7 * 24 * 3600
_LEASE_MIN_S, _LEASE_MAX_S = 3600, hub.LONGEST_LEASE_S
_SECRET_BYTES = 200  # a secret must be shorter (5.1)
_CALLBACK_CHARS = 2000
_TOPIC_CHARS = 2000
_HOST_CHARS = 253  # RFC 1035 2.3.4
_SETTLE_S = 0.02  # others are as good as done; one commit for all of them
_LOOK_S = 0.5  # what is asked meanwhile waits for no slow callback
# Nothing new is delivered after the first, or verified after the second: together with the longest
# request well under a minute, and under `store.syndication.hub.LEASE` for each row. The tick hints
# again while something is due.
BUDGET_S = 38.0
_VERIFY_UNTIL_S = 45.0

Named = tuple[str, Settle]  # by its row, for whoever reads the log
_AT_FAULT: tuple[type[Exception], ...] = (BadValueError, *BAD_ROW)
_VERIFY, _DELIVER = "verify", "deliver"
_UnderWay = dict[asyncio.Task[Settle], tuple[str, Turn]]
_LOOKED_AT = 400


def ask(form: Mapping[str, str], now: dt.datetime, *, ip: str) -> None:
    """Take a subscriber's request; its callback is asked later, by a worker.

    Args:
        form: the posted fields, hub.callback and so on; unknown ones are ignored.
        now: aware UTC.
        ip: whoever asks; their turn and limits go by it, not by whom they name.

    Raises:
        UsageError: a field is missing or malformed; the sentence says which.
        RefusedError: the topic is not ours, or its hub is an outside one.
        CapReachedError: whoever asks has asked too much.
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
        who = visitors.visitor(ip)
        hub_limits.count(tx, who, host, topic, callback=callback, now=now)
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
                asked_by=who.network,
            ),
            now=now,
        )


def run_due(now: dt.datetime) -> int:
    """Verify and deliver what is due; how many requests were made. Safe to run twice, and at once.

    It begins nothing new after 45 s: the tick hints again while something is due.
    """
    return asyncio.run(_run_due(now))


async def _run_due(now: dt.datetime) -> int:
    began = time.monotonic()
    under_way: _UnderWay = {}
    count = 0
    async with Fetcher(limit=VERIFYING.most + DELIVERING.most) as fetcher:
        speaker = Speaker(fetcher)
        while True:
            passed_s = time.monotonic() - began
            moment = now + dt.timedelta(seconds=passed_s)
            if passed_s < BUDGET_S:
                under_way |= _deliver(speaker, moment, under_way)
            if passed_s < _VERIFY_UNTIL_S:
                under_way |= _verify(speaker, moment, under_way)
            if not under_way:
                return count
            done = await _some(under_way)
            count += len(done)
            outcomes = [(task.get_name(), _outcome(task)) for task in done]
            _settle([(name, settle) for name, settle in outcomes if settle is not None])
            for task in done:
                del under_way[task]


async def _some(under_way: _UnderWay) -> set[asyncio.Task[Settle]]:
    """Requests that are over, after a moment; none where all are slow."""
    done, _ = await asyncio.wait(under_way, timeout=_LOOK_S, return_when=asyncio.FIRST_COMPLETED)
    if done and len(done) < len(under_way):
        done, _ = await asyncio.wait(under_way, timeout=_SETTLE_S)
    return done


def _verify(speaker: Speaker, now: dt.datetime, under_way: _UnderWay) -> _UnderWay:
    """Lease requests whose turn it is, and begin with them."""
    mine = [turn for what, turn in under_way.values() if what == _VERIFY]
    with transaction() as tx:
        hub.deny_ended(tx, now=now)
        due = hub_turns.verifications(tx, now=now, each=EACH, limit=_LOOKED_AT)
        resting, slow = hub_limits.pace(tx, {each.host for each in due if not each.is_proven}, now)
        due = [each for each in due if each.is_proven or each.host not in resting]
        turns = {each.id: each for each in VERIFYING.pick(due, mine, slow)}
        rows = hub.take_verifications(tx, turns, now=now) if turns else []
        for row in rows:
            if not turns[row.id].is_proven:
                hub_limits.called(tx, row.host, now)
    return {_task(speaker.verify(row), row.id): (_VERIFY, turns[row.id]) for row in rows}


def _deliver(speaker: Speaker, now: dt.datetime, under_way: _UnderWay) -> _UnderWay:
    """Lease deliveries whose turn it is, and begin with them."""
    mine = [turn for what, turn in under_way.values() if what == _DELIVER]
    with transaction() as tx:
        due = hub_turns.deliveries(tx, now=now, each=EACH, limit=_LOOKED_AT)
        turns = {each.id: each for each in DELIVERING.pick(due, mine)}
        rows = hub.take_deliveries(tx, turns, now=now) if turns else []
    return {_task(speaker.deliver(row), row.id): (_DELIVER, turns[row.id]) for row in rows}


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
