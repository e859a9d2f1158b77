"""Everything that is suppressed, the newest first, as operators list it.

A suppression knows an address by its keyed hash alone; the address is told where a subscriber or a
recipient still has it.
"""

import datetime as dt
from dataclasses import dataclass, replace

from sqlalchemy import func, select, tuple_

from syndicate.store.ground.session import Transaction
from syndicate.store.platform import audit
from syndicate.store.readers.recipients import Recipient, Suppression
from syndicate.store.readers.subscribers import Subscriber
from syndicate.vocabulary.acts import Act

Place = tuple[dt.datetime, bytes, str]  # where a page ends: `Barred.place`


@dataclass(frozen=True)
class Barred:
    """One suppression.

    Attributes:
        address_hash: keyed.
        scope: of which mail.
        reason: a `SuppressionReason`, or the word of an older version.
        at: since when.
        noted_at: when it was written down.
        address: None where nobody has it any more.
        subscriber_id: None of who is no subscriber.
        by: the operator who placed it, None where nobody did.
        why: in their words.
    """

    address_hash: bytes
    scope: str
    reason: str
    at: dt.datetime
    noted_at: dt.datetime
    address: str | None
    subscriber_id: int | None
    by: str | None = None
    why: str | None = None

    @property
    def place(self) -> Place:
        """After which the next page begins."""
        return self.noted_at, self.address_hash, self.scope


def page(
    tx: Transaction,
    *,
    address_hash: bytes | None = None,
    scope: str | None = None,
    reason: str | None = None,
    after: Place | None = None,
    limit: int,
) -> list[Barred]:
    """Suppressions, the newest first.

    Args:
        tx: the open transaction.
        address_hash: of this address alone.
        scope: of this mail alone.
        reason: for this reason alone.
        after: the place of the last one of the page before.
        limit: at most.
    """
    place = tuple_(Suppression.noted_at, Suppression.address_hash, Suppression.scope)
    query = (
        select(
            Suppression.address_hash,
            Suppression.scope,
            Suppression.reason,
            Suppression.at,
            Suppression.noted_at,
            func.coalesce(Subscriber.address, func.nullif(Recipient.address, "")),
            Subscriber.id,
        )
        .outerjoin(Subscriber, Subscriber.address_hash == Suppression.address_hash)
        .outerjoin(Recipient, Recipient.address_hash == Suppression.address_hash)
        .order_by(
            Suppression.noted_at.desc(), Suppression.address_hash.desc(), Suppression.scope.desc()
        )
        .limit(limit)
    )
    if address_hash is not None:
        query = query.where(Suppression.address_hash == address_hash)
    if scope is not None:
        query = query.where(Suppression.scope == scope)
    if reason is not None:
        query = query.where(Suppression.reason == reason)
    if after is not None:
        query = query.where(place < tuple_(*after))
    return _with_words(tx, [Barred(*row) for row in tx.execute(query)])


def _with_words(tx: Transaction, found: list[Barred]) -> list[Barred]:
    """With who placed each and why, as the audit has it of the same moment."""
    lines = audit.at_moments(tx, Act.READER_SUPPRESS, {each.at for each in found})
    said = {(line.at, line.subject): line for line in lines}
    told = []
    for each in found:
        who = (each.subscriber_id, None)
        names = [audit.subject_of(each.address_hash, subscriber_id) for subscriber_id in who]
        line = next((said[each.at, name] for name in names if (each.at, name) in said), None)
        told.append(each if line is None else replace(each, by=line.actor, why=line.detail["why"]))
    return told
