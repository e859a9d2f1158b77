"""Settling ambiguous deliveries from the relay's accept log, where there is one.

Rows say what is in doubt, the log what the relay took, and rows are written again: no transaction
is open while a file is read.
"""

import datetime as dt
import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from syndicate import clock, logs, settings
from syndicate.errors import RefusedError, SettingsError
from syndicate.mail.mime.message import Writer, return_domain
from syndicate.mail.recovery import accept_log, copy_check
from syndicate.mail.recovery.accept_log import Verdict
from syndicate.mail.relay import addresses
from syndicate.settings import Settings
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.sending import accepts, doubts, ledger
from syndicate.store.sending.accepts import Heard
from syndicate.store.sending.doubts import Doubt
from syndicate.vocabulary.sending import AmbiguousPolicy, Lane

log = logs.get(__name__)

PUSHED = accept_log.PUSHED
# Longer than from a chunk's intent to the end of its worker's lease, or to its results: 5 minutes
# in which messages may begin, twice the 25 that one may take, a lease, and what a slow clock adds.
BEFORE_DOUBT = dt.timedelta(hours=2)
# An alert or a confirmation that its log tells nothing of is sent again after this, beyond the lag.
URGENT_WAITS = dt.timedelta(minutes=1)
# A relay whose client died may be about to take what had reached it, though its disk is slow or it
# stands still for a while: only what is in no log so long after the end, beyond the lag, never was.
TAKES = dt.timedelta(seconds=30)
LINES_AT_ONCE = 1000
STORE_EVERY_S = 1.0


def policy(lane: Lane) -> AmbiguousPolicy:
    """The policy of a new mailing: the log settles its doubts where there is one.

    Args:
        lane: without a log urgent mail is sent again at once, all other is not.
    """
    if settings.load().relay_accept_log is not None:
        return AmbiguousPolicy.RECONCILE
    return AmbiguousPolicy.RESEND if lane is Lane.URGENT else AmbiguousPolicy.SKIP


def reconcile(now: dt.datetime) -> int:
    """Settle what the log can settle, and what cannot wait for it. Safe to run twice.

    Args:
        now: aware UTC.

    Returns:
        How many deliveries were settled.

    Raises:
        SettingsError: the log is set and cannot be read; what cannot wait was settled.
    """
    configured = settings.load()
    if configured.relay_accept_log is None:
        return 0
    lag = dt.timedelta(seconds=configured.relay_accept_lag_s)
    with transaction() as tx:
        open_doubts = doubts.ready(tx, now=now, lag=lag)
        by_id = _message_ids(tx, open_doubts, configured)
    if not by_id:
        return 0
    overdue = {key: each for key, each in by_id.items() if _is_overdue(each, now - lag)}
    try:
        verdict = _ask(configured, by_id, now)
    except SettingsError:
        _settle_all(overdue, Verdict(), overdue, now=now, lag=lag)
        raise
    return _settle_all(by_id, verdict, overdue, now=now, lag=lag)


def ingest(source: Iterable[bytes], *, relay_name: str, now: dt.datetime) -> int:
    """Store a relay's lines as they come. Safe to run twice.

    Args:
        source: lines in either format; may go on for ever.
        relay_name: HOST:PORT as in the settings.
        now: aware UTC, of the first line's arrival. A relay whose clock is ahead has sent nothing
            of the time that is still to come.

    Returns:
        How many lines counted.
    """
    taken, began = 0, time.monotonic()
    rows: list[Heard] = []
    stored_at = began
    for raw in source:
        moment = time.monotonic()
        now_here = now + dt.timedelta(seconds=moment - began)
        rows += [_heard(line, now_here) for line in accept_log.lines([raw], now=now_here)]
        if len(rows) >= LINES_AT_ONCE or (rows and moment - stored_at > STORE_EVERY_S):
            taken, rows, stored_at = taken + _store(relay_name, rows), [], moment
    return taken + _store(relay_name, rows)


def take_pushed(body: bytes, *, relay_name: str, now: dt.datetime) -> int:
    """Store a batch of lines that a relay's host sent; all of them, or none. Safe to run twice.

    Args:
        body: lines in either format.
        relay_name: HOST:PORT as in the settings.
        now: aware UTC.

    Returns:
        How many lines counted.

    Raises:
        RefusedError: nobody asks for pushed lines here, or no relay has this name.
    """
    configured = settings.load()
    if configured.relay_accept_log != PUSHED:
        raise RefusedError("SYNDICATE_RELAY_ACCEPT_LOG is not `pushed`: these lines are not used.")
    names = [each.name for each in addresses.parse_all(configured.need("relay_url"))]
    if relay_name not in names:
        raise RefusedError(
            f"No relay is called {relay_name[:100]}; SYNDICATE_RELAY_URL names {', '.join(names)}."
        )
    lines = accept_log.lines(body.splitlines(), now=now)
    return _store(relay_name, [_heard(line, now) for line in lines])


