"""A death is noticed by the lock that nobody holds; what was in hand waits for its proof."""

import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest
from sqlalchemy import select, update

from syndicate import clock, processes
from syndicate.mail.recovery import deaths
from syndicate.processes import Process
from syndicate.store.ground import lock_session
from syndicate.store.ground.lock_session import LockSession
from syndicate.store.ground.session import transaction
from syndicate.store.intake import source_leases
from syndicate.store.intake.sources import FetchHost, FetchState
from syndicate.store.platform import holders
from syndicate.store.platform.holders import Holder
from syndicate.store.syndication import feed_documents, hub_pings
from syndicate.store.syndication.feeds import Feed
from syndicate.store.syndication.hub_pings import FeedPing
from syndicate.vocabulary.feeds import FeedFormat
from syndicate.vocabulary.sending import DeliveryState
from tests.collect import newsroom
from tests.collect.site import running
from tests.mail.campaign import Plan, start
from tests.store.hands import due, intend, settle, states, take, taken

pytestmark = pytest.mark.usefixtures("database")


class Worker:
    """A process that leases, with its lock session."""

    def __init__(self) -> None:
        self.child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
        self.process = processes.named(self.child.pid)
        self.session = self.connect()

    def connect(self) -> LockSession:
        session = lock_session.open_for(self.process.id)
        with transaction() as tx:
            holders.announce(tx, self.process)
        lock_session.use(session)
        return session

    def hang_up(self) -> None:
        self.session.close()
        with transaction() as tx:
            while self.process not in [each.process for each in holders.lost(tx)]:
                pass  # the server hears of it in a moment

    def kill(self) -> None:
        self.child.kill()
        self.child.wait()
        self.hang_up()


@pytest.fixture
def worker() -> Iterator[Worker]:
    made = Worker()
    yield made
    made.child.kill()
    made.child.wait()
    lock_session.leave()


def known() -> list[Process]:
    with transaction() as tx:
        return [Process(row.place, row.pid, row.started) for row in tx.scalars(select(Holder))]


def test_nothing_is_taken_from_a_worker_that_lives(worker: Worker) -> None:
    start(Plan(audience=4))
    taken(worker.process.id)

    assert deaths.sweep(clock.now()) == 0

    assert take() is None
    assert known() == [worker.process]


def test_a_killed_worker_loses_everything_at_once(worker: Worker) -> None:
    mailing_id = start(Plan(audience=4))
    intend(taken(worker.process.id), 0, 1)
    worker.kill()

    assert deaths.sweep(clock.now()) == 1

    assert states(mailing_id)[:2] == [DeliveryState.AMBIGUOUS] * 2
    assert due(taken()) == [2, 3]
    assert known() == []
    assert deaths.sweep(clock.now()) == 0


def test_a_frozen_worker_whose_session_was_ended_doubles_nothing(worker: Worker) -> None:
    mailing_id = start(Plan(audience=4))
    leased = taken(worker.process.id)
    intend(leased, 0, 1)
    worker.child.send_signal(signal.SIGSTOP)
    worker.hang_up()

    deaths.sweep(clock.now())

    assert due(taken()) == [2, 3]
    assert states(mailing_id) == [DeliveryState.PENDING] * 4
    assert known() == [worker.process]
    worker.child.send_signal(signal.SIGCONT)
    assert settle(leased, DeliveryState.ACCEPTED, 0, 1)
    assert intend(leased, 2) is None


def test_a_frozen_worker_that_dies_then_leaves_its_chunk_too(worker: Worker) -> None:
    mailing_id = start(Plan(audience=2))
    intend(taken(worker.process.id), 0, 1)
    worker.hang_up()
    deaths.sweep(clock.now())
    assert states(mailing_id) == [DeliveryState.PENDING] * 2

    worker.kill()
    deaths.sweep(clock.now())

    assert states(mailing_id) == [DeliveryState.AMBIGUOUS] * 2
    assert known() == []


def test_a_worker_of_another_machine_keeps_its_chunk_until_its_parent_speaks(
    worker: Worker,
) -> None:
    mailing_id = start(Plan(audience=3))
    elsewhere = Process("0" * 32, worker.process.pid, 1)
    with transaction() as tx:
        holders.announce(tx, elsewhere)
    intend(taken(elsewhere.id), 0, 1)

    deaths.sweep(clock.now())
    assert due(taken()) == [2]
    assert DeliveryState.AMBIGUOUS not in states(mailing_id)

    deaths.report(elsewhere, clock.now())
    assert states(mailing_id)[:2] == [DeliveryState.AMBIGUOUS] * 2


def test_a_worker_that_got_another_session_is_no_longer_lost(worker: Worker) -> None:
    start(Plan(audience=2))
    worker.hang_up()
    worker.session = worker.connect()
    taken(worker.process.id)

    assert deaths.sweep(clock.now()) == 0


def test_a_worker_without_a_session_is_known_by_its_leases_alone() -> None:
    """As behind a pooler, and as one of an older version."""
    start(Plan(audience=2))
    taken(processes.own().id)

    assert deaths.sweep(clock.now()) == 0


def test_the_death_of_who_held_nothing_is_no_news(worker: Worker) -> None:
    deaths.report(Process("0" * 32, 7, 7), clock.now())

    assert known() == [worker.process]


def test_sources_of_a_dead_collector_are_asked_by_another(worker: Worker) -> None:
    with running("127.0.9.1") as site:
        newsroom.source(newsroom.publication(), site, "/feed", allow_origins=[site.origin])
    with transaction() as tx:
        (before,) = source_leases.lease(tx, clock.now(), limit=5)
    with transaction() as tx:
        assert source_leases.lease(tx, clock.now(), limit=5) == []
    worker.hang_up()  # dead or not: its epoch fences it

    assert deaths.sweep(clock.now()) == 1

    with transaction() as tx:
        (again,) = source_leases.lease(tx, clock.now(), limit=5)
    assert again.fetched.epoch > before.fetched.epoch
    with transaction() as tx:
        assert tx.scalars(select(FetchHost.holder)).all() == [worker.process.id]
        assert tx.scalars(select(FetchState.holder)).all() == [worker.process.id]


def test_a_feed_of_a_dead_builder_is_due_at_once(worker: Worker) -> None:
    newsroom.publication()
    with transaction() as tx:
        taken_feed = feed_documents.take(tx, now=clock.now())
        assert taken_feed is not None
        tx.execute(update(Feed).where(Feed.id != taken_feed.feed.id).values(due_at=None))
    worker.hang_up()

    deaths.sweep(clock.now())

    with transaction() as tx:
        again = feed_documents.take(tx, now=clock.now())
    assert again is not None
    assert again.feed.id == taken_feed.feed.id
    assert again.feed.epoch > taken_feed.feed.epoch


def test_what_a_hub_worker_had_in_hand_waits_for_the_proof_of_its_death(worker: Worker) -> None:
    newsroom.publication()
    with transaction() as tx:
        hub_pings.mark(tx, 1, [FeedFormat.ATOM], now=clock.now())
        assert len(hub_pings.take(tx, now=clock.now(), limit=5)) == 1
    worker.hang_up()
    deaths.sweep(clock.now())
    assert pings_due() == 0
    assert known() == [worker.process]

    worker.kill()
    deaths.sweep(clock.now())

    assert pings_due() == 1
    assert known() == []


def pings_due() -> int:
    with transaction() as tx:
        query = select(FeedPing).where(FeedPing.due_at <= clock.now())
        return len(tx.scalars(query).all())
