"""What a transaction does when two of them wait for each other."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DataError, OperationalError

from syndicate.store.ground.session import Transaction, apart, transaction, twice

pytestmark = pytest.mark.usefixtures("database")
_LOCK = text("SELECT pg_advisory_xact_lock(hashtext(:name))")
S = 30.0


def both_ways(work: list[tuple[str, str]], tries: list[str]) -> None:
    """Two transactions, each of which wants what the other holds."""
    meeting = threading.Barrier(2)

    def hold(names: tuple[str, str]) -> None:
        def lock() -> None:
            tries.append(names[0])
            with transaction() as tx:
                tx.execute(_LOCK, {"name": names[0]})
                if len(tries) <= 2:
                    meeting.wait(S)
                tx.execute(_LOCK, {"name": names[1]})

        twice(lock)

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(hold, names) for names in work]:
            done.result(S)


def test_work_that_lost_a_deadlock_is_done_again() -> None:
    tries: list[str] = []

    both_ways([("a", "b"), ("b", "a")], tries)

    assert len(tries) == 3
    assert set(tries) == {"a", "b"}


def test_work_that_failed_otherwise_is_not_done_again() -> None:
    tries: list[int] = []

    def fail() -> None:
        tries.append(1)
        with transaction() as tx:
            tx.execute(text("SET LOCAL statement_timeout = 1"))
            tx.execute(text("SELECT pg_sleep(5)"))

    with pytest.raises(OperationalError):
        twice(fail)

    assert tries == [1]


def test_an_error_quotes_nothing_of_what_was_written() -> None:
    def fail() -> None:
        with transaction() as tx:
            tx.execute(text("SET LOCAL statement_timeout = 1"))
            tx.execute(text("SELECT pg_sleep(5), CAST(:said AS text)"), {"said": "reader001"})

    with pytest.raises(OperationalError) as caught:
        fail()

    assert "reader001" not in str(caught.value)


def test_work_apart_costs_only_itself() -> None:
    def keep(tx: Transaction, number: int) -> None:
        with apart(tx):
            tx.execute(text("INSERT INTO kept VALUES (:number)"), {"number": number})
            tx.execute(text("SELECT 1 / :number"), {"number": number})

    with transaction() as tx:
        tx.execute(text("CREATE TEMPORARY TABLE kept (number integer) ON COMMIT DROP"))
        keep(tx, 1)
        with pytest.raises(DataError):
            keep(tx, 0)
        keep(tx, 2)

        kept = list(tx.scalars(text("SELECT number FROM kept")))

    assert kept == [1, 2]
