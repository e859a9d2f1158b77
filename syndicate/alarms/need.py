"""What an alarm is, and what it finds."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom.newsletters import Newsletter


@dataclass(frozen=True)
class Need:
    """One thing that waits for a person.

    Attributes:
        text: what it is, in a sentence.
        path: where it is looked into; empty where its alarm's path is the place.
        tick: where the console posts that somebody has seen it, which is all that it needs; empty
            where it needs more.
        publication_id: whose it is; neither this nor a newsletter: the installation's.
        newsletter_id: whose it is, where it belongs to one.
        is_everybodys: whether it is to be seen by everybody who may read anything.
        kept_with: what others it is shown with, of which many are counted.
    """

    text: str
    path: str = ""
    tick: str = ""
    publication_id: int | None = field(default=None, compare=False)
    newsletter_id: int | None = field(default=None, compare=False)
    is_everybodys: bool = field(default=False, compare=False)
    kept_with: str = field(default="", compare=False)


@dataclass(frozen=True)
class Alarm:
    """One reason why a person is needed.

    Attributes:
        name: what a monitoring system and the documents call it.
        help: when it rings, in one line.
        path: where in the console somebody looks into it.
        look: finds what waits at a moment (aware UTC) in an open transaction.
        fold: shortens what somebody sees of it.
    """

    name: str
    help: str
    path: str
    look: Callable[[Transaction, dt.datetime], Iterable[Need]]
    fold: Callable[[Sequence[Need]], Iterable[Need]] = lambda found: found


def of(newsletter: Newsletter, text: str, path: str) -> Need:
    """What waits of a newsletter."""
    return Need(text, path, publication_id=newsletter.publication_id, newsletter_id=newsletter.id)
