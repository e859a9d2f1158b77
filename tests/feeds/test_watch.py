"""Who fetched what, and who still shows what was taken back."""

import datetime as dt

import pytest
from starlette.testclient import TestClient

from syndicate import clock
from syndicate.feeds import watch
from syndicate.master_key import MasterKey
from syndicate.store.ground.session import transaction
from syndicate.store.syndication import consumers
from syndicate.store.syndication.consumers import FeedConsumer, Visit
from syndicate.vocabulary.articles import Change
from syndicate.vocabulary.feeds import FeedFormat
from syndicate.web import feed_visits
from tests.application import build
from tests.conftest import MASTER_KEY
from tests.feeds import building, newsroom

pytestmark = pytest.mark.usefixtures("database")

KEY = MasterKey(bytes.fromhex(MASTER_KEY))
HOUR = dt.timedelta(hours=1)
EVERYTHING = 1


@pytest.fixture
def article() -> int:
    return newsroom.article(newsroom.publication(), 600)


@pytest.mark.usefixtures("database", "article")
def test_visits_are_written_by_program_and_partner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_visits, "FLUSH_S", 0.05)
    building.publish_due(clock.now())
    with transaction() as tx:
        partner = consumers.add_partner(tx, "The Aggregator", now=clock.now())
    token = consumers.token_of(KEY, partner.id)
    with TestClient(build(), base_url=newsroom.BASE) as browser:
        named = {"User-Agent": "Reader/1.0 (27 subscribers)"}
        first = browser.get("/feeds/everything.rss", headers=named)
        etag = {"If-None-Match": first.headers["etag"]}
        browser.get(
            "/feeds/everything.rss", headers={"User-Agent": "Reader/1.0 (28 subscribers)", **etag}
        )
        browser.get(f"/feeds/everything.rss?for={token}", headers=named)
        browser.get("/feeds/everything.rss?for=forged", headers=named)
        found = _until(browser, count=4)

    assert found["Reader/1.0 (N subscribers)"].requests == 3
    assert found["Reader/1.0 (N subscribers)"].partner_id is None
    assert found[f"partner:{partner.id}"].partner_id == partner.id
    assert found[f"partner:{partner.id}"].status == 200
    assert found[f"partner:{partner.id}"].etag == first.headers["etag"].strip('"').partition("-")[0]


@pytest.mark.parametrize("kind", [Change.CORRECTION, Change.KILL])
def test_a_consumer_that_stayed_away_since_something_was_taken_back_is_noticed_once(
    article: int, kind: Change
) -> None:
    now = clock.now()
    _visit("Early", now - 5 * HOUR)
    _visit("Late", now - HOUR)
    newsroom.change(article, updated_at=now - 3 * HOUR)
    newsroom.revision(article, 2, kind, created_at=now - 3 * HOUR)

    with transaction() as tx:
        behind = consumers.behind(tx, now=now)

    assert [(row.client, row.feed_slug) for row in behind] == [("Early", "everything")]
    assert watch.notice_behind(now) == 1
    assert watch.notice_behind(now) == 0
    _visit("Early", now)
    with transaction() as tx:
        assert consumers.behind(tx, now=now) == []


def test_an_update_a_fresh_change_and_a_newcomer_are_no_reason_for_a_notice(article: int) -> None:
    now = clock.now()
    _visit("Reader", now - 5 * HOUR)
    newsroom.revision(article, 2, Change.UPDATE, created_at=now - 3 * HOUR)
    newsroom.revision(article, 3, Change.CORRECTION, created_at=now - HOUR / 2)

    assert watch.notice_behind(now) == 0


def _visit(client: str, at: dt.datetime) -> None:
    visit = Visit(EVERYTHING, FeedFormat.RSS, client, None, at, 200, "etag", 1)
    with transaction() as tx:
        consumers.note(tx, [visit])


def _until(browser: TestClient, count: int) -> dict[str, FeedConsumer]:
    """What was written, once all of it was; the writer needs the application's loop to turn."""
    while True:
        browser.get("/healthz")
        with transaction() as tx:
            rows = consumers.consumers(tx)
        if sum(row.requests for row in rows) >= count:
            return {row.client: row for row in rows}
