"""Waiting for rows: as long as anything moves, no longer, and never idle."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from syndicate.cli.waiting import NothingMovedError, Seen, Waiter
from syndicate.errors import TemporaryError

LOGS = Path("/var/lib/syndicate/logs")


def looks(*seen: tuple[int, int]) -> Callable[[], Seen]:
    """What is seen, look after look; the last one again and again."""
    left: Iterator[tuple[int, int]] = iter(seen)
    last = seen[-1]
    return lambda: Seen(*next(left, last))


@pytest.mark.parametrize(
    ("done", "total", "is_all"),
    [(0, 0, False), (0, 1, False), (1, 2, False), (2, 2, True), (3, 2, True)],
)
def test_all_is_there_when_there_is_any(done: int, total: int, is_all: bool) -> None:
    assert Seen(done, total).is_all is is_all


def test_what_is_there_already_is_not_waited_for() -> None:
    tended, shown = [], []

    Waiter(lambda: tended.append(1), LOGS).wait(
        "the feeds", looks((2, 2)), show=lambda done, total: shown.append((done, total))
    )

    assert (tended, shown) == ([], [(2, 2)])


def test_the_stack_is_looked_after_between_two_looks_and_each_is_shown() -> None:
    tended, shown = [], []

    Waiter(lambda: tended.append(1), LOGS).wait(
        "the feeds",
        looks((0, 2), (1, 2), (2, 2)),
        show=lambda done, total: shown.append((done, total)),
    )

    assert (len(tended), shown) == (2, [(0, 2), (1, 2), (2, 2)])


def test_where_nothing_moves_patience_ends_with_how_far_it_came() -> None:
    with pytest.raises(NothingMovedError) as ended:
        Waiter(lambda: None, LOGS).wait("the feeds", looks((1, 3)), patience_s=-1)

    assert str(ended.value) == (
        f"Waited for the feeds: 1 of 3, and nothing has moved for -1 s; {LOGS} tells what the "
        "workers did."
    )


def test_patience_begins_anew_with_every_move() -> None:
    # Three looks of a tenth of a second each: longer than the patience, had nothing moved.
    moving = looks((0, 4), (1, 4), (2, 4), (3, 4), (4, 4))

    Waiter(lambda: None, LOGS).wait("the feeds", moving, patience_s=0.25)


def test_a_goal_that_moves_away_is_a_move_too() -> None:
    moving = looks((1, 2), (1, 3), (1, 4), (1, 5), (5, 5))

    Waiter(lambda: None, LOGS).wait("the feeds", moving, patience_s=0.25)


def test_a_stack_that_cannot_be_looked_after_ends_the_waiting() -> None:
    def broken() -> None:
        raise TemporaryError("A worker ended.")

    with pytest.raises(TemporaryError, match=r"^A worker ended\.$"):
        Waiter(broken, LOGS).wait("the feeds", looks((0, 1), (1, 1)))
