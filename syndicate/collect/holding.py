"""A document that changes a whole feed at once is held until a person has looked at it.

    changed ─> no upheaval ─────────────────────────> stored; what was held is forgotten
       └─> upheaval ─> held, each poll asks again ─┬─ accepted ─> the next one is stored
                                                   └─ dropped ──> not taken; the next is judged anew

What our own newer code reads in another way is not held: the first document after an upgrade, or
after a profile was changed, is stored. One that waits already goes on waiting, and the same bytes
that were dropped stay dropped, whatever reads them, until another document is taken; accepting
takes a drop back. What a hub pushes is judged as well; where it would be held, its source is polled
at once, and the poll holds it. A hub that a document names is asked while it waits.
"""

import dataclasses
import datetime as dt
import enum
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from syndicate.articles import store_found, upheaval
from syndicate.articles.identity import Identified
from syndicate.collect import websub
from syndicate.collect.polling import READ_ANEW, Content, Notice, Verdict
from syndicate.store.editing import stored_articles
from syndicate.store.editing.stored_articles import RecentEntry
from syndicate.store.ground.session import transaction
from syndicate.store.intake.source_leases import LeasedSource
from syndicate.vocabulary.sources import SourceKind

_KIND = "upheaval"
_MOST_SAID = 200  # signs of a headline
_WINDOW = 200  # stories that a source brought last
_HEADLINES = (
    "{name} changes the headlines of all its stories at once: {example}. Nothing of it is taken "
    "until somebody has looked at it. If that is right, accept it (`syndicate sources accept "
    "{id}`); if not, drop it (`syndicate sources drop {id}`) and tell the publisher."
)
_ANOTHER = (
    "{name} sends other stories altogether, such as {example}: none of those that came before, and "
    "most are older than its last document. Nothing of it is taken until somebody has looked at "
    "it. If that is right, accept it (`syndicate sources accept {id}`); if another feed lies at "
    "its address, drop it (`syndicate sources drop {id}`) and correct the address, or tell the "
    "publisher."
)
_FORGOTTEN: dict[str, Any] = {"held_at": None, "is_let_in": None, "dropped_hash": None}


class Judged(enum.Enum):
    """What becomes of a document."""

    TAKEN = enum.auto()
    HELD = enum.auto()
    DROPPED = enum.auto()


@dataclass(frozen=True)
class Judgement:
    """What becomes of a document.

    Attributes:
        why: what it changes and what to do, for people; empty where that is known.
        body_hash: SHA-256 of its bytes; None when they are only a part.
    """

    what: Judged
    why: str = ""
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
    if not (is_known or fetched.held_at or fetched.dropped_hash):
        return _TAKEN
    if len(found) < upheaval.LEAST_KNOWN or not (why := _why(leased, found)):
        return _TAKEN
    judged = Judged.DROPPED if fetched.is_let_in is False else Judged.HELD
    return Judgement(judged, why, content.body_hash)


def _why(leased: LeasedSource, found: Sequence[Identified]) -> str:
    """What an upheaval changes, and what to do; empty when a document is none."""
    source = leased.source
    fetched, recent = leased.fetched, list[RecentEntry]()
    with transaction() as tx:
        pairs = store_found.known(tx, source.id, found)
        if fetched.connected_at and all(before is None for _, before in pairs):
            recent = stored_articles.recent_entries(
                tx, source.id, connected_at=fetched.connected_at, most=_WINDOW
            )
    if upheaval.is_one(pairs):
        before, now = upheaval.changed_headlines(pairs)[0]
        example = f"“{before[:_MOST_SAID]}” would become “{now[:_MOST_SAID]}”"
        return _HEADLINES.format(name=source.name, id=source.id, example=example)
    if upheaval.is_another(found, recent, fetched.full_at):
        example = f"“{found[0].entry.title[:_MOST_SAID]}”"
        return _ANOTHER.format(name=source.name, id=source.id, example=example)
    return ""


def ask_hub(
    leased: LeasedSource, judgement: Judgement, hub: tuple[str, str] | None, now: dt.datetime
) -> None:
    """Note the hub of a document that waits, as of one that is stored; none of one that is dropped.

    Args:
        leased: its source.
        judgement: what becomes of the document.
        hub: (hub, topic) that it names.
        now: aware UTC.
    """
    if leased.source.kind is SourceKind.WEBSUB and judgement.what is Judged.HELD:
        with transaction() as tx:
            websub.polled(tx, leased.source.id, hub, now)


def taken(leased: LeasedSource, verdict: Verdict) -> Verdict:
    """What a poll learnt whose document is stored."""
    if all(getattr(leased.fetched, name) is None for name in _FORGOTTEN):
        return verdict
    return dataclasses.replace(verdict, values={**verdict.values, **_FORGOTTEN})


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
    since = leased.fetched.held_at
    return dataclasses.replace(
        verdict,
        values={**verdict.values, **READ_ANEW, "held_at": since or now},
        notices=verdict.notices if since else (*verdict.notices, Notice(_KIND, judgement.why)),
    )
