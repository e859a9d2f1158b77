"""Watching a mailing from a shell: one line of progress on stderr until it is over."""

import sys
import time
from collections.abc import Callable

from syndicate import phrases
from syndicate.mail import steering
from syndicate.store.ground.session import transaction
from syndicate.store.views.progress import MailingProgress

# Counters of batches move once a chunk; a faster look shows nothing new.
EVERY_S = 0.5


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
