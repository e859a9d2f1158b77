"""How hubs are judged (`store.intake.websub`): who told of an article first, and how late."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import text

from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.intake import websub
from syndicate.store.intake.sources import FetchState
from syndicate.store.intake.websub import HubScore
from syndicate.vocabulary.sources import HubState
from tests import rows
from tests.rows import NOW

pytestmark = pytest.mark.usefixtures("database")
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)


def source(tx: Transaction, name: str = "wire") -> int:
    daily = tx.scalar(text("SELECT id FROM publication")) or rows.publication(tx).id
    return rows.source(tx, daily, name).id


def brought(tx: Transaction, source_id: int, at: dt.datetime, **columns: Any) -> None:
    """An article that the source brought now, published then."""
    name = str(tx.scalar(text("SELECT count(*) FROM article")))
    daily = tx.scalar(text("SELECT publication_id FROM source"))
    assert daily is not None
    article = rows.article(tx, daily, name, at, **({"collected_at": NOW} | columns))
    rows.carried(tx, article.id, source_id, name)


def scored(tx: Transaction, source_id: int) -> tuple[int, ...]:
    state = tx.get(FetchState, source_id, populate_existing=True)
    assert state is not None
    return state.pushed_first, state.push_delay_s, state.polled_first, state.poll_delay_s


def score(tx: Transaction, source_id: int, how: str) -> None:
    websub.score(tx, source_id, how, now=NOW, grace=MINUTE)


@pytest.mark.parametrize(("how", "expected"), [("push", (2, 180, 0, 0)), ("poll", (0, 0, 2, 180))])
def test_a_hub_is_scored_by_what_was_told_of_first_and_how_late(
    how: str, expected: tuple[int, ...]
) -> None:
    with transaction() as tx:
        wire, other = source(tx), source(tx, "other")
        for each in (wire, other):
            rows.hub_subscription(tx, each)
            brought(tx, each, NOW - MINUTE)
        brought(tx, wire, NOW - 2 * MINUTE)

        score(tx, wire, how)
        once = scored(tx, wire)
        score(tx, wire, how)

        assert once == expected
        assert scored(tx, wire) == tuple(2 * each for each in expected)
        assert scored(tx, other) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("at", "columns", "counted"),
    [
        pytest.param(NOW - MINUTE, {}, (1, 60), id="as young as counts"),
        pytest.param(NOW - MINUTE / 2, {}, (0, 0), id="too young to tell"),
        pytest.param(NOW - 2 * DAY, {}, (1, 86400), id="a day is the latest"),
        pytest.param(NOW - 3 * DAY, {}, (0, 0), id="from before the hub was asked"),
        pytest.param(NOW - HOUR, {"is_dated": False}, (0, 0), id="its date is a guess"),
        pytest.param(NOW - HOUR, {"is_backlog": True}, (0, 0), id="backlog"),
        pytest.param(NOW - HOUR, {"collected_at": NOW - MINUTE}, (0, 0), id="brought before"),
    ],
)
def test_what_counts_for_a_hub(
    at: dt.datetime, columns: dict[str, Any], counted: tuple[int, int]
) -> None:
    with transaction() as tx:
        wire = source(tx)
        # The oldest one tells since when the hub could have told us.
        rows.hub_subscription(tx, wire, HubState.ENDED, created_at=NOW - 3 * DAY)
        rows.hub_subscription(tx, wire, created_at=NOW)
        brought(tx, wire, at, **columns)

        score(tx, wire, "push")

        assert scored(tx, wire)[:2] == counted


def test_a_source_without_a_hub_is_not_scored() -> None:
    with transaction() as tx:
        wire, other = source(tx), source(tx, "other")
        rows.hub_subscription(tx, other)
        brought(tx, wire, NOW - HOUR)

        score(tx, wire, "poll")

        assert scored(tx, wire) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("at", "columns", "is_untold"),
    [
        pytest.param(NOW - 2 * MINUTE, {}, True, id="found by a poll"),
        pytest.param(NOW - MINUTE, {}, True, id="as young as counts"),
        pytest.param(NOW - MINUTE / 2, {}, False, id="too young to tell"),
        pytest.param(NOW - HOUR, {}, False, id="from before the hub last told"),
        pytest.param(NOW - 2 * MINUTE, {"is_dated": False}, False, id="its date is a guess"),
        pytest.param(NOW - 2 * MINUTE, {"is_backlog": True}, False, id="backlog"),
    ],
)
def test_what_a_hub_did_not_tell_of(
    at: dt.datetime, columns: dict[str, Any], *, is_untold: bool
) -> None:
    with transaction() as tx:
        wire, other = source(tx), source(tx, "other")
        found = rows.hub_subscription(tx, wire, pushed_at=NOW - HOUR)
        brought(tx, wire, at, **columns)
        brought(tx, other, NOW - 2 * MINUTE)

        assert websub.untold(tx, found, grace=MINUTE) == is_untold


def test_a_hub_that_never_told_is_judged_since_it_was_asked() -> None:
    with transaction() as tx:
        found = rows.hub_subscription(tx, source(tx), created_at=NOW - HOUR)
        brought(tx, found.source_id, NOW - HOUR / 2)
        brought(tx, found.source_id, NOW - 2 * HOUR)

        assert websub.untold(tx, found, grace=MINUTE) == 1


def counted(tx: Transaction, source_id: int, *numbers: int) -> None:
    state = tx.get(FetchState, source_id)
    assert state is not None
    state.pushed_first, state.push_delay_s, state.polled_first, state.poll_delay_s = numbers
    tx.flush()


def test_hubs_are_shown_by_address_with_what_their_sources_counted() -> None:
    with transaction() as tx:
        one, two, three = (source(tx, name) for name in ("one", "two", "three"))
        counted(tx, one, 3, 30, 0, 0)
        counted(tx, two, 1, 10, 4, 100)
        rows.hub_subscription(tx, one, hub_url="b", pushed_at=NOW - HOUR)
        rows.hub_subscription(tx, two, hub_url="b", pushed_at=NOW - 2 * HOUR)
        rows.hub_subscription(tx, two, hub_url="b", pushed_at=NOW)
        rows.hub_subscription(tx, two, hub_url="b")
        rows.hub_subscription(tx, three, hub_url="a")

        assert websub.scores(tx) == [
            HubScore("a", 1, 0, 0, None, None, None),
            HubScore("b", 2, 4, 4, 10.0, 25.0, NOW),
        ]


def test_a_source_counts_for_the_hub_that_it_names_now() -> None:
    with transaction() as tx:
        wire = source(tx)
        counted(tx, wire, 1, 1, 1, 1)
        rows.hub_subscription(tx, wire, HubState.ENDED, hub_url="a", pushed_at=NOW)
        rows.hub_subscription(tx, wire, hub_url="b")

        assert websub.scores(tx) == [HubScore("b", 1, 1, 1, 1.0, 1.0, None)]


def test_no_hub_is_scored_where_none_is_named() -> None:
    with transaction() as tx:
        source(tx)

        assert websub.scores(tx) == []
