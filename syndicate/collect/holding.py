"""A document that changes a whole feed at once is held until a person has looked at it.

    changed ─> no upheaval ─────────────────────────> stored; what was held is forgotten
       └─> upheaval ─> held, each poll asks again ─┬─ accepted ─> the next one is stored
                                                   └─ dropped ──> not taken; the next is judged anew

What our own newer code reads in another way is not held: the first document after an upgrade, or
after a profile was changed, is stored. One that waits already goes on waiting. What a hub pushes is
judged as well; where it would be held, its source is polled at once, and the poll holds it.
"""

import dataclasses
import datetime as dt
import enum
from collections.abc import Sequence
from typing import Any

from syndicate.articles import store_found, upheaval
from syndicate.articles.identity import Identified
from syndicate.collect.polling import READ_ANEW, Notice, Verdict
from syndicate.store.ground.session import transaction
from syndicate.store.intake.source_leases import LeasedSource

_KIND = "upheaval"
_MOST_SAID = 200  # signs of a headline
_FORGOTTEN: dict[str, Any] = {"held_at": None, "is_let_in": None}


class Judged(enum.Enum):
    """What becomes of a document."""

    TAKEN = enum.auto()
    HELD = enum.auto()
    DROPPED = enum.auto()


def judge(leased: LeasedSource, found: Sequence[Identified], basis: str) -> tuple[Judged, str]:
    """What becomes of a document, and an example of what it changes, for people.

    Args:
        leased: its source.
        found: its entries.
        basis: what validators depend on now; another one than before is our news, not theirs.
    """
    fetched = leased.fetched
    is_known = fetched.basis is not None and fetched.basis.startswith(basis)
    is_ours = fetched.held_at is None and not is_known
    if fetched.connected_at is None or is_ours or len(found) < upheaval.LEAST_KNOWN:
        return Judged.TAKEN, ""
    with transaction() as tx:
        pairs = store_found.known(tx, leased.source.id, found)
    if fetched.is_let_in or not upheaval.is_one(pairs):
        return Judged.TAKEN, ""
    before, now = upheaval.changed_headlines(pairs)[0]
    judged = Judged.DROPPED if fetched.is_let_in is False else Judged.HELD
    return judged, f"“{before[:_MOST_SAID]}” would become “{now[:_MOST_SAID]}”"


def taken(leased: LeasedSource, verdict: Verdict) -> Verdict:
    """What a poll learnt whose document is stored."""
    if leased.fetched.held_at is None and leased.fetched.is_let_in is None:
        return verdict
    return dataclasses.replace(verdict, values={**verdict.values, **_FORGOTTEN})


def left(
    leased: LeasedSource, judged: Judged, verdict: Verdict, example: str, now: dt.datetime
) -> Verdict:
    """What a poll learnt whose document is not stored; told when it is the first that waits.

    Args:
        leased: its source.
        judged: what becomes of the document.
        verdict: as after any document that is new.
        example: of what it changes.
        now: aware UTC.
    """
    if judged is Judged.DROPPED:
        return dataclasses.replace(verdict, values={**verdict.values, **_FORGOTTEN})
    source, since = leased.source, leased.fetched.held_at
    message = (
        f"{source.name} changes the headlines of all its stories at once: {example}. Nothing of it "
        "is taken until somebody has looked at it. If that is right, accept it (`syndicate "
        f"sources accept {source.id}`); if not, drop it (`syndicate sources drop {source.id}`) and "
        "tell the publisher."
    )
    return dataclasses.replace(
        verdict,
        values={**verdict.values, **READ_ANEW, "held_at": since or now},
        notices=verdict.notices if since else (*verdict.notices, Notice(_KIND, message)),
    )
