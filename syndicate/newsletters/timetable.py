"""When a newsletter comes out, by its own row; one that cannot be read costs itself alone."""

import datetime as dt

from syndicate.errors import UsageError
from syndicate.newsletters import schedule
from syndicate.newsletters.schedule import Slot
from syndicate.store.newsroom.newsletters import Newsletter, NewsletterKind


def read_schedule(newsletter: Newsletter) -> schedule.Schedule:
    """A newsletter's schedule as `newsletters.schedule` reads it.

    Raises:
        UsageError: it is none.
    """
    stored = newsletter.schedule
    return schedule.read(stored.get("times", ()), stored.get("days", ()), newsletter.zone)


def said(newsletter: Newsletter) -> tuple[list[str], list[int]]:
    """A digest's times and weekdays for a list; none where they cannot be read (`trouble`)."""
    if newsletter.kind is not NewsletterKind.DIGEST:
        return [], []
    try:
        found = read_schedule(newsletter)
    except UsageError:
        return [], []
    return [each.strftime("%H:%M") for each in found.times], list(found.days)


def next_slot(newsletter: Newsletter, now: dt.datetime) -> Slot | None:
    """A digest's first slot after now; None for what has none, or a schedule that cannot be read.

    For lists: one bad row must not take the others from the page (`trouble` says what it is).
    """
    if newsletter.kind is not NewsletterKind.DIGEST or trouble(newsletter) is not None:
        return None
    return schedule.next_slot(read_schedule(newsletter), now=now)


def trouble(newsletter: Newsletter) -> str | None:
    """What is wrong with a newsletter's own row, in a sentence; None when nothing is."""
    if not newsletter.languages:
        return f"{newsletter.name} is written in no language; name one."
    try:
        read_schedule(newsletter)
    except UsageError as error:
        return f"{newsletter.name}: {error}" if newsletter.kind is NewsletterKind.DIGEST else None
    return None
