"""JSON Feed as publishers write it, and what only looks like one."""

import datetime as dt
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.errors import NotAFeedError
from syndicate.reading.feeds import jsonfeed
from syndicate.reading.records import Enclosure, Entry, ParsedFeed

NOW = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)
EIGHT = dt.datetime(2026, 11, 24, 8, tzinfo=dt.UTC)
BASE = "https://daily.example/feed.json"
VERSION = "https://jsonfeed.org/version/1.1"


def read(items: Any = (), base: str | None = BASE, **feed: Any) -> ParsedFeed:
    said = {"version": VERSION, "items": list(items) if isinstance(items, tuple) else items, **feed}
    return jsonfeed.read(json.dumps(said), base=base, now=NOW)


def item(feed: dict[str, Any] | None = None, zone: str | None = None, **said: Any) -> Entry:
    document = json.dumps({"version": VERSION, "items": [said], **(feed or {})})
    (only,) = jsonfeed.read(document, base=BASE, now=NOW, zone=zone).entries
    return only


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "it is broken JSON"),
        ("{", "it is JSON that was cut off before its end"),
        ('{"a" 1}', "it is broken JSON"),
        ('{"a": 1}}', "it is broken JSON"),
        ('{"a": "b"c"}', "it is broken JSON"),
        ("[" * 100_000, "it is broken JSON"),
        ("[]", "it is JSON, but not JSON Feed"),
        ("{}", "it is JSON, but not JSON Feed"),
        ('{"version": 1}', "it is JSON, but not JSON Feed"),
        ('{"version": "https://jsonfeed.example/version/1"}', "it is JSON, but not JSON Feed"),
        ('{"version": null, "items": []}', "it is JSON, but not JSON Feed"),
    ],
)
def test_what_is_no_json_feed_is_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(NotAFeedError) as refused:
        jsonfeed.read(text, base=BASE, now=NOW)
    assert str(refused.value) == f"{BASE} is not a feed: {sentence}."

    with pytest.raises(NotAFeedError, match=r"^This document is not a feed"):
        jsonfeed.read(text, base=None, now=NOW)


def test_one_that_ends_anywhere_within_is_cut_off() -> None:
    values = [True, False, None, -1.5e-7, {"a": 'b\u00e9 "c"\n'}]
    whole = json.dumps({"version": VERSION, "items": [{"id": "1", "_own": values}]}, indent=1)

    for end in range(1, whole.index("[") + 1):
        with pytest.raises(NotAFeedError, match="it is JSON that was cut off before its end"):
            jsonfeed.read(whole[:end], base=BASE, now=NOW)
    for end in range(whole.index("[") + 1, len(whole)):
        assert jsonfeed.read(whole[:end], base=BASE, now=NOW).cut_off is not None


@pytest.mark.parametrize(
    "version", ["https://jsonfeed.org/version/1", "http://jsonfeed.org/version/1.1"]
)
def test_each_version_is_read(version: str) -> None:
    assert read(version=version, title="Daily").title == "Daily"


def test_a_feed_says_who_it_is() -> None:
    feed = read(
        title="Daily &amp; <b>News</b>",
        home_page_url="/",
        feed_url="/f.json",
        language="EN_gb",
        hubs=[7, {"type": "WebSub"}, {"url": "https://hub.example/"}, {"url": "https://b.example"}],
    )

    assert feed == ParsedFeed(
        format="json",
        title="Daily & News",
        link="https://daily.example/",
        language="en-GB",
        hub="https://hub.example/",
        self_url="https://daily.example/f.json",
    )


def test_a_control_within_a_text_and_a_tag_that_is_none_cost_nothing() -> None:
    item = '{"id": "1", "title": "A\tb\nc", "tags": [null]}'
    text = f'{{"version": "https://jsonfeed.org/version/1.1", "items": [{item}]}}'

    [found] = jsonfeed.read(text, base=BASE, now=NOW).entries

    assert (found.title, found.tags) == ("A b c", ())


@pytest.mark.parametrize("items", [None, {}, "x", 7, [], [7, "x", None, []]])
def test_items_that_are_none_are_none(items: Any) -> None:
    assert read(items).entries == ()


def test_an_empty_item_says_nothing() -> None:
    assert item() == Entry(title="")


