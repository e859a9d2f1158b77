"""One reader of one newsletter, and what they do; what a backup of before knows of it."""

import datetime as dt
from pathlib import Path

from sqlalchemy import delete, func, select, update

from syndicate import clock
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.readers import changes, recipients, subscribers
from syndicate.store.readers.changes import SubscriptionChange
from syndicate.store.readers.recipients import EVERYWHERE, Suppression
from syndicate.store.readers.subscribers import Consent, Proof, Subscriber, Subscription
from syndicate.subscribers import transfer
from syndicate.vocabulary.newsletters import ChoiceKind, SubscriptionState
from syndicate.vocabulary.readers import ReaderChange
from syndicate.vocabulary.sending import SuppressionReason

ADDRESS = "reader001@example.com"
HOUR = dt.timedelta(hours=1)
ENDED, ACTIVE = SubscriptionState.ENDED, SubscriptionState.ACTIVE


def row(tx: Transaction) -> Subscription:
    return tx.scalars(select(Subscription)).one()


def leave() -> None:
    with transaction() as tx:
        subscribers.end(tx, row(tx), now=clock.now())


def come_back() -> None:
    now = clock.now()
    with transaction() as tx:
        subscribers.activate(row(tx), now=now)
        subscribers.add_consent(tx, row(tx).id, Proof("confirmation", "Morning"), at=now)


def suppress(reason: SuppressionReason, scope: str = EVERYWHERE) -> None:
    with transaction() as tx:
        key = recipients.hash_of(ADDRESS)
        recipients.suppress(tx, key, scope=scope, reason=reason, now=clock.now())


def forget() -> None:
    """The database as a backup of an hour ago has it: active, and nothing else is known."""
    with transaction() as tx:
        for table in (SubscriptionChange, Consent, Suppression):
            tx.execute(delete(table))
        values = {"state": ACTIVE, "ended_at": None, "confirmed_at": clock.now() - HOUR}
        tx.execute(update(Subscription).values(values))


def state() -> SubscriptionState:
    with transaction() as tx:
        return row(tx).state


def count(table: type[Suppression | Subscriber | SubscriptionChange | Consent]) -> int:
    with transaction() as tx:
        return tx.execute(select(func.count()).select_from(table)).scalar_one()


def lose_the_reader() -> None:
    """The backup is older than the sign-up: nothing is known of the address."""
    with transaction() as tx:
        tx.execute(delete(Subscriber))


def confirm(*sections: str) -> None:
    with transaction() as tx:
        subscribers.choose(tx, row(tx).id, ChoiceKind.SECTION, sections)
    come_back()


def choose(*sections: str) -> None:
    now = clock.now()
    with transaction() as tx:
        found = row(tx)
        subscribers.choose(tx, found.id, ChoiceKind.SECTION, sections)
        subscribers.prefer(tx, found, language="ar", paused_until=now + HOUR)
        for kind in (ReaderChange.CHOSE, ReaderChange.LANGUAGE):
            changes.note(tx, found.id, kind, at=now)


def chosen() -> tuple[str, ...]:
    with transaction() as tx:
        return subscribers.choices(tx, row(tx).id, ChoiceKind.SECTION)


def bring_in(path: Path) -> int:
    """An old list of before all that, as an operator imports it; how many readers it woke."""
    lines = ["address,consented_at", f"{ADDRESS},2025-01-01T00:00:00Z"]
    done = transfer.import_csv(lines, "morning", wording="Yes.", origin=path.name, now=clock.now())
    return done.added
