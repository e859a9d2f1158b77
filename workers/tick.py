"""Every 2 s: find what is due in the rows and hint at it, so that no lost message matters.

Each step stands alone: one that fails is logged and the others still run. The slot is taken first,
so that two beats are as harmless as one.

An embargo ends at a second, not at a tick: one that ends before the next ticks gets a timer of its
own in this process. A lost timer is a hint lost; the next tick finds the article in its row.
"""

import datetime as dt
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from syndicate import clock, jobs, logs, settings
from syndicate.alarms import watch
from syndicate.errors import PermanentError
from syndicate.journal import lives, readers, takedowns
from syndicate.keys import open_files, sealing
from syndicate.mail.recovery import copy_check, going_on, recover
from syndicate.newsletters import alerts
from syndicate.newsletters import run as newsletters
from syndicate.store.editing import embargoes, outbox
from syndicate.store.ground.session import transaction
from syndicate.store.intake import wake_ups
from syndicate.store.maintenance import clock_repair
from syndicate.store.platform import due, installation, master_keys, notices
from syndicate.store.sending import batch_leases
from syndicate.store.syndication import feeds, hub, hub_pings, picture_sizes
from syndicate.vocabulary.sending import Lane
from workers.app import app

log = logs.get(__name__)

Step = Callable[[dt.datetime], object]

# A tick may wait behind a build of feeds, which ends after 5 s (feeds.publish.BUDGET_S).
_EMBARGO_AHEAD = dt.timedelta(seconds=3 * jobs.TICK_S)
_EMBARGO_TIMERS = 20  # what ends beyond so many moments is let out by the ticks
# At most so often: where two machines' clocks differ for good, what waits must wait all the same.
_SET_BACK, _SET_BACK_EVERY_S = "set_back", 3600.0
_PUT_RIGHT, _PUT_RIGHT_EVERY_S = "put_right", 60.0
_GO_ON, _GO_ON_EVERY_S = "go_on", 30.0  # journal and logs are read for it
_ADDRESSES, _ADDRESSES_EVERY_S = "journal_addresses", 86_400.0
_KEY_FILES_EVERY_S = 60.0
_KEYS, _KEYS_EVERY_S = "master_keys", 10.0
_EMBARGO_GRACE_S = 0.01  # a clock that reads a hair too little must not find nothing to release


@app.task(name=jobs.TICK.name)
def tick() -> None:
    """Take this slot and hint at everything that is due. Safe to run twice."""
    now = clock.now()
    if take_slot(now):
        take_steps(now)


def take_slot(now: dt.datetime) -> bool:
    """Take the slot of a moment; False when another tick has it.

    A slot of the future was taken by a clock that has been set back since: then this one counts
    whoever has it, and what that clock has put off is due.
    """
    with transaction() as tx:
        ahead = due.forget_ahead(tx, now)
        is_ours = due.take(tx, jobs.TICK.name, slot_of(now))
        is_new = bool(ahead) and due.take(tx, _SET_BACK, slot_of(now, _SET_BACK_EVERY_S))
        found = clock_repair.put_right(tx, now, is_set_back=True) if is_new else {}
    if is_new:
        log.error("clock_was_set_back", ticks_ahead=ahead, put_right=found)
    return is_ours or bool(ahead)


def slot_of(now: dt.datetime, every_s: float = jobs.TICK_S) -> dt.datetime:
    """The start of the slot that a moment lies in, aware UTC; a tick's slot lasts 2 s."""
    start = now.timestamp() // every_s * every_s
    return dt.datetime.fromtimestamp(start, tz=dt.UTC)


def take_steps(now: dt.datetime, steps: Sequence[Step] | None = None) -> None:
    """Run each step, though one before it failed."""
    for step in STEPS if steps is None else steps:
        try:
            step(now)
        except Exception:  # a face: one bad row must not keep all the others
            log.exception("tick_step_failed", step=step.__name__)


def put_right(now: dt.datetime) -> None:
    """Once a minute: let nothing wait for a moment that no sound clock can have written."""
    with transaction() as tx:
        is_ours = due.take(tx, _PUT_RIGHT, slot_of(now, _PUT_RIGHT_EVERY_S))
        found = clock_repair.put_right(tx, now) if is_ours else {}
    if found:
        log.error("moments_of_the_future_put_right", **found)


def release_embargoes(now: dt.datetime) -> None:
    """Let articles out whose embargo has ended."""
    with transaction() as tx:
        if embargoes.release(tx, now):
            tx.hint(jobs.PUBLISH_FEEDS)
            tx.hint(jobs.OPEN_ALERTS)


def await_embargoes(now: dt.datetime) -> list[threading.Timer]:
    """Be awake at the second at which an embargo ends before the next ticks."""
    with transaction() as tx:
        ends = embargoes.next_ends(tx, after=now, until=now + _EMBARGO_AHEAD, limit=_EMBARGO_TIMERS)
    timers = []
    for end in ends:
        wait_s = (end - now).total_seconds() + _EMBARGO_GRACE_S
        timer = threading.Timer(wait_s, lambda: take_steps(clock.now(), [release_embargoes]))
        timer.daemon = True
        timer.start()
        timers.append(timer)
    return timers


