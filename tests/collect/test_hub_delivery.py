"""What a hub pushes is stored at once; the poll stays the backup, and the hub is watched."""

import datetime as dt
from typing import Any

import pytest

from syndicate.collect import hub_delivery, steering
from syndicate.store.ground.session import transaction
from syndicate.store.intake import pushes, source_leases, websub
from syndicate.store.intake.sources import FetchState, set_state
from syndicate.vocabulary.sources import Pages, SourceState
from tests.acting import TESTER
from tests.collect import newsroom
from tests.collect.hub import Hub, feed, subscribe
from tests.collect.newsroom import NOW, item

MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
LATER = NOW + 5 * MINUTE
LONG = "<p>The page says much more about it than the feed ever did, in sentences.</p>" * 12


@pytest.fixture
def source(hub: Hub) -> int:
    """A source with a verified subscription, whose feed was read once."""
    source_id = subscribe(hub)
    assert hub.verify()[0] == 200
    hub.site.asked.clear()
    return source_id


def fresh(number: int, **fields: Any) -> str:
    return item(number, when=NOW + MINUTE, **fields)


def waiting() -> bool:
    with transaction() as tx:
        return pushes.has_due(tx, NOW + 30 * dt.timedelta(days=1))


def test_a_push_is_stored_without_asking_anybody(hub: Hub, source: int) -> None:
    before = newsroom.state_of(source)

    hub.deliver(feed(hub, item(1), fresh(2)))
    stored = hub_delivery.store_due(LATER)

    after = newsroom.state_of(source)
    assert (stored, len(newsroom.articles()), hub.site.paths()) == (1, 2, [])
    kept = ("etag", "last_modified", "body_hash", "full_at", "next_at", "basis")
    assert [getattr(after, name) for name in kept] == [getattr(before, name) for name in kept]
    assert after.leased_until is None
    assert not waiting()


def test_the_same_push_twice_and_the_poll_after_it_change_nothing(hub: Hub, source: int) -> None:
    body = feed(hub, item(1), fresh(2))
    hub.site.serve("/feed", body)

    hub.deliver(body)
    hub.deliver(body)
    hub_delivery.store_due(LATER)
    done = newsroom.collect(source, now=LATER + MINUTE)

    assert (done.articles, done.revisions, len(newsroom.articles())) == (0, 0, 2)


@pytest.mark.usefixtures("source")
def test_a_pushed_edit_makes_a_revision(hub: Hub) -> None:
    hub.deliver(feed(hub, item(1, text="It was told in quite another way since.")))

    hub_delivery.store_due(LATER)

    assert newsroom.only_article().revision == 2


@pytest.mark.parametrize("kind", ["not a feed", "another topic", "first connect", "resting"])
def test_what_cannot_be_stored_makes_the_source_due(hub: Hub, source: int, kind: str) -> None:
    body = {
        "not a feed": b"news!",
        "another topic": feed(hub, fresh(2), topic="/other"),
    }.get(kind, feed(hub, fresh(2)))
    with transaction() as tx:
        if kind == "first connect":
            fetched = tx.get(FetchState, source)
            assert fetched is not None
            fetched.connected_at = None
        if kind == "resting":
            set_state(tx, source, SourceState.PAUSED, message="paused", now=NOW)
    before = newsroom.state_of(source).next_at

    hub.deliver(body)

    assert hub_delivery.store_due(LATER) == 0
    assert len(newsroom.articles()) == 1
    assert newsroom.state_of(source).next_at == (before if kind == "resting" else LATER)
    assert not waiting()


def test_a_push_older_than_a_poll_is_dropped(hub: Hub, source: int) -> None:
    hub.deliver(feed(hub, item(1, text="An older text, overtaken on its way here.")))
    hub.site.serve("/feed", feed(hub, item(1), fresh(2)))
    newsroom.collect(source, now=NOW + HOUR)

    stored = hub_delivery.store_due(NOW + HOUR + MINUTE)

    assert stored == 0
    assert {row.revision for row in newsroom.articles()} == {1}


def test_a_push_waits_for_a_poll_that_is_under_way(hub: Hub, source: int) -> None:
    hub.deliver(feed(hub, item(1), fresh(2)))
    with transaction() as tx:
        assert source_leases.lease(tx, LATER, limit=1, source_ids=[source])

    busy = hub_delivery.store_due(LATER)
    after_it = hub_delivery.store_due(LATER + source_leases.LEASE + MINUTE)

    assert (busy, after_it, len(newsroom.articles())) == (0, 1, 2)


@pytest.mark.usefixtures("source")
def test_a_worker_that_died_over_a_push_leaves_it_to_the_next(hub: Hub) -> None:
    hub.deliver(feed(hub, item(1), fresh(2)))
    with transaction() as tx:
        [taken] = pushes.take_due(tx, LATER, limit=1)

    at_once = hub_delivery.store_due(LATER)
    later = hub_delivery.store_due(LATER + pushes.LEASE)

    assert (taken.attempts, at_once, later) == (1, 0, 1)


