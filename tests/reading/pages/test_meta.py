"""What a page says of itself in meta, link and time elements."""

import lxml.html
import pytest

from syndicate.reading.pages.meta import Meta

URL = "https://daily.example/story/1"


def meta(head: str, body: str = "<p>x</p>") -> Meta:
    root = lxml.html.document_fromstring(f"<html><head>{head}</head><body>{body}</body></html>")
    return Meta(root)


def published(head: str, body: str = "<p>x</p>") -> str:
    root = lxml.html.document_fromstring(f"<html><head>{head}</head><body>{body}</body></html>")
    return next(iter(Meta(root).published(root)), "")


def tag(name: str, content: str, attribute: str = "name") -> str:
    return f'<meta {attribute}="{name}" content="{content}">'


@pytest.mark.parametrize("attribute", ["property", "name", "itemprop", "http-equiv", "PROPERTY"])
def test_a_value_is_known_by_whatever_attribute_names_it(attribute: str) -> None:
    assert meta(tag(" OG:Title ", " A\n title ", attribute)).first("og:title") == "A title"


def test_the_first_name_that_says_anything_counts_and_its_first_value() -> None:
    found = meta(tag("a", " ") + tag("b", "B &amp;amp; C") + tag("b", "D") + tag("c", "E"))

    assert found.first("a", "b", "c") == "B & C"
    assert found.all("a", "b", "c") == ["B &amp; C", "D"]
    assert (found.first("x"), found.all("x")) == ("", [])


def test_links_are_known_by_each_of_their_relations_and_the_first_counts() -> None:
    found = meta(
        '<link rel="HUB self" href=" /h "><link rel="hub" href="/i"><link href="/x">'
        '<link rel="next">'
    )

    assert (found.link("hub"), found.link("self"), found.link("next")) == ("/h", "/h", None)
    assert found.link("canonical") is None


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ('<link rel="canonical" href="/a">' + tag("og:url", "/b"), "https://daily.example/a"),
        (tag("og:url", "/b"), "https://daily.example/b"),
        ('<link rel="canonical" href="">' + tag("og:url", "/b"), "https://daily.example/b"),
        ('<link rel="canonical" href="javascript:x">', None),
        ("", None),
    ],
)
def test_the_address_that_a_page_calls_its_own(head: str, expected: str | None) -> None:
    assert meta(head).canonical(URL) == expected


@pytest.mark.parametrize(
    "name",
    [
        *("article:published_time", "og:published_time", "parsely-pub-date", "datePublished"),
        *("sailthru.date", "pubdate", "DC.date.issued", "dcterms.created", "date"),
        *("dcterms:issued", "DC:date", "citation_publication_date", "published_date"),
    ],
)
def test_a_date_of_publication_by_any_name(name: str) -> None:
    assert published(tag(name, "2026-11-24"), "<time datetime='2026-11-01'></time>") == "2026-11-24"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<time datetime='2026-11-24'>today</time><time datetime='x'></time>", "2026-11-24"),
        ("<time>today</time><time datetime=' '></time><time content='c'></time>", "c"),
        ("<span itemprop='datePublished' content='a'>b</span>", "a"),
        ("<span itemprop='datePublished'> 24 Nov <b>2026</b></span>", " 24 Nov 2026"),
        ("<span itemprop='datePublished'> </span>", ""),
        ("<p>24 Nov 2026</p>", ""),
        ("<time itemprop='dateModified' datetime='a'></time><time datetime='b'></time>", "b"),
        ("<time datetime='a'></time><i itemprop='datePublished' content='b'></i>", "b"),
        (
            "<h1>x</h1><i class='related'><time datetime='a'></time></i><time datetime='b'></time>",
            "b",
        ),
    ],
)
def test_where_no_meta_dates_a_page_its_elements_do(body: str, expected: str) -> None:
    assert published("", body) == expected


