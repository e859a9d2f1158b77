"""What a newsroom lists and we lack: compared every five minutes, noticed after ten, once."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select, text

from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.intake import completeness
from syndicate.store.intake.completeness import EVERY, PATIENCE, MissingLink
from syndicate.store.intake.sources import FetchState, Source, SourceNotice
from syndicate.vocabulary.sources import SourceState
from tests import rows
from tests.rows import NOW

pytestmark = pytest.mark.usefixtures("database")
SECOND = dt.timedelta(seconds=1)
LIST = "https://daily.example/news.xml"


def source(tx: Transaction, name: str = "wire", **columns: Any) -> Source:
    """A source with a list to compare with."""
    daily = tx.scalar(text("SELECT id FROM publication")) or rows.publication(tx).id
    return rows.source(tx, daily, name, **({"compare_url": LIST} | columns))


def compared(tx: Transaction, found: Source, at: dt.datetime) -> None:
    state = tx.get(FetchState, found.id)
    assert state is not None
    state.compared_at = at
    tx.flush()


def due(tx: Transaction, now: dt.datetime = NOW, limit: int = 9) -> list[int]:
    return [each.id for each in completeness.take_due(tx, now, limit=limit)]


def told(*numbers: int) -> list[tuple[str, str]]:
    """Addresses of a newsroom's list, as written and normalised."""
    return [(f"https://www.x.example/{number}", f"x/{number}") for number in numbers]


def notices(tx: Transaction) -> list[str]:
    return list(tx.scalars(select(SourceNotice.message).order_by(SourceNotice.id)))


def missing(tx: Transaction, found: Source) -> list[str]:
    return [row.url.rpartition("/")[2] for row in completeness.missing(tx, found.id)]


@pytest.mark.parametrize(
    ("columns", "compared_at", "is_due"),
    [
        pytest.param({}, None, True, id="never compared"),
        pytest.param({}, NOW - EVERY, True, id="five minutes ago"),
        pytest.param({}, NOW - EVERY + SECOND, False, id="just now"),
        pytest.param({"compare_url": None}, None, False, id="without a list"),
        pytest.param({"state": SourceState.PAUSED}, None, False, id="paused"),
        pytest.param({"state": SourceState.GONE}, None, False, id="gone"),
        pytest.param({"state": SourceState.FAILING}, None, True, id="failing"),
    ],
)
def test_what_is_compared_now(
    columns: dict[str, Any], compared_at: dt.datetime | None, *, is_due: bool
) -> None:
    with transaction() as tx:
        found = source(tx, **columns)
        if compared_at is not None:
            compared(tx, found, compared_at)

        assert due(tx) == ([found.id] if is_due else [])


def test_a_source_is_taken_for_five_minutes() -> None:
    with transaction() as tx:
        found = source(tx)
        other = source(tx, "other", compare_url=None)

        assert (due(tx), due(tx, NOW + EVERY - SECOND), due(tx, NOW + EVERY)) == (
            ([found.id], [], [found.id])
        )
        left = tx.get(FetchState, other.id)
        assert left is not None
        assert left.compared_at is None


def test_no_more_are_taken_than_are_wanted_and_they_stand_by_id() -> None:
    with transaction() as tx:
        ids = [source(tx, name).id for name in ("a", "b", "c")]

        first = due(tx, limit=2)

        assert len(first) == 2
        assert first == sorted(first)
        assert sorted([*first, *due(tx)]) == ids


def test_two_who_compare_take_different_sources_and_lock_none_itself() -> None:
    with transaction() as tx:
        ids = [source(tx, name).id for name in ("a", "b")]

    with transaction() as first, transaction() as second:
        taken = due(first, limit=1)
        second.execute(text("SET LOCAL lock_timeout = '100ms'"))
        second.execute(text("SELECT FROM source FOR UPDATE NOWAIT"))
        assert sorted([*taken, *due(second)]) == ids


def test_what_is_listed_and_not_stored_is_missing_and_noticed_after_ten_minutes() -> None:
    with transaction() as tx:
        found = source(tx)
        rows.link(tx, rows.article(tx, found.publication_id), "x/1")

        times = [NOW, NOW + PATIENCE - SECOND, NOW + PATIENCE, NOW + 2 * PATIENCE]
        noticed = [completeness.compare(tx, found, told(1, 2, 3), at) for at in times]

        urls = ["https://www.x.example/2", "https://www.x.example/3"]
        assert noticed == [[], [], urls, []]
        assert missing(tx, found) == ["2", "3"]
        (message,) = notices(tx)
        assert message == (
            "wire: the newsroom lists 2 articles that have not arrived for 10 minutes: "
            "https://www.x.example/2, https://www.x.example/3."
        )


def test_a_notice_names_five_and_counts_the_rest() -> None:
    with transaction() as tx:
        found = source(tx)

        completeness.compare(tx, found, told(*range(1, 8)), NOW)
        noticed = completeness.compare(tx, found, told(*range(1, 8)), NOW + PATIENCE)

        assert len(noticed) == 7
        (message,) = notices(tx)
        assert "lists 7 articles" in message
        assert message.endswith("https://www.x.example/5 and 2 more.")


def test_five_are_all_named() -> None:
    with transaction() as tx:
        found = source(tx)

        for at in (NOW, NOW + PATIENCE):
            completeness.compare(tx, found, told(*range(1, 6)), at)

        (message,) = notices(tx)
        assert message.endswith("https://www.x.example/5.")


@pytest.mark.parametrize("listed", [(1,), ()])
def test_what_arrived_or_is_no_longer_listed_is_not_missing(listed: tuple[int, ...]) -> None:
    with transaction() as tx:
        found = source(tx)
        completeness.compare(tx, found, told(1), NOW)
        rows.link(tx, rows.article(tx, found.publication_id), "x/1")

        assert completeness.compare(tx, found, told(*listed), NOW + PATIENCE) == []

        assert (missing(tx, found), notices(tx)) == ([], [])


def test_what_is_missing_again_is_waited_for_again() -> None:
    with transaction() as tx:
        found = source(tx)
        for at, listed in ((NOW, (1,)), (NOW + EVERY, ()), (NOW + 2 * EVERY, (1,))):
            completeness.compare(tx, found, told(*listed), at)

        assert notices(tx) == []


def test_another_source_and_another_publication_keep_what_is_theirs() -> None:
    with transaction() as tx:
        found, other = source(tx), source(tx, "other")
        weekly = rows.publication(tx, "weekly").id
        rows.link(tx, rows.article(tx, weekly), "x/1")
        completeness.compare(tx, other, told(9), NOW)

        noticed = [completeness.compare(tx, found, told(1), at) for at in (NOW, NOW + PATIENCE)]

        assert noticed == [[], ["https://www.x.example/1"]]
        assert (missing(tx, found), missing(tx, other)) == (["1"], ["9"])


def test_a_key_that_is_no_address_stores_nothing() -> None:
    with transaction() as tx:
        found = source(tx)
        rows.link(tx, rows.article(tx, found.publication_id), "x/1").kind = "guid"
        tx.flush()

        completeness.compare(tx, found, told(1), NOW)

        assert missing(tx, found) == ["1"]


def test_what_is_missing_longest_stands_first() -> None:
    with transaction() as tx:
        found = source(tx)
        for url, minutes in (("c", 1), ("b", 2), ("a", 1)):
            at = NOW - minutes * PATIENCE
            rows.added(tx, MissingLink(source_id=found.id, url=url, first_seen_at=at))

        assert missing(tx, found) == ["b", "a", "c"]
