"""When a source is asked next, and what its answers mean for it. Pure.

    active ──3 failures──> failing ──7 days──> dormant (asked once a day)
       ^                      │                    │
       └──────first success───┴────────────────────┘
    410 twice a day apart, or 404 for 14 days ──> gone

A source is never silently given up: each change of its state is one notice that operators see.

Source: RFC 9110 10.2.3 (Retry-After), RFC 9111 5.2.2 (max-age).
"""

import dataclasses
import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import pairwise
from statistics import median
from typing import Any

from syndicate import phrases
from syndicate.collect import validators
from syndicate.collect.validators import DISTRUST, Validators
from syndicate.reading.dates import read as read_date
from syndicate.redaction import without_addresses
from syndicate.vocabulary.sources import SourceState

FLOOR = dt.timedelta(minutes=2)
CEILING = dt.timedelta(hours=24)
BASE_MIN, BASE_MAX = dt.timedelta(minutes=5), dt.timedelta(hours=6)
BASE_UNKNOWN = dt.timedelta(minutes=15)
PINNED = dt.timedelta(minutes=1)  # the newsroom's own server, by its IP:port
RETRY_FLOOR = dt.timedelta(minutes=1)
MAX_DOUBLINGS = 8
FAILING_AFTER = 3
DORMANT_AFTER = dt.timedelta(days=7)
GONE_410 = dt.timedelta(days=1)
GONE_404 = dt.timedelta(days=14)
# Columns of a source that is read whole next time, be its document the same to the byte.
READ_ANEW: Mapping[str, None] = {"etag": None, "last_modified": None, "body_hash": None}
FULL_EVERY = dt.timedelta(days=7)
# Nothing new for as long as eight stories take: whoever says so is asked for all of it.
FULL_AFTER_QUIET, FULL_FLOOR = 32, dt.timedelta(hours=6)
MOVED_AFTER = dt.timedelta(hours=48)
MOVED_SEEN = 3
RHYTHM_ITEMS = 20
HUB_PROVED = dt.timedelta(days=7)  # a hub that told us something so lately is trusted to do so
HUB_AHEAD = dt.timedelta(minutes=10)
SLOW_DOWN = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
_PERMANENT = frozenset({HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.PERMANENT_REDIRECT})
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)
_SECONDS = re.compile(r"\d{1,9}$")


@dataclass(frozen=True)
class Polled:
    """What is known of a source when it is asked.

    Attributes:
        basis: what the stored validators hold for.
        rhythm_s: seconds, a quarter of the median gap between its newest items.
        pushed_at: when a hub last told us of something new.
        is_pinned: it is the newsroom's own server, asked every minute.
        distrusted_at: when its validators were found to stay while something new came.
    """

    url: str
    state: SourceState
    basis: str | None = None
    etag: bytes | None = None
    last_modified: bytes | None = None
    body_hash: bytes | None = None
    full_at: dt.datetime | None = None
    rhythm_s: int | None = None
    failures: int = 0
    failing_since: dt.datetime | None = None
    gone_since: dt.datetime | None = None
    moved_to: str | None = None
    moved_since: dt.datetime | None = None
    moved_seen: int = 0
    connected_at: dt.datetime | None = None
    pushed_at: dt.datetime | None = None
    is_pinned: bool = False
    distrusted_at: dt.datetime | None = None


@dataclass(frozen=True)
class Notice:
    """One thing that operators should know of a source."""

    kind: str
    message: str


@dataclass(frozen=True)
class Verdict:
    """What an answer changes.

    Attributes:
        values: columns of the fetch state, `next_at` among them.
        state: the source's state from now on.
        notices: at most one for a change of state, and one for a move.
        host_until: nobody asks this host before; None when it said nothing.
        url: the source's new address, when a permanent redirect is believed.
    """

    values: Mapping[str, Any]
    state: SourceState
    notices: tuple[Notice, ...] = ()
    host_until: dt.datetime | None = None
    url: str | None = None


