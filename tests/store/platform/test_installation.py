"""The installation's one row: its environment, its mark, stopped and released, at home or not."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import ColumnElement, literal_column, select, text, update
from sqlalchemy.exc import IntegrityError

from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.platform import installation
from syndicate.store.platform.installation import HOME, MAY_LEAVE, Installation
from tests.rows import NOW

pytestmark = pytest.mark.usefixtures("database")
LATER = NOW + dt.timedelta(hours=1)


def stamped(tx: Transaction) -> Installation:
    installation.stamp(tx, "test")
    return row(tx)


def row(tx: Transaction) -> Installation:
    found = installation.read(tx)
    assert found is not None
    tx.session.refresh(found)
    return found


def test_before_the_first_start_there_is_nothing_to_read() -> None:
    with transaction() as tx:
        tx.execute(text("DELETE FROM installation"))

        assert installation.read(tx) is None
        assert installation.held_why(tx) is None
        assert installation.opens_from(tx) is None


def test_a_database_keeps_the_environment_it_was_stamped_with() -> None:
    with transaction() as tx:
        tx.execute(text("DELETE FROM installation"))
        for environment in ("production", "test"):
            installation.stamp(tx, environment)

        found = row(tx)
        assert (found.environment, found.mark, found.stopped_at) == ("production", 0, None)
        assert len(found.life) == 36


def test_there_is_one_installation() -> None:
    with transaction() as tx:
        stamped(tx)
        with pytest.raises(IntegrityError):
            tx.execute(text("INSERT INTO installation (id, environment) VALUES (2, 'test')"))
        tx.session.rollback()


def test_the_mark_rises_and_is_told() -> None:
    with transaction() as tx:
        before = stamped(tx).mark

        assert [installation.raise_mark(tx) for _ in range(2)] == [before + 1, before + 2]
        assert tx.scalar(text("SHOW synchronous_commit")) == "on"


@pytest.mark.parametrize(
    ("before", "why", "otherwise", "expected"),
    [
        pytest.param(None, "a fault", "", (True, "a fault"), id="stopped with a reason"),
        pytest.param(None, None, "by hand", (True, "by hand"), id="stopped without one"),
        pytest.param(None, None, "", (True, ""), id="stopped in silence"),
        pytest.param("old", "new", "", (True, "new"), id="another reason takes its place"),
        pytest.param("old", "old", "", (False, "old"), id="the same reason changes nothing"),
        pytest.param("old", None, "by hand", (False, "old"), id="no reason lets it stand"),
    ],
)
def test_everything_is_stopped_and_why(
    before: str | None, why: str | None, otherwise: str, expected: tuple[bool, str]
) -> None:
    with transaction() as tx:
        stamped(tx)
        if before is not None:
            assert installation.stop_everything(tx, now=NOW, why=before)

        changed = installation.stop_everything(tx, now=LATER, why=why, otherwise=otherwise)

        assert (changed, row(tx).stopped_why) == expected
        assert row(tx).stopped_at == (LATER if before is None else NOW)


def test_a_reason_is_given_to_what_was_stopped_without_one() -> None:
    with transaction() as tx:
        stamped(tx)
        tx.execute(text("UPDATE installation SET stopped_at = :now"), {"now": NOW})

        assert installation.stop_everything(tx, now=LATER, why="a fault")

        assert (row(tx).stopped_at, row(tx).stopped_why) == (NOW, "a fault")


def test_mail_is_released_once() -> None:
    with transaction() as tx:
        stamped(tx)
        installation.stop_everything(tx, now=NOW, why="a fault")

        assert (installation.release(tx), installation.release(tx)) == (True, False)

        assert (row(tx).stopped_at, row(tx).stopped_why) == (None, None)


def test_why_mail_is_held_is_told_while_it_is() -> None:
    with transaction() as tx:
        stamped(tx)
        tx.execute(text("UPDATE installation SET held_why = 'it may be a copy'"))
        before = installation.held_why(tx)
        tx.execute(text("UPDATE installation SET held_at = :now"), {"now": NOW})

        assert (before, installation.held_why(tx)) == (None, "it may be a copy")


def test_from_when_issues_open_by_themselves_is_told() -> None:
    with transaction() as tx:
        stamped(tx)
        before = installation.opens_from(tx)
        tx.execute(text("UPDATE installation SET opens_from = :now"), {"now": NOW})

        assert (before, installation.opens_from(tx)) == (None, NOW)
        # What was open at a restore is held, and so is what would have been opened by then.
        tx.execute(update(Installation).values(rest_held_at=LATER))
        assert (installation.rest_held_at(tx), installation.opens_from(tx)) == (LATER, LATER)


def settled(tx: Transaction) -> None:
    """Somebody compared, for this server and this place."""
    stamped(tx)
    started: ColumnElement[object] = literal_column("pg_postmaster_start_time()")
    here: dict[str, Any] = {"home": literal_column(HOME), "compared_for": started}
    tx.execute(update(Installation).values(stopped_at=None, held_at=None, **here))


def may_leave(tx: Transaction) -> bool:
    return bool(tx.scalar(select(literal_column(MAY_LEAVE))))


@pytest.mark.parametrize(
    ("change", "leaves"),
    [
        ({"mark": 7}, True),
        ({"stopped_at": NOW}, False),
        ({"held_at": NOW}, False),
        ({"home": "another"}, False),
        ({"home": None}, False),
        ({"compared_for": NOW}, False),
        ({"compared_for": None}, False),
    ],
)
def test_mail_leaves_where_nothing_stops_it_and_somebody_compared(
    change: dict[str, Any], *, leaves: bool
) -> None:
    with transaction() as tx:
        settled(tx)
        tx.execute(update(Installation).values(change))

        assert may_leave(tx) is leaves


def test_no_mail_leaves_before_the_first_start() -> None:
    with transaction() as tx:
        tx.execute(text("DELETE FROM installation"))

        assert not may_leave(tx)


def test_a_place_is_told_apart_by_database() -> None:
    with transaction() as tx:
        parts = str(tx.scalar(select(literal_column(HOME)))).split("|")
        own = tx.scalar(text("SELECT oid FROM pg_database WHERE datname = current_database()"))
        table = tx.scalar(text("SELECT 'installation'::regclass::oid"))

    assert len(parts) == 4
    assert parts[1:3] == [str(own), str(table)]
