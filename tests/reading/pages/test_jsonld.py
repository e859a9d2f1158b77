"""What a page says of itself in JSON-LD, and in what is nearly JSON-LD."""

import json
from typing import Any

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.reading.pages import jsonld

ARTICLE = {"@type": "NewsArticle", "headline": "Floods"}


def page(*scripts: str, kind: str = "application/ld+json") -> Any:
    inner = "".join(f'<script type="{kind}">{each}</script>' for each in scripts)
    return lxml.html.document_fromstring(f"<html><head>{inner}</head><body><p>x</p></body></html>")


def article(*nodes: Any) -> jsonld.Node:
    return jsonld.article_of(page(*(json.dumps(each) for each in nodes)))


@pytest.mark.parametrize(
    "kind",
    [
        *("NewsArticle", "Article", "ReportageNewsArticle", "BlogPosting", "LiveBlogPosting"),
        *("Report", "Review", "http://schema.org/NewsArticle", ["Thing", "NewsArticle"]),
        *("SocialMediaPosting", "DiscussionForumPosting"),
    ],
)
def test_an_article_of_any_kind(kind: Any) -> None:
    assert article({"@type": kind, "headline": "Floods"})["headline"] == "Floods"


@pytest.mark.parametrize("kind", ["WebPage", "Organization", "Articles", "", None, [], 7])
def test_what_is_no_article(kind: Any) -> None:
    assert article({"@type": kind, "headline": "Floods"}) == {}


@pytest.mark.parametrize(
    "script",
    [
        '{"@type": "NewsArticle", "headline": "Floods",}',
        '{"@type": "NewsArticle", "headline": "Floods", "keywords": ["a", ], }',
        '<!-- {"@type": "NewsArticle", "headline": "Floods"} -->',
        '//<![CDATA[\n{"@type": "NewsArticle", "headline": "Floods"}\n//]]>',
        '<![CDATA[\n{"@type": "NewsArticle", "headline": "Floods"}\n]]>',
        '/*<![CDATA[*/{"@type": "NewsArticle", "headline": "Floods"}/*]]>*/',
        '{"@type": "NewsArticle", "headline": "Floods", "x": "a\nraw\tbreak"};',
        "{&quot;@type&quot;: &quot;NewsArticle&quot;, &quot;headline&quot;: &quot;Floods&quot;}",
        '\n [{"@type": "NewsArticle", "headline": "Floods"}] ',
    ],
)
def test_what_is_nearly_json_is_forgiven(script: str) -> None:
    assert jsonld.article_of(page(script))["headline"] == "Floods"


@pytest.mark.parametrize("script", ["", "{", "x", "7", '"x"', "null", "[" * 10_000, "{}{}"])
def test_what_is_no_json_is_no_article_and_hides_no_other(script: str) -> None:
    assert jsonld.article_of(page(script)) == {}
    assert jsonld.article_of(page(script, json.dumps(ARTICLE)))["headline"] == "Floods"


def test_only_scripts_of_its_type_are_read() -> None:
    said = json.dumps(ARTICLE)

    assert jsonld.article_of(page(said, kind="application/json")) == {}
    assert jsonld.article_of(page(said, kind="Application/LD+JSON; charset=utf-8")) == ARTICLE


def test_the_article_that_says_most_is_the_pages() -> None:
    bare, dated = {"@type": "Article", "x": 1, "y": 2}, {**ARTICLE, "datePublished": "2026-11-24"}

    assert article(bare, ARTICLE) == ARTICLE
    assert article(ARTICLE, dated, {**ARTICLE, "a": 1, "b": 2}) == dated
    assert article({**ARTICLE, "n": 1}, {**ARTICLE, "n": 2})["n"] == 1


def test_an_article_is_found_in_a_graph_and_within_others() -> None:
    assert article({"@graph": [{"@type": "WebPage"}, ARTICLE]}) == ARTICLE
    assert article({"@type": "WebPage", "mainEntity": ARTICLE}) == ARTICLE


@pytest.mark.parametrize("name", ["itemListElement", "hasPart", "isPartOf"])
def test_what_a_list_of_teasers_holds_is_another_article(name: str) -> None:
    assert article({"@type": "ItemList", name: [ARTICLE]}) == {}


def test_references_are_followed_and_what_is_named_stands() -> None:
    desk = {"@type": "Organization", "@id": "#desk", "name": "City Desk"}
    said = {
        **ARTICLE,
        "author": [{"@id": "#desk"}, {"@id": "#nobody"}],
        "publisher": {"@id": "#desk", "name": "Daily"},
    }

    found = article({"@graph": [said, desk, {"@type": "Organization", "@id": "#desk"}]})

    assert found["author"] == [desk, {"@id": "#nobody"}]
    assert found["publisher"] == {"@id": "#desk", "name": "Daily"}


