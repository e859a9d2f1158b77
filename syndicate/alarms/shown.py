"""A ring as faces show it: its row, with what its alarm says of it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from syndicate.alarms import watch
from syndicate.store.platform.rings import Ring
from syndicate.vocabulary.bells import RingState


@dataclass(frozen=True)
class ShownRing:
    """What there is to know of a ring.

    Attributes:
        runbook: path of the page that says what to do.
        path: of the page where it is looked into.
        whose: who that is, in words.
        outcomes: what became of telling it the last time, by way: when, or why not.
    """

    id: int
    alarm: str
    bell: str | None
    key: str
    text: str
    state: str
    severity: str
    owner: str
    whose: str
    began_at: dt.datetime
    ended_at: dt.datetime | None
    rung: int
    last_rung_at: dt.datetime | None
    next_at: dt.datetime | None
    acknowledged_at: dt.datetime | None
    acknowledged_by: str | None
    path: str
    runbook: str
    publication: str | None
    outcomes: Mapping[str, Mapping[str, str]]
    is_test: bool

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        said = asdict(self)
        moments = {k: v.isoformat() for k, v in said.items() if isinstance(v, dt.datetime)}
        return said | moments


def shown(row: Ring, slugs: Mapping[int, str]) -> ShownRing:
    """A row as faces show it.

    Args:
        row: which.
        slugs: of the publications, by id.
    """
    known = watch.alarm_of(row.alarm)
    return ShownRing(
        id=row.id,
        alarm=row.alarm,
        bell=known.bell.value if known is not None and known.bell is not None else None,
        key=row.key,
        text=row.text,
        state=(RingState.OVER if row.ended_at is not None else RingState.RINGING).value,
        severity=watch.severity_of(row.alarm).value,
        owner=watch.owner_of(row.alarm).value,
        whose=watch.owner_of(row.alarm).words,
        began_at=row.began_at,
        ended_at=row.ended_at,
        rung=row.rung,
        last_rung_at=row.last_rung_at,
        next_at=row.next_at if row.ended_at is None else None,
        acknowledged_at=row.acknowledged_at,
        acknowledged_by=row.acknowledged_by,
        path=row.path,
        runbook=f"/docs/{watch.runbook_of(row.alarm)}",
        publication=slugs.get(row.publication_id or 0),
        outcomes=row.outcomes,
        is_test=row.is_test,
    )