def test_pages_of_pushed_entries_are_read(hub: Hub) -> None:
    source_id = subscribe(hub, pages=Pages.ALWAYS)
    hub.verify()
    page = f"<html><body><article><h1>Story 2</h1>{LONG}</article></body></html>"
    hub.site.serve("/story/2", page, content_type="text/html")

    hub.deliver(feed(hub, item(1), fresh(2, link=hub.site.url("/story/2"))))
    hub_delivery.store_due(LATER)

    assert source_id
    assert "than the feed ever did" in newsroom.articles()[1].body_html


def test_a_hub_is_scored_by_who_told_first(hub: Hub, source: int) -> None:
    hub.deliver(feed(hub, item(1), fresh(2)))
    hub_delivery.store_due(NOW + 2 * MINUTE)
    polled = item(3, when=NOW + 10 * MINUTE)
    hub.site.serve("/feed", feed(hub, item(1), fresh(2), polled))
    newsroom.collect(source, now=NOW + 70 * MINUTE)

    with transaction() as tx:
        [score] = websub.scores(tx)

    assert (score.hub_url, score.sources) == (hub.site.url("/hub"), 1)
    assert (score.pushed_first, score.polled_first) == (1, 1)
    assert score.push_delay_s == pytest.approx(60, abs=1)
    assert score.poll_delay_s == pytest.approx(3600, abs=1)
    assert score.pushed_at is not None


def test_a_silent_hub_is_noticed_and_polled_around(hub: Hub, source: int) -> None:
    hub.deliver(feed(hub, item(1), fresh(2)))
    hub_delivery.store_due(LATER)
    told = [item(number, when=NOW + number * MINUTE) for number in (13, 14, 15)]
    hub.site.serve("/feed", feed(hub, item(1), fresh(2), *told[:2]))
    newsroom.collect(source, now=NOW + HOUR)
    proved = newsroom.state_of(source).next_at
    before = [kind for kind, _ in newsroom.notices()]

    hub.site.serve("/feed", feed(hub, item(1), fresh(2), *told))
    newsroom.collect(source, now=NOW + 2 * HOUR)
    newsroom.collect(source, now=NOW + 3 * HOUR)

    assert proved > NOW + 20 * HOUR
    assert "hub_silent" not in before
    assert [kind for kind, _ in newsroom.notices()] == [*before, "hub_silent"]
    assert newsroom.state_of(source).next_at < NOW + 10 * HOUR


def test_a_push_that_changes_all_headlines_waits_for_a_person_as_a_poll_does(
    hub: Hub, source: int
) -> None:
    numbers = range(1, 7)
    hub.site.serve("/feed", feed(hub, *(item(n) for n in numbers)))
    newsroom.collect(source)
    changed = feed(hub, *(item(n, title=f"Story {n} | Pier News") for n in numbers))
    hub.site.serve("/feed", changed)

    hub.deliver(changed)
    pushed = hub_delivery.store_due(LATER)
    due = newsroom.state_of(source).next_at
    newsroom.collect(source, now=LATER)
    hub.deliver(feed(hub, item(1, title="Story 1 | Pier News")))
    meanwhile = hub_delivery.store_due(LATER + MINUTE)

    assert (pushed, due, meanwhile) == (0, LATER, 0)
    assert [kind for kind, _ in newsroom.notices()] == ["upheaval"]
    assert {each.headline for each in newsroom.articles()} == {f"Story {n}" for n in numbers}

    steering.accept(source, actor=TESTER, now=LATER + HOUR)
    assert newsroom.collect(source, now=LATER + HOUR).revisions == len(numbers)


@pytest.mark.usefixtures("source")
def test_a_push_lacks_no_story_by_being_a_part(hub: Hub) -> None:
    """Told at the same time under the same headline: one that is not in the push is still there."""
    said = {"title": "Story 1", "link": "https://other.example/story/1"}

    hub.deliver(feed(hub, item(2, when=NOW - 2 * HOUR - MINUTE, **said)))
    hub_delivery.store_due(LATER)

    assert [each.headline for each in newsroom.articles()] == ["Story 1", "Story 1"]


def test_a_push_of_which_nothing_can_be_stored_makes_its_source_due_and_stops_no_other(
    hub: Hub, source: int
) -> None:
    newsroom.refuse()

    hub.deliver(feed(hub, fresh(2, title="Refused"), fresh(3, title="Refused too")))
    hub.deliver(feed(hub, item(1), fresh(4)))

    assert hub_delivery.store_due(LATER) + hub_delivery.store_due(LATER + 2 * MINUTE) == 1
    assert [each.headline for each in newsroom.articles()] == ["Story 1", "Story 4"]
    assert newsroom.state_of(source).leased_until is None
    assert not waiting()
