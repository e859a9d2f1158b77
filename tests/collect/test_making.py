"""Sources that are added, changed and retired: what a row says then, and what is refused where."""

from typing import Any

import pytest
from sqlalchemy import select

from syndicate.collect import making, steering
from syndicate.collect import websub as hub_asking
from syndicate.errors import InvalidError, NotAFeedError, NotAllowedError, SyndicateError
from syndicate.newsroom.making.acts import Key
from syndicate.store.ground.session import transaction
from syndicate.store.intake import sources
from syndicate.store.intake import websub as hubs
from syndicate.store.intake.sources import Source
from syndicate.store.newsroom.publications import Section
from syndicate.store.platform.audit import Audit
from syndicate.store.platform.tokens import Actor, Grant, Permission
from syndicate.vocabulary.sources import Pages, SourceKind, SourceState
from tests.acting import TESTER
from tests.collect import newsroom
from tests.collect.hub import SOON, Hub, feed
from tests.collect.newsroom import NOW, item, rss
from tests.collect.site import Site

pytestmark = pytest.mark.usefixtures("database", "daily")
URL, OTHER = "https://wire.example/feed", "https://agency.example/feed"
LONG = "x" * 3_000


@pytest.fixture
def daily() -> int:
    """The first publication, with one section."""
    return newsroom.publication(sections=["World"])


def use(url: str = URL, *, is_checked: bool = False, **given: Any) -> Source:
    return making.use({"url": url, **given}, is_checked=is_checked, actor=TESTER, now=NOW).source


def add(**given: Any) -> Source:
    with transaction() as tx:
        return making.add(tx, {"publication": "daily", **given}, actor=TESTER, now=NOW)


def change(said: int | str, **given: object) -> list[str]:
    with transaction() as tx:
        found = making.change(tx, Key(str(said)), given, actor=TESTER, now=NOW)
        return [each.field.name for each in found]


def retire(said: int | str) -> None:
    with transaction() as tx:
        making.end(tx, Key(str(said)), actor=TESTER, now=NOW)


def listed() -> list[Source]:
    with transaction() as tx:
        return [row for row, _ in sources.listed(tx)]


def audited() -> list[tuple[str, str, dict[str, Any]]]:
    with transaction() as tx:
        lines = tx.scalars(select(Audit).order_by(Audit.id)).all()
        return [(each.action, each.subject, each.detail) for each in lines]


def test_a_source_that_says_no_more_than_its_address_has_the_plain_values() -> None:
    made = use()

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

    made = use(
        kind="sitemap",
        name="The Wire",
        section="world",
        pages="always",
        allow_origins=["10.1.2.3:080", "[::1]:80", "10.1.0.0/16"],
        profile=profile,
        compare_url="https://wire.example/news.xml",
        robots="ignore",
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

    assert use("https://a.example/").publication_id == daily
    assert use("https://b.example/", publication="weekly").publication_id == weekly
    # The same address may be a source of both.
    assert use("https://b.example/").publication_id == daily
    assert len(listed()) == 3


def test_the_same_words_twice_are_one_source_and_one_line() -> None:
    first, second = use(name="Wire"), use(name="Wire")

    assert first.id == second.id
    assert audited() == [("source-add", f"source:{first.id}", {})]


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"name": "Wire"}, ["name"]),
        ({"kind": "websub"}, ["kind"]),
        ({"pages": "never", "allow_origins": "10.0.0.1:80"}, ["allow_origins", "pages"]),
        ({"profile": {"zone": "Asia/Qatar"}}, ["profile"]),
        ({"section": "world"}, ["section"]),
        ({"compare_url": "https://wire.example/n"}, ["compare_url"]),
        ({"robots": "obey"}, ["robots"]),
    ],
)
def test_a_change_names_its_fields_and_keeps_state_and_history(
    change: dict[str, Any], fields: list[str]
) -> None:
    made = use()
    steering.pause(made.id, actor=TESTER, now=NOW)

    changed = use(**change)

    assert (changed.id, changed.state) == (made.id, SourceState.PAUSED)
    ((what, which, said),) = audited()[2:]
    assert (what, which, sorted(said["fields"])) == (
        "source-change",
        f"source:{made.id}",
        fields,
    )


def test_an_address_that_a_source_had_before_it_moved_is_changed_too() -> None:
    made = use()
    with transaction() as tx:
        row = tx.session.get_one(Source, made.id)
        row.url, row.aliases = "https://new.example/feed", [URL]

    assert use(name="Wire").id == made.id
    assert [(row.url, row.name) for row in listed()] == [("https://new.example/feed", "Wire")]


