"""A ring as all ways tell it, and what became of telling it.

A ring is one cause of one bell, from its beginning until it is gone. It is told by each way when it
begins, again each time that its rung rises, and once when it is over.
"""

import datetime as dt
from dataclasses import dataclass

from syndicate.vocabulary.bells import RingState, Severity


@dataclass(frozen=True)
class Ring:
    """What is told.

    Attributes:
        id: of its row.
        bell: the alarm's name.
        key: what the alarm found, the same for as long as it is so, whatever its text counts.
        text: what is the matter, in a sentence or two.
        began_at: aware UTC.
        rung: how often it was rung: 1 at first.
        state: whether it still rings.
        severity: how loud it is.
        owner: whose it is to look into it.
        runbook: address of the page that says what to do.
        link: address in the console, with its host.
        publication: slug of whose it is; None: the installation's.
    """

    id: int
    bell: str
    key: str
    text: str
    began_at: dt.datetime
    rung: int
    state: RingState
    severity: Severity
    owner: str
    runbook: str
    link: str
    publication: str | None

    @property
    def named(self) -> str:
        """One name for each telling of it, the same however often that is tried."""
        return f"ring-{self.id}-{self.state}-{self.rung}"


@dataclass(frozen=True)
class Outcome:
    """What became of telling a ring by one way.

    Attributes:
        way: which one, as people call it.
        told_at: aware UTC; None where it was not told.
        error: why not, in one sentence.
    """

    way: str
    told_at: dt.datetime | None = None
    error: str = ""
