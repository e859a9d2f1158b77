"""After something died: take back leases, settle what is ambiguous, end what has expired.

Every step asks the rows and is safe to run twice, or at once; the tick calls it every 2 s.
"""

import datetime as dt

from syndicate import clock, logs
from syndicate.mail import guard
from syndicate.mail.recovery import deaths, reconcile
from syndicate.store.ground.session import transaction
from syndicate.store.sending import ledger, reaping

log = logs.get(__name__)

# What expires is over for good: no clock that was just set decides it.
_WATCH = clock.Watch()


def recover(now: dt.datetime) -> None:
    """Reap, expire, end what is over, and settle what the accept log can. Safe to run twice.

    Args:
        now: aware UTC.

    Raises:
        SettingsError: an accept log is set and cannot be read; everything else was done.
    """
    deaths.sweep(now)
    with transaction() as tx:
        reaped = reaping.reap(tx, now=now)
    for batch in reaped:
        log.warning(
            "lease_reaped",
            mailing=batch.mailing_id,
            batch=batch.number,
            ambiguous=batch.ambiguous,
        )
    if _WATCH.is_settled():
        _end(now)
    guard.check(now)
    reconcile.reconcile(now)


def _end(now: dt.datetime) -> None:
    with transaction() as tx:
        expired = ledger.expire(tx, now)
        ledger.finish_ended(tx, now)
    if expired:
        log.warning("deliveries_expired", deliveries=expired)
