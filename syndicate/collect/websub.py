"""Being told by a hub that a source has something new, instead of only asking (W3C WebSub 4, 5).

A subscription's states are drawn, and turned, in `store.intake.websub`. A delivery with a good
signature is kept and answered, and stored by `hub_delivery` a moment later.

Each subscription has a callback that nobody can guess and a secret of its own; a renewal gets new
ones. A silent hub costs nothing: the source is polled as any other until the hub has proved itself,
and again once polls have found three articles that it did not tell of.

Source: WebSub; docs/facts/syndication.md#websub.
"""

import asyncio
import datetime as dt
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode, urljoin

from syndicate import jobs, logs, settings
from syndicate.errors import SyndicateError
from syndicate.fetch import SUCCESS, Fetcher, user_agent
from syndicate.redaction import without_addresses
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.intake import pushes, sources, websub
from syndicate.store.intake.websub import HubSubscription
from syndicate.vocabulary.sources import HubState

log = logs.get(__name__)

LEASE_S = 10 * 86_400
MAX_LEASE_S = 14 * 86_400
MIN_LEASE_S = 300
RENEW_AFTER = 0.5  # of the lease, up to two thirds: renewals are spread
ASK_AGAIN = dt.timedelta(hours=1)
MAX_HUB_REDIRECTS = 3
BATCH = 20
_REASON = 500  # characters of what a hub says that are kept
AHEAD = dt.timedelta(minutes=10)  # a hub may take so long; a poll that is sooner proves nothing
SILENT = 3  # articles that polls found and it did not tell of
_KEEPS_METHOD = frozenset({307, 308})
_ALGORITHMS = frozenset({"sha1", "sha256", "sha384", "sha512"})
# A title in quotation marks may hold what parts links and their parameters (RFC 8288 3).
_LINK = re.compile(r"<([^<>]*+)>((?:[^,\"<>]|\"[^\"]*+\"?)*+)")
_PARAMETER = re.compile(r";\s*+([\w*-]++)\s*+=\s*+(\"[^\"]*+\"|[^\",;\s]*+)")


def links_of(headers: Sequence[str]) -> dict[str, str]:
    """The first hub and self of Link headers (RFC 8288)."""
    found: dict[str, str] = {}
    for header in headers:
        for match in _LINK.finditer(header):
            said = {name.lower(): value for name, value in _PARAMETER.findall(match[2])}
            for word in said.get("rel", "").strip('"').lower().split():
                if word in {"hub", "self"}:
                    found.setdefault(word, match[1].strip())
    return found


def want(
    tx: Transaction, source_id: int, hub: str, topic: str, now: dt.datetime
) -> HubSubscription | None:
    """Note that a source has a hub; None when it is subscribed there already.

    The hub is asked by `ask_due`, outside this transaction.
    """
    for each in websub.current(tx, source_id):
        if (each.hub_url, each.topic) == (hub, topic):
            return None
        websub.end(tx, each, "the source names another hub or topic")
    return websub.ask(tx, source_id, hub, topic, renew_at=now, now=now)


def ask_due(now: dt.datetime) -> int:
    """Ask hubs for the subscriptions that are due: new ones, and renewals. Safe to run twice.

    Returns:
        How many hubs were asked.
    """
    with transaction() as tx:
        due = websub.due_for_renewal(tx, now, limit=BATCH)
        asked = [websub.renew(tx, each, again_at=now + ASK_AGAIN, now=now) for each in due]
        allowed = {
            each.id: found.allow_origins
            for each in asked
            if (found := sources.find(tx, each.source_id)) is not None
        }
    for each in asked:
        reason = asyncio.run(_ask(each, allowed.get(each.id, []), mode="subscribe"))
        if reason is not None:
            log.info("hub_refused", source_id=each.source_id, reason=reason)
            with transaction() as tx:
                websub.refuse(tx, each.id, _kept(reason))
    return len(asked)


def verify(callback: str, said: Mapping[str, str], now: dt.datetime) -> str | None:
    """What to answer a hub that asks whether we meant it.

    Args:
        callback: last part of the address that was asked.
        said: hub.mode, hub.topic, hub.challenge, hub.lease_seconds.
        now: aware UTC.

    Returns:
        The challenge, or None when we did not mean it: then the answer is 404.
    """
    with transaction() as tx:
        found = websub.by_callback(tx, callback)
        if found is None or said.get("hub.topic") != found.topic:
            return None
        mode = said.get("hub.mode")
        if mode == "denied":
            websub.deny(tx, found, _kept(said.get("hub.reason", "denied")))
            return ""
        is_meant = {
            "subscribe": found.state in HubState.open() and not found.is_leaving,
            "unsubscribe": found.is_leaving or found.state is HubState.ENDED,
        }
        if not is_meant.get(mode or "", False):
            return None
        if mode == "unsubscribe":
            websub.end(tx, found, found.reason)
        else:
            _verify(tx, found, said.get("hub.lease_seconds", ""), now)
        return said.get("hub.challenge", "")


