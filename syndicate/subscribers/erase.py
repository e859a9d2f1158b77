"""Being forgotten: everything about a person goes, and an old list cannot bring them back."""

import datetime as dt
from dataclasses import dataclass

from syndicate.errors import NotFoundError
from syndicate.newsroom.verbs import allow, verb
from syndicate.store.ground.session import transaction
from syndicate.store.platform import audit
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.store.readers import recipients, subscribers
from syndicate.store.readers.imports import IMPORT
from syndicate.vocabulary.sending import SuppressionReason


@dataclass(frozen=True)
class Erased:
    """What was forgotten.

    Attributes:
        subscriber_id: who it was; the number says nothing any more.
        subscriptions: how many were forgotten with their choices and consents.
    """

    subscriber_id: int
    subscriptions: int


@verb(Permission.ERASE)
def erase(address: str, *, actor: Actor, now: dt.datetime) -> Erased:
    """Forget a subscriber: address, subscriptions, choices, consents. Suppressions stay, as hashes.

    Args:
        address: as typed.
        actor: who asked for it, for the audit.
        now: aware UTC.

    Raises:
        BadAddressError: it is no address.
        NotFoundError: nobody of this address is known.
    """
    allow(actor, Permission.ERASE)
    normalised = recipients.normalise(address, is_known=True)
    with transaction() as tx:
        subscriber = subscribers.by_address(tx, normalised)
        if subscriber is None:
            raise NotFoundError("No subscriber has this address; nothing was changed.")
        recipients.suppress(
            tx,
            recipients.hash_of(normalised),
            scope=IMPORT,
            reason=SuppressionReason.ERASED,
            now=now,
        )
        number = subscribers.erase(tx, subscriber.id)
        audit.record(
            tx, at=now, actor=actor.name, action="erased", subject=f"subscriber:{subscriber.id}"
        )
        return Erased(subscriber.id, number)
