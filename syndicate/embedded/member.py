"""One of Syndicate's own processes in a stack: started, probed, started again when it dies."""

import signal
import time
from collections.abc import Callable

from syndicate import logs, processes
from syndicate.embedded import child
from syndicate.embedded.child import Process, Recipe

log = logs.get(__name__)

# A process that dies at once must not eat the machine; one that ran well comes back at once.
_BACKOFF_S = (0.0, 1.0, 2.0, 5.0, 10.0, 30.0)
_WELL_S = 60.0


class Member:
    """One process of a stack.

    Args:
        recipe: how to start it.
        is_ready: the probe that tells when it is.
        patience_s: how long it may take to finish what it has in hand when told to stop.
    """

    def __init__(
        self, recipe: Recipe, *, is_ready: Callable[[], bool], patience_s: float = 10.0
    ) -> None:
        self.recipe = recipe
        self.is_ready = is_ready
        self.patience_s = patience_s
        self.process: Process | None = None
        self.dead: processes.Process | None = None  # the last one of it that ended by itself
        self._deaths = 0
        self._started_at = 0.0
        self._known: processes.Process | None = None
        self._again_at: float | None = None
        self._asked_at: float | None = None

    @property
    def name(self) -> str:
        """What it is called in run.json, logs and messages."""
        return self.recipe.name

    def start(self) -> None:
        """Start it, without waiting until it is ready."""
        self.process = child.start(self.recipe)
        self._known = processes.named(self.process.pid)
        self._started_at = time.monotonic()
        self._again_at = self._asked_at = None

    def wait_until_ready(self) -> None:
        """Wait until its probe succeeds.

        Raises:
            ChildDiedError: it ended, or took too long.
        """
        if self.process is not None:
            child.wait_until(self.is_ready, self.process, self.recipe)

    def tend(self) -> bool:
        """Start it again if it died and its pause is over.

        Returns:
            Whether it was started.
        """
        if self.process is None or self.process.poll() is None:
            return False
        now = time.monotonic()
        if self._again_at is None:
            self._note_death(now, self.process.returncode)
        elif now >= self._again_at:
            child.kill_session(self.process)
            self.process.log.finish()
            return self._start_again(now)
        return False

    def _start_again(self, now: float) -> bool:
        try:
            self.start()
        except OSError as error:  # no memory, no file left: what runs goes on
            self._again_at = now + self._pause_s()
            log.warning("process_not_started", process=self.name, reason=str(error))
            return False
        return True

    def ask_to_stop(self) -> None:
        """Tell it to finish what it has in hand and end: once, as a second signal means haste."""
        if self.process is not None and self.process.poll() is None and self._asked_at is None:
            self._asked_at = time.monotonic()
            self.process.send_signal(signal.SIGTERM)

    def end(self, *, now: bool = False) -> None:
        """Wait until it has ended, then kill what is left of it; safe to call twice.

        Its patience runs from when it was asked: several that hang, hang no longer than one.

        Args:
            now: without waiting.
        """
        if self.process is None:
            return
        if not now:
            self.ask_to_stop()
            child.give_time(self.process, self._until_killed_s())
        child.end(self.process, ())
        self.process = None

    def _until_killed_s(self) -> float:
        asked_at = self._asked_at or 0.0  # it had ended before anybody asked
        return max(0.0, asked_at + self.patience_s - time.monotonic())

    def _note_death(self, now: float, status: int) -> None:
        self._deaths = 0 if now - self._started_at > _WELL_S else self._deaths
        pause_s = self._pause_s()
        self._again_at = now + pause_s
        self.dead = self._known
        log.error("process_died", process=self.name, status=status, again_in_s=pause_s)

    def _pause_s(self) -> float:
        """Until it is started again: longer each time."""
        pause_s = _BACKOFF_S[min(self._deaths, len(_BACKOFF_S) - 1)]
        self._deaths += 1
        return pause_s