def test_an_item_with_all_that_it_can_say() -> None:
    only = item(
        id=7.5,
        url="/1",
        title=" Floods\n today ",
        content_html="<p>Text<script>x</script></p>",
        content_text="Text",
        summary=" It\trose. ",
        date_published="2026-11-24T08:00:00Z",
        date_modified="2026-11-24T08:30:00Z",
        authors=[{"name": "City Desk"}, {"url": "/x"}, "x"],
        tags=["World", " ", 7],
        language="ar",
        image="/p.jpg",
        attachments=[{"url": "/a.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 9}, 7, {}],
    )

    assert only.pictures[0].url == "https://daily.example/p.jpg"
    assert only == Entry(
        title="Floods today",
        link="https://daily.example/1",
        guid="7.5",
        authors=("City Desk",),
        published=EIGHT,
        updated=EIGHT.replace(minute=30),
        raw_published="2026-11-24T08:00:00Z",
        summary="It rose.",
        content="<p>Text</p>",
        language="ar",
        tags=("World", "7"),
        pictures=only.pictures,
        enclosures=(Enclosure("https://daily.example/a.mp3", "audio/mpeg", 9),),
    )


@pytest.mark.parametrize(
    ("said", "content", "summary"),
    [
        ({"content_text": "1 < 2 & 3"}, "<p>1 &lt; 2 &amp; 3</p>", ""),
        ({"content_text": "<b>x</b>"}, "<p>&lt;b&gt;x&lt;/b&gt;</p>", ""),
        ({"content_html": "<p>x</p>", "content_text": "x  y"}, "<p>x</p>", "x y"),
        ({"summary": "x"}, "", "x"),
        ({"content_html": ["<p>x</p>"], "content_text": True}, "", ""),
    ],
)
def test_text_and_html_of_an_item(said: dict[str, Any], content: str, summary: str) -> None:
    only = item(**said)

    assert (only.content, only.summary) == (content, summary)


@pytest.mark.parametrize(
    ("said", "authors"),
    [
        ({"author": {"name": "City Desk"}}, ("City Desk",)),
        ({"authors": [{"name": "City Desk"}], "author": {"name": "x"}}, ("City Desk",)),
        ({"authors": [{"name": "City Desk, Editor"}]}, ("City Desk, Editor",)),
        ({"authors": [{"name": "City Desk and Court Desk"}]}, ("City Desk and Court Desk",)),
        ({"authors": [], "author": "City Desk"}, ("Daily",)),
        ({"authors": {"name": "City Desk"}}, ("Daily",)),
        ({}, ("Daily",)),
    ],
)
def test_authors_of_either_version_and_else_the_feeds(
    said: dict[str, Any], authors: tuple[str, ...]
) -> None:
    assert item({"authors": [{"name": "Daily"}]}, **said).authors == authors


@pytest.mark.parametrize(
    ("said", "link", "canonical"),
    [
        ({"url": "/1", "external_url": "https://x.example/"}, "https://daily.example/1", None),
        ({"external_url": "https://x.example/1"}, None, "https://x.example/1"),
        ({"url": "javascript:x"}, None, None),
    ],
)
def test_an_item_that_only_points_elsewhere(
    said: dict[str, Any], link: str | None, canonical: str | None
) -> None:
    only = item(**said)

    assert (only.link, only.canonical) == (link, canonical)


def test_a_banner_serves_where_there_is_no_picture() -> None:
    assert item(image="mailto:x", banner_image="/b.jpg").pictures[0].url.endswith("/b.jpg")
    assert item(image=None).pictures == ()
    counter = "https://pixel.example/b.gif?h=1"
    assert item(image=counter, banner_image="/b.jpg").pictures[0].url.endswith("/b.jpg")
    assert item(image=counter).pictures == ()


@pytest.mark.parametrize(
    ("embargo", "until", "raw"),
    [
        ("2026-11-30T08:00:00Z", dt.datetime(2026, 11, 30, 8, tzinfo=dt.UTC), None),
        ("ask the desk", None, "ask the desk"),
        (True, None, "True"),
        (0, None, "0"),
        (None, None, None),
        (False, None, None),
        ("", None, None),
    ],
)
def test_an_embargo_of_whatever_type_holds_back(
    embargo: Any, until: dt.datetime | None, raw: str | None
) -> None:
    only = item(_syndicate={"embargo": embargo})

    assert (only.embargo_until, only.embargo_raw) == (until, raw)


@pytest.mark.parametrize("own", [None, [], "live", {"kind": None, "x": 1}])
def test_marks_of_another_shape_are_none(own: Any) -> None:
    assert item(_syndicate=own) == Entry(title="")


def test_our_own_marks_are_read() -> None:
    only = item(_syndicate={"kind": "Live", "change": "correction", "note": "It was 7."})

    assert (only.kind, only.change, only.note) == ("live", "correction", "It was 7.")


def test_the_zone_of_the_source_is_that_of_its_dates() -> None:
    assert item(zone="Asia/Qatar", date_published="2026-11-24 11:00").published == EIGHT


def test_what_no_document_can_hold_is_left_out_of_every_text() -> None:
    only = item(title="Fl\x00oods", tags=["W\ud800orld"], authors=[{"name": "City\x02 Desk"}])

    assert (only.title, only.tags, only.authors) == ("Floods", ("World",), ("City Desk",))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["name", "url", "embargo", "state", "type"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)
FIELDS = [
    *("id", "url", "title", "content_html", "content_text", "summary", "image", "tags", "authors"),
    *("author", "attachments", "date_published", "language", "_syndicate", "external_url"),
]


@given(st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=6), JSON, JSON)
def test_no_shape_of_json_raises(said: dict[str, Any], title: Any, hubs: Any) -> None:
    feed = read([said], title=title, hubs=hubs)

    assert len(feed.entries) == 1
    assert len(feed.entries[0].tags) <= 50


def test_a_comma_behind_the_last_of_a_list_costs_nothing() -> None:
    text = (
        '{"version": "https://jsonfeed.org/version/1.1", "title": "a,] b", "items": ['
        '{"id": "1", "title": "Rain,}", "content_text": "x", }, ], }'
    )

    found = jsonfeed.read(text, base=BASE, now=NOW)

    assert (found.title, [each.title for each in found.entries]) == ("a,] b", ["Rain,}"])
    cut = jsonfeed.read(text[: text.index(" ], }")], base=BASE, now=NOW)
    assert (len(cut.entries), cut.cut_off) == (1, "")
