"""What *send now* can send: what is new since the last issue, or the slot that is past.

A slot has one issue, however often it is sent. What is new since the last issue is an issue beside
the slots, named after its second; the next slot tells what comes after it.
"""

import datetime as dt
import enum

from syndicate.newsletters import schedule, timetable
from syndicate.newsletters.schedule import Slot
from syndicate.store.composition import issues
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom.newsletters import Newsletter
from syndicate.zones import zone_or_utc


class Offer(enum.StrEnum):
    """Which of the two."""

    NEW = "new"
    SLOT = "slot"


def slot_of(tx: Transaction, newsletter: Newsletter, offer: Offer, now: dt.datetime) -> Slot:
    """What an issue that is sent now covers, as a slot.

    Args:
        tx: the open transaction.
        newsletter: whose.
        offer: which.
        now: aware UTC.

    Raises:
        RefusedError: it has no slots or no language.
        UsageError: its schedule cannot be read.
    """
    past = schedule.last_slot(timetable.slots_of(newsletter), now=now)
    if offer is Offer.SLOT:
        return past
    local = now.astimezone(zone_or_utc(newsletter.zone))
    since = issues.last_window(tx, newsletter.id, now) or past.window_from
    return Slot(local.date(), local.strftime("%H:%M:%S"), now, since, now)
