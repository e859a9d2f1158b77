"""Who may acknowledge a ring, who is told of it, and what a test of the ways says."""

import datetime as dt

import pytest

from syndicate import clock
from syndicate.alarms import hearing
from syndicate.errors import NotAllowedError, NotFoundError
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.platform import rings
from syndicate.store.platform.rings import Cause, Ring
from syndicate.store.platform.tokens import Actor, Grant, Permission
from tests import rows
from tests.acting import TESTER
from tests.alarms.telling.steps import use
from tests.feeds.peer import Peer
from tests.rows import NOW

pytestmark = pytest.mark.usefixtures("database")


def of_one(publication_id: int) -> Actor:
    """Somebody who reads and steers one publication."""
    held = frozenset({Permission.READ, Permission.STEER})
    return Actor(
        "operator:desk", held, grants=frozenset(Grant(each, publication_id) for each in held)
    )


def ring(tx: Transaction, alarm: str, key: str, publication_id: int | None) -> Ring:
    at_once = dt.timedelta(0)
    cause = Cause(alarm, key, "Something is wrong.", "/console", at_once, publication_id, None)
    found = [*(Cause(*_of(each)) for each in rings.open_ones(tx)), cause]
    rings.see(tx, found, now=NOW)
    return next(each for each in rings.open_ones(tx) if each.key == key)


def _of(each: Ring) -> tuple[str, str, str, str, dt.timedelta, int | None, int | None]:
    whose = (each.publication_id, each.newsletter_id)
    return (each.alarm, each.key, each.text, each.path, dt.timedelta(0), *whose)


def test_nobody_acknowledges_or_reads_what_rings_of_another_publication() -> None:
    with transaction() as tx:
        daily, weekly = rows.publication(tx), rows.publication(tx, "weekly")
        theirs = ring(tx, "holds", "hold:1", weekly.id)
        whole = ring(tx, "gone", "beat", None)
        stop = ring(tx, "stopped", "stopped", None)
        desk = of_one(daily.id)

        for each in (theirs, whole, stop):
            with pytest.raises(NotAllowedError):
                hearing.acknowledge(tx, each.id, actor=desk, now=NOW)
        with pytest.raises(NotFoundError):
            hearing.found(tx, theirs.id, actor=desk)
        seen = [each.alarm for each in hearing.readable([theirs, whole, stop], desk)]

    assert seen == ["stopped"]


def test_who_may_steer_a_publication_acknowledges_what_rings_of_it() -> None:
    with transaction() as tx:
        daily = rows.publication(tx)
        own = ring(tx, "holds", "hold:1", daily.id)

        is_news = hearing.acknowledge(tx, own.id, actor=of_one(daily.id), now=NOW)
        again = hearing.acknowledge(tx, own.id, actor=TESTER, now=NOW)

    assert (is_news, again, own.acknowledged_by) == (True, False, "operator:desk")


def test_a_test_is_told_once_and_says_what_came_back(hook: Peer) -> None:
    assert hook.origin

    ring_id, outcomes = hearing.ring_test(actor=TESTER, now=clock.now())

    with transaction() as tx:
        made = rings.find(tx, ring_id)
        standing, later = rings.open_ones(tx), rings.to_tell(tx, clock.now())
    assert [(each.error, each.told_at is not None) for each in outcomes] == [("", True)]
    assert made is not None
    assert (made.is_test, made.rung, list(made.outcomes)) == (True, 1, [outcomes[0].way])
    assert (standing, later) == ([], [])


def test_a_way_that_answers_500_is_said_and_so_is_one_that_is_left_alone(hook: Peer) -> None:
    hook.answer = lambda _request: (500, b"no")

    _, first = hearing.ring_test(actor=TESTER, now=clock.now())
    _, second = hearing.ring_test(actor=TESTER, now=clock.now())

    assert "500" in first[0].error
    assert second[0].error.startswith("It was not tried: ")


def test_a_house_without_ways_says_nothing_came_back(settings_env: pytest.MonkeyPatch) -> None:
    use(settings_env, bell_mail="[]")

    _, outcomes = hearing.ring_test(actor=TESTER, now=clock.now())

    assert outcomes == []