def _heard(line: accept_log.Line, now: dt.datetime) -> Heard:
    return Heard(min(line.at, now), line.message_id, line.queue_id, line.is_taken)


def _store(relay_name: str, rows: Sequence[Heard]) -> int:
    taken: list[tuple[str, dt.datetime]] = []
    with transaction() as tx:
        for first in range(0, len(rows), LINES_AT_ONCE):
            taken += accepts.add(tx, relay_name, rows[first : first + LINES_AT_ONCE])
    copy_check.suspect(taken, clock.now())
    return len(rows)


def _message_ids(
    tx: Transaction, open_doubts: Sequence[Doubt], configured: Settings
) -> dict[str, Doubt]:
    found: dict[str, Doubt] = {}
    writers: dict[int, Writer] = {}
    domains: dict[tuple[int, int, str], str | None] = {}
    for doubt in open_doubts:
        if doubt.mailing_id not in writers:
            mailing = ledger.find(tx, doubt.mailing_id)
            if mailing is None:
                continue
            writers[doubt.mailing_id] = Writer(mailing, configured.key(), configured.base_url())
        writer = writers[doubt.mailing_id]
        version = doubt.content_version or writer.mailing.content_version
        key = (doubt.mailing_id, version, doubt.language)
        if key not in domains:
            domains[key] = _domain(tx, key)
        domain = domains[key]
        if domain is not None:
            # Of each key that it may have been sent under: they were perhaps rotated meanwhile.
            names = writer.message_ids(doubt.recipient_id, domain)
            found.update(dict.fromkeys(names, doubt))
    return found


def _domain(tx: Transaction, key: tuple[int, int, str]) -> str | None:
    """The domain in a content that its Message-IDs end in."""
    frame = next((row for row in ledger.content(tx, *key) if row.headers), None)
    if frame is None or frame.headers is None:
        return None
    return return_domain(frame.headers)


def _ask(configured: Settings, by_id: Mapping[str, Doubt], now: dt.datetime) -> Verdict:
    if configured.relay_accept_log != PUSHED:
        since = min(doubt.since for doubt in by_id.values() if doubt.since) - BEFORE_DOUBT
        path = Path(str(configured.relay_accept_log))
        return accept_log.search(path, by_id.keys(), since=since, now=now)
    names = [each.name for each in addresses.parse_all(configured.need("relay_url"))]
    with transaction() as tx:
        # In this order: what arrives in between may be accepted, but never counts as absent.
        complete_until = accepts.complete_until(tx, names, now)
        seen = accepts.seen(tx, by_id.keys())
        accepted = accepts.accepted(tx, by_id.keys())
        return Verdict(accepted, seen - accepted, complete_until)


def _is_overdue(doubt: Doubt, logged_until: dt.datetime) -> bool:
    is_old = doubt.since is not None and doubt.since + URGENT_WAITS <= logged_until
    return doubt.is_urgent and is_old


def _settle_all(
    by_id: Mapping[str, Doubt],
    verdict: Verdict,
    overdue: Collection[str],
    *,
    now: dt.datetime,
    lag: dt.timedelta,
) -> int:
    return sum(
        _settle(batch, each, verdict, overdue, now=now, lag=lag)
        for batch, each in _by_batch(by_id).items()
    )


def _by_batch(by_id: Mapping[str, Doubt]) -> dict[tuple[int, int], dict[str, Doubt]]:
    batches: dict[tuple[int, int], dict[str, Doubt]] = defaultdict(dict)
    for message_id, doubt in by_id.items():
        batches[doubt.mailing_id, doubt.number][message_id] = doubt
    return batches


def _settle(
    batch: tuple[int, int],
    by_id: Mapping[str, Doubt],
    verdict: Verdict,
    overdue: Collection[str],
    *,
    now: dt.datetime,
    lag: dt.timedelta,
) -> int:
    accepted = {doubt.ordinal for key, doubt in by_id.items() if key in verdict.accepted}
    unsure = {
        doubt.ordinal
        for key, doubt in by_id.items()
        if doubt.is_over
        or (key not in overdue and (key in verdict.unsure or not _is_complete(verdict, doubt, lag)))
    } - accepted
    absent = {doubt.ordinal for doubt in by_id.values()} - accepted - unsure
    with transaction() as tx:
        is_written = doubts.settle(
            tx, batch, accepted=accepted, absent=absent, unsure=unsure, now=now
        )
    if not is_written:
        return 0
    log.info(
        "doubts_settled",
        mailing=batch[0],
        batch=batch[1],
        accepted=len(accepted),
        absent=len(absent),
        unsure=len(unsure),
    )
    return len(accepted) + len(absent)


def _is_complete(verdict: Verdict, doubt: Doubt, lag: dt.timedelta) -> bool:
    until = verdict.complete_until
    return until is not None and doubt.since is not None and doubt.since + lag + TAKES <= until
