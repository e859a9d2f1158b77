"""What operators do to a source: what a row says then, what is written down, what is refused."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select

from syndicate.collect import making, steering, websub
from syndicate.errors import (
    NotFoundError,
    RefusedError,
    UsageError,
)
from syndicate.store.ground.session import transaction
from syndicate.store.intake import sources
from syndicate.store.intake import websub as hubs
from syndicate.store.intake.sources import FetchState, Source
from syndicate.store.platform.audit import Audit
from syndicate.vocabulary.sources import SourceKind, SourceState
from tests.acting import TESTER
from tests.collect import newsroom
from tests.collect.hub import SOON, Hub, feed
from tests.collect.newsroom import NOW, item, rss
from tests.collect.site import Reply, Site

pytestmark = pytest.mark.usefixtures("database", "daily")
URL = "https://wire.example/feed"
HOUR = dt.timedelta(hours=1)
LONG = "x" * 3_000


@pytest.fixture
def daily() -> int:
    """The first publication, with one section."""
    return newsroom.publication(sections=["World"])


def add(url: str = URL, *, is_checked: bool = False, **given: Any) -> Source:
    return making.use({"url": url, **given}, is_checked=is_checked, actor=TESTER, now=NOW).source


def listed() -> list[Source]:
    with transaction() as tx:
        return [row for row, _ in sources.listed(tx)]


def audited() -> list[tuple[str, str, dict[str, Any]]]:
    with transaction() as tx:
        lines = tx.scalars(select(Audit).order_by(Audit.id)).all()
        return [(each.action, each.subject, each.detail) for each in lines]


def test_a_source_that_is_paused_and_resumed_is_due_with_a_clean_record(site: Site) -> None:
    site.routes["/feed"] = lambda _: Reply(500)
    source_id = add(site.url("/feed"), allow_origins=[site.origin], name="Wire").id
    newsroom.collect(source_id)

    changed = [
        verb(source_id, actor=TESTER, now=NOW + HOUR)
        for verb in (steering.pause, steering.pause, steering.resume, steering.resume)
    ]

    assert changed == [True, False, True, False]
    assert newsroom.notices()[-2:] == [
        ("paused", "Wire was paused."),
        ("active", "Wire was resumed."),
    ]
    said = ["source-add", "source-pause", "source-resume"]
    assert [what for what, _, _ in audited()] == said
    state = newsroom.state_of(source_id)
    assert (state.failures, state.reason, state.next_at) == (0, None, NOW + HOUR)


def test_one_that_is_paused_leaves_the_others_as_they_are() -> None:
    one = add()
    add("https://other.example/")

    steering.pause(one.id, actor=TESTER, now=NOW)

    assert [row.state for row in listed()] == [SourceState.PAUSED, SourceState.ACTIVE]


def test_a_source_that_is_removed_is_gone_with_its_state_and_what_it_brought_stays(
    site: Site,
) -> None:
    site.serve("/feed", rss(item(1)))
    wire: dict[str, Any] = {"allow_origins": [site.origin], "pages": "never", "name": "Wire"}
    source_id = add(site.url("/feed"), **wire).id
    kept = add("https://other.example/").id
    newsroom.collect(source_id)

    steering.remove(source_id, actor=TESTER, now=NOW)

    assert newsroom.only_article().headline == "Story 1"
    assert [row.id for row in listed()] == [kept]
    with transaction() as tx:
        assert tx.scalars(select(FetchState.source_id)).all() == [kept]
    assert audited()[-1] == ("source-remove", f"source:{source_id}", {"name": "Wire"})
    with pytest.raises(NotFoundError, match=f"There is no source {source_id}"):
        steering.remove(source_id, actor=TESTER, now=NOW)


def test_the_hub_of_a_source_that_is_removed_is_told(hub: Hub, site: Site) -> None:
    site.serve("/feed", feed(hub, item(1)))
    source_id = newsroom.source(1, site, "/feed", kind=SourceKind.WEBSUB)
    newsroom.collect(source_id)
    websub.ask_due(SOON)
    hub.verify()

    steering.remove(source_id, actor=TESTER, now=NOW)

    assert [each["hub.mode"] for each in hub.asked] == ["subscribe", "unsubscribe"]
    with transaction() as tx:
        assert hubs.current(tx, source_id) == []


def test_a_source_is_steered_by_its_slug_too() -> None:
    made = add("https://www.wire.example/feed")

    assert made.slug == "wire-example"
    assert steering.pause("wire-example", actor=TESTER, now=NOW)
    assert steering.resume(str(made.id), actor=TESTER, now=NOW)
    steering.remove("wire-example", actor=TESTER, now=NOW)
    assert listed() == []


def test_a_slug_of_two_publications_is_asked_back(daily: int) -> None:
    newsroom.publication("weekly")
    add(publication="weekly")
    add()

    with pytest.raises(UsageError, match="name it by its id"):
        steering.pause("wire-example", actor=TESTER, now=NOW)
    assert daily


@pytest.mark.parametrize("verb", [steering.pause, steering.resume, steering.remove])
def test_a_source_that_is_not_there_is_a_sentence_and_no_line(verb: Any) -> None:
    with pytest.raises(NotFoundError) as refused:
        verb(7, actor=TESTER, now=NOW)

    assert str(refused.value) == "There is no source 7; the list of sources shows all there are."
    assert audited() == []


def brings(site: Site, path: str, *numbers: int) -> int:
    site.serve(path, rss(*(item(number) for number in numbers)))
    return add(site.url(path), allow_origins=[site.origin], pages="never").id


def test_who_collects_by_hand_is_written_down_with_what_it_brought(site: Site) -> None:
    one, two = brings(site, "/one", 1, 2), brings(site, "/two", 3)

    first = steering.collect([one], actor=TESTER, now=NOW)
    both = steering.collect([one, two], actor=TESTER, now=NOW + HOUR)

    assert (first.sources, first.articles) == (1, 2)
    assert (both.sources, both.articles) == (2, 1)
    assert audited()[2:] == [
        ("source-collect", f"source:{one}", {"articles": 2, "revisions": 0}),
        ("source-collect", "sources", {"articles": 1, "revisions": 0}),
    ]


def test_a_revision_alone_is_written_down_too(site: Site) -> None:
    one = brings(site, "/one", 1)
    steering.collect(None, actor=TESTER, now=NOW)
    site.serve("/one", rss(item(1, title="Story 1, and what came of it")))

    steering.collect(None, actor=TESTER, now=NOW + HOUR)

    assert [line[1:] for line in audited()[1:]] == [
        ("sources", {"articles": 1, "revisions": 0}),
        ("sources", {"articles": 0, "revisions": 1}),
    ]
    assert newsroom.state_of(one).failures == 0


def test_collecting_nothing_new_leaves_no_line(site: Site) -> None:
    brings(site, "/one", 1)
    steering.collect(None, actor=TESTER, now=NOW)
    before = audited()

    assert steering.collect(None, actor=TESTER, now=NOW + HOUR).unchanged == 1
    assert steering.collect([], actor=TESTER, now=NOW + HOUR).sources == 0
    assert audited() == before


def test_a_source_at_rest_is_collected_when_it_is_named_and_only_then(site: Site) -> None:
    one = brings(site, "/one", 1)
    steering.pause(one, actor=TESTER, now=NOW)

    assert steering.collect(None, actor=TESTER, now=NOW).sources == 0
    assert steering.collect([one], actor=TESTER, now=NOW).articles == 1


def test_nothing_is_collected_where_one_of_them_pushes(site: Site) -> None:
    one, cms = brings(site, "/one", 1), add("cms", kind="push").id

    with pytest.raises(RefusedError) as refused:
        steering.collect([one, cms], actor=TESTER, now=NOW)

    assert str(refused.value) == (
        f"Source {cms} is a CMS that sends its articles by itself; there is nothing to collect "
        "from it."
    )
    assert (newsroom.articles(), site.paths()) == ([], [])
