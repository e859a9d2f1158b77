"""What is kept of visitors, and for how long."""

import datetime as dt
import time

import pytest
from sqlalchemy import text

from syndicate.breakers import keeping, known
from syndicate.store.ground.session import transaction
from syndicate.store.platform.caps import CapCounter
from tests import rows
from tests.rows import NOW

pytestmark = pytest.mark.usefixtures("database")
MANY = "INSERT INTO cap_counter SELECT :cap, md5(n::text), :at, 1 FROM generate_series(1, :n) AS n"


def left() -> list[str]:
    with transaction() as tx:
        return list(tx.scalars(text("SELECT DISTINCT key FROM cap_counter ORDER BY key")))


def test_counters_are_forgotten_when_their_window_is_long_over() -> None:
    hour, day = known.SIGN_UP[0], known.SIGN_UP[1]
    kept = [(hour, 2, "hour"), (day, 71, "day"), (known.SIGN_UPS, 71, "paper")]
    kept += [(known.CONFIRMED, 24 * 30, "reader")]
    gone = [(hour, 4, "old hour"), (day, 73, "old day"), (known.SIGN_UPS, 73, "old paper")]
    with transaction() as tx:
        for limit, hours, key in [*kept, *gone]:
            at = NOW - dt.timedelta(hours=hours)
            rows.added(tx, CapCounter(cap=limit.name, key=key, window_from=at, used=1))

    assert keeping.forget_over(NOW) == 3
    assert left() == ["day", "hour", "paper", "reader"]


def test_a_flood_of_visitors_is_forgotten_bit_by_bit_and_no_tick_waits_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(keeping, "AT_ONCE", 10_000)
    at = NOW - dt.timedelta(hours=9)
    with transaction() as tx:
        tx.execute(text(MANY), {"cap": known.SIGN_UP[0].name, "at": at, "n": 50_000})
    monkeypatch.setattr(keeping, "BUDGET_S", 0.0)
    assert keeping.forget_over(NOW) == 0

    monkeypatch.setattr(keeping, "BUDGET_S", 2.0)
    count, runs, longest_s = 0, 0, 0.0
    while left_now := len(left()):
        began = time.monotonic()
        count += keeping.forget_over(NOW)
        longest_s, runs = max(longest_s, time.monotonic() - began), runs + 1
        assert runs < 20, left_now

    assert count == 50_000
    assert longest_s < 2 * keeping.BUDGET_S