@dataclass(frozen=True)
class Content:
    """What a new document says of itself.

    Attributes:
        basis: what its validators hold for.
        body_hash: SHA-256 of its bytes; None when they are only a part (RFC 3229).
        published: times of its entries, aware UTC, in any order.
        ttl_s: how long it asks to be left alone, in seconds.
        is_incomplete: something of it is still to be had, so the next poll asks for all of it.
        is_cut_off: its end is to come; what a first one lacks is no news then.
    """

    basis: str = ""
    body_hash: bytes | None = None
    published: Sequence[dt.datetime] = ()
    ttl_s: int | None = None
    is_incomplete: bool = False
    is_cut_off: bool = False


@dataclass(frozen=True)
class Answer:
    """What polling looks at in an answer; header names in lower case."""

    status: int
    url: str
    headers: Mapping[str, bytes] = field(default_factory=dict)
    hops: tuple[tuple[int, str], ...] = ()

    def text(self, name: str) -> str:
        """A header as text, empty when it is absent."""
        return self.headers.get(name, b"").decode("latin-1").strip()


def conditions(polled: Polled, *, basis: str, now: dt.datetime) -> dict[str, str | bytes]:
    """Headers of a conditional request; none when the validators do not hold, or once in a while.

    Args:
        polled: the source.
        basis: address, parser version and whatever else the validators depend on, as of now.
        now: aware UTC.
    """
    is_stale = polled.full_at is None or now - polled.full_at >= _full_after(polled)
    is_liar = polled.distrusted_at is not None and now - polled.distrusted_at < DISTRUST
    if polled.basis is None or not polled.basis.startswith(basis) or is_stale or is_liar:
        return {}
    return validators.if_changed(polled.etag, polled.last_modified)


def unchanged(polled: Polled, answer: Answer, *, now: dt.datetime, chance: float) -> Verdict:
    """After a 304, or a 200 with the same bytes: the rhythm stays, new cache headers count."""
    next_at = _next(polled, answer, None, now, chance)
    if polled.pushed_at is not None and now - polled.pushed_at < HUB_AHEAD:
        next_at = now + PINNED  # the hub knows more than the server's cache
    values: dict[str, Any] = {"next_at": next_at}
    said = _said(answer, (), now)
    # What was not believed of this document is not believed of it now.
    time = polled.last_modified and said.last_modified
    if answer.status != HTTPStatus.NOT_MODIFIED:
        values |= {"etag": said.etag, "last_modified": time, "full_at": now}
    elif time:
        values["last_modified"] = time
    return _succeeded(polled, answer, values, now)


def changed(
    polled: Polled, answer: Answer, content: Content, *, now: dt.datetime, chance: float
) -> Verdict:
    """After a new document was stored.

    Args:
        polled: the source.
        answer: what brought the document.
        content: what the document says of its own rhythm.
        now: aware UTC.
        chance: in [0, 1), spreads sources that would fall together.
    """
    rhythm_s = rhythm_of(content.published)
    said = _said(answer, content.published, now)
    is_lie = content.body_hash != polled.body_hash and validators.is_lie(
        (polled.etag, polled.last_modified),
        (said.etag, said.last_modified),
        full_at=polled.full_at,
        published=content.published,
        now=now,
    )
    values: dict[str, Any] = {
        "etag": said.etag,
        "last_modified": said.last_modified,
        "distrusted_at": now if is_lie else polled.distrusted_at,
        "basis": f"{content.basis}|{answer.text('vary').lower()}",
        "body_hash": content.body_hash,
        "full_at": now,
        "rhythm_s": rhythm_s,
        "connected_at": polled.connected_at,
    }
    # What stands behind a cut is backlog too, once: a document may be cut off at every poll.
    if polled.connected_at is None and not (content.is_cut_off and polled.full_at is None):
        values["connected_at"] = now
    if content.is_incomplete:
        values |= READ_ANEW
    fresh = dataclasses.replace(polled, rhythm_s=rhythm_s)
    values["next_at"] = _next(fresh, answer, content.ttl_s, now, chance)
    verdict = _succeeded(polled, answer, values, now)
    doubt = validators.doubt(polled.url, said, is_lie=is_lie)
    told = (Notice("validators", doubt),) if doubt else ()
    return dataclasses.replace(verdict, notices=(*verdict.notices, *told))


