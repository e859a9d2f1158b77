"""A worker's hold on one batch: when its lease ends, and renewing it every 30 s, also in mid-send.

The end is reckoned on this machine's steady clock from before the database was asked, so that we
always think the lease shorter than the database does.

When the worker's lock session breaks (`store.ground.lock_session`), others take what it has not
begun within seconds, and know its chunk as its own until the lease ends. So it begins no message
any more; for a moment it hears the replies to those that have left, and then closes its sockets.
"""

from syndicate import clock, logs
from syndicate.mail.relay.supply import LEASE_MARGIN_S, BatchLostError
from syndicate.store.ground.lock_session import LockSession
from syndicate.store.ground.session import DatabaseDownError, transaction
from syndicate.store.sending import batch_leases

log = logs.get(__name__)

RENEW_EVERY_S = 30.0
# For the replies to what has left: an alert is sent twice to whoever's reply is not heard. Shorter
# than `LEASE_MARGIN_S`, so that nothing begins.
FAREWELL_S = 3.0


class Hold:
    """The lease of one batch.

    Args:
        leased: as `store.sending.batch_leases.take` gave it.
        since: the steady clock before it was asked.
        session: that holds this worker's lock since before then; None where there is none, and the
            lease decides alone.
    """

    def __init__(
        self, leased: batch_leases.LeasedBatch, since: float, session: LockSession | None = None
    ) -> None:
        self.leased = leased
        self.end = since + batch_leases.LEASE_S
        self._next = since + RENEW_EVERY_S
        self._session = session
        self._farewell_ends: float | None = None

    def renewed(self, since: float) -> None:
        """The lease was renewed by a write that began at this moment of the steady clock."""
        self.end = since + batch_leases.LEASE_S
        self._next = since + RENEW_EVERY_S

    def has_lost_session(self) -> bool:
        """Whether the lock session is over with which the batch was leased."""
        if self._farewell_ends is not None:
            return True
        if self._session is None or not self._session.is_broken():
            return False
        self._farewell_ends = clock.steady() + FAREWELL_S
        log.warning("lock_session_broke", mailing=self.leased.mailing_id, batch=self.leased.number)
        return True

    def renew(self) -> float:
        """Renew the lease when 30 s have gone by.

        Returns:
            Until when messages may be written, on the steady clock: its end, or sooner.

        Raises:
            LeaseLostError: it is somebody else's, or nearly over and the database does not answer,
                or the lock session has been over for a moment.
        """
        now = clock.steady()
        if now >= self.end:
            raise BatchLostError("The lease ran out.")
        if self.has_lost_session():
            return self._farewell(now)
        if now >= self._next:
            self._ask(now)
        return self.end

    def _farewell(self, now: float) -> float:
        ends = min(self._farewell_ends or now, self.end)
        if now >= ends:
            raise BatchLostError("The session with the database that holds our lock is over.")
        return ends

    def _ask(self, since: float) -> None:
        try:
            with transaction() as tx:
                is_ours = batch_leases.renew(tx, self.leased)
        except DatabaseDownError as error:
            if self.end - clock.steady() < LEASE_MARGIN_S:
                raise BatchLostError("The lease could not be renewed in time.") from error
            log.warning("lease_renewal_failed", mailing=self.leased.mailing_id)
            return
        if not is_ours:
            raise BatchLostError("Another worker has taken over the lease.")
        self.renewed(since)
