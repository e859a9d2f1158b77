"""When a newsletter comes out, as its own row says; a bad row affects that newsletter alone.

A slot is the span of news that an issue covers. The clock opens the slots of a digest; of what an
editor opens, the schedule says the slots and the editor when; an article's alert has none.
"""

import datetime as dt
from collections.abc import Sequence

from syndicate import phrases
from syndicate.errors import RefusedError, UsageError
from syndicate.newsletters import kinds, schedule
from syndicate.newsletters.schedule import Slot
from syndicate.store.newsroom.newsletters import Newsletter
from syndicate.vocabulary.newsletters import OpenedBy

_ANY_ZONE = "UTC"  # of times that are only read as they stand
_ROW = 3  # weekdays one after another that are named by the first and the last


def has_slots(newsletter: Newsletter) -> bool:
    """Whether a newsletter's issues have slots; an alert's have articles."""
    return newsletter.kind.opened_by is not OpenedBy.ARTICLE


def is_opened_by_clock(newsletter: Newsletter) -> bool:
    """Whether its issues come out by themselves, slot by slot."""
    return newsletter.kind.opened_by is OpenedBy.CLOCK


def slots_of(newsletter: Newsletter) -> schedule.Schedule:
    """The schedule of a newsletter that has one.

    Raises:
        RefusedError: it has no slots or no language, or is of a kind that is not sent yet.
        UsageError: its schedule cannot be read.
    """
    if not kinds.RULES[newsletter.kind].is_offered:
        raise RefusedError(kinds.not_yet(newsletter.name, newsletter.kind))
    if not has_slots(newsletter):
        raise RefusedError(
            f"{newsletter.name} goes out whenever an article is sent as an alert, not at set times."
        )
    if not newsletter.languages:
        raise RefusedError(_no_language(newsletter))
    return read_schedule(newsletter)


def read_schedule(newsletter: Newsletter) -> schedule.Schedule:
    """A newsletter's schedule as `newsletters.schedule` reads it.

    Raises:
        UsageError: it is none.
    """
    return _read(newsletter, newsletter.zone)


def stored(newsletter: Newsletter) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Times and weekdays as they were given; none where nobody can read them (`trouble`)."""
    if not has_slots(newsletter):
        return (), ()
    try:
        _read(newsletter, _ANY_ZONE)
    except UsageError:
        return (), ()
    return tuple(newsletter.schedule["times"]), tuple(newsletter.schedule.get("days", ()))


def times_and_days(newsletter: Newsletter) -> tuple[list[str], list[int]]:
    """Times and weekdays at which a newsletter comes out by itself; none where it does not.

    None either where they cannot be read (`trouble`).
    """
    if not is_opened_by_clock(newsletter):
        return [], []
    try:
        found = read_schedule(newsletter)
    except UsageError:
        return [], []
    return [each.strftime("%H:%M") for each in found.times], list(found.days)


def when(newsletter: Newsletter) -> str:
    """When a newsletter is sent, in a few words: its days, unless it is daily, and its times.

    Returns:
        "08:00, 18:00 (Asia/Qatar)", "Mondays, 08:00 (UTC)"; or what its kind says: "when something
        happens", "cannot be sent yet"; or that it is paused or has ended.
    """
    if (still := at_rest(newsletter)) is not None:
        return still
    times, days = times_and_days(newsletter)
    if not times:
        return kinds.when(newsletter.kind)
    said = times if len(days) == len(schedule.EVERY_DAY) else [_weekdays(days), *times]
    return f"{', '.join(said)} ({newsletter.zone})"


def at_rest(newsletter: Newsletter) -> str | None:
    """Since when nothing comes out: "paused since 24 Nov 2026"; None where it does."""
    ended, paused = newsletter.ended_at, newsletter.paused_at
    since = ended or paused
    if since is None:
        return None
    date = phrases.date(since, newsletter.zone)
    return f"{'ended on' if ended else 'paused since'} {date}"


def running(newsletter: Newsletter) -> Newsletter:
    """The same newsletter, where its issues come out.

    Raises:
        RefusedError: it is paused or has ended.
    """
    if still := standstill(newsletter):
        raise RefusedError(still)
    return newsletter


def standstill(newsletter: Newsletter) -> str:
    """Why nothing of it is sent now, and what next; "" where its issues come out."""
    if newsletter.ended_at is not None:
        return f"{newsletter.name} has ended; make another newsletter instead."
    return "" if newsletter.paused_at is None else f"{newsletter.name} is paused; resume it first."


def next_slot(newsletter: Newsletter, now: dt.datetime) -> Slot | None:
    """The first slot after now that the clock will open.

    For lists: one bad row must not take the others from the page (`trouble` says what it is).

    Returns:
        None for what does not come out by itself or is at rest, or a row that has a trouble.
    """
    if (
        not newsletter.is_running
        or not is_opened_by_clock(newsletter)
        or trouble(newsletter) is not None
    ):
        return None
    return schedule.next_slot(read_schedule(newsletter), now=now)


def last_slot(newsletter: Newsletter, now: dt.datetime) -> Slot | None:
    """The slot that an editor can send now; None where there is none to send, or a trouble."""
    if not has_slots(newsletter) or trouble(newsletter) is not None:
        return None
    return schedule.last_slot(read_schedule(newsletter), now=now)


def trouble(newsletter: Newsletter) -> str | None:
    """What is wrong with a newsletter's own row, in a sentence; None when nothing is."""
    if not kinds.RULES[newsletter.kind].is_offered:
        return kinds.not_yet(newsletter.name, newsletter.kind)
    if not newsletter.languages:
        return _no_language(newsletter)
    try:
        read_schedule(newsletter)
    except UsageError as error:
        return f"{newsletter.name}: {error}" if has_slots(newsletter) else None
    return None


def _weekdays(days: Sequence[int]) -> str:
    """Some weekdays in words: "Mondays", "Mondays and Fridays", "Sunday to Thursday".

    A row of three or more is named by its ends, also across Sunday: where weeks begin differs.
    """
    begins = [day for day in days if (day - 2) % 7 + 1 not in days]
    if len(days) >= _ROW and len(begins) == 1:
        first = begins[0]
        return f"{phrases.weekday(first)} to {phrases.weekday((first + len(days) - 2) % 7 + 1)}"
    *most, last = (f"{phrases.weekday(day)}s" for day in days)
    return f"{', '.join(most)} and {last}" if most else last


def _no_language(newsletter: Newsletter) -> str:
    return f"{newsletter.name} has no language; name one."


def _read(newsletter: Newsletter, zone: str) -> schedule.Schedule:
    found = newsletter.schedule
    return schedule.read(found.get("times", ()), found.get("days", ()), zone)