def hint_due_sources(now: dt.datetime) -> None:
    """Wake a collecting worker when a source is due."""
    with transaction() as tx:
        if wake_ups.has_due(tx, now):
            tx.hint(jobs.COLLECT_DUE)


def hint_unmeasured_pictures(_now: dt.datetime) -> None:
    """Wake a collecting worker when a new story's picture must be asked for its size."""
    with transaction() as tx:
        if picture_sizes.has_due(tx):
            tx.hint(jobs.MEASURE_PICTURES)


def tell_feeds(now: dt.datetime) -> None:
    """Tell feeds of changes that a collector stored and did not live to pass on."""
    with transaction() as tx:
        outbox.pass_on(tx, now)


def compare_with_journal(now: dt.datetime) -> None:
    """Hold a database that may be a copy, before anything is opened or sent."""
    with _noted(now):
        copy_check.wake(now)


def go_on(now: dt.datetime) -> None:
    """Let new mail leave of a restored database, where its journal is whole; the rest is held."""
    with transaction() as tx:
        is_held = installation.held_why(tx) is not None
        is_ours = is_held and due.take(tx, _GO_ON, slot_of(now, _GO_ON_EVERY_S))
    if is_ours:
        going_on.go_on(now)


def keep_takedowns(now: dt.datetime) -> None:
    """Write takedowns into the journal that outlives the database."""
    path = takedowns.path_of(settings.load())
    if path is not None:
        with _noted(now):
            takedowns.keep(path)


def keep_journal(now: dt.datetime) -> None:
    """Write down beside the database what was begun."""
    path = lives.path_of(settings.load())
    if path is not None:
        with _noted(now):
            lives.keep(path)


def keep_readers(now: dt.datetime) -> None:
    """Write down beside the database who left, came back, was suppressed or erased."""
    path = readers.path_of(settings.load())
    if path is not None:
        with transaction() as tx:
            is_time = due.take(tx, _ADDRESSES, slot_of(now, _ADDRESSES_EVERY_S))
        with _noted(now):
            readers.keep(path)
            if is_time:
                readers.tidy(path, now)


@contextmanager
def _noted(now: dt.datetime) -> Iterator[None]:
    """Let an alarm ring where a journal is full or away; the rows stay, and are written later."""
    try:
        yield
    except (PermanentError, OSError):
        with transaction() as tx:
            due.take(tx, due.JOURNAL_MISSED, slot_of(now, due.JOURNAL_MISSED_EVERY_S))
        raise


def look_at_key_files(now: dt.datetime) -> None:
    """Once a minute: let an alarm ring where others can read a file with a secret."""
    told = open_files.found(settings.load())
    if told:
        with transaction() as tx:
            open_files.note(tx, told, slot_of(now, _KEY_FILES_EVERY_S))


def keep_keys(now: dt.datetime) -> None:
    """Write down which master keys are held here, and encrypt anew what is under an older one."""
    own = settings.load()
    if own.master_key is None:
        return
    key = own.key()
    with transaction() as tx:
        if not due.take(tx, _KEYS, slot_of(now, _KEYS_EVERY_S)):
            return
        master_keys.note(tx, key.ids, key.addresses_id, now)
    sealing.renew_rows(key)
    with _noted(now):
        sealing.renew_journal(own, now)


def hint_due_feeds(now: dt.datetime) -> None:
    """Wake a building worker when a feed must be built again."""
    with transaction() as tx:
        if feeds.has_due(tx, now):
            tx.hint(jobs.PUBLISH_FEEDS)


def hint_due_hub(now: dt.datetime) -> None:
    """Wake the hub when a callback waits to be asked or told, or an outside hub to be pinged."""
    with transaction() as tx:
        if hub.has_due(tx, now) or hub_pings.has_due(tx, now):
            tx.hint(jobs.HUB)


def hint_notices(now: dt.datetime) -> None:
    """Wake whoever tells operators, when there is something to tell."""
    with transaction() as tx:
        if notices.has_due(tx, now):
            tx.hint(jobs.TELL_OPERATORS)


def look_at_bells(now: dt.datetime) -> None:
    """Stand watch over what must be heard, and wake whoever tells it."""
    if watch.look(now):
        jobs.hint(jobs.TELL_RINGS)


def hint_ready_batches(now: dt.datetime) -> None:
    """Wake the senders of each lane that has a batch to take."""
    with transaction() as tx:
        ready = batch_leases.ready_lanes(tx, now)
        for lane, job in ((Lane.URGENT, jobs.SEND_URGENT), (Lane.BULK, jobs.SEND_BULK)):
            if lane in ready:
                tx.hint(job)


STEPS: tuple[Step, ...] = (
    compare_with_journal,
    go_on,
    put_right,
    release_embargoes,
    await_embargoes,
    alerts.hint_due,
    newsletters.open_due_issues,
    recover.recover,
    hint_due_sources,
    hint_unmeasured_pictures,
    tell_feeds,
    keep_takedowns,
    keep_journal,
    keep_readers,
    keep_keys,
    look_at_key_files,
    hint_due_feeds,
    hint_due_hub,
    hint_notices,
    look_at_bells,
    hint_ready_batches,
)