def refused(polled: Polled, answer: Answer, *, now: dt.datetime, chance: float) -> Verdict:
    """After a status of 400 and more."""
    wait = retry_after(answer, now)
    if answer.status in SLOW_DOWN or (
        answer.status == HTTPStatus.FORBIDDEN and _is_rate_limit(answer)
    ):
        wait = _backed_off(polled, chance) if wait is None else wait
        until = now + min(max(wait, RETRY_FLOOR), CEILING)
        values = {"next_at": until, "last_at": now, "last_status": answer.status}
        reason = f"asked us to slow down ({answer.status})"
        return Verdict({**values, "reason": reason}, polled.state, host_until=until)
    if answer.status in {HTTPStatus.GONE, HTTPStatus.NOT_FOUND}:
        return _absent(polled, answer, now=now, chance=chance)
    return failed(polled, f"answered {answer.status}", status=answer.status, now=now, chance=chance)


def failed(
    polled: Polled, reason: str, *, status: int | None = None, now: dt.datetime, chance: float
) -> Verdict:
    """After no answer, or one that cannot be used.

    Args:
        polled: the source.
        reason: what happened, to stand behind its address: "did not answer in time".
        status: HTTP status, if there was one.
        now: aware UTC.
        chance: in [0, 1).
    """
    failures = polled.failures + 1
    since = polled.failing_since or now
    state = polled.state
    if failures >= FAILING_AFTER:
        is_dormant = now - since >= DORMANT_AFTER
        state = SourceState.DORMANT if is_dormant else SourceState.FAILING
    wait = CEILING if state is SourceState.DORMANT else _backed_off(polled, chance)
    values = {
        "next_at": now + wait,
        "last_at": now,
        "last_status": status,
        "failures": failures,
        "failing_since": since,
        "gone_since": None,
        "reason": without_addresses(reason)[:500],
    }
    return Verdict(values, state, _changes(polled, state, reason, failures))


def retry_after(answer: Answer, now: dt.datetime) -> dt.timedelta | None:
    """What Retry-After asks for: seconds, or one of the three legal forms of a date."""
    said = answer.text("retry-after")
    if _SECONDS.match(said):
        return min(dt.timedelta(seconds=int(said)), CEILING)
    moment = read_date(said, now=now + dt.timedelta(days=365)) if said else None
    return min(max(moment - now, dt.timedelta(0)), CEILING) if moment else None


def rhythm_of(published: Sequence[dt.datetime]) -> int | None:
    """A quarter of the median gap between the newest items, in seconds; None for fewer than two."""
    newest = sorted(set(published), reverse=True)[:RHYTHM_ITEMS]
    gaps = [(later - sooner).total_seconds() for later, sooner in pairwise(newest)]
    return int(median(gaps) / 4) if gaps else None


def _next(
    polled: Polled, answer: Answer, ttl_s: int | None, now: dt.datetime, chance: float
) -> dt.datetime:
    if polled.is_pinned:
        return now + PINNED
    base = BASE_UNKNOWN
    if polled.pushed_at is not None and now - polled.pushed_at < HUB_PROVED:
        return now + CEILING * (0.9 + 0.1 * chance)
    if polled.rhythm_s is not None:
        base = min(max(dt.timedelta(seconds=polled.rhythm_s), BASE_MIN), BASE_MAX)
    wait = max(base, dt.timedelta(seconds=ttl_s or 0), _max_age(answer))
    return now + min(max(wait, FLOOR), CEILING) * (0.9 + 0.2 * chance)


def _max_age(answer: Answer) -> dt.timedelta:
    said = answer.text("cache-control")
    if "no-cache" in said or "no-store" in said:
        return dt.timedelta(0)
    match = _MAX_AGE.search(said)
    return dt.timedelta(seconds=int(match[1])) if match else dt.timedelta(0)


def _said(answer: Answer, published: Sequence[dt.datetime], now: dt.datetime) -> Validators:
    etag, last_modified = map(answer.headers.get, ("etag", "last-modified"))
    return validators.believed(etag, last_modified, published=published, now=now)


