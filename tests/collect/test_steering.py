"""What operators do to a source: what a row says then, what is written down, what is refused."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select

from syndicate.collect import steering, websub
from syndicate.collect.steering import Wanted
from syndicate.errors import (
    BlockedAddressError,
    NotAFeedError,
    NotFoundError,
    OutOfBoundsError,
    RefusedError,
    UsageError,
)
from syndicate.store.ground.session import transaction
from syndicate.store.intake import sources
from syndicate.store.intake import websub as hubs
from syndicate.store.intake.sources import FetchState, Source
from syndicate.store.newsroom.publications import Section
from syndicate.store.platform.audit import Audit
from syndicate.vocabulary.sources import Pages, SourceKind, SourceState
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


def add(url: str = URL, *, is_checked: bool = False, **wanted: Any) -> Source:
    return steering.add(Wanted(url=url, **wanted), is_checked=is_checked, actor=TESTER, now=NOW)


def listed() -> list[Source]:
    with transaction() as tx:
        return [row for row, _ in sources.listed(tx)]


def audited() -> list[tuple[str, str, dict[str, Any]]]:
    with transaction() as tx:
        lines = tx.scalars(select(Audit).order_by(Audit.id)).all()
        return [(each.action, each.subject, each.detail) for each in lines]


def test_a_source_that_says_no_more_than_its_address_has_the_plain_values() -> None:
    made = add()

    assert (made.kind, made.name, made.pages, made.state) == (
        SourceKind.FEED,
        URL,
        Pages.THIN,
        SourceState.ACTIVE,
    )
    assert (made.allow_origins, made.profile, made.section_id) == ([], None, None)
    assert (made.compare_url, made.obeys_robots) == (None, None)
    with transaction() as tx:
        assert sources.has_due(tx, NOW.replace(year=2100))


def test_all_that_is_said_of_a_source_stands_in_its_row() -> None:
    profile = {"headline": "h1", "body": "article"}

    made = add(
        kind=SourceKind.SITEMAP,
        name="The Wire",
        section="world",
        pages=Pages.ALWAYS,
        allow=["10.1.2.3:080", "[::1]:80", "10.1.0.0/16"],
        profile=profile,
        compare_url="https://wire.example/news.xml",
        obeys_robots=False,
    )

    (row,) = listed()
    assert row.id == made.id
    assert (row.kind, row.name, row.pages) == (SourceKind.SITEMAP, "The Wire", Pages.ALWAYS)
    assert row.allow_origins == ["10.1.2.3:80", "[::1]:80", "10.1.0.0/16"]
    assert (row.profile, row.obeys_robots) == (profile, False)
    assert row.compare_url == "https://wire.example/news.xml"
    with transaction() as tx:
        assert row.section_id == tx.scalar(select(Section.id).where(Section.slug == "world"))


def test_a_source_goes_to_the_publication_that_is_named_else_to_the_first(daily: int) -> None:
    weekly = newsroom.publication("weekly")

    assert add("https://a.example/").publication_id == daily
    assert add("https://b.example/", publication="weekly").publication_id == weekly
    # The same address may be a source of both.
    assert add("https://b.example/").publication_id == daily
    assert len(listed()) == 3


def test_the_same_words_twice_are_one_source_and_one_line() -> None:
    first, second = add(name="Wire"), add(name="Wire")

    assert first.id == second.id
    assert audited() == [("added", f"source:{first.id}", {})]


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"name": "Wire"}, ["name"]),
        ({"kind": SourceKind.WEBSUB}, ["kind"]),
        ({"pages": Pages.NEVER, "allow": ["10.0.0.1:80"]}, ["pages", "allow_origins"]),
        ({"profile": {"zone": "Asia/Qatar"}}, ["profile"]),
        ({"section": "world"}, ["section_id"]),
        ({"compare_url": "https://wire.example/n"}, ["compare_url"]),
        ({"obeys_robots": True}, ["obeys_robots"]),
    ],
)
def test_a_change_names_its_fields_and_keeps_state_and_history(
    change: dict[str, Any], fields: list[str]
) -> None:
    made = add()
    steering.pause(made.id, actor=TESTER, now=NOW)

    changed = add(**change)

    assert (changed.id, changed.state) == (made.id, SourceState.PAUSED)
    assert audited()[2:] == [("changed", f"source:{made.id}", {"fields": fields})]


def test_an_address_that_a_source_had_before_it_moved_is_changed_too() -> None:
    made = add()
    with transaction() as tx:
        row = tx.session.get_one(Source, made.id)
        row.url, row.aliases = "https://new.example/feed", [URL]

    assert add(name="Wire").id == made.id
    assert [(row.url, row.name) for row in listed()] == [("https://new.example/feed", "Wire")]


@pytest.mark.parametrize(
    ("wanted", "error", "sentence"),
    [
        (
            {"allow": ["10.0.0.1"]},
            BlockedAddressError,
            "10.0.0.1 cannot be allowed; name one in-house server as IP:port (10.1.2.3:8080)",
        ),
        ({"name": "n" * 201}, OutOfBoundsError, "The name is longer than 200 characters"),
        ({"name": "a\0b"}, OutOfBoundsError, "The name"),
        ({"url": f"https://a.example/{LONG}"}, OutOfBoundsError, "The address"),
        ({"url": LONG, "kind": SourceKind.PUSH}, OutOfBoundsError, "The address"),
        ({"url": "wire.example/feed"}, UsageError, "wire.example/feed is not an address"),
        ({"compare_url": "/news.xml"}, UsageError, "/news.xml is not an address"),
        ({"profile": {"headlin": "h1"}}, UsageError, "has no field headlin"),
        ({"section": "sport"}, NotFoundError, "Daily has no section sport."),
        ({"publication": "weekly"}, NotFoundError, "There is no publication weekly."),
    ],
)
def test_what_cannot_be_a_source_is_refused_and_leaves_no_row(
    wanted: dict[str, Any], error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error) as refused:
        add(**wanted)

    assert sentence in str(refused.value)
    assert (listed(), audited()) == ([], [])


def test_a_name_of_200_characters_is_still_one() -> None:
    assert add(name="n" * 200).name == "n" * 200


def test_a_cms_that_pushes_needs_no_address_and_is_never_fetched() -> None:
    made = add("cms", kind=SourceKind.PUSH, is_checked=True)

    assert (made.url, made.name, made.kind) == ("cms", "cms", SourceKind.PUSH)


def test_a_source_is_fetched_once_before_it_is_added(site: Site) -> None:
    site.serve("/feed", rss(item(1)))

    add(site.url("/feed"), allow=[site.origin], is_checked=True)

    assert site.paths() == ["/feed"]
    assert len(listed()) == 1


def test_the_check_reads_it_as_what_it_is_to_be(site: Site) -> None:
    page = "<html><body><h1>One</h1><p>Text.</p></body></html>"
    site.serve("/x", page, content_type="text/html")

    for kind in (SourceKind.FEED, SourceKind.WEBSUB, SourceKind.SITEMAP):
        with pytest.raises(NotAFeedError):
            add(site.url("/x"), is_checked=True, kind=kind, allow=[site.origin])
    refused = listed()
    made = add(site.url("/x"), is_checked=True, kind=SourceKind.PAGE, allow=[site.origin])

    assert (refused, made.kind) == ([], SourceKind.PAGE)


def test_a_source_that_is_paused_and_resumed_is_due_with_a_clean_record(site: Site) -> None:
    site.routes["/feed"] = lambda _: Reply(500)
    source_id = add(site.url("/feed"), allow=[site.origin], name="Wire").id
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
    assert [what for what, _, _ in audited()] == ["added", "paused", "active"]
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
    source_id = add(site.url("/feed"), allow=[site.origin], pages=Pages.NEVER).id
    kept = add("https://other.example/").id
    newsroom.collect(source_id)

    steering.remove(source_id, actor=TESTER, now=NOW)

    assert newsroom.only_article().headline == "Story 1"
    assert [row.id for row in listed()] == [kept]
    with transaction() as tx:
        assert tx.scalars(select(FetchState.source_id)).all() == [kept]
    assert audited()[-1] == ("removed", f"source:{source_id}", {})
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


@pytest.mark.parametrize("verb", [steering.pause, steering.resume, steering.remove])
def test_a_source_that_is_not_there_is_a_sentence_and_no_line(verb: Any) -> None:
    with pytest.raises(NotFoundError) as refused:
        verb(7, actor=TESTER, now=NOW)

    assert str(refused.value) == "There is no source 7; the list of sources shows all there are."
    assert audited() == []


def brings(site: Site, path: str, *numbers: int) -> int:
    site.serve(path, rss(*(item(number) for number in numbers)))
    return add(site.url(path), allow=[site.origin], pages=Pages.NEVER).id


def test_who_collects_by_hand_is_written_down_with_what_it_brought(site: Site) -> None:
    one, two = brings(site, "/one", 1, 2), brings(site, "/two", 3)

    first = steering.collect([one], actor=TESTER, now=NOW)
    both = steering.collect([one, two], actor=TESTER, now=NOW + HOUR)

    assert (first.sources, first.articles) == (1, 2)
    assert (both.sources, both.articles) == (2, 1)
    assert audited()[2:] == [
        ("collected", f"source:{one}", {"articles": 2, "revisions": 0}),
        ("collected", "sources", {"articles": 1, "revisions": 0}),
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
    one, cms = brings(site, "/one", 1), add("cms", kind=SourceKind.PUSH).id

    with pytest.raises(RefusedError) as refused:
        steering.collect([one, cms], actor=TESTER, now=NOW)

    assert str(refused.value) == (
        f"Source {cms} is a CMS that sends its articles by itself; there is nothing to collect "
        "from it."
    )
    assert (newsroom.articles(), site.paths()) == ([], [])
