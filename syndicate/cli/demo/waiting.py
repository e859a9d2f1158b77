"""Waiting for what workers do by looking at rows, while the stack is looked after.

A worker or Valkey may be killed meanwhile: the supervisor starts it again, the tick finds the work,
and a lease that nobody renews ends after 120 s. So patience runs out only when nothing has moved
for longer than that.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from syndicate.cli.demo.telling import Bar
from syndicate.embedded.supervisor import Stack
from syndicate.errors import TemporaryError

PATIENCE_S = 240.0  # twice a lease
NO_BAR = Bar()
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


def wait(
    stack: Stack, bar: Bar, what: str, look: Callable[[], Seen], *, patience_s: float = PATIENCE_S
) -> Seen:
    """Look again and again until all is done, and look after the stack meanwhile.

    Args:
        stack: what is running.
        bar: told how far it is.
        what: in words, for the message.
        look: asks the rows; no effect of its own.
        patience_s: how long nothing may move.

    Raises:
        NothingMovedError: nothing has moved for that long.
        StackBrokenError: PostgreSQL died.
    """
    seen = look()
    moved_at = time.monotonic()
    while not seen.is_all:
        if time.monotonic() - moved_at > patience_s:
            raise NothingMovedError(
                f"Waited for {what}: {seen.done} of {seen.total}, and nothing has moved for "
                f"{patience_s:.0f} s; {stack.data_dir / 'logs'} tells what the workers did."
            )
        bar.show(seen.done, seen.total)
        stack.tend()
        time.sleep(_LOOK_S)
        before, seen = seen, look()
        if seen != before:
            moved_at = time.monotonic()
    bar.show(seen.done, seen.total)
    return seen