def test_the_last_change_is_no_date_of_publication() -> None:
    found = meta(tag("article:modified_time", "2026-11-24"))

    assert found.modified() == ["2026-11-24"]
    assert published(tag("article:modified_time", "2026-11-24")) == ""


@pytest.mark.parametrize(
    "name",
    [
        *("syndicate:embargo", "syndicate.embargo", "prism.embargoDate", "prism:embargodate"),
        *("DCTERMS.available", "dcterms:available", "DC.date.available", "dc:available"),
    ],
)
def test_an_embargo_by_any_name(name: str) -> None:
    assert meta(tag(name, "8:00")).embargoes() == ["8:00"]


def test_every_embargo_counts() -> None:
    head = tag("syndicate:embargo", "a") + tag("dcterms.available", "b")

    assert meta(head + tag("syndicate:embargo", "c")).embargoes() == ["a", "c", "b"]
    assert meta(tag("embargo", "a")).embargoes() == []


@pytest.mark.parametrize(
    ("head", "tags"),
    [
        (tag("news_keywords", "World, Water ,, ") + tag("keywords", "x"), ["World", "Water"]),
        (tag("article:tag", "Floods, big") + tag("article:tag", "Water"), ["Floods, big", "Water"]),
        (tag("keywords", "AT&amp;amp;T"), ["AT&T"]),
        ("", []),
    ],
)
def test_keywords_are_parted_where_they_stand_in_one_text(head: str, tags: list[str]) -> None:
    assert meta(head).tags() == tags


@pytest.mark.parametrize(
    ("head", "authors"),
    [
        (
            tag("article:author", "https://social.example/desk") + tag("author", "City Desk"),
            ("City Desk",),
        ),
        (tag("author", "City Desk") + tag("byl", "x"), ("City Desk",)),
        (tag("byl", "By City Desk and Court Desk"), ("City Desk", "Court Desk")),
        (tag("author", "City Desk") + tag("author", "Court Desk"), ("City Desk", "Court Desk")),
        (tag("twitter:creator", "@desk"), ()),
    ],
)
def test_who_wrote_it_and_no_address(head: str, authors: tuple[str, ...]) -> None:
    assert meta(head).authors() == authors


def own(before: str = "", within: str = "", after: str = "") -> str:
    """The date of a page that says none but before, within and after its article."""
    main = f"<article><h1>Water rises</h1>{within}<p>It rose in the night.</p></article>"
    return published("<title>Water rises</title>", f"<div>{before}</div>{main}<div>{after}</div>")


def test_the_date_of_another_story_is_not_the_articles() -> None:
    other, time = "<a>Rain <time datetime='b'></time></a>", "<time datetime='a'></time>"

    assert own(before=other, within=time, after=other) == "a"
    assert own(before=other, after=other) == ""
    assert own(within=f"<a><h3>Rain</h3>{time}</a>") == ""


def test_a_date_beside_the_heading_counts_though_the_article_begins_below() -> None:
    title = "<title>Water rises</title>"
    head = "<header><time datetime='a'></time><h1>Water rises</h1></header>"
    text = "<article><p>It rose.</p></article>"

    assert published(title, f"<div>{head}{text}</div>") == "a"
    assert (
        published(title, f"<div><h1>Water rises</h1></div><time datetime='a'></time>{text}") == "a"
    )
    assert published(title, f"<div>{head[:8]}<h1>Water rises</h1></header>{text}</div>") == ""


@pytest.mark.parametrize(
    "changed",
    [
        "<time class='updated' datetime='b'></time>",
        "<p>Updated: <time datetime='b'></time></p>",
        "<p class='modified'><time datetime='b'></time></p>",
        "<time datetime='b'>aktualisiert am 22.</time>",
    ],
)
def test_the_day_of_publication_counts_before_the_last_changes(changed: str) -> None:
    assert own(within=f"{changed}<p>Published: <time datetime='a'></time></p>") == "a"
    assert own(within=changed) == "b"
