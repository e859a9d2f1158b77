"""Lines of a relay's accept log that were sent to us, for relays on other machines."""

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from syndicate.store.ground.session import Transaction
from syndicate.store.platform.due import SKEW
from syndicate.store.sending.events import RelayAccept, RelaySeen

_AT_ONCE = 10_000
HEARTBEAT = ""  # the Message-ID under which a relay's newest heartbeat stands


@dataclass(frozen=True)
class Heard:
    """What one line says.

    Attributes:
        at: when, aware UTC; everything before it has been sent to us.
        message_id: None when the line names none.
        queue_id: the relay's own name for the message, None when the line names none.
        is_taken: False when the relay has seen the message and said no more about it.
    """

    at: dt.datetime
    message_id: str | None = None
    queue_id: str | None = None
    is_taken: bool = True


def add(tx: Transaction, relay: str, lines: Sequence[Heard]) -> list[tuple[str, dt.datetime]]:
    """Store a relay's lines, in their order. Safe to run twice.

    A message that is taken under its queue id alone was named by a line before, perhaps long ago.

    Returns:
        (Message-ID, when) of each message that they say was taken.
    """
    seen = {each.queue_id: each for each in lines if not each.is_taken and each.message_id}
    if seen:
        _note_seen(tx, relay, seen)
    queue_ids = {each.queue_id for each in lines if each.is_taken and each.queue_id}
    named = _taken_from_seen(tx, relay, queue_ids)
    values: list[dict[str, Any]] = [
        {"message_id": message_id, "relay": relay, "queue_id": each.queue_id, "at": each.at}
        for each in lines
        if each.is_taken and (message_id := each.message_id or named.get(each.queue_id or ""))
    ]
    if values:
        tx.execute(insert(RelayAccept).values(values).on_conflict_do_nothing())
    if lines:
        _beat(tx, relay, max(each.at for each in lines))
    return [(str(each["message_id"]), each["at"]) for each in values]


def accepted(tx: Transaction, message_ids: Collection[str]) -> set[str]:
    """Those of the messages that a relay took."""
    query = select(RelayAccept.message_id).where(RelayAccept.message_id.in_(message_ids))
    return set(tx.scalars(query))


def seen(tx: Transaction, message_ids: Collection[str]) -> set[str]:
    """Those of the messages that a relay saw, and may take yet."""
    query = select(RelaySeen.message_id).where(RelaySeen.message_id.in_(message_ids))
    return set(tx.scalars(query))


def newest(tx: Transaction, *, since: dt.datetime, limit: int) -> list[str]:
    """The newest messages that a relay took since a moment, newest first."""
    query = select(RelayAccept.message_id).where(
        RelayAccept.at > since, RelayAccept.message_id != HEARTBEAT
    )
    return list(tx.scalars(query.order_by(RelayAccept.at.desc()).limit(limit)))


def every(tx: Transaction) -> Iterator[tuple[str, str]]:
    """(Message-ID, relay) of each that was taken and is still known, read as it is asked for."""
    query = select(RelayAccept.message_id, RelayAccept.relay).where(
        RelayAccept.message_id != HEARTBEAT
    )
    for row in tx.execute(query.execution_options(yield_per=_AT_ONCE)):
        yield row.message_id, row.relay


def every_seen(tx: Transaction) -> set[str]:
    """Messages that a relay saw, and may have taken."""
    return set(tx.scalars(select(RelaySeen.message_id)))


def complete_until(
    tx: Transaction, relays: Collection[str], now: dt.datetime
) -> dt.datetime | None:
    """Everything up to then was sent to us by every one of these relays; None when not by all.

    A heartbeat of the future says nothing: our clock was set back since we heard it.
    """
    query = select(RelayAccept.relay, RelayAccept.at).where(
        RelayAccept.message_id == HEARTBEAT,
        RelayAccept.relay.in_(relays),
        RelayAccept.at <= now + SKEW,
    )
    known = {row.relay: row.at for row in tx.execute(query)}
    return min(known.values()) if known and set(relays) <= known.keys() else None


def forget_before(tx: Transaction, moment: dt.datetime) -> None:
    """Drop lines that nobody will ask for again."""
    tx.execute(
        delete(RelayAccept).where(RelayAccept.at < moment, RelayAccept.message_id != HEARTBEAT)
    )
    tx.execute(delete(RelaySeen).where(RelaySeen.at < moment))


def _note_seen(tx: Transaction, relay: str, seen: dict[str | None, Heard]) -> None:
    noted = insert(RelaySeen).values(
        [
            {"relay": relay, "queue_id": queue_id, "message_id": each.message_id, "at": each.at}
            for queue_id, each in seen.items()
        ]
    )
    # Postfix gives a queue id again when its inode is free.
    tx.execute(
        noted.on_conflict_do_update(
            index_elements=[RelaySeen.relay, RelaySeen.queue_id],
            set_={"message_id": noted.excluded.message_id, "at": noted.excluded.at},
        )
    )


def _taken_from_seen(tx: Transaction, relay: str, queue_ids: Collection[str]) -> dict[str, str]:
    """Message-IDs of queue ids that are taken now."""
    if not queue_ids:
        return {}
    gone = (
        delete(RelaySeen)
        .where(RelaySeen.relay == relay, RelaySeen.queue_id.in_(queue_ids))
        .returning(RelaySeen.queue_id, RelaySeen.message_id)
        .execution_options(synchronize_session=False)
    )
    return {row.queue_id: row.message_id for row in tx.execute(gone)}


def _beat(tx: Transaction, relay: str, at: dt.datetime) -> None:
    heartbeat = insert(RelayAccept).values(message_id=HEARTBEAT, relay=relay, at=at)
    tx.execute(
        heartbeat.on_conflict_do_update(
            index_elements=[RelayAccept.message_id, RelayAccept.relay],
            set_={"at": func.greatest(RelayAccept.at, heartbeat.excluded.at)},
        )
    )
