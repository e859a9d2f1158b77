"""Two transactions at once: the second is known to wait before the first commits."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest
from sqlalchemy import text

from syndicate.store.ground.session import Transaction, transaction

T = TypeVar("T")


def second(hold: Callable[[Transaction], object], work: Callable[[Transaction], T]) -> T:
    """Do `work` in a transaction that waits for one that did `hold`; that one commits then.

    Returns:
        What the work returns.
    """

    def done() -> T:
        with transaction() as tx:
            return work(tx)

    with ThreadPoolExecutor(1) as pool:
        with transaction() as first:
            hold(first)
            begun = pool.submit(done)
            wait_until_blocked(first)
        return begun.result(30)


def wait_until_blocked(tx: Transaction) -> None:
    """Come back when somebody waits for a lock that the transaction holds."""
    # Not from pg_stat_activity: a transaction sees it as it was when it first looked.
    waits = text(
        "SELECT pid FROM pg_locks"
        " WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
    )
    for _ in range(1000):
        if tx.scalars(waits).all():
            return
        time.sleep(0.01)
    pytest.fail("nobody waits")
