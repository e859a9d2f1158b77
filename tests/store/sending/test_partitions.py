"""Partitions of the ledger: made before they are needed, dropped whole when all in them is old."""

import datetime as dt

import pytest
from sqlalchemy import select, text, update

from syndicate.store.ground.session import transaction
from syndicate.store.maintenance import upkeep
from syndicate.store.sending import ledger, partitions
from syndicate.store.sending.mailings import Delivery, Mailing, MailingContent
from syndicate.vocabulary.sending import MailingState
from tests.mail import confirmation
from tests.mail.campaign import NOW, Plan, start

pytestmark = pytest.mark.usefixtures("database")
YEARS = NOW + dt.timedelta(days=800)
STEP = partitions.MAILINGS_PER_PARTITION


def names() -> list[str]:
    with transaction() as tx:
        return list(tx.scalars(partitions._PARTITIONS))


def go_to(mailing_id: int) -> None:
    """Let the next mailing have this id."""
    with transaction() as tx:
        tx.execute(text(f"ALTER TABLE mailing ALTER COLUMN id RESTART WITH {mailing_id}"))


def end(mailing_id: int) -> None:
    with transaction() as tx:
        tx.execute(
            update(Mailing)
            .where(Mailing.id == mailing_id)
            .values(state=MailingState.DONE, done_at=NOW)
        )


def keep_house(now: dt.datetime) -> None:
    with transaction() as tx:
        upkeep.keep_house(tx, now)


def test_the_next_partition_is_made_ahead() -> None:
    assert names() == ["delivery_p00000", "delivery_p00001"]
    go_to(STEP + 5)
    start(Plan(audience=2))

    keep_house(NOW)

    assert names()[-1] == "delivery_p00002"
    go_to(2 * STEP)
    assert start(Plan(audience=2)) == 2 * STEP


def test_a_partition_goes_when_all_its_mailings_are_old() -> None:
    old = start(Plan(audience=3))
    end(old)
    go_to(STEP)
    start(Plan(audience=2))

    keep_house(NOW + dt.timedelta(days=399))
    assert "delivery_p00000" in names()
    keep_house(YEARS)

    assert "delivery_p00000" not in names()
    with transaction() as tx:
        assert tx.scalar(select(Delivery).where(Delivery.mailing_id == old).limit(1)) is None
        assert ledger.counts(tx, old).audience == 3
        assert ledger.find(tx, old) is not None


def test_a_partition_with_an_open_mailing_stays() -> None:
    open_one = start(Plan(audience=3))
    go_to(STEP)
    start(Plan(audience=2))

    keep_house(YEARS)

    assert "delivery_p00000" in names()
    with transaction() as tx:
        assert ledger.counts_by_row(tx, open_one).audience == 3


def test_the_partition_of_the_newest_mailing_stays() -> None:
    end(start(Plan(audience=3)))

    keep_house(YEARS)

    assert "delivery_p00000" in names()


def test_what_a_single_message_said_is_forgotten_after_a_week() -> None:
    mailing_id = confirmation.queue("confirmation:1", now=NOW)
    assert mailing_id is not None
    end(mailing_id)

    def contents() -> int:
        with transaction() as tx:
            return len(list(tx.scalars(select(MailingContent.mailing_id))))

    keep_house(NOW + dt.timedelta(days=7))
    assert contents() == 1
    keep_house(NOW + dt.timedelta(days=9))
    assert contents() == 0
    with transaction() as tx:
        assert ledger.counts_by_row(tx, mailing_id).audience == 1
