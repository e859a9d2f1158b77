"""A cause that writes a thousand lines a minute writes twenty, and one that says how many more.

What counts as one cause: the same event at the same place in the code, with an exception of the
same kind from the same place. Only warnings and errors are counted: a line for each request or job
is a record of what was done, and files are bounded by their size (`syndicate.embedded.log_files`).

The counts are of one process; they are told when their minute is over, and at its end.
"""

import logging
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import TextIO, cast

# Lines of one cause in one window; whoever looks needs a few, with the ids that they name.
LINES_A_WINDOW = 20
WINDOW_S = 60.0
# Causes are places in code, a few hundred; whatever makes more of them shall not fill the memory.
_CAUSES = 1_000
MORE = "more_of_the_same"

Cause = tuple[str, ...]


@dataclass
class _Window:
    began: float
    level: int
    lines: int = 0

    @property
    def more(self) -> int:
        return max(0, self.lines - LINES_A_WINDOW)


class Floods:
    """How often each cause wrote within its window."""

    def __init__(self) -> None:
        self._windows: OrderedDict[Cause, _Window] = OrderedDict()

    def is_one_too_many(self, cause: Cause, level: int, now: float) -> bool:
        """Count a line, and say whether to leave it out.

        Args:
            cause: of the line.
            level: its seriousness, as of `logging`.
            now: seconds of a clock that only goes forward.
        """
        window = self._windows.get(cause)
        if window is None:
            if len(self._windows) >= _CAUSES:
                self._windows.popitem(last=False)
            window = self._windows[cause] = _Window(now, level)
        window.lines += 1
        return window.more > 0

    def ended(self, now: float) -> list[tuple[Cause, int, int]]:
        """Forget windows that are over; (cause, level, lines left out) of those that had any."""
        over = [cause for cause, each in self._windows.items() if now - each.began >= WINDOW_S]
        windows = [(cause, self._windows.pop(cause)) for cause in over]
        return [(cause, each.level, each.more) for cause, each in windows if each.more]

    def next_end(self) -> float | None:
        """When the next window ends in which lines were left out; None where none was."""
        return min((w.began + WINDOW_S for w in self._windows.values() if w.more), default=None)


class CalmHandler(logging.StreamHandler[TextIO]):
    """Writes lines to standard error, and leaves out what floods it.

    Args:
        tell: writes the line that counts what was left out: cause, level, number.
    """

    def __init__(self, tell: Callable[[Cause, int, int], None]) -> None:
        super().__init__(sys.stderr)
        self._tell = tell
        self._floods = Floods()
        self._timer: threading.Timer | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line, or count it."""
        if _is_told(record):
            return
        now = time.monotonic()
        self._tell_ended(now)
        cause = cause_of(record)
        if (
            record.levelno >= logging.WARNING
            and cause[1] != MORE
            and self._floods.is_one_too_many(cause, record.levelno, now)
        ):
            self._wake_at_the_end(now)
            return
        super().emit(record)

    def close(self) -> None:
        """Tell what was left out and not told yet; `logging` calls it when the process ends."""
        with self._held():
            if self._timer is not None:
                self._timer.cancel()
            self._tell_ended(float("inf"))
        super().close()

    def _held(self) -> "threading.RLock":
        assert self.lock is not None  # noqa: S101 - every handler has one
        return self.lock

    def _tell_ended(self, now: float) -> None:
        for cause, level, more in self._floods.ended(now):
            self._tell(cause, level, more)

    def _wake_at_the_end(self, now: float) -> None:
        end = self._floods.next_end()
        if self._timer is None and end is not None:
            self._timer = threading.Timer(max(0.0, end - now), self._wake)
            self._timer.daemon = True
            self._timer.start()

    def _wake(self) -> None:
        with self._held():
            self._timer = None
            now = time.monotonic()
            self._tell_ended(now)
            self._wake_at_the_end(now)


def cause_of(record: logging.LogRecord) -> Cause:
    """Where a line comes from: logger, event, place, and kind and place of its exception.

    The event of a line that is not ours is its place: its words may differ each time.
    """
    said = record.msg if isinstance(record.msg, dict) else {}
    place = f"{record.pathname}:{record.lineno}"
    return (record.name, str(said.get("event", "")), place, *_of(_exception(record, said)))


def told(error: BaseException) -> None:
    """Say that an exception has its line: another's line about the same one is not written.

    A server that runs our application writes down whatever leaves it.
    """
    error.__dict__["_syndicate_told"] = True


def _is_told(record: logging.LogRecord) -> bool:
    if isinstance(record.msg, dict) or not record.exc_info:
        return False
    return getattr(record.exc_info[1], "_syndicate_told", False) is True


def _exception(record: logging.LogRecord, said: dict[str, object]) -> BaseException | None:
    given = said.get("exc_info") or record.exc_info
    if isinstance(given, BaseException):
        return given
    if isinstance(given, tuple):
        return cast("BaseException | None", given[1])
    return sys.exc_info()[1] if given else None


def _of(error: BaseException | None) -> tuple[str, ...]:
    return () if error is None else (type(error).__qualname__, innermost(error.__traceback__))


def innermost(trace: TracebackType | None) -> str:
    """The last place that an exception came from, as `file:line`; empty where it has none."""
    if trace is None:
        return ""
    while trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
