"""A burst: so many unknown readers at one receiver at once that it is the receiver's fault.

a hard bounce ─> counted with those of its receiver,  ─> no burst: it is the reader's own
                 from a day before to a day after it  └> a burst: nobody is suppressed,
                                                         the first ones are mailed again
"""

import datetime as dt
from dataclasses import dataclass

from syndicate.bounces.keeping import rules
from syndicate.newsroom import incidents
from syndicate.store.ground.session import Transaction
from syndicate.store.readers import recipients
from syndicate.store.readers.recipients import Recipient
from syndicate.store.sending import bursts
from syndicate.store.sending.bursts import Window

ACTOR = "bounces"  # what the audit calls whoever lifts them
_WHY = "many readers of one receiver were refused as unknown at once: it is the receiver's fault"
_LIFT_EVERY = 100


@dataclass(frozen=True)
class Burst:
    """One that goes on.

    Attributes:
        window: whose, and when.
        is_news: whether it has just begun, so that some were suppressed; now and then again, for
            what was told late.
    """

    window: Window
    is_news: bool


def found(tx: Transaction, recipient: Recipient, at: dt.datetime) -> Burst | None:
    """The burst that a hard bounce belongs to, once it is stored; None where it is a reader's own.

    Args:
        tx: the open transaction.
        recipient: whose mail came back.
        at: when.
    """
    receiver = recipients.receiver_of(recipient)
    if not receiver:
        return None
    bursts.wait_for(tx, receiver)
    window = bursts.around(receiver, at)
    hard = bursts.hard(tx, window)
    if hard < rules.BURST_AT_LEAST:
        return None
    readers = bursts.readers(tx, window, most=rules.readers_to_count(hard))
    if not rules.is_burst(hard, readers):
        return None
    is_news = not rules.is_burst(hard - 1, readers) or hard % _LIFT_EVERY == 0
    return Burst(window, is_news)


def give_back(tx: Transaction, burst: Burst, incident_id: int, now: dt.datetime) -> None:
    """Mail those again whom the beginning of a burst has cost."""
    if burst.is_news:
        incidents.give_back(tx, incident_id, burst.window, by=ACTOR, why=_WHY, now=now)
