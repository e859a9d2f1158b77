"""A worker's hold on one batch: when its lease ends, and renewing it every 30 s, also in mid-send.

The end is reckoned on this machine's monotonic clock from before the database was asked, so that we
always think the lease shorter than the database does.
"""

import time

from syndicate import logs
from syndicate.mail.relay.supply import LEASE_MARGIN_S, BatchLostError
from syndicate.store.ground.session import DatabaseDownError, transaction
from syndicate.store.sending import batch_leases

log = logs.get(__name__)

RENEW_EVERY_S = 30.0


class Hold:
    """The lease of one batch.

    Args:
        leased: as `store.sending.batch_leases.take` gave it.
        since: the monotonic clock before it was asked.
    """

    def __init__(self, leased: batch_leases.LeasedBatch, since: float) -> None:
        self.leased = leased
        self.end = since + batch_leases.LEASE_S
        self._next = since + RENEW_EVERY_S

    def renewed(self, since: float) -> None:
        """The lease was renewed by a write that began at this monotonic time."""
        self.end = since + batch_leases.LEASE_S
        self._next = since + RENEW_EVERY_S

    def renew(self) -> float:
        """Renew the lease when 30 s have gone by.

        Returns:
            Its end on the monotonic clock.

        Raises:
            LeaseLostError: it is somebody else's, or nearly over and the database does not answer.
        """
        now = time.monotonic()
        if now >= self.end:
            raise BatchLostError("The lease ran out.")
        if now >= self._next:
            self._ask(now)
        return self.end

    def _ask(self, since: float) -> None:
        try:
            with transaction() as tx:
                is_ours = batch_leases.renew(tx, self.leased)
        except DatabaseDownError as error:
            if self.end - time.monotonic() < LEASE_MARGIN_S:
                raise BatchLostError("The lease could not be renewed in time.") from error
            log.warning("lease_renewal_failed", mailing=self.leased.mailing_id)
            return
        if not is_ours:
            raise BatchLostError("Another worker has taken over the lease.")
        self.renewed(since)
