"""A cap lets so many through in a window and no more, however many ask at once."""

import datetime as dt

import pytest
from sqlalchemy import select

from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.platform import caps
from syndicate.store.platform.caps import CapCounter
from tests.rows import NOW
from tests.store import racing

pytestmark = pytest.mark.usefixtures("database")
SECOND = dt.timedelta(seconds=1)


def take(
    tx: Transaction,
    cap: str = "mail",
    key: str = "a",
    *,
    window_from: dt.datetime = NOW,
    limit: int = 2,
) -> bool:
    return caps.take(tx, cap, key, window_from=window_from, limit=limit)


def test_a_cap_is_used_up_after_its_limit() -> None:
    with transaction() as tx:
        assert [take(tx) for _ in range(4)] == [True, True, False, False]


def test_a_limit_of_none_lets_nobody_through() -> None:
    with transaction() as tx:
        assert not take(tx, limit=0)


def test_caps_keys_and_windows_are_counted_apart() -> None:
    with transaction() as tx:
        assert take(tx, limit=1)

        assert take(tx, "other", limit=1)
        assert take(tx, key="b", limit=1)
        assert take(tx, window_from=NOW + SECOND, limit=1)
        assert not take(tx, limit=1)


def test_refused_attempts_count() -> None:
    with transaction() as tx:
        for _ in range(3):
            take(tx, limit=1)

        assert tx.scalar(select(CapCounter.used)) == 3
        assert not take(tx, limit=3)
        assert take(tx, limit=5)


def test_what_went_beyond_a_limit_since_a_moment_stands_oldest_first() -> None:
    with transaction() as tx:
        for key, ago, used in (("a", 0, 3), ("b", 1, 3), ("b", 0, 2), ("c", 2, 3)):
            for _ in range(used):
                take(tx, key=key, window_from=NOW - ago * SECOND)
                take(tx, "other", key, window_from=NOW)

        found = caps.beyond(tx, "mail", 2, since=NOW - SECOND)

        assert [(each.key, each.used) for each in found] == [("b", 3), ("a", 3)]


def test_two_at_once_do_not_both_get_the_last_one() -> None:
    assert racing.second(lambda tx: take(tx, limit=1), lambda tx: take(tx, limit=1)) is False


@pytest.mark.parametrize(
    ("cap", "key", "since", "used"),
    [
        ("mail", "a", NOW - 2 * SECOND, 3),
        ("mail", "a", NOW - SECOND, 2),
        ("mail", "a", NOW, 0),
        ("other", "a", NOW - 2 * SECOND, 0),
        ("mail", "b", NOW - 2 * SECOND, 0),
    ],
)
def test_how_much_a_key_used_since(cap: str, key: str, since: dt.datetime, used: int) -> None:
    with transaction() as tx:
        take(tx, window_from=NOW - SECOND)
        for _ in range(2):
            take(tx)

        assert caps.used_since(tx, cap, key, since) == used


def test_windows_that_ended_are_forgotten() -> None:
    with transaction() as tx:
        for moment in (NOW - SECOND, NOW):
            take(tx, window_from=moment)

        caps.forget_before(tx, NOW)

        assert list(tx.scalars(select(CapCounter.window_from))) == [NOW]
