"""Waiting for what workers do by looking at rows, while the stack is looked after.

A worker or Valkey may be killed meanwhile: the supervisor starts it again, the tick finds the work,
and a lease that nobody renews ends after 120 s. So patience runs out only when nothing has moved
for longer than that.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from syndicate.errors import TemporaryError

PATIENCE_S = 240.0  # twice a lease
_LOOK_S = 0.1


class NothingMovedError(TemporaryError):
    """What was waited for did not come, and nothing has moved on the way to it."""


@dataclass(frozen=True)
class Seen:
    """How far something is, in whatever unit it counts."""

    done: int
    total: int

    @property
    def is_all(self) -> bool:
        """Whether there is nothing more to wait for."""
        return self.done >= self.total > 0


@dataclass(frozen=True)
class Waiter:
    """Somebody who waits and does not stand idle.

    Attributes:
        tend: looks after the stack; called again and again.
        logs: where to look when nothing comes.
    """

    tend: Callable[[], None]
    logs: Path

    def wait(
        self,
        what: str,
        look: Callable[[], Seen],
        *,
        show: Callable[[int, int], None] = lambda _done, _total: None,
        patience_s: float = PATIENCE_S,
    ) -> None:
        """Look again and again until all is done.

        Args:
            what: in words, for the message.
            look: asks the rows; no effect of its own.
            show: told (done, total).
            patience_s: how long nothing may move.

        Raises:
            NothingMovedError: nothing has moved for that long.
        """
        seen = look()
        moved_at = time.monotonic()
        while not seen.is_all:
            if time.monotonic() - moved_at > patience_s:
                raise NothingMovedError(
                    f"Waited for {what}: {seen.done} of {seen.total}, and nothing has moved for "
                    f"{patience_s:.0f} s; {self.logs} tells what the workers did."
                )
            show(seen.done, seen.total)
            self.tend()
            time.sleep(_LOOK_S)
            before, seen = seen, look()
            if seen != before:
                moved_at = time.monotonic()
        show(seen.done, seen.total)
