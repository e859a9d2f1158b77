"""Lines of a relay's accept log that were sent to us, for relays on other machines."""

import datetime as dt
from collections.abc import Collection, Sequence

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from syndicate.store.events import RelayAccept
from syndicate.store.session import Transaction

HEARTBEAT = ""  # the Message-ID under which a relay's newest heartbeat stands


def add(
    tx: Transaction, relay: str, rows: Sequence[tuple[str | None, str | None, dt.datetime]]
) -> None:
    """Store accepted messages: (message_id, queue_id, at). Safe to run twice.

    A row without message_id is a heartbeat: everything before it has been sent to us.
    """
    newest = max((at for _, _, at in rows), default=None)
    values = [
        {"message_id": message_id, "relay": relay, "queue_id": queue_id, "at": at}
        for message_id, queue_id, at in rows
        if message_id
    ]
    if values:
        tx.execute(insert(RelayAccept).values(values).on_conflict_do_nothing())
    if newest is not None:
        heartbeat = insert(RelayAccept).values(message_id=HEARTBEAT, relay=relay, at=newest)
        tx.execute(
            heartbeat.on_conflict_do_update(
                index_elements=[RelayAccept.message_id, RelayAccept.relay],
                set_={"at": func.greatest(RelayAccept.at, heartbeat.excluded.at)},
            )
        )


def accepted(tx: Transaction, message_ids: Collection[str]) -> set[str]:
    """Those of the messages that a relay took."""
    query = select(RelayAccept.message_id).where(RelayAccept.message_id.in_(message_ids))
    return set(tx.scalars(query))


def complete_until(tx: Transaction, relays: Collection[str]) -> dt.datetime | None:
    """Everything up to then was sent to us by every one of these relays; None when not by all."""
    query = select(RelayAccept.relay, RelayAccept.at).where(
        RelayAccept.message_id == HEARTBEAT, RelayAccept.relay.in_(relays)
    )
    known = {row.relay: row.at for row in tx.execute(query)}
    return min(known.values()) if known and set(relays) <= known.keys() else None


def forget_before(tx: Transaction, moment: dt.datetime) -> None:
    """Drop lines that nobody will ask for again."""
    tx.execute(
        delete(RelayAccept).where(RelayAccept.at < moment, RelayAccept.message_id != HEARTBEAT)
    )
