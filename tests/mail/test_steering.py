"""What operators may do to a mailing in which state."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from syndicate.errors import NotFoundError, RefusedError
from syndicate.mail import steering
from syndicate.store.ground.session import transaction
from syndicate.store.platform import installation
from syndicate.store.platform.audit import Audit
from syndicate.store.sending import ledger
from syndicate.vocabulary.sending import MailingState
from tests.acting import TESTER
from tests.mail.campaign import NOW, Plan, start

pytestmark = pytest.mark.usefixtures("database")
Step = Callable[..., None]

ALLOWED = [
    (steering.pause, MailingState.SENDING, MailingState.PAUSED),
    (steering.resume, MailingState.PAUSED, MailingState.SENDING),
    (steering.cancel, MailingState.SENDING, MailingState.CANCELLED),
    (steering.cancel, MailingState.PAUSED, MailingState.CANCELLED),
]
REFUSED = [
    (steering.pause, MailingState.PAUSED),
    (steering.pause, MailingState.DONE),
    (steering.resume, MailingState.SENDING),
    (steering.resume, MailingState.CANCELLED),
    (steering.cancel, MailingState.DONE),
    (steering.cancel, MailingState.MATERIALISING),
]


def mailing_in(state: MailingState) -> int:
    mailing_id = start(Plan(audience=2))
    with transaction() as tx:
        ledger.change_state(tx, mailing_id, was=(MailingState.SENDING,), to=state)
    return mailing_id


def state(mailing_id: int) -> MailingState:
    with transaction() as tx:
        mailing = ledger.find(tx, mailing_id)
        assert mailing is not None
        return mailing.state


@pytest.mark.parametrize(("step", "was", "to"), ALLOWED)
def test_a_step_from_its_state(step: Step, was: MailingState, to: MailingState) -> None:
    mailing_id = mailing_in(was)

    step(mailing_id, actor=TESTER, now=NOW)

    assert state(mailing_id) is to
    with transaction() as tx:
        written = tx.scalars(select(Audit)).one()
    done = f"mailing-{step.__name__}"
    assert (written.action, written.subject) == (done, f"mailing:{mailing_id}")


@pytest.mark.parametrize(("step", "was"), REFUSED)
def test_a_step_from_another_state_is_refused(step: Step, was: MailingState) -> None:
    mailing_id = mailing_in(was)

    with pytest.raises(RefusedError, match=was):
        step(mailing_id, actor=TESTER, now=NOW)

    assert state(mailing_id) is was


def test_an_unknown_mailing_is_not_found() -> None:
    with pytest.raises(NotFoundError):
        steering.pause(99, actor=TESTER, now=NOW)


def test_stop_everything_and_release() -> None:
    steering.stop_everything("a bad night", actor=TESTER, now=NOW)
    with transaction() as tx:
        stopped = installation.read(tx)
    assert stopped is not None
    assert (stopped.stopped_at, stopped.stopped_why) == (NOW, "a bad night")

    steering.release(actor=TESTER, now=NOW)

    with transaction() as tx:
        released = installation.read(tx)
    assert released is not None
    assert released.stopped_at is None
