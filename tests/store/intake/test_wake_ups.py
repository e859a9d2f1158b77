"""What wakes a collecting worker: each of the five things it may have to do, and nothing else."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.intake import wake_ups
from syndicate.store.intake.article_pages import ArticlePage
from syndicate.store.intake.completeness import EVERY
from syndicate.store.intake.pushes import SourcePush
from syndicate.store.intake.sources import Source
from syndicate.vocabulary.sources import HubState, SourceState
from tests import rows
from tests.rows import NOW

pytestmark = pytest.mark.usefixtures("database")
SOON, SECOND = NOW + dt.timedelta(hours=1), dt.timedelta(seconds=1)
PAUSED, GONE, FAILING = SourceState.PAUSED, SourceState.GONE, SourceState.FAILING


def quiet(tx: Transaction, **columns: Any) -> Source:
    """A source that nobody need ask before `SOON`."""
    made = rows.source(tx, rows.publication(tx).id, **columns)
    tx.execute(text("UPDATE fetch_state SET next_at = :soon"), {"soon": SOON})
    return made


def pushed(tx: Transaction, found: Source) -> None:
    hub = rows.hub_subscription(tx, found.id, renew_at=None)
    push = SourcePush(subscription_id=hub.id, content_type="x", body=b"x", at=NOW, due_at=NOW)
    rows.added(tx, push)


def page_due(tx: Transaction, found: Source) -> None:
    carried = rows.carried(tx, rows.article(tx, found.publication_id).id, found.id)
    key = {"carried_id": carried.id, "source_id": found.id}
    rows.added(tx, ArticlePage(**key, url="x", since=NOW, next_at=NOW, seen=b""))


def hub(state: HubState, at: dt.datetime | None) -> Callable[[Transaction, Source], object]:
    return lambda tx, found: rows.hub_subscription(tx, found.id, state, renew_at=at)


def compared(at: dt.datetime | None) -> Callable[[Transaction, Source], object]:
    def arrange(tx: Transaction, _found: Source) -> None:
        tx.execute(text("UPDATE source SET compare_url = 'https://x.example/'"))
        tx.execute(text("UPDATE fetch_state SET compared_at = :at"), {"at": at})

    return arrange


def poll_due(tx: Transaction, _found: Source) -> None:
    tx.execute(text("UPDATE fetch_state SET next_at = :now"), {"now": NOW})


def nothing(_tx: Transaction, _found: Source) -> None:
    """There is nothing to do."""


@pytest.mark.parametrize(
    ("arrange", "columns", "is_woken"),
    [
        pytest.param(nothing, {}, False, id="nothing to do"),
        pytest.param(poll_due, {}, True, id="a source to poll"),
        pytest.param(poll_due, {"state": PAUSED}, False, id="of one that is paused"),
        pytest.param(pushed, {}, True, id="a push to read"),
        pytest.param(page_due, {}, True, id="a page to read again"),
        pytest.param(hub(HubState.VERIFIED, NOW), {}, True, id="a hub to ask"),
        pytest.param(hub(HubState.ASKED, NOW), {}, True, id="a hub to ask again"),
        pytest.param(hub(HubState.VERIFIED, NOW), {"state": FAILING}, True, id="though failing"),
        pytest.param(hub(HubState.VERIFIED, NOW + SECOND), {}, False, id="a hub to ask later"),
        pytest.param(hub(HubState.DENIED, NOW), {}, False, id="a hub that denied it"),
        pytest.param(hub(HubState.ENDED, NOW), {}, False, id="a hub that it left"),
        pytest.param(hub(HubState.VERIFIED, NOW), {"state": PAUSED}, False, id="a paused hub"),
        pytest.param(hub(HubState.VERIFIED, NOW), {"state": GONE}, False, id="a hub of one gone"),
        pytest.param(compared(None), {}, True, id="a list to compare"),
        pytest.param(compared(NOW - EVERY), {}, True, id="a list to compare again"),
        pytest.param(compared(NOW - EVERY + SECOND), {}, False, id="a list just compared"),
        pytest.param(compared(None), {"state": PAUSED}, False, id="a list of a paused one"),
    ],
)
def test_what_wakes_a_worker(
    arrange: Callable[[Transaction, Source], object], columns: dict[str, Any], *, is_woken: bool
) -> None:
    with transaction() as tx:
        arrange(tx, quiet(tx, **columns))

        assert wake_ups.has_due(tx, NOW) is is_woken


def test_one_sources_hub_does_not_wake_for_anothers_list() -> None:
    """Each condition holds of one source, not of two together."""
    with transaction() as tx:
        found = quiet(tx, state=PAUSED)
        rows.hub_subscription(tx, found.id, renew_at=NOW)
        rows.source(tx, found.publication_id, "other")
        tx.execute(text("UPDATE fetch_state SET next_at = :soon"), {"soon": SOON})

        assert not wake_ups.has_due(tx, NOW)


def test_an_empty_house_wakes_nobody() -> None:
    with transaction() as tx:
        assert not wake_ups.has_due(tx, NOW)
