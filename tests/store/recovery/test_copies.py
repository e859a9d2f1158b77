"""Whether a database is a copy, what holding one does, and how its next life begins."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select, text, update

from syndicate.store.ground.session import transaction
from syndicate.store.platform.audit import Audit
from syndicate.store.platform.due import SKEW
from syndicate.store.platform.installation import Installation
from syndicate.store.recovery import copies
from syndicate.store.recovery.copies import NUMBERS_AHEAD, Here
from syndicate.vocabulary.sending import BatchState
from tests.rows import DAY, NOW
from tests.store import mailed
from tests.store.hands import reap, take, taken

SECOND = dt.timedelta(seconds=1)
ELSEWHERE = "1|2|3|4"
in_rows = pytest.mark.usefixtures("database")


def here() -> Here:
    with transaction() as tx:
        return copies.here(tx)


def row() -> Installation:
    with transaction() as tx:
        return tx.scalars(select(Installation)).one()


def put(**columns: Any) -> None:
    with transaction() as tx:
        tx.execute(update(Installation).values(**columns))


def hold(*, now: dt.datetime = NOW, why: str = "it is old", is_all_restored: bool = False) -> bool:
    with transaction() as tx:
        return copies.hold(tx, now=now, why=why, is_all_restored=is_all_restored)


def audited() -> list[tuple[str, str]]:
    with transaction() as tx:
        return [(each.actor, each.action) for each in tx.scalars(select(Audit))]


@pytest.mark.parametrize(
    ("before", "now", "says"),
    [
        ("1|2|3|4", "1|2|3|4", None),
        ("1|2|3|4", "9|2|3|4", "it is in a different PostgreSQL than before"),
        ("1|2|3|4", "1|9|3|4", "it is a different database than before"),
        ("1|2|3|4", "1|2|9|4", "its tables were created again"),
        ("1|2|3|4", "1|2|3|9", "the files of its PostgreSQL were copied"),
        # The first that differs is told, and what nobody may ask for says nothing.
        ("1|2|3|4", "9|9|9|9", "it is in a different PostgreSQL than before"),
        ("-|2|3|4", "1|2|3|4", None),
        ("1|2|3|4", "1|2|3|-", None),
        ("-|2|3|-", "1|9|3|4", "it is a different database than before"),
    ],
)
def test_what_moved_is_told_as_a_clause(before: str, now: str, says: str | None) -> None:
    assert copies.moved(before, now) == says


@pytest.mark.parametrize(
    ("system_id", "home", "has_moved"),
    [(None, ELSEWHERE, False), (1, ELSEWHERE, False), (9, ELSEWHERE, True), (9, "-|2|3|4", False)],
)
def test_a_database_that_knows_only_its_cluster_is_compared_by_it(
    system_id: int | None, home: str, has_moved: bool
) -> None:
    found = copies.moved_cluster(Installation(system_id=system_id), Here(home, NOW, 0))

    assert (found is not None) is has_moved


@in_rows
def test_a_database_says_where_it_is_and_its_newest_mailing() -> None:
    found = here()
    assert found.newest_mailing == 0
    assert found.home == row().home
    assert found.server_since == row().compared_for

    mailing_id = mailed.digest(0)

    assert here().newest_mailing == mailing_id


@in_rows
def test_a_database_that_was_made_is_at_home_where_it_is() -> None:
    put(home=None, compared_for=None)

    with transaction() as tx:
        copies.move_in(tx)

    found = here()
    assert (row().home, row().compared_for) == (found.home, found.server_since)


@in_rows
def test_a_database_that_has_a_home_keeps_it() -> None:
    put(home=ELSEWHERE)

    with transaction() as tx:
        copies.move_in(tx)

    assert row().home == ELSEWHERE


@in_rows
def test_a_database_that_grew_up_in_another_cluster_is_left_without_a_home() -> None:
    put(home=None, system_id=1)

    with transaction() as tx:
        copies.move_in(tx)

    assert row().home is None


@in_rows
def test_who_compared_writes_down_that_it_may_be_here() -> None:
    with transaction() as tx:
        copies.settle_in(tx, Here(ELSEWHERE, NOW, 0))

    assert (row().home, row().compared_for) == (ELSEWHERE, NOW)


@in_rows
def test_what_is_held_sends_nothing_and_says_why() -> None:
    mailing_id = mailed.digest(1)
    leased = taken()

    assert hold(why="a backup was restored")

    held = row()
    assert (held.held_at, held.stopped_at) == (NOW, NOW)
    assert held.held_why == held.stopped_why == "a backup was restored"
    assert held.held_mailing == mailing_id
    assert not held.is_all_restored
    assert audited() == [("system", "mail-hold")]
    # Whoever had a batch works for another database.
    assert [each.mailing_id for each in reap()] == [leased.mailing_id]
    assert take() is None


@in_rows
def test_every_number_is_moved_on_and_the_ledger_with_it() -> None:
    before = mailed.digest(1)
    put_back = here().newest_mailing
    assert put_back == before

    hold()

    after = mailed.digest(1, name="evening")
    assert after == before + NUMBERS_AHEAD + 1
    with transaction() as tx:
        numbers = tx.execute(text("SELECT max(id), min(id) FROM subscription")).one()
    assert tuple(numbers) == (NUMBERS_AHEAD + 2, 1)


@in_rows
def test_a_database_is_held_once_where_it_is() -> None:
    hold()
    newest = here().newest_mailing

    assert not hold(now=NOW + DAY, why="another reason")

    assert (row().held_at, row().held_why) == (NOW, "it is old")
    assert here().newest_mailing == newest
    assert len(audited()) == 1


@in_rows
def test_a_copy_of_what_was_held_is_held_anew() -> None:
    hold()
    put(home=ELSEWHERE)
    newest = here().newest_mailing

    assert hold(now=NOW + DAY)

    assert (row().held_at, row().held_mailing) == (NOW + DAY, newest)
    assert row().home == here().home
    assert here().newest_mailing == newest + NUMBERS_AHEAD


@in_rows
def test_that_all_was_restored_is_taken_in_once_and_not_forgotten() -> None:
    hold()

    assert hold(is_all_restored=True)
    assert row().is_all_restored
    assert not hold(is_all_restored=True)
    assert not hold()
    assert row().is_all_restored


@in_rows
def test_without_an_installation_there_is_nothing_to_hold() -> None:
    with transaction() as tx:
        tx.execute(text("DELETE FROM installation"))

    assert not hold()
    assert audited() == []


@in_rows
def test_the_newest_mailing_of_a_copy_is_no_lower_than_at_the_hold() -> None:
    with transaction() as tx:
        assert copies.newest_of_copy(tx, 0) == 0
        assert copies.newest_of_copy(tx, 7) == 7
    brought = mailed.digest(0)
    with transaction() as tx:
        assert copies.newest_of_copy(tx, 0) == brought
        # What is asked for while mail is held has higher numbers.
        tx.execute(text("UPDATE mailing SET id = :far"), {"far": NUMBERS_AHEAD + 4})
        assert copies.newest_of_copy(tx, 3) == 3
        assert copies.newest_of_copy(tx, 4) == NUMBERS_AHEAD + 4


@in_rows
@pytest.mark.parametrize(
    ("held_mailing", "newest", "moves"),
    [
        (5, 5 + NUMBERS_AHEAD, False),
        (5, 4 + NUMBERS_AHEAD, True),
        (None, 0, False),
    ],
)
def test_numbers_that_were_set_back_are_moved_on_again(
    held_mailing: int | None, newest: int, moves: bool
) -> None:
    before = here().newest_mailing
    with transaction() as tx:
        held = Installation(held_mailing=held_mailing)
        copies.keep_numbers_ahead(tx, held, Here(ELSEWHERE, NOW, newest))

    moved = here().newest_mailing - before
    assert moved == (2 * NUMBERS_AHEAD + 1 if moves else 0)


@in_rows
def test_a_release_by_somebody_else_is_noticed() -> None:
    def is_held(at: dt.datetime) -> bool:
        with transaction() as tx:
            return copies.is_still_held(tx, at)

    assert not is_held(NOW)
    hold()
    assert is_held(NOW)
    assert not is_held(NOW + SECOND)


def begin_life(*also_past: str, mark: int = 0) -> None:
    with transaction() as tx:
        copies.begin_life(tx, now=NOW + DAY, also_past=also_past, mark=mark)


@in_rows
def test_a_database_that_was_held_begins_another_life() -> None:
    put(life="second", past_lives=["first"], mark=4)
    hold(is_all_restored=True)

    begin_life("third", "first", mark=9)

    begun = row()
    assert begun.life not in {"first", "second", "third", ""}
    assert begun.past_lives == ["first", "second", "third"]
    assert (begun.life_since, begun.mark) == (NOW + DAY, 10)
    assert (begun.held_at, begun.held_why, begun.held_mailing) == (None, None, None)
    assert not begun.is_all_restored
    # Mail is released by a word of its own.
    assert begun.stopped_at == NOW


def go_on(until: int = 7) -> None:
    with transaction() as tx:
        copies.go_on(tx, now=NOW + DAY, also_past=["third"], mark=9, until=until)


@in_rows
def test_a_database_that_goes_on_holds_the_rest_until_that_is_released() -> None:
    put(life="second", mark=4)
    hold()

    go_on()
    go_on(until=99)

    begun = row()
    assert begun.past_lives == ["second", "third"]
    assert (begun.held_at, begun.held_why, begun.stopped_at) == (None, None, None)
    assert (begun.rest_held_at, begun.held_mailing, begun.mark) == (NOW, 7, 10)
    assert audited() == [("system", "mail-hold"), ("system", "mail-release")]
    with transaction() as tx:
        assert copies.is_still_held(tx, NOW)
        copies.release_rest(tx)
    assert (row().rest_held_at, row().held_mailing) == (None, None)


@in_rows
@pytest.mark.parametrize("why", ["the wrong mail", "", None])
@pytest.mark.parametrize("when", ["before", "while it was held"])
def test_what_an_operator_has_stopped_stays_stopped(when: str, why: str | None) -> None:
    if when == "before":
        put(stopped_at=NOW - DAY, stopped_why=why)
    hold()
    if when != "before":
        put(stopped_why=why)

    go_on()

    assert row().stopped_why == why
    assert row().stopped_at == (NOW - DAY if when == "before" else NOW)


@in_rows
def test_a_copy_of_what_went_on_is_held_whole() -> None:
    hold()
    go_on()
    put(home=ELSEWHERE)

    assert hold(now=NOW + DAY)
    with transaction() as tx:
        copies.release_rest(tx)

    assert (row().held_at, row().held_mailing is None) == (NOW + DAY, False)
    begin_life()
    assert (row().held_at, row().rest_held_at) == (None, None)


@in_rows
@pytest.mark.parametrize(("mark", "goes_on_at"), [(0, 5), (4, 5), (5, 6)])
def test_a_mark_goes_on_from_the_higher_one(mark: int, goes_on_at: int) -> None:
    put(mark=4)
    hold()

    begin_life(mark=mark)

    assert row().mark == goes_on_at


@in_rows
def test_a_database_that_is_not_held_goes_on_with_its_life() -> None:
    put(life="first", mark=4)
    hold()
    begin_life()
    before = row()

    begin_life("other", mark=90)

    after = row()
    assert (after.life, after.past_lives, after.mark) == (
        before.life,
        before.past_lives,
        before.mark,
    )


@in_rows
@pytest.mark.parametrize(
    ("said", "stands"),
    [(NOW + SKEW, NOW + SKEW), (NOW + SKEW + SECOND, NOW), (NOW - DAY, NOW - DAY)],
)
def test_a_moment_of_a_clock_that_was_ahead_is_now(said: dt.datetime, stands: dt.datetime) -> None:
    put(life_since=said, opens_from=said, rest_held_at=said)

    with transaction() as tx:
        copies.put_right(tx, NOW)

    assert (row().life_since, row().opens_from, row().rest_held_at) == (stands,) * 3


@in_rows
def test_what_opens_by_itself_begins_at_the_latest_moment_said() -> None:
    for moment in (NOW, NOW - DAY, NOW + DAY, NOW):
        with transaction() as tx:
            copies.open_from(tx, moment)

    assert row().opens_from == NOW + DAY


@in_rows
def test_batches_in_nobodys_hands_are_left_as_they_are() -> None:
    mailing_id = mailed.digest(1)
    mailed.put_batch(mailing_id, lease_until=NOW)

    hold()

    kept = mailed.batch(mailing_id)
    assert (kept.state, kept.lease_until) == (BatchState.READY, NOW)
