"""The session that holds a sender's lock is over: it begins nothing more, and says so in time."""

import time
import uuid
from collections.abc import Iterator

import pytest

from syndicate import clock
from syndicate.mail.relay.supply import BatchLostError
from syndicate.mail.sending import hold
from syndicate.mail.sending.hold import FAREWELL_S, Hold
from syndicate.store.ground import lock_session
from syndicate.store.sending.batch_leases import LeasedBatch
from tests.mail.campaign import Plan
from tests.mail.fault_relay import FaultRelay
from tests.mail.steps import begin, counts, send

pytestmark = pytest.mark.usefixtures("database")

LEASED = LeasedBatch(1, 0, 1, "other")


@pytest.fixture(autouse=True)
def session(database: str) -> Iterator[lock_session.LockSession]:
    assert database
    made = lock_session.open_for(uuid.uuid4())
    lock_session.use(made)
    yield made
    lock_session.leave()


def test_a_sender_whose_session_is_over_begins_no_message(
    relay: FaultRelay, session: lock_session.LockSession
) -> None:
    mailing_id = begin(Plan(audience=60))
    asked = 0

    def stop() -> bool:
        nonlocal asked
        asked += 1
        if asked == 25:
            session.close()
        return False

    send(stop)

    taken = len(relay.recipients())
    assert 0 < taken < 30
    # Whatever had left got its reply: nothing is in doubt.
    assert counts(mailing_id) == {"audience": 60, "accepted": taken, "remaining": 60 - taken}

    lock_session.use(lock_session.open_for(uuid.uuid4()))
    send()

    assert counts(mailing_id) == {"audience": 60, "accepted": 60}
    assert len(set(relay.recipients())) == len(relay.recipients()) == 60


def test_a_hold_without_its_session_ends_after_a_moment(session: lock_session.LockSession) -> None:
    held = Hold(LEASED, clock.steady(), session)
    whole = held.renew()

    session.close()

    assert held.has_lost_session()
    assert held.renew() <= clock.steady() + FAREWELL_S < whole
    # The lease itself still is what results are written under.
    assert held.end == whole


def test_a_hold_gives_up_its_sockets_when_the_moment_is_over(
    session: lock_session.LockSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hold, "FAREWELL_S", 0.01)
    held = Hold(LEASED, clock.steady(), session)
    session.close()
    held.renew()
    time.sleep(0.02)

    with pytest.raises(BatchLostError, match="holds our lock is over"):
        held.renew()


def test_another_session_does_not_mend_a_hold_of_the_one_before(
    session: lock_session.LockSession,
) -> None:
    held = Hold(LEASED, clock.steady(), session)

    lock_session.use(lock_session.open_for(uuid.uuid4()))

    assert held.has_lost_session()


def test_without_a_session_the_lease_decides() -> None:
    held = Hold(LEASED, clock.steady())
    lock_session.leave()

    assert not held.has_lost_session()
    assert held.renew() == held.end