def _full_after(polled: Polled) -> dt.timedelta:
    if polled.rhythm_s is None:
        return FULL_EVERY
    quiet = dt.timedelta(seconds=FULL_AFTER_QUIET * polled.rhythm_s)
    return min(FULL_EVERY, max(FULL_FLOOR, quiet))


def _backed_off(polled: Polled, chance: float) -> dt.timedelta:
    """Full jitter: sources that fail together do not come back together."""
    base = BASE_MIN if not polled.is_pinned else PINNED
    doubled: dt.timedelta = base * (1 << min(polled.failures, MAX_DOUBLINGS))
    most = min(CEILING, doubled)
    return max(RETRY_FLOOR, most * chance)


def _is_rate_limit(answer: Answer) -> bool:
    return "retry-after" in answer.headers or any(
        name.startswith(("x-ratelimit", "ratelimit")) for name in answer.headers
    )


def _absent(polled: Polled, answer: Answer, *, now: dt.datetime, chance: float) -> Verdict:
    """A 404 or 410: gone for good only when it stays so."""
    since = polled.gone_since or now
    patience = GONE_410 if answer.status == HTTPStatus.GONE else GONE_404
    reason = f"answered {answer.status}"
    if polled.gone_since is not None and now - since >= patience:
        values = {"last_at": now, "last_status": answer.status, "reason": reason}
        message = (
            f"{polled.url} has answered {answer.status} since {phrases.moment(since)} and is no "
            "longer polled; correct its address, or run `syndicate sources resume ID`."
        )
        return Verdict(values, SourceState.GONE, (Notice(SourceState.GONE, message),))
    verdict = failed(polled, reason, status=answer.status, now=now, chance=chance)
    return Verdict({**verdict.values, "gone_since": since}, verdict.state, verdict.notices)


def _succeeded(polled: Polled, answer: Answer, values: dict[str, Any], now: dt.datetime) -> Verdict:
    values |= {
        "last_at": now,
        "last_status": answer.status,
        "failures": 0,
        "failing_since": None,
        "gone_since": None,
        "reason": None,
    }
    notices: tuple[Notice, ...] = ()
    if polled.state in {SourceState.FAILING, SourceState.DORMANT}:
        notices = (Notice(SourceState.ACTIVE, f"{polled.url} answers again."),)
    moved = _moved(polled, answer, now)
    values |= {name: moved[name] for name in ("moved_to", "moved_since", "moved_seen")}
    if moved["url"]:
        message = f"{polled.url} has moved permanently; it is polled at {moved['url']} from now on."
        notices = (*notices, Notice("moved", message))
    return Verdict(values, SourceState.ACTIVE, notices, url=moved["url"])


def _moved(polled: Polled, answer: Answer, now: dt.datetime) -> dict[str, Any]:
    """Permanent redirects are believed after three fetches over two days, others never."""
    nowhere = {"moved_to": None, "moved_since": None, "moved_seen": 0, "url": None}
    if not answer.hops or any(status not in _PERMANENT for status, _ in answer.hops):
        return nowhere
    target = answer.hops[-1][1]
    if target == polled.url:  # it only asked for a cookie
        return nowhere
    if polled.moved_to != target or polled.moved_since is None:
        return {**nowhere, "moved_to": target, "moved_since": now, "moved_seen": 1}
    seen = polled.moved_seen + 1
    if seen >= MOVED_SEEN and now - polled.moved_since >= MOVED_AFTER:
        return {**nowhere, "url": target}
    return {**nowhere, "moved_to": target, "moved_since": polled.moved_since, "moved_seen": seen}


def _changes(polled: Polled, state: SourceState, reason: str, failures: int) -> tuple[Notice, ...]:
    if state == polled.state:
        return ()
    said = reason.rstrip(".")  # some are whole sentences
    if state is SourceState.DORMANT:
        message = f"{polled.url} has failed for a week ({said}) and is polled once a day."
    else:
        message = (
            f"{polled.url} failed {failures} times in a row ({said}) and is polled less often."
        )
    return (Notice(state, message),)
