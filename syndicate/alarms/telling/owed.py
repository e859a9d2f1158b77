"""What each hearer of rings is owed: decided from the rings and from what was told already.

    nothing told ── ringing ──> told it rings ── rung rises ──> told again
                                     ├── somebody looks after it ──> told so, and rung no more
                                     └── over ──> told so, once

What was over before a hearer was told of it is never told: a way that comes back after a day brings
no storm.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from syndicate.alarms.telling.ring import Ring, Telling, What
from syndicate.store.platform.tellings import Told
from syndicate.vocabulary.bells import RingState

_NOTHING = Told()


def owed(
    rings: Iterable[Ring], hearers: Sequence[str], told: Mapping[tuple[int, str], Told]
) -> Iterator[tuple[str, Telling]]:
    """Who is to be told what, the oldest ring first.

    Args:
        rings: those that ring, and those that are over since a while.
        hearers: of one way.
        told: how far rings were told, by ring and hearer.
    """
    for ring in sorted(rings, key=lambda each: (each.began_at, each.id)):
        for hearer in hearers:
            what = _what(ring, told.get((ring.id, hearer), _NOTHING))
            if what is not None:
                yield hearer, Telling(ring, what)


def _what(ring: Ring, told: Told) -> What | None:
    if ring.state is RingState.OVER:
        return What.OVER if told.rung and not told.is_over else None
    if ring.acknowledged_by is not None:
        return What.ACKNOWLEDGED if told.rung and not told.is_acknowledged else None
    # A ring that is over and begins again, or is looked after no longer, rings with another rung.
    return What.RINGING if told.rung < ring.rung else None


def afterwards(telling: Telling) -> Told:
    """How far a ring is told once this was."""
    return Told(
        telling.ring.rung,
        is_acknowledged=telling.what is What.ACKNOWLEDGED,
        is_over=telling.what is What.OVER,
    )