@pytest.mark.parametrize(
    ("wanted", "name", "sentence"),
    [
        (
            {"allow_origins": ["10.0.0.1"]},
            "allow_origins",
            "10.0.0.1 cannot be allowed; name one in-house server as IP:port (10.1.2.3:8080)",
        ),
        ({"name": "n" * 201}, "name", "The name is longer than 200 characters"),
        ({"name": "a\0b"}, "name", "The name"),
        ({"url": f"https://a.example/{LONG}"}, "url", "is longer than"),
        ({"url": LONG, "kind": "push"}, "url", "is longer than"),
        ({"url": "http://[", "kind": "feed"}, "url", "http://[ is not an address"),
        ({"url": "wire.example/feed"}, "url", "wire.example/feed is not an address"),
        ({"compare_url": "/news.xml"}, "compare_url", "/news.xml is not an address"),
        ({"profile": {"headlin": "h1"}}, "profile", "has no field headlin"),
        ({"profile": {"headline": "a\0b"}}, "profile", "holds a character that no text"),
        ({"profile": "h1"}, "profile", "The profile is not one JSON object"),
        ({"section": "sport"}, "section", "Daily has no section sport; make it first."),
        ({"kind": "podcast"}, "kind", "The kind cannot be podcast; choose one of feed,"),
        ({"slug": "007"}, "slug", "reads as an id; add a letter to it."),
    ],
)
def test_what_cannot_be_a_source_is_refused_at_its_field_and_leaves_no_row(
    wanted: dict[str, Any], name: str, sentence: str
) -> None:
    with pytest.raises(SyndicateError) as refused:
        use(**wanted)

    assert list(refused.value.ids["fields"]) == [name]
    assert sentence in refused.value.ids["fields"][name]
    assert (listed(), audited()) == ([], [])


def test_a_name_of_200_characters_is_still_one() -> None:
    assert use(name="n" * 200).name == "n" * 200


def test_a_cms_that_pushes_needs_no_address_and_is_never_fetched() -> None:
    made = use("cms", kind="push", is_checked=True)

    assert (made.url, made.name, made.kind) == ("cms", "cms", SourceKind.PUSH)


def test_a_source_is_fetched_once_before_it_is_added(site: Site) -> None:
    site.serve("/feed", rss(item(1)))

    use(site.url("/feed"), allow_origins=[site.origin], is_checked=True)

    assert site.paths() == ["/feed"]
    assert len(listed()) == 1


def test_the_check_reads_it_as_what_it_is_to_be(site: Site) -> None:
    page = "<html><body><h1>One</h1><p>Text.</p></body></html>"
    site.serve("/x", page, content_type="text/html")

    for kind in ("feed", "websub", "sitemap"):
        with pytest.raises(NotAFeedError):
            use(site.url("/x"), is_checked=True, kind=kind, allow_origins=[site.origin])
    refused = listed()
    made = use(site.url("/x"), is_checked=True, kind="page", allow_origins=[site.origin])

    assert (refused, made.kind) == ([], SourceKind.PAGE)


def test_a_slug_is_made_of_the_name_or_of_the_host_and_is_free() -> None:
    wire = use(name="The Wire")
    found = [
        use("https://a.example/1", name="The Wire!").slug,
        use("https://www.a.example/2").slug,
        use("https://a.example/3", name="السلك").slug,
        use("https://a.example/4", name="2026").slug,
        use("https://a.example/5", slug="own").slug,
        use("http://192.0.2.7/6", name="Harbour").slug,
        use("http://192.0.2.7/7").slug,
        use("http://[2001:db8::7]/8", name="الميناء").slug,
    ]

    assert wire.slug == "the-wire"
    assert found == [
        "the-wire-2",
        "a-example",
        "a-example-2",
        "source-2026",
        "own",
        "harbour",
        "source",
        "source-2",
    ]