def deliver(
    callback: str, signature: str | None, body: bytes, content_type: str, now: dt.datetime
) -> int:
    """What becomes of a delivery, as an HTTP status.

    Args:
        callback: last part of the address that it came to.
        signature: the X-Hub-Signature header.
        body: what was sent.
        content_type: of the body.
        now: aware UTC.

    Returns:
        404 for an unknown callback, 410 for one that ended, 403 without a good signature, else 202.
        Safe to run twice: what was stored is found unchanged the second time.
    """
    with transaction() as tx:
        found = websub.by_callback(tx, callback)
        if found is None:
            return 404
        if found.state not in HubState.open():
            return 410
        if not is_signed(found.secret, signature, body):
            return 403
        websub.heard(tx, found, now)
        pushes.keep(tx, found, content_type, body, now)
        tx.hint(jobs.COLLECT_DUE)
    return 202


def score_push(tx: Transaction, source_id: int, now: dt.datetime) -> None:
    """Count what a push was first to tell of; in the transaction that stored it, at `now`."""
    websub.score(tx, source_id, "push", now=now, grace=dt.timedelta(0))


def polled(tx: Transaction, source_id: int, hub: tuple[str, str] | None, now: dt.datetime) -> None:
    """After a poll was stored, at `now`: ask for its hub, count what that hub did not tell of.

    A hub that verified us and has been silent over three articles is told to operators, and its
    source is polled as any other until it speaks again.
    """
    if hub:
        want(tx, source_id, *hub, now)
    websub.score(tx, source_id, "poll", now=now, grace=AHEAD)
    for each in websub.current(tx, source_id):
        if each.state is HubState.VERIFIED and websub.untold(tx, each, grace=AHEAD) >= SILENT:
            websub.distrust(tx, each)
            message = (
                f"The hub {each.hub_url} did not tell source {source_id} of {SILENT} articles "
                "that polls found; it is polled at its own rhythm until the hub reports again."
            )
            sources.notice_once(tx, source_id, kind="hub_silent", message=message, now=now)


def is_signed(secret: bytes, signature: str | None, body: bytes) -> bool:
    """Whether a body carries a good signature, by an algorithm that WebSub names."""
    algorithm, _, given = (signature or "").partition("=")
    if algorithm.lower() not in _ALGORITHMS:
        return False
    expected = hmac.new(secret.hex().encode(), body, getattr(hashlib, algorithm.lower()))
    return hmac.compare_digest(expected.hexdigest().encode(), given.strip().lower().encode())


def leave(source_id: int) -> int:
    """End a source's subscriptions, and tell their hubs.

    Returns:
        How many there were.
    """
    with transaction() as tx:
        held = websub.current(tx, source_id)
        for each in held:
            websub.leave(tx, each)
        source = sources.find(tx, source_id)
        allowed = source.allow_origins if source else []
    for each in held:
        asyncio.run(_ask(each, allowed, mode="unsubscribe"))
    return len(held)


def _verify(tx: Transaction, found: HubSubscription, lease: str, now: dt.datetime) -> None:
    seconds = int(lease) if lease.isdecimal() and len(lease) < 10 else LEASE_S  # noqa: PLR2004 - 31 years
    seconds = min(max(seconds, MIN_LEASE_S), MAX_LEASE_S)
    share = RENEW_AFTER + secrets.randbelow(1000) / 6000  # up to two thirds
    websub.verify(
        tx,
        found,
        lease_until=now + dt.timedelta(seconds=seconds),
        renew_at=now + dt.timedelta(seconds=seconds * share),
    )


def _kept(reason: str) -> str:
    """What a hub said, as it may be kept."""
    return without_addresses(reason)[:_REASON]


async def _ask(each: HubSubscription, allow: Sequence[str], *, mode: str) -> str | None:
    """Ask a hub; None when it took the request, else why it did not."""
    base = settings.load().base_url()
    form = {
        "hub.mode": mode,
        "hub.topic": each.topic,
        "hub.callback": f"{base}/hooks/websub/{each.callback}",
        "hub.lease_seconds": str(LEASE_S),
        "hub.secret": each.secret.hex(),
    }
    headers = {
        "User-Agent": user_agent(base, source_id=each.source_id),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    url = each.hub_url
    try:
        async with Fetcher(limit=1) as fetcher:
            for _ in range(MAX_HUB_REDIRECTS + 1):
                answer = await fetcher.once(
                    "POST",
                    url,
                    headers=headers,
                    body=urlencode(form).encode(),
                    allow=allow,
                    max_bytes=100_000,
                )
                location = answer.text("location")
                if answer.status not in _KEEPS_METHOD or not location:
                    return None if answer.status in SUCCESS else f"the hub answered {answer.status}"
                url = urljoin(url, location)
    except SyndicateError as error:
        return str(error)
    except ValueError:  # where it sends us is no address
        return "the hub redirects to no address"
    return "the hub redirects too often"
