"""When a newsletter comes out, by its own row; one that cannot be read costs itself alone."""

import datetime as dt

from syndicate.errors import RefusedError, UsageError
from syndicate.newsletters import kinds, schedule
from syndicate.newsletters.schedule import Slot
from syndicate.store.newsroom.newsletters import Newsletter


def has_slots(newsletter: Newsletter) -> bool:
    """Whether the clock opens a newsletter's issues; an alert's are opened by articles."""
    return kinds.RULES[newsletter.kind].has_slots


def slots_of(newsletter: Newsletter) -> schedule.Schedule:
    """The schedule of a newsletter that has one.

    Raises:
        RefusedError: it has no slots, or is of a kind that is not sent yet.
        UsageError: its schedule cannot be read.
    """
    if not kinds.RULES[newsletter.kind].is_offered:
        raise RefusedError(kinds.NOT_YET)
    if not has_slots(newsletter):
        raise RefusedError("Only a digest has slots; an alert is sent with its article.")
    return read_schedule(newsletter)


def read_schedule(newsletter: Newsletter) -> schedule.Schedule:
    """A newsletter's schedule as `newsletters.schedule` reads it.

    Raises:
        UsageError: it is none.
    """
    stored = newsletter.schedule
    return schedule.read(stored.get("times", ()), stored.get("days", ()), newsletter.zone)


def said(newsletter: Newsletter) -> tuple[list[str], list[int]]:
    """A digest's times and weekdays for a list; none where they cannot be read (`trouble`)."""
    if not has_slots(newsletter):
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
    if not has_slots(newsletter) or trouble(newsletter) is not None:
        return None
    return schedule.next_slot(read_schedule(newsletter), now=now)


def trouble(newsletter: Newsletter) -> str | None:
    """What is wrong with a newsletter's own row, in a sentence; None when nothing is."""
    if not kinds.RULES[newsletter.kind].is_offered:
        return f"{newsletter.name} is a letter. {kinds.NOT_YET}"
    if not newsletter.languages:
        return f"{newsletter.name} has no language; name one."
    try:
        read_schedule(newsletter)
    except UsageError as error:
        return f"{newsletter.name}: {error}" if has_slots(newsletter) else None
    return None
