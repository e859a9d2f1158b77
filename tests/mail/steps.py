"""A campaign on its way to a relay of ours: begun, sent, counted, for the tests of this room."""

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy import update

from syndicate import clock, settings
from syndicate.mail.sending import deliver
from syndicate.store.ground.session import transaction
from syndicate.store.sending import ledger
from syndicate.store.sending.mailings import Batch, Delivery
from syndicate.vocabulary.sending import Lane, MailingState
from tests.mail.campaign import Plan, start
from tests.mail.fault_relay import FaultRelay


def use(server: FaultRelay, env: pytest.MonkeyPatch, **more: str) -> None:
    env.setenv("SYNDICATE_RELAY_URL", server.url)
    env.setenv("SYNDICATE_MAIL_CONNECTIONS", "2")
    env.setenv("SYNDICATE_MAIL_CHUNK_SIZE", "10")
    for name, value in more.items():
        env.setenv(f"SYNDICATE_{name.upper()}", value)
    settings.load.cache_clear()


def send(should_stop: Callable[[], bool] = lambda: False, lane: Lane = Lane.BULK) -> int:
    return deliver.send_lane(lane, should_stop=should_stop)


def counts(mailing_id: int) -> dict[str, int]:
    with transaction() as tx:
        by_batch = ledger.counts(tx, mailing_id)
        assert by_batch == ledger.counts_by_row(tx, mailing_id)
    return {name: number for name, number in by_batch.as_dict().items() if number}


def state(mailing_id: int) -> MailingState:
    with transaction() as tx:
        mailing = ledger.find(tx, mailing_id)
        assert mailing is not None
        return mailing.state


def begin(plan: Plan) -> int:
    return start(plan, now=clock.now())


def make_due(mailing_id: int) -> None:
    """Let all waiting be over."""
    with transaction() as tx:
        past = clock.now() - dt.timedelta(seconds=1)
        tx.execute(update(Batch).where(Batch.mailing_id == mailing_id).values(not_before=past))
        tx.execute(
            update(Delivery)
            .where(Delivery.mailing_id == mailing_id, Delivery.not_before.is_not(None))
            .values(not_before=past)
        )