def test_another_address_keeps_the_source_and_one_that_moved_keeps_its_own() -> None:
    made = use()

    assert change(made.id, url=OTHER, section="world", robots="ignore", slug="wire") == [
        *("slug", "url", "section", "robots")
    ]
    assert change("wire", url=OTHER, slug="") == []

    with transaction() as tx:
        row = tx.session.get_one(Source, made.id)
        assert (row.url, row.domain, row.obeys_robots) == (OTHER, "agency.example", False)
        row.aliases = [URL]
    assert change("wire", url=URL) == []
    assert change("wire", section="", robots=None, name="Wire") == ["name", "section", "robots"]


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("url", OTHER, f"{OTHER} has this address already; change that source instead."),
        ("slug", "agency-example", "Daily has a source agency-example already; choose another"),
        ("section", "sport", "Daily has no section sport; make it first."),
        ("pages", "some", "The pages cannot be some; choose one of never, thin, always."),
        ("kind", "push", "This source is asked at its address, which stays so;"),
        ("allow_origins", ["nowhere"], "nowhere cannot be allowed;"),
    ],
)
def test_a_change_that_cannot_be_is_one_sentence_at_its_field(
    field: str, value: object, sentence: str
) -> None:
    made = use()
    use(OTHER)

    with pytest.raises(SyndicateError) as refused:
        change(made.id, **{field: value})

    assert list(refused.value.ids["fields"]) == [field]
    assert sentence in refused.value.ids["fields"][field]
    assert change(made.id, name="Wire") == ["name"]


def test_the_address_of_a_cms_that_pushes_stays() -> None:
    use("cms", kind="push")

    with pytest.raises(InvalidError, match="has no address to change; change its name"):
        change("cms", url="other")
    assert change("cms", name="Our CMS", slug="ours") == ["slug", "name"]


def test_one_that_is_retired_rests_keeps_what_it_brought_and_comes_back(site: Site) -> None:
    site.serve("/feed", rss(item(1)))
    made = use(site.url("/feed"), allow_origins=[site.origin], pages="never", slug="wire")
    newsroom.collect(made.id)

    retire("wire")

    assert listed() == []
    assert newsroom.only_article().headline == "Story 1"
    assert newsroom.notices()[-1] == ("retired", f"{site.url('/feed')} was retired.")
    for said in ("wire", made.id):
        with pytest.raises(SyndicateError, match=f"There is no source {said}; the list"):
            steering.resume(said, actor=TESTER, now=NOW)
    assert steering.collect(None, actor=TESTER, now=NOW).sources == 0

    back = add(url=site.url("/feed"), allow_origins=[site.origin], name="Wire")

    assert (back.id, back.slug, back.state, back.name) == (
        *(made.id, "wire", SourceState.ACTIVE),
        "Wire",
    )
    assert [what for what, _, _ in audited()] == ["source-add", "source-retire", "source-add"]


def test_a_slug_of_one_retired_brings_it_back_at_another_address() -> None:
    made = use(slug="wire")
    retire("wire")

    back = add(url=OTHER, slug="wire")

    assert (back.id, back.url, back.domain) == (made.id, OTHER, "agency.example")


def test_a_new_one_takes_neither_address_nor_slug_of_another() -> None:
    use(slug="wire")

    with pytest.raises(SyndicateError) as refused:
        add(url=URL, slug="wire")

    assert refused.value.ids["fields"] == {
        "url": f"{URL} has this address already; change that source instead.",
        "slug": "Daily has a source wire already; choose another slug.",
    }


def test_the_hub_of_one_that_is_retired_hears_it_when_it_pushes(hub: Hub, site: Site) -> None:
    site.serve("/feed", feed(hub, item(1)))
    source_id = newsroom.source(1, site, "/feed", kind=SourceKind.WEBSUB)
    newsroom.collect(source_id)
    hub_asking.ask_due(SOON)
    hub.verify()
    with transaction() as tx:
        (held,) = hubs.current(tx, source_id)

    retire(source_id)

    assert hub_asking.deliver(held.callback, None, b"", "", SOON) == 410


def test_who_may_not_add_a_source_has_nothing_fetched(site: Site) -> None:
    newsroom.publication("weekly")
    site.serve("/feed", rss(item(1)))
    own = Grant(Permission.SOURCES, 2)
    desk = Actor("desk", frozenset({Permission.SOURCES}), grants=frozenset({own}))
    given: dict[str, object] = {
        "url": site.url("/feed"),
        "publication": "daily",
        "allow_origins": [site.origin],
    }

    with pytest.raises(NotAllowedError):
        making.use(given, is_checked=True, actor=desk, now=NOW)
    with pytest.raises(NotAllowedError):
        making.try_out(given, actor=desk, now=NOW)

    assert site.paths() == []


def test_what_cannot_be_fetched_is_told_at_its_address(site: Site) -> None:
    site.serve("/x", "<p>No feed.</p>", content_type="text/html")
    given: dict[str, object] = {
        "publication": "daily",
        "url": site.url("/x"),
        "allow_origins": site.origin,
    }

    with pytest.raises(NotAFeedError) as refused:
        making.try_out(given, actor=TESTER, now=NOW)

    assert list(refused.value.ids["fields"]) == ["url"]
