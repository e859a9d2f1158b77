"""What became of mail after the relay took it: kept once, asked for by reader and by mailing."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select, text, update

from syndicate.store.ground.session import transaction
from syndicate.store.readers import recipients, subscribers
from syndicate.store.readers.recipients import Recipient
from syndicate.store.readers.subscribers import Proof
from syndicate.store.sending import events
from syndicate.store.sending.events import DeliveryEvent, Happening, Refused
from syndicate.vocabulary.sending import DeliveryState
from tests.rows import DAY, NOW
from tests.store import mailed

pytestmark = pytest.mark.usefixtures("database")
SECOND = dt.timedelta(seconds=1)
ONE, TWO = 1, 2  # recipients
SINCE = NOW - 30 * DAY
FULL, BLOCKED = "full", "blocked"


def tell(recipient_id: int | None = ONE, at: dt.datetime = NOW, **more: Any) -> bool:
    """A full mailbox, unless `more` says otherwise; each is another event."""
    plain: dict[str, Any] = {"kind": events.BOUNCED, "mailing_id": 1, "reason": FULL}
    key = {"key": repr((recipient_id, at, sorted(more.items()))).encode()}
    happened = Happening(at=at, recipient_id=recipient_id, **(plain | key | more))
    with transaction() as tx:
        return events.record(tx, happened)


def soft(*reasons: str) -> list[dt.date]:
    with transaction() as tx:
        return events.soft_days(tx, ONE, reasons=reasons or (FULL,), since=SINCE)


def hard() -> list[dt.datetime]:
    with transaction() as tx:
        return events.hard_times(tx, ONE, since=SINCE)


def test_an_event_is_kept_as_it_was_told() -> None:
    assert tell(code="552 5.2.2", detail="Mailbox full", is_hard=True, key=b"k" * 32)

    with transaction() as tx:
        row = tx.scalars(select(DeliveryEvent)).one()
    assert (row.at, row.mailing_id, row.recipient_id, row.kind) == (NOW, 1, ONE, "bounced")
    assert (row.code, row.detail, row.reason) == ("552 5.2.2", "Mailbox full", FULL)
    assert (row.is_hard, row.key) == (True, b"k" * 32)


def test_what_is_not_known_of_an_event_is_left_open() -> None:
    tell(None, mailing_id=None)

    with transaction() as tx:
        row = tx.scalars(select(DeliveryEvent)).one()
    assert (row.mailing_id, row.recipient_id, row.code, row.detail) == (None, None, None, None)
    assert not row.is_hard


def test_the_same_event_is_kept_once_whoever_tells_it() -> None:
    assert tell(key=b"same")
    assert not tell(key=b"same", reason=BLOCKED, at=NOW + DAY)

    with transaction() as tx:
        assert list(tx.scalars(select(DeliveryEvent.reason))) == [FULL]


def test_old_events_are_forgotten_a_lot_at_a_time() -> None:
    with transaction() as tx:
        tx.execute(
            text(
                "INSERT INTO delivery_event (at, kind) SELECT CAST(:at AS timestamptz), 'bounced'"
                " FROM generate_series(1, :many)"
            ),
            {"at": NOW - SECOND, "many": events.FORGET_AT_ONCE + 2},
        )
    tell(at=NOW)

    def forget() -> int:
        with transaction() as tx:
            events.forget_before(tx, NOW)
            return int(tx.execute(text("SELECT count(*) FROM delivery_event")).scalar_one())

    assert [forget(), forget(), forget()] == [3, 1, 1]


def test_bad_days_are_counted_once_each_in_order() -> None:
    for hours in (0, 1, -30, 24):
        tell(at=NOW + hours * mailed.HOUR)

    today = NOW.date()
    assert soft() == [today - DAY, today, today + DAY]


def test_bad_days_are_one_recipients_and_of_the_reasons_that_count() -> None:
    tell(TWO)
    tell(reason=BLOCKED, at=NOW - DAY)
    tell(kind="delayed", at=NOW - 2 * DAY)
    tell(at=NOW - 3 * DAY)

    assert soft() == [NOW.date() - 3 * DAY]
    assert soft(FULL, BLOCKED) == [NOW.date() - 3 * DAY, NOW.date() - DAY]
    assert soft("other") == []


def test_what_came_back_before_the_season_is_forgotten() -> None:
    tell(at=SINCE)
    tell(at=SINCE, is_hard=True)

    assert (soft(), hard()) == ([], [])
    tell(at=SINCE + SECOND)
    assert soft() == [SINCE.date()]


@pytest.mark.parametrize("is_hard", [False, True])
@pytest.mark.parametrize(
    ("arrived", "is_forgotten"),
    [
        ({"at": NOW}, True),
        ({"at": NOW - SECOND}, False),
        ({"at": NOW, "recipient_id": TWO}, False),
        ({"at": SINCE - DAY}, False),
    ],
    ids=["at once", "before", "at another's", "long ago"],
)
def test_a_mail_that_arrived_wipes_the_slate(
    is_hard: bool, arrived: dict[str, Any], is_forgotten: bool
) -> None:
    tell(is_hard=is_hard)
    tell(**({"kind": events.DELIVERED} | arrived))

    found: list[Any] = [*hard()] if is_hard else [*soft()]
    assert bool(found) is not is_forgotten


def test_a_mail_that_arrived_long_ago_does_not_reach_back_beyond_the_season() -> None:
    tell(kind=events.DELIVERED, at=SINCE - 2 * DAY)
    tell(at=SINCE - DAY, is_hard=True)

    assert (soft(), hard()) == ([], [])


def test_hard_times_are_one_recipients_in_order() -> None:
    for at in (NOW, NOW - DAY):
        tell(at=at, is_hard=True)
    tell(at=NOW - 2 * DAY)
    tell(TWO, is_hard=True)

    assert hard() == [NOW - DAY, NOW]


@pytest.mark.parametrize(("method", "counts"), [("confirmation", True), ("import", False)])
def test_an_address_was_alive_when_somebody_confirmed_by_mail(method: str, counts: bool) -> None:
    mailed.digest(2)
    with transaction() as tx:
        subscription_id = tx.execute(text("SELECT min(id) FROM subscription")).scalar_one()
        subscribers.add_consent(tx, subscription_id, Proof(method, "Morning"), at=NOW)

    with transaction() as tx:
        assert events.has_confirmed(tx, ONE) is counts
        assert not events.has_confirmed(tx, TWO)


def grouped() -> tuple[int, int]:
    """A mailing with two readers at google and one elsewhere, and another mailing to the same."""
    mailing_id = mailed.digest(0)
    other_id = mailed.digest(0, name="evening")
    with transaction() as tx:
        for each in (mailing_id, other_id):
            made = mailed.mailing(each)
            mailed.add_batch(tx, made, range(1, 3), group="google")
            mailed.add_batch(tx, made, range(3, 4), number=1)
    return mailing_id, other_id


def refusals(*, since: dt.datetime = NOW - DAY, limit: int = 9) -> list[Refused]:
    with transaction() as tx:
        found = events.unread_refusals(tx, since=since, limit=limit)
        return sorted(found, key=lambda refused: refused.recipient_id or 0)  # no order is promised


def test_what_the_relay_refused_for_good_is_read_until_it_is_an_event() -> None:
    mailing_id = mailed.digest(3)
    why: dict[str, Any] = {"code": 550, "enhanced": "5.1.1", "reason": "unknown"}
    mailed.put(mailing_id, DeliveryState.FAILED, 0, 1, done_at=NOW, **why)

    first, second = (mailed.delivery(mailing_id, each).recipient_id for each in (0, 1))
    assert refusals() == [
        Refused(mailing_id, each, NOW, 550, "5.1.1", "unknown") for each in (first, second)
    ]
    assert len(refusals(limit=1)) == 1

    tell(first, mailing_id=mailing_id)
    tell(second, mailing_id=mailing_id + 1)
    tell(second, mailing_id=mailing_id, kind="delayed")
    assert [each.recipient_id for each in refusals()] == [second]


@pytest.mark.parametrize(
    ("state", "code", "is_read"),
    [
        (DeliveryState.FAILED, 500, True),
        (DeliveryState.FAILED, 499, False),
        (DeliveryState.FAILED, None, False),
        (DeliveryState.DEFERRED, 550, False),
        (DeliveryState.ACCEPTED, 550, False),
    ],
)
def test_only_a_refusal_for_good_is_read(
    state: DeliveryState, code: int | None, is_read: bool
) -> None:
    mailing_id = mailed.digest(2)
    # The batch has failures, or it would not be looked into.
    mailed.put(mailing_id, DeliveryState.FAILED, 1)
    mailed.put(mailing_id, state, 0, code=code)

    assert bool(refusals()) is is_read


def test_refusals_of_old_mailings_are_left_alone() -> None:
    mailing_id = mailed.digest(1)
    mailed.put(mailing_id, DeliveryState.FAILED, 0, code=550)

    assert refusals(since=NOW) == []
    # When is not written down, so it was when the mailing was made.
    assert [each.at for each in refusals(since=NOW - SECOND)] == [NOW]


def test_each_batch_answers_for_its_own_refusals_once() -> None:
    mailing_id, _ = grouped()
    mailed.put(mailing_id, DeliveryState.FAILED, 0, code=550)
    mailed.put(mailing_id, DeliveryState.FAILED, 0, number=1, code=550)

    assert [each.recipient_id for each in refusals()] == [1, 3]


def test_what_receivers_did_is_counted_by_group_and_by_reader() -> None:
    mailing_id, other_id = grouped()
    tell(1, mailing_id=mailing_id, kind="delivered")
    tell(1, mailing_id=mailing_id, kind="delivered", at=NOW + SECOND)
    tell(2, mailing_id=mailing_id, kind="delivered")
    tell(2, mailing_id=mailing_id, kind="complained")
    tell(3, mailing_id=mailing_id)
    tell(3, mailing_id=other_id, kind="delivered")
    tell(None, mailing_id=mailing_id)

    with transaction() as tx:
        assert events.counts(tx, mailing_id) == {
            "google": {"delivered": 2, "complained": 1},
            recipients.OTHER: {"bounced": 1},
        }
        assert events.counts(tx, 99) == {}
        tx.execute(update(Recipient).values(receiver_group="apple"))
        assert set(events.counts(tx, mailing_id)) == {"apple"}
