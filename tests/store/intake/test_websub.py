"""Our subscriptions at hubs: each arrow of their drawing, and what is asked for again."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.intake import websub
from syndicate.store.intake.websub import HubSubscription
from syndicate.vocabulary.sources import HubState, SourceState
from tests import rows
from tests.rows import NOW

pytestmark = pytest.mark.usefixtures("database")
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
HUB, TOPIC = "https://hub.example/", "https://daily.example/self"
ASKED, VERIFIED, DENIED, ENDED = HubState
Act = Callable[[Transaction, HubSubscription], object]


def source(tx: Transaction, name: str = "wire", **columns: Any) -> int:
    daily = tx.scalar(text("SELECT id FROM publication")) or rows.publication(tx).id
    return rows.source(tx, daily, name, **columns).id


def verify(tx: Transaction, found: HubSubscription) -> None:
    websub.verify(tx, found, lease_until=NOW + 10 * DAY, renew_at=NOW + 5 * DAY)


def renew(tx: Transaction, found: HubSubscription) -> HubSubscription:
    return websub.renew(tx, found, again_at=NOW + HOUR, now=NOW)


def states(tx: Transaction) -> list[HubState]:
    tx.flush()
    return list(tx.scalars(select(HubSubscription.state).order_by(HubSubscription.id)))


@pytest.mark.parametrize(
    ("before", "act", "after"),
    [
        pytest.param(ASKED, verify, [VERIFIED], id="asked, and the hub verifies"),
        pytest.param(ASKED, renew, [ASKED], id="asked, and the hub stayed silent"),
        pytest.param(
            ASKED, lambda tx, row: websub.deny(tx, row, "no"), [DENIED], id="the hub refuses"
        ),
        pytest.param(
            ASKED,
            lambda tx, row: websub.refuse(tx, row.id, "500"),
            [ASKED],
            id="the hub does not take what it is asked",
        ),
        pytest.param(ASKED, websub.leave, [ENDED], id="we leave before the hub answers"),
        pytest.param(VERIFIED, verify, [VERIFIED], id="verified twice"),
        pytest.param(VERIFIED, renew, [VERIFIED, ASKED], id="asked anew, by a row of its own"),
        pytest.param(VERIFIED, websub.leave, [ENDED], id="we leave"),
        pytest.param(
            VERIFIED, lambda tx, row: websub.end(tx, row, "gone"), [ENDED], id="the hub lets us go"
        ),
        pytest.param(
            VERIFIED, lambda tx, row: websub.deny(tx, row, "no"), [DENIED], id="denied later"
        ),
        pytest.param(
            VERIFIED,
            lambda tx, row: verify(tx, renew(tx, row)),
            [ENDED, VERIFIED],
            id="its successor is verified",
        ),
        pytest.param(
            VERIFIED,
            lambda tx, row: websub.deny(tx, renew(tx, row), "no"),
            [VERIFIED, DENIED],
            id="its successor is denied",
        ),
        pytest.param(
            VERIFIED, lambda tx, row: websub.heard(tx, row, NOW), [VERIFIED], id="the hub tells"
        ),
        pytest.param(VERIFIED, websub.distrust, [VERIFIED], id="the hub is silent"),
    ],
)
def test_the_drawing(before: HubState, act: Act, after: list[HubState]) -> None:
    with transaction() as tx:
        found = rows.hub_subscription(tx, source(tx), before)

        act(tx, found)

        assert states(tx) == after


def test_a_subscription_is_asked_for_under_a_callback_that_nobody_can_guess() -> None:
    with transaction() as tx:
        wire = source(tx)

        first, second = (
            websub.ask(tx, wire, HUB, TOPIC, renew_at=NOW + HOUR, now=NOW) for _ in range(2)
        )

        assert (first.source_id, first.hub_url, first.topic) == (wire, HUB, TOPIC)
        assert (first.state, first.is_leaving, first.pushed) == (ASKED, False, 0)
        assert (first.renew_at, first.created_at, first.pushed_at) == (NOW + HOUR, NOW, None)
        assert first.callback != second.callback
        assert first.secret != second.secret
        assert (len(first.callback), len(first.secret)) == (32, 32)


def test_a_hub_that_stayed_silent_is_asked_again_under_the_same_callback() -> None:
    with transaction() as tx:
        found = rows.hub_subscription(tx, source(tx), ASKED)

        assert renew(tx, found) is found

        assert found.renew_at == NOW + HOUR


def test_an_old_subscription_goes_on_until_its_successor_is_verified() -> None:
    with transaction() as tx:
        found = rows.hub_subscription(tx, source(tx), topic="t", hub_url="h")

        fresh = renew(tx, found)

        assert (fresh.hub_url, fresh.topic, fresh.source_id) == ("h", "t", found.source_id)
        assert (fresh.renew_at, fresh.created_at) == (NOW + HOUR, NOW)
        assert (found.renew_at, found.state) == (None, VERIFIED)
        assert fresh.callback != found.callback


def test_what_a_hub_verifies_ends_what_went_before_it_at_its_source_alone() -> None:
    with transaction() as tx:
        wire, other = source(tx), source(tx, "other")
        rows.hub_subscription(tx, wire, VERIFIED)
        rows.hub_subscription(tx, wire, ASKED)
        rows.hub_subscription(tx, wire, DENIED, reason="no")
        rows.hub_subscription(tx, other, VERIFIED)
        found = rows.hub_subscription(tx, wire, ASKED, reason="500")
        rows.hub_subscription(tx, wire, ASKED)

        verify(tx, found)

        assert states(tx) == [ENDED, ENDED, DENIED, VERIFIED, VERIFIED, ASKED]
        assert (found.lease_until, found.renew_at) == (NOW + 10 * DAY, NOW + 5 * DAY)
        reasons = list(
            tx.scalars(select(HubSubscription.reason).order_by(HubSubscription.id)),
        )
        assert reasons == ["renewed", "renewed", "no", None, None, None]


def test_why_a_hub_refused_is_kept_and_nobody_is_asked_of_a_row_that_is_gone() -> None:
    with transaction() as tx:
        found = rows.hub_subscription(tx, source(tx), ASKED)

        websub.refuse(tx, found.id, "It answered 500.")
        websub.refuse(tx, found.id + 1, "It answered 404.")

        assert (found.reason, found.state) == ("It answered 500.", ASKED)


def test_whoever_leaves_says_so_when_the_hub_asks_and_keeps_the_reason() -> None:
    with transaction() as tx:
        found = rows.hub_subscription(tx, source(tx), reason="500")

        websub.leave(tx, found)

        assert (found.is_leaving, found.reason) == (True, "500")


def test_what_a_hub_sends_is_counted_until_it_is_no_longer_trusted() -> None:
    with transaction() as tx:
        found = rows.hub_subscription(tx, source(tx))

        websub.heard(tx, found, NOW)
        websub.heard(tx, found, NOW + MINUTE)
        heard = (found.pushed, found.pushed_at)
        websub.distrust(tx, found)

        assert heard == (2, NOW + MINUTE)
        assert (found.pushed, found.pushed_at) == (2, None)


def test_a_callback_finds_its_own_subscription_and_locks_it() -> None:
    with transaction() as tx:
        wire = source(tx)
        rows.hub_subscription(tx, wire, callback="other")
        found = rows.hub_subscription(tx, wire, callback="mine")

    with transaction() as first:
        mine = websub.by_callback(first, "mine")
        assert mine is not None
        assert mine.id == found.id
        assert websub.by_callback(first, "nobody's") is None
        with transaction() as second:
            lock = "SELECT FROM hub_subscription WHERE callback = :callback FOR UPDATE NOWAIT"
            second.execute(text(lock), {"callback": "other"})
            with pytest.raises(OperationalError):
                second.execute(text(lock), {"callback": "mine"})
            second.session.rollback()


def test_a_source_has_its_open_subscriptions_newest_first() -> None:
    with transaction() as tx:
        wire, other = source(tx), source(tx, "other")
        made = [
            rows.hub_subscription(tx, wire, state).id for state in (VERIFIED, ASKED, DENIED, ENDED)
        ]
        rows.hub_subscription(tx, other, ASKED)

        assert [row.id for row in websub.current(tx, wire)] == [made[1], made[0]]


def due(tx: Transaction, limit: int = 9) -> list[int]:
    return [row.id for row in websub.due_for_renewal(tx, NOW, limit=limit)]


@pytest.mark.parametrize(
    ("state", "renew_at", "of_source", "is_due"),
    [
        (VERIFIED, NOW, SourceState.ACTIVE, True),
        (ASKED, NOW - DAY, SourceState.FAILING, True),
        (VERIFIED, NOW, SourceState.DORMANT, True),
        (VERIFIED, NOW + MINUTE, SourceState.ACTIVE, False),
        (VERIFIED, None, SourceState.ACTIVE, False),
        (DENIED, NOW, SourceState.ACTIVE, False),
        (ENDED, NOW, SourceState.ACTIVE, False),
        (VERIFIED, NOW, SourceState.PAUSED, False),
        (VERIFIED, NOW, SourceState.GONE, False),
    ],
)
def test_what_is_asked_for_again(
    state: HubState, renew_at: dt.datetime | None, of_source: SourceState, *, is_due: bool
) -> None:
    with transaction() as tx:
        source(tx, "another")
        found = rows.hub_subscription(tx, source(tx, state=of_source), state, renew_at=renew_at)

        assert due(tx) == ([found.id] if is_due else [])


def test_who_waits_longest_is_asked_for_first() -> None:
    with transaction() as tx:
        wire = source(tx)
        later, sooner, last = (
            rows.hub_subscription(tx, wire, renew_at=NOW - hours * HOUR).id for hours in (2, 3, 1)
        )

        assert (due(tx), due(tx, 2)) == ([sooner, later, last], [sooner, later])


def test_two_who_ask_hubs_take_different_subscriptions_and_lock_no_source() -> None:
    with transaction() as tx:
        wire = source(tx)
        ids = [rows.hub_subscription(tx, wire).id for _ in range(2)]

    with transaction() as first, transaction() as second:
        taken = due(first, 1)
        second.execute(text("SET LOCAL lock_timeout = '100ms'"))
        second.execute(text("SELECT FROM source FOR UPDATE NOWAIT"))
        assert sorted([*taken, *due(second)]) == ids
