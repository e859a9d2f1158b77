"""The clock that rings the tick, by a clock that nobody can set.

Celery keeps its appointments by the wall clock: set that back by an hour, and nothing rings for an
hour. So every step back is noticed against the monotonic clock, and what is due then rings at once.
"""

import time
from typing import Any

from celery.beat import Scheduler

from syndicate import clock, logs

log = logs.get(__name__)

# A clock that is slewed is never off by so much between two rings.
STEP_S = 1.0


class SteadyScheduler(Scheduler):
    """Celery's scheduler, whom a clock that was set back does not silence."""

    _wall_ahead_s: float | None = None

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Ring what is due; seconds until the next ring."""
        ahead_s = clock.now().timestamp() - time.monotonic()
        before_s, self._wall_ahead_s = self._wall_ahead_s, ahead_s
        if before_s is not None and before_s - ahead_s > STEP_S:
            self._begin_anew(before_s - ahead_s)
        wait_s: float = super().tick(*args, **kwargs)
        return wait_s

    def _begin_anew(self, back_s: float) -> None:
        log.warning("clock_set_back_under_beat", seconds=round(back_s, 1))
        for entry in self.schedule.values():
            entry.last_run_at = entry.default_now() - entry.schedule.run_every
        self._heap = None  # made again from the entries
