"""Tells rings by every way there is; what a way does not take waits, and rings by the others.

    rings ──> who is owed what (`owed`) ──> all ways at once (`webhooks`, `mail`) ──> written down

A round is safe to run twice, and at once: a way is claimed by one round, and what was told is
written down. A process that dies between the two tells again, under the same name (webhook-id,
dedup_key, Message-ID). Nothing here asks for a quiet hour, a window or a stop.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from syndicate import logs
from syndicate.alarms.telling import mail, owed, signed, ways, webhooks
from syndicate.alarms.telling.mail import Post
from syndicate.alarms.telling.ring import Outcome, Ring, Telling, What
from syndicate.alarms.telling.webhooks import House, Tried
from syndicate.errors import SettingsError
from syndicate.settings import Settings
from syndicate.store.ground.session import transaction
from syndicate.store.platform import tellings
from syndicate.vocabulary.bells import RingState

log = logs.get(__name__)

WITHIN_S = 20.0  # nothing new is begun by a way after it
_AT_ONCE = 20  # tellings of one way in a round; the next is seconds away
_WAYS_AT_ONCE = 8

Owed = tuple[str, Telling]  # hearer and what they are told
Results = Mapping[Owed, Tried]
Tell = Callable[[Sequence[Owed]], Results]


@dataclass(frozen=True)
class _Way:
    """A way, and what it is told in this round."""

    key: str
    name: str
    owed: Sequence[Owed]
    tell: Tell


def tell(ring: Ring, configured: Settings, now: dt.datetime) -> list[Outcome]:
    """Tell one ring; see `tell_all`."""
    return tell_all([ring], configured, now)[ring.id]


def tell_all(
    rings: Iterable[Ring], configured: Settings, now: dt.datetime
) -> dict[int, list[Outcome]]:
    """Tell each way what it is owed of these rings. Safe to run twice, and at once.

    Args:
        rings: those that ring, and those that were over not long ago.
        configured: the settings.
        now: aware UTC.

    Returns:
        By ring, what became of each way that was tried.
    """
    every = {each.id: each for each in rings}
    claimed = _claimed(list(every.values()), configured, now)
    outcomes: dict[int, list[Outcome]] = {each: [] for each in every}
    if not claimed:
        return outcomes
    with ThreadPoolExecutor(_WAYS_AT_ONCE) as pool:
        found = list(pool.map(_results, claimed))
    for way, results in zip(claimed, found, strict=True):
        _settle(way, results, now)
        for ring_id, outcome in _outcomes(way, results, now).items():
            outcomes[ring_id].append(outcome)
    return outcomes


def tell_blind(ring: Ring, configured: Settings, now: dt.datetime) -> list[Outcome]:
    """Tell one ring while no row can be read: by each webhook, and to those whom settings name.

    Nothing is remembered of it: each call tells.
    """
    what = What.OVER if ring.state is RingState.OVER else What.RINGING
    with ThreadPoolExecutor(_WAYS_AT_ONCE) as pool:
        ready = _ways(configured, mail.blind(configured), now)
        blind = [
            _Way(key, name, [(each, Telling(ring, what)) for each in hearers], by)
            for key, name, hearers, by in ready
            if hearers
        ]
        found = list(pool.map(_results, blind))
    pairs = zip(blind, found, strict=True)
    return [outcome for way, tried in pairs for outcome in _outcomes(way, tried, now).values()]


def _claimed(rings: Sequence[Ring], configured: Settings, now: dt.datetime) -> list[_Way]:
    with transaction() as tx:
        told = tellings.told(tx, [each.id for each in rings])
        ready = _ways(configured, mail.read(tx, configured), now)
        found = [
            _Way(key, name, theirs, by)
            for key, name, hearers, by in ready
            if (theirs := list(owed.owed(rings, hearers, told))[:_AT_ONCE])
        ]
        mine = tellings.claim(tx, [each.key for each in found], now)
    return [each for each in found if each.key in mine]


def _ways(
    configured: Settings, post: Post, now: dt.datetime
) -> Iterator[tuple[str, str, Sequence[str], Tell]]:
    """Each way's key and name, who hears of rings by it, and what tells them."""
    by_mail = partial(mail.tell, post, configured, within_s=WITHIN_S)
    yield ways.MAIL, ways.MAIL, tuple(post.people), by_mail
    house = _house(configured)
    for each in ways.webhooks(configured):
        yield each.way, each.name, (each.way,), partial(_by_webhook, each, house, now)


def _house(configured: Settings) -> House:
    base, allow = configured.console_url(), ways.allowed(configured)
    try:
        return House(base, signed.keys(configured), "", allow)
    except SettingsError as error:
        return House(base, (), f"is not told anything: {error}", allow)


def _by_webhook(
    webhook: ways.Webhook, house: House, now: dt.datetime, theirs: Sequence[Owed]
) -> Results:
    told = webhooks.tell(webhook, house, [each for _, each in theirs], now, WITHIN_S)
    return {(webhook.way, telling): tried for telling, tried in told}


def _results(way: _Way) -> Results:
    try:
        return way.tell(way.owed)
    except Exception:  # a face: what one way trips over must not keep the others
        log.exception("ring_not_told", way=way.name)
        return {way.owed[0]: Tried("could not be told, and the log says why (ring_not_told)")}


def _settle(way: _Way, results: Results, now: dt.datetime) -> None:
    """Write down how far each ring came, and how the way is."""
    over = {each: tried for each, tried in results.items() if not tried.error or tried.is_final}
    errors = [tried.error for tried in results.values() if tried.error]
    with transaction() as tx:
        for hearer, telling in over:
            tellings.note_told(tx, telling.ring.id, hearer, owed.afterwards(telling), now)
        if any(not tried.error for tried in over.values()):
            tellings.succeed(tx, way.key, now)
        elif errors:
            tellings.fail(tx, way.key, errors[0], now)
        else:
            tellings.release(tx, [way.key])
    for (_hearer, telling), tried in results.items():
        if tried.error:
            log.warning("ring_not_told", way=way.name, ring=telling.ring.id, reason=tried.error)


def _outcomes(way: _Way, results: Results, now: dt.datetime) -> dict[int, Outcome]:
    """One for each ring: told where anybody heard it."""
    found: dict[int, Outcome] = {}
    for (_, telling), tried in results.items():
        before = found.get(telling.ring.id)
        if before is None or (before.told_at is None and not tried.error):
            at = None if tried.error else now
            found[telling.ring.id] = Outcome(way.name, at, tried.error)
    return found
