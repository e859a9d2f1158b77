"""Hard bounces of a receiver: counted over mailings, by reader, and taken back in one statement."""

import datetime as dt

import pytest
from sqlalchemy import select, text

from syndicate.store.ground.session import transaction
from syndicate.store.readers import recipients
from syndicate.store.readers.recipients import EVERYWHERE, Recipient
from syndicate.store.sending import bursts, events
from syndicate.store.sending.events import Happening
from syndicate.vocabulary.sending import SuppressionReason
from tests import rows
from tests.rows import DAY, NOW
from tests.store import mailed

pytestmark = pytest.mark.usefixtures("database")
HOUR = mailed.HOUR


@pytest.fixture
def both() -> tuple[int, int]:
    """Two mailings to the same: two readers at google, and three at example.com."""
    ids = mailed.digest(0), mailed.digest(0, name="evening")
    with transaction() as tx:
        for each in ids:
            made = mailed.mailing(each)
            mailed.add_batch(tx, made, range(1, 3), group="google")
            mailed.add_batch(tx, made, range(3, 6), number=1)
    return ids


def bounce(
    number: int, mailing_id: int | None, at: dt.datetime = NOW, *, hard: bool = True
) -> None:
    with transaction() as tx:
        whose = tx.scalars(
            select(Recipient).where(Recipient.address == f"reader{number:03}@example.com")
        ).one()
        happened = Happening(
            key=repr((number, mailing_id, at)).encode(),
            at=at,
            kind=events.BOUNCED,
            mailing_id=mailing_id,
            recipient_id=whose.id,
            reason="userunknown",
            is_hard=hard,
            receiver=recipients.receiver_of(whose),
        )
        assert events.record(tx, happened)


def counted(receiver: str, most: int = 99) -> tuple[int, int]:
    window = bursts.around(receiver, NOW)
    with transaction() as tx:
        return bursts.hard(tx, window), bursts.readers(tx, window, most=most)


def test_bounces_of_a_day_are_counted_by_reader_whichever_mailing_they_are_of(
    both: tuple[int, int],
) -> None:
    first, second = both
    bounce(1, first, NOW - DAY)
    bounce(1, second)
    bounce(2, None, NOW + DAY)
    bounce(3, first)
    bounce(4, second)
    bounce(4, first, hard=False)
    bounce(5, first, NOW - DAY - HOUR)

    assert counted("google") == (2, 2)
    assert counted("example.com") == (2, 3)
    assert counted("example.com", most=2) == (2, 2)
    assert counted("yahoo") == (0, 0)


@pytest.mark.parametrize("year", [1, 9999])
def test_a_moment_that_no_clock_says_has_a_window(year: int) -> None:
    moment = dt.datetime(year, 1, 1, tzinfo=dt.UTC)

    window = bursts.around("google", moment, moment)

    assert window.since < window.until
    assert bursts.around("google", NOW).since == NOW - DAY


def test_what_a_burst_cost_is_given_back_and_nothing_else(both: tuple[int, int]) -> None:
    first, second = both
    with transaction() as tx:
        rows.recipient(tx, 6)
        rows.recipient(tx, 7)
        for row in tx.scalars(select(Recipient)).all():
            number = int(row.address[6:9])
            why = SuppressionReason.READER if number == 4 else SuppressionReason.BOUNCE
            at = NOW - 9 * DAY if number == 7 else NOW
            recipients.suppress(tx, row.address_hash, scope=EVERYWHERE, reason=why, now=at)
    for number in (1, 3, 4):
        bounce(number, first)
    bounce(5, second, NOW - HOUR)
    bounce(6, None, hard=False)
    bounce(7, None)

    window = bursts.around("example.com", NOW)
    with transaction() as tx:
        other = bursts.around("yahoo", NOW)
        assert bursts.suppressed(tx, [other, window, window]) == [0, 2, 2]
        assert bursts.suppressed(tx, []) == []
        lifted = bursts.lift(tx, window)
        assert bursts.suppressed(tx, [window]) == [0]

    assert all(each.subscriber_id for each in lifted)
    with transaction() as tx:
        left = [
            number
            for number in range(1, 8)
            if recipients.is_suppressed(
                tx, recipients.hash_of(f"reader{number:03}@example.com"), "newsletter:1"
            )
        ]
    assert left == [1, 2, 4, 6, 7]


FILL = text(
    """
    WITH made AS (
        INSERT INTO recipient (address, address_hash, receiver_group)
        SELECT 'r' || n || '@d' || n % 2000 || '.example', sha256(n::text::bytea), 'other'
        FROM generate_series(1, 20000) n RETURNING id
    )
    INSERT INTO delivery_event (at, kind, is_hard, recipient_id, receiver)
    SELECT now(), 'bounced', true, id, 'd' || id % 2000 || '.example' FROM made
    """
)


@pytest.mark.parametrize(
    "where",
    [
        f"recipient WHERE receiver_group = 'other' AND {recipients.DOMAIN} = 'd1.example'",
        "delivery_event WHERE is_hard AND receiver = 'd1.example' AND at > now()",
    ],
)
def test_one_receivers_are_found_without_reading_all(where: str) -> None:
    with transaction() as tx:
        tx.execute(FILL)
        tx.execute(text("ANALYZE recipient, delivery_event"))
        plan = list(tx.scalars(text(f"EXPLAIN SELECT * FROM {where}")))  # noqa: S608 - our own

    assert "Seq Scan" not in "".join(plan), plan