def test_how_deep_and_how_much_is_read_has_an_end() -> None:
    deep: Any = ARTICLE
    for _ in range(12):
        deep = {"x": deep}

    assert article(deep) == ARTICLE
    assert article({"x": deep}) == {}
    assert article([{"@type": "Thing"}] * (jsonld.MAX_NODES - 1), ARTICLE) == ARTICLE
    assert article([{"@type": "Thing"}] * jsonld.MAX_NODES, ARTICLE) == {}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("A &amp;amp; <b>B</b>", "A & B"),
        (["", "A"], ""),
        ([7, "A", "B"], "A"),
        ([{"name": "A"}], "A"),
        ({"name": "A", "@value": "B"}, "A"),
        ({"@value": "B", "@language": "en"}, "B"),
        ({"@id": "#c"}, "#c"),
        (" ", ""),
        (7, ""),
        (None, ""),
        ({}, ""),
        ([], ""),
    ],
)
def test_a_text_however_it_is_written(value: Any, expected: str) -> None:
    assert jsonld.text({"a": value}, "a") == expected
    assert jsonld.text({"a": value, "b": "other"}, "a", "b") == (expected or "other")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("City Desk and Court Desk", ("City Desk", "Court Desk")),
        (["City Desk", {"name": "Court Desk"}], ("City Desk", "Court Desk")),
        ({"@type": "Person", "alternateName": "City Desk"}, ("City Desk",)),
        ({"name": ["City Desk", "Court Desk"]}, ("City Desk", "Court Desk")),
        ({"name": "City &amp; Harbour Desk"}, ("City & Harbour Desk",)),
        # A list is one already; one object may hold a whole byline, or a house with an "and".
        (["City Desk and Court Desk", "South Desk"], ("City Desk and Court Desk", "South Desk")),
        ([{"name": "City Desk, Editor"}, {"name": "X"}], ("City Desk, Editor", "X")),
        ([{"name": "City Desk and Court Desk, dpa"}], ("City Desk", "Court Desk", "dpa")),
        ([{"name": "The Daily and AP"}], ("The Daily and AP",)),
        ({"name": "City Desk, Senior Correspondent"}, ("City Desk",)),
        ([{"name": None}, 7, None, []], ("Other Desk",)),
        (None, ("Other Desk",)),
    ],
)
def test_people_however_they_are_written(value: Any, expected: tuple[str, ...]) -> None:
    assert (
        jsonld.people({"author": value, "creator": "Other Desk"}, "author", "creator") == expected
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("World, Water,, ", ["World", "Water"]),
        (
            ["World, Water", " ", 7, {"name": "Rain &amp; more"}, {}],
            ["World, Water", "Rain & more"],
        ),
        ({"name": "World"}, []),
        (None, []),
    ],
)
def test_texts_in_a_list_or_with_commas(value: Any, expected: list[str]) -> None:
    assert jsonld.texts({"keywords": value}, "keywords") == expected


@pytest.mark.parametrize(
    ("value", "urls"),
    [
        ("/p.jpg", ["/p.jpg"]),
        (["/p.jpg", {"url": "/q.jpg"}], ["/p.jpg", "/q.jpg"]),
        ({"contentUrl": "/p.jpg"}, ["/p.jpg"]),
        ({"url": ["/p.jpg", "/q.jpg"]}, ["/p.jpg"]),
        ({"url": [], "contentUrl": "/p.jpg"}, ["/p.jpg"]),
        ({"url": {"x": 1}}, []),
        ([None, 7, {}, []], []),
        (None, []),
    ],
)
def test_pictures_however_they_are_written(value: Any, urls: list[str]) -> None:
    assert [each["url"] for each in jsonld.pictures({"image": value})] == urls


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["@type", "@id", "name", "url", "author", "image", "headline"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=10,
)


@given(JSON)
def test_no_shape_of_json_raises(said: Any) -> None:
    node = article({**ARTICLE, "author": said, "image": said, "keywords": said}, said)

    assert isinstance(jsonld.text(node, "author", "headline"), str)
    assert isinstance(jsonld.people(node, "author"), tuple)
    assert isinstance(jsonld.texts(node, "keywords"), list)
    assert [each for each in jsonld.pictures(node) if not isinstance(each["url"], str)] == []
