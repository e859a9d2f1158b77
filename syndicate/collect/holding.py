"""A document that changes a whole feed at once is held until a person has looked at it.

    changed ─> no upheaval ─────────────────────────> stored; what was held is forgotten
       └─> upheaval ─> held, each poll asks again ─┬─ accepted ─> the next one is stored
                                                   └─ dropped ──> not taken; the next is judged anew

What our own newer code reads in another way is not held: the first document after an upgrade, or
after a profile was changed, is stored. One that waits already goes on waiting, and the same bytes
that were dropped stay dropped, whatever reads them; only accepting takes that back. What a hub
pushes is judged as well; where it would be held, its source is polled at once, and the poll holds
it.
"""

import dataclasses
import datetime as dt
import enum
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from syndicate.articles import store_found, upheaval
from syndicate.articles.identity import Identified
from syndicate.collect.polling import READ_ANEW, Content, Notice, Verdict
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


@dataclass(frozen=True)
class Judgement:
    """What becomes of a document.

    Attributes:
        example: of what it changes, for people; empty where it is taken.
        body_hash: SHA-256 of its bytes; None when they are only a part.
    """

    what: Judged
    example: str = ""
    body_hash: bytes | None = None


_TAKEN = Judgement(Judged.TAKEN)


def judge(leased: LeasedSource, found: Sequence[Identified], content: Content) -> Judgement:
    """What becomes of a document.

    Args:
        leased: its source.
        found: its entries.
        content: what validators depend on now (another basis than before is our news, not theirs),
            and its bytes.
    """
    fetched = leased.fetched
    if fetched.is_let_in or fetched.connected_at is None:
        return _TAKEN
    if content.body_hash is not None and content.body_hash == fetched.dropped_hash:
        return Judgement(Judged.DROPPED, body_hash=content.body_hash)
    is_known = fetched.basis is not None and fetched.basis.startswith(content.basis)
    if not (is_known or fetched.held_at or fetched.is_dropped):
        return _TAKEN
    if len(found) < upheaval.LEAST_KNOWN:
        return _TAKEN
    with transaction() as tx:
        pairs = store_found.known(tx, leased.source.id, found)
    if not upheaval.is_one(pairs):
        return _TAKEN
    before, now = upheaval.changed_headlines(pairs)[0]
    judged = Judged.DROPPED if fetched.is_let_in is False else Judged.HELD
    example = f"“{before[:_MOST_SAID]}” would become “{now[:_MOST_SAID]}”"
    return Judgement(judged, example, content.body_hash)


def taken(leased: LeasedSource, verdict: Verdict) -> Verdict:
    """What a poll learnt whose document is stored."""
    fetched = leased.fetched
    if fetched.held_at is None and fetched.is_let_in is None:
        return verdict
    values = {**verdict.values, **_FORGOTTEN}
    if fetched.is_let_in:
        values["dropped_hash"] = None
    return dataclasses.replace(verdict, values=values)


def left(leased: LeasedSource, judgement: Judgement, verdict: Verdict, now: dt.datetime) -> Verdict:
    """What a poll learnt whose document is not stored; told when it is the first that waits.

    Args:
        leased: its source.
        judgement: what becomes of the document.
        verdict: as after any document that is new.
        now: aware UTC.
    """
    if judgement.what is Judged.DROPPED:
        dropped = {**_FORGOTTEN, "dropped_hash": judgement.body_hash}
        return dataclasses.replace(verdict, values={**verdict.values, **dropped})
    source, since = leased.source, leased.fetched.held_at
    message = (
        f"{source.name} changes the headlines of all its stories at once: {judgement.example}. "
        "Nothing of it is taken until somebody has looked at it. If that is right, accept it "
        f"(`syndicate sources accept {source.id}`); if not, drop it (`syndicate sources drop "
        f"{source.id}`) and tell the publisher."
    )
    return dataclasses.replace(
        verdict,
        values={**verdict.values, **READ_ANEW, "held_at": since or now},
        notices=verdict.notices if since else (*verdict.notices, Notice(_KIND, message)),
    )
