"""What operators see of the limits, and what becomes of one that they lift."""

import datetime as dt

import pytest
from sqlalchemy import text

from syndicate.breakers import known, steering
from syndicate.breakers.rules import Limit
from syndicate.breakers.steering import Lifted
from syndicate.breakers.visitors import visitor
from syndicate.errors import NotFoundError
from syndicate.store.ground.session import transaction
from syndicate.store.platform.caps import CapCounter, Spent
from syndicate.store.readers import recipients
from syndicate.store.views import operations
from tests import rows
from tests.acting import TESTER
from tests.rows import NOW

pytestmark = pytest.mark.usefixtures("database")
HOUR = dt.timedelta(hours=1)


def spend(limit: Limit, key: str, used: int, at: dt.datetime = NOW) -> None:
    window = limit.window(at)
    with transaction() as tx:
        rows.added(tx, CapCounter(cap=limit.name, key=key, window_from=window, used=used))


def standing() -> dict[str, list[Spent]]:
    with transaction() as tx:
        found = steering.every(tx, actor=TESTER, now=NOW)
        return {each.limit.name: list(each.spent) for each in found if each.spent}


def lift(limit: Limit, key: str = "") -> Lifted:
    with transaction() as tx:
        return steering.lift(tx, limit.name, key, actor=TESTER, now=NOW)


def test_who_is_at_a_limit_now_is_shown_and_nobody_else() -> None:
    hour, rolling = known.SIGN_UP[0], known.CONFIRMED
    spend(hour, "a", hour.most)
    spend(hour, "b", hour.most + 9)
    spend(hour, "c", hour.most - 1)
    spend(hour, "d", hour.most, NOW - HOUR)
    for hours in (1, 12, 23):
        spend(rolling, "reader", 1, NOW - hours * HOUR)
    spend(rolling, "other", 3, NOW - 25 * HOUR)

    assert standing() == {
        hour.name: [Spent("b", hour.most + 9), Spent("a", hour.most)],
        rolling.name: [Spent("reader", 3)],
    }


@pytest.mark.parametrize(
    ("limit", "key", "typed"),
    [
        (known.SIGN_UP[0], lambda: visitor("192.0.2.7").address, "192.0.2.7"),
        (known.SIGN_UP_NETWORK, lambda: visitor("192.0.2.7").network, "192.0.2.99"),
        (
            known.CONFIRMED_MAILBOX,
            lambda: recipients.hash_of("reader001@gmail.com").hex(),
            "Reader.001+news@googlemail.com",
        ),
        (
            known.EMAILED_TO,
            lambda: recipients.hash_of("reader001@example.com").hex()[:32],
            "reader001+x@example.com",
        ),
        (
            known.SIGN_UPS_DOMAIN,
            lambda: recipients.hash_of("campus.example").hex()[:32],
            "Campus.example",
        ),
        (known.HUB_CALLS, lambda: "peer.example", "peer.example"),
    ],
    ids=lambda each: getattr(each, "name", None),
)
def test_a_limit_is_lifted_for_whom_an_operator_names(
    limit: Limit, key: object, typed: str
) -> None:
    assert callable(key)
    spend(limit, key(), limit.most)
    spend(limit, "somebody else", limit.most)

    assert lift(limit, typed) == Lifted(1, 0)
    assert standing() == {limit.name: [Spent("somebody else", limit.most)]}
    assert lift(limit, typed) == Lifted(0, 0)


def test_a_limit_is_lifted_for_all_who_are_at_it_and_the_audit_names_nobody() -> None:
    limit = known.SIGN_UP[0]
    for key in "abc":
        spend(limit, key, limit.most)
    spend(limit, "d", 1)

    assert lift(limit) == Lifted(3, 0)

    with transaction() as tx:
        assert list(tx.scalars(text("SELECT key FROM cap_counter"))) == ["d"]
        [line] = operations.audit_rows(tx, limit=9, about=["limit:sign-up:visitor-hour"])
    assert line.detail == {"counters": 3, "mails": 0}


def test_a_flood_that_was_wanted_is_let_go() -> None:
    with transaction() as tx:
        whose = {slug: rows.publication(tx, slug).id for slug in ("daily", "courier")}
        for number, publication_id in enumerate([*whose.values(), whose["daily"]]):
            made = rows.single(
                tx, scope="confirmation", publication_id=publication_id, dedupe_key=str(number)
            )
            rows.batch(tx, made, not_before=NOW + number * HOUR + HOUR)
        waits = steering.waiting(tx, now=NOW)
    spend(known.SIGN_UPS, str(whose["daily"]), 900)

    assert [(each.limit, each.publication, each.count) for each in waits] == [
        ("confirmation:publication", "daily", 2),
        ("confirmation:publication", "courier", 1),
    ]
    assert lift(known.SIGN_UPS, "daily") == Lifted(1, 2)
    with transaction() as tx:
        [left] = steering.waiting(tx, now=NOW)
        assert steering.called(tx, known.SIGN_UPS, str(whose["courier"])) == "courier"
    assert left.publication == "courier"


def test_a_limit_that_there_is_not_is_named() -> None:
    with transaction() as tx, pytest.raises(NotFoundError, match="There is no limit nothing; "):
        steering.lift(tx, "nothing", actor=TESTER, now=NOW)
