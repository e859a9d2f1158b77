"""Watching a mailing from a shell: one line of progress on stderr until it is over."""

import sys
import time
from collections.abc import Callable

from syndicate import phrases
from syndicate.errors import RefusedError
from syndicate.mail import steering
from syndicate.store.ground.session import transaction
from syndicate.store.sending.ledger import Counts
from syndicate.store.views.progress import MailingProgress
from syndicate.vocabulary.sending import MailingState

# Counters of batches move once a chunk; a faster look shows nothing new.
EVERY_S = 0.5
_PATIENCE_S = 300.0  # a lease and more: what a frozen worker held comes back after 120 s


def find(mailing_id: int) -> MailingProgress:
    """How a mailing stands.

    Raises:
        NotFoundError: there is no such mailing.
    """
    with transaction() as tx:
        return steering.progress_of(tx, mailing_id)


def watch(
    now: MailingProgress,
    *,
    is_enough: Callable[[MailingProgress], bool] = lambda progress: progress.is_over,
    tend: Callable[[], None] = lambda: None,
) -> MailingProgress:
    """Show progress on stderr until the mailing is over.

    Args:
        now: how it stands.
        is_enough: asked after each look; the default waits for its end.
        tend: called between two looks.

    Returns:
        How it stood at the last look.
    """
    before, then = now, time.monotonic()
    is_terminal = sys.stderr.isatty()
    while not is_enough(now):
        tend()
        time.sleep(EVERY_S)
        now = find(now.mailing.id)
        rate = (before.counts.remaining - now.counts.remaining) / (time.monotonic() - then)
        before, then = now, time.monotonic()
        sys.stderr.write(("\r" if is_terminal else "") + line(now, rate))
        sys.stderr.write("\x1b[K" if is_terminal else "\n")
        sys.stderr.flush()
    sys.stderr.write("\n" if is_terminal else "")
    return now


class Enough:
    """When watching ends: nothing more leaves by itself, or nothing has moved for long.

    Args:
        wait_s: for doubts, once nobody else is left; 0 where no log settles them.
        tell: told once how many are in doubt, and how long they are waited for.
    """

    def __init__(
        self, wait_s: float = 0, tell: Callable[[int, float], None] = lambda _number, _wait: None
    ) -> None:
        self.wait_s, self.tell = wait_s, tell
        self.before: MailingProgress | None = None
        self.moved_at = time.monotonic()
        self.waits_since: float | None = None

    def is_enough(self, now: MailingProgress) -> bool:
        """Whether to end.

        Raises:
            RefusedError: the mailing was paused, by an operator or by a guard.
        """
        if self.before is None or self.before.counts != now.counts:
            self.before, self.moved_at = now, time.monotonic()
        if now.mailing.state is MailingState.PAUSED:
            raise RefusedError(
                f"Mailing {now.mailing.id} is {now.mailing.state}; `syndicate mailings show "
                f"{now.mailing.id}` tells why, `syndicate mailings resume {now.mailing.id}` lets "
                "it go on."
            )
        has_moved = time.monotonic() - self.moved_at < _PATIENCE_S
        if not now.is_over and self._waits_for_log(now.counts):
            return False
        # Who is left waits for a retry or a log. Where nobody is, the mailing is over in a moment.
        waits = now.counts.deferred or now.counts.ambiguous
        return now.is_over or (not now.counts.remaining and waits > 0) or not has_moved

    def _waits_for_log(self, counts: Counts) -> bool:
        """Whether what is in doubt may be settled yet, and sent again where it never arrived."""
        if counts.remaining or not counts.ambiguous or not self.wait_s:
            self.waits_since = None
            return False
        if self.waits_since is None:
            self.waits_since = time.monotonic()
            self.tell(counts.ambiguous, self.wait_s)
        return time.monotonic() - self.waits_since < self.wait_s


def line(now: MailingProgress, per_second: float) -> str:
    """A mailing on one line: state, accepted, remaining, rate, time left."""
    counts = now.counts
    left = now.seconds_left(per_second)
    eta = f", {_duration(left)} left" if left is not None else ""
    again = phrases.moment(now.next_try_at) if now.next_try_at is not None else ""
    put_off = f", {counts.deferred} put off until {again}" if again else ""
    return (
        f"{now.standing}: {counts.accepted} of {counts.audience} accepted, "
        f"{counts.remaining} remaining, {per_second:.0f}/s{eta}{put_off}"
    )


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
