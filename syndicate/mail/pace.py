"""How fast mail may leave: a dead relay is left alone for a while, and nobody pays for it.

A breaker belongs to this process. It opens when the relay cannot be reached or takes nothing, for
2 s at first and a minute at most, and costs no delivery an attempt.
"""

import time

FIRST_PAUSE_S = 2.0
LONGEST_PAUSE_S = 60.0


class Breaker:
    """Remembers that a relay was dead, and for how long to leave it alone."""

    def __init__(self) -> None:
        self._pause_s = 0.0
        self._open_until = 0.0

    def is_open(self) -> bool:
        """Whether the relay is left alone just now."""
        return time.monotonic() < self._open_until

    def trip(self) -> float:
        """Leave the relay alone; twice as long as the last time.

        Returns:
            For how many seconds.
        """
        self._pause_s = min(max(self._pause_s * 2, FIRST_PAUSE_S), LONGEST_PAUSE_S)
        self._open_until = time.monotonic() + self._pause_s
        return self._pause_s

    def close(self) -> None:
        """The relay took a message: forget what was."""
        self._pause_s = 0.0
        self._open_until = 0.0


# One relay, one breaker, for as long as this process lives.
BREAKERS: dict[str, Breaker] = {}


def breaker(relay_name: str) -> Breaker:
    """The breaker of a relay in this process."""
    return BREAKERS.setdefault(relay_name, Breaker())
