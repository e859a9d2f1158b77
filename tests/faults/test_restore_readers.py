"""A backup is brought back: who left or was erased since stays out, and who came back stays."""

import datetime as dt
from collections.abc import Sequence

import pytest
from sqlalchemy import select, update

from syndicate import clock, settings
from syndicate.journal import readers
from syndicate.mail.recovery import copy_check
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.newsroom import newsletters
from syndicate.store.platform.installation import Installation
from syndicate.store.readers import recipients, subscribers
from syndicate.store.readers.recipients import EVERYWHERE
from syndicate.store.readers.subscribers import Proof, Subscriber, Subscription
from syndicate.subscribers import erase, transfer
from syndicate.vocabulary.newsletters import SubscriptionState
from syndicate.vocabulary.sending import SuppressionReason
from tests import matrix
from tests.acting import TESTER
from tests.faults import copies
from tests.faults.copies import CHUNK, READERS, House
from tests.newsletters.paper import reader

pytestmark = pytest.mark.stack

WHEN = matrix.whole(["before the issue", "while it was sent"], short=["while it was sent"])


def subscription(tx: Transaction, address: str) -> Subscription:
    morning = newsletters.by_slug(tx, "morning")
    subscriber = subscribers.by_address(tx, address)
    assert morning is not None
    assert subscriber is not None
    found = subscribers.of(tx, subscriber.id, morning.id)
    assert found is not None
    return found


def leave(address: str) -> None:
    with transaction() as tx:
        subscribers.end(tx, subscription(tx, address), now=clock.now())


def come_back(address: str) -> None:
    with transaction() as tx:
        row = subscription(tx, address)
        subscribers.activate(row, now=clock.now())
        subscribers.add_consent(tx, row.id, Proof("confirmation", "Morning"), at=clock.now())


def complain(address: str) -> None:
    """A provider tells of it two days late."""
    with transaction() as tx:
        recipients.suppress(
            tx,
            recipients.hash_of(address),
            scope=EVERYWHERE,
            reason=SuppressionReason.COMPLAINT,
            now=clock.now() - dt.timedelta(days=2),
        )


def addresses() -> list[str]:
    with transaction() as tx:
        return list(tx.scalars(select(Subscriber.address).order_by(Subscriber.id)))


def live_on(waiting: Sequence[str]) -> None:
    """What readers do after the backup: one leaves, one complains, one is erased, two return."""
    left, complained, erased, returned, changed = waiting[:5]
    leave(left)
    complain(complained)
    erase.erase(erased, actor=TESTER, now=clock.now())
    come_back(returned)  # who had left before the backup
    leave(changed)
    come_back(changed)
    copies.tick()


def begun(house: House, when: str) -> list[str]:
    """A newsroom at a moment of its issue; its readers, those that wait for it first."""
    copies.open_newsroom()
    every = addresses()
    leave(every[3])
    if when == "while it was sent":
        copies.tick()
        copies.compose_what_is_due()
        copies.send(lambda: len(house.sink.taken()) >= CHUNK)
    taken = house.sink.taken()
    waiting = [each for each in every if each not in taken and each != every[3]]
    return [*waiting[:3], every[3], *waiting[3:]]


@pytest.mark.parametrize("when", WHEN)
def test_who_left_or_was_erased_since_the_backup_stays_out_and_who_came_back_stays(
    house: House, when: str
) -> None:
    house.begin()
    waiting = begun(house, when)
    backup = house.dump("nightly")
    live_on(waiting)

    house.restore_into(backup, "house")
    assert house.start() is not None
    house.release()
    copies.work()

    with transaction() as tx:
        states = [subscription(tx, waiting[number]).state for number in (0, 3, 4)]
    active = SubscriptionState.ACTIVE
    assert states == [SubscriptionState.ENDED, active, active]
    assert waiting[2] not in addresses()
    taken = house.sink.taken()
    # Who had left when the issue was frozen is in none of its deliveries.
    out = {*waiting[:3]} | ({waiting[3]} if when == "while it was sent" else set())
    assert (len(taken), out & set(taken)) == (READERS - len(out), set())
    assert house.sink.twice() == []


def test_a_reader_who_signed_up_and_left_after_the_backup_is_not_woken_by_an_old_list(
    house: House,
) -> None:
    """The restored database has never heard of them; the list is of before they left."""
    house.begin()
    copies.open_newsroom(2)
    copies.tick()
    backup, added = house.dump("nightly"), "reader077@example.com"
    with transaction() as tx:
        morning = newsletters.by_slug(tx, "morning")
        assert morning is not None
        reader(tx, 77, morning.id)
    come_back(added)
    leave(added)
    copies.tick()

    house.restore_into(backup, "house")
    assert house.start() is not None
    house.release()
    lines = ["address,consented_at", f"{added},2025-01-01T00:00:00Z"]
    now = clock.now()
    done = transfer.import_csv(lines, "morning", wording="Yes.", origin="old.csv", now=now)
    copies.work()

    assert (done.added, added in house.sink.taken()) == (0, False)
    with transaction() as tx:
        assert subscription(tx, added).state is SubscriptionState.ENDED


def test_a_server_that_took_over_without_the_last_leaving_knows_it_before_mail_leaves(
    house: House,
) -> None:
    """A replica is the same database, begun anew; nothing is held, and nothing was begun since."""
    house.begin()
    copies.open_newsroom()
    copies.tick()
    [first, *_] = addresses()
    leave(first)
    readers.recall(settings.load(), clock.now())
    with transaction() as tx:
        row = subscription(tx, first)
        row.state, row.ended_at = SubscriptionState.ACTIVE, None
        yesterday = clock.now() - dt.timedelta(days=1)
        tx.execute(update(Installation).values(compared_for=yesterday))

    assert copy_check.wake(clock.now()) is None
    with transaction() as tx:
        assert subscription(tx, first).state is SubscriptionState.ENDED
