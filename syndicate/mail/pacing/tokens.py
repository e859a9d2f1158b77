"""Tokens for the chunks of one batch: waits a moment for them, or says when to come back."""

import datetime as dt
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from syndicate import clock
from syndicate.mail.pacing.pace import Pacer
from syndicate.paces import WarmUp
from syndicate.store.ground.session import transaction
from syndicate.store.sending import pacing
from syndicate.vocabulary.sending import Lane

# Longer than this a worker does not stand still with a batch in its hands.
LONGEST_WAIT_S = 5.0
# Tokens that trickle in one by one are let gather for so long.
GATHER_S = 0.25
# When others have all connections.
SOON = dt.timedelta(seconds=2)
EVERYTHING = "all"


@dataclass
class Tokens:
    """What one batch may be sent at.

    Attributes:
        pacer: this worker's.
        lane: urgent mail is not held by a warm-up.
        names: the relay and the receiver group.
        warm_up: of the sending domain.
        day_of: whose messages of a day are counted.
        not_before: when to come back, when there were none.
    """

    pacer: Pacer
    lane: Lane
    names: Sequence[str]
    warm_up: WarmUp | None
    day_of: str = EVERYTHING
    not_before: dt.datetime | None = None

    def come_back_soon(self, now: dt.datetime) -> None:
        """There is no connection just now."""
        self.not_before = now + SOON

    def connections(self, wanted: int) -> int:
        """Connections that this batch may have open; 0 when others have them all."""
        return self.pacer.connections(self.lane, self.names, wanted)

    def gives_way(self) -> bool:
        """Whether urgent mail waits for the only connection, which this batch has."""
        return self.pacer.gives_way(self.lane, self.names)

    def release(self) -> None:
        """Give its connections back."""
        self.pacer.release(self.names)

    def take(self, wanted: int, *, may_wait: Callable[[], bool], renew: Callable[[], float]) -> int:
        """Tokens for a chunk.

        Args:
            wanted: messages.
            may_wait: whether this worker may go on.
            renew: looks after the lease while we wait.

        Returns:
            How many; 0 when `not_before` says when to come back, or the worker must stop.

        Raises:
            LeaseLostError: the batch went to somebody else while we waited.
        """
        while True:
            taken = self.pacer.tokens(self.lane, self.names, wanted)
            if taken.count:
                # Last, for a day's messages that are taken and not sent are lost to that day.
                return self._of_day(taken.count)
            if taken.wait_s > LONGEST_WAIT_S:
                self.not_before = clock.now() + dt.timedelta(seconds=taken.wait_s)
                return 0
            time.sleep(max(taken.wait_s, GATHER_S))
            renew()
            if not may_wait():
                return 0

    def _of_day(self, wanted: int) -> int:
        now = clock.now()
        most = self.warm_up.most(now) if self.warm_up is not None else None
        if most is None or self.lane is Lane.URGENT:
            return wanted
        day = now.replace(hour=0, minute=0, second=0, microsecond=0)
        with transaction() as tx:
            granted = pacing.take_of_day(tx, self.day_of, day, wanted=wanted, most=most)
        if not granted:
            self.not_before = day + dt.timedelta(days=1)
        return granted
