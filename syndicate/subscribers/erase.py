"""Being forgotten: everything about a person goes, and an old list cannot bring them back."""

import datetime as dt
from dataclasses import dataclass

from syndicate.errors import BadAddressError, NotFoundError, UsageError
from syndicate.newsroom.readers import seen
from syndicate.newsroom.verbs import allow, verb
from syndicate.store.ground.session import transaction
from syndicate.store.platform import audit
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.store.readers import recipients, subscribers
from syndicate.store.readers.imports import IMPORT
from syndicate.store.views.readers import Person
from syndicate.vocabulary.acts import Act


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
def erase(
    address: str, *, subscriber_id: int | None = None, actor: Actor, now: dt.datetime
) -> Erased:
    """Forget a subscriber: address, subscriptions, choices, consents. Suppressions stay, as hashes.

    Args:
        address: as typed.
        subscriber_id: whose address it must be, where a page or a path names the reader already:
            then the address is typed as a confirmation.
        actor: who asked for it, for the audit.
        now: aware UTC.

    Raises:
        BadAddressError: it is no address.
        NotFoundError: nobody of this address is known.
        NotAllowedError: the actor may not erase readers of all publications.
        UsageError: it is not the address of that reader.
    """
    allow(actor, Permission.ERASE)
    if subscriber_id is not None:
        with transaction() as tx:
            _confirm(address, seen(tx, subscriber_id, actor, Permission.ERASE))
    normalised = recipients.normalise(address, is_known=True)
    with transaction() as tx:
        subscriber = subscribers.by_address(tx, normalised)
        if subscriber is None:
            raise NotFoundError("No subscriber has this address; nothing was changed.")
        recipients.suppress_erased(tx, recipients.hash_of(normalised), scope=IMPORT, now=now)
        number = subscribers.erase(tx, subscriber.id)
        audit.record(
            tx,
            at=now,
            actor=actor.name,
            action=Act.READER_ERASE,
            subject=f"subscriber:{subscriber.id}",
        )
        return Erased(subscriber.id, number)


def _confirm(address: str, person: Person) -> None:
    try:
        typed = recipients.hash_of(recipients.normalise(address, is_known=True))
    except BadAddressError:
        typed = b""
    if typed != person.address_hash:
        raise UsageError("Nothing was erased. To erase this reader for good, type their address.")
