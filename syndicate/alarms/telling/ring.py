"""A ring as all ways tell it, and what became of telling it.

A ring is one cause of one bell, from its beginning until it is gone. It is told by each way when it
begins, again each time that its rung rises, when somebody says that they look after it, and once
when it is over.
"""

import datetime as dt
import enum
from dataclasses import dataclass

from syndicate.vocabulary.bells import RingState, Severity


@dataclass(frozen=True)
class Ring:
    """What is told.

    Attributes:
        id: of its row; 0 where it has none.
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
        acknowledged_by: what people call who looks after it; None while nobody does.
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
    acknowledged_by: str | None = None

    @property
    def name(self) -> str:
        """What it is called among all rings: its number, or when it began where it has no row."""
        return str(self.id) if self.id else f"{self.bell}-{int(self.began_at.timestamp())}"


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


class What(enum.StrEnum):
    """What of a ring is told."""

    RINGING = "ringing"
    ACKNOWLEDGED = "acknowledged"  # somebody looks after it
    OVER = "over"


@dataclass(frozen=True)
class Telling:
    """One thing to be told of a ring."""

    ring: Ring
    what: What

    @property
    def name(self) -> str:
        """One name for it, the same however often it is tried."""
        rung = f"-{self.ring.rung}" if self.what is What.RINGING else ""
        return f"ring-{self.ring.name}-{self.what}{rung}"
