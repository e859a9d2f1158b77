"""A page of any size is read in a bounded time, and its head always."""

import datetime as dt

import lxml.html
import pytest

from syndicate.reading.pages import extract, size
from syndicate.reading.records import ParsedPage
from tests import matrix, pumping

NOW = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
SAID = "The water in the old harbour rose by a metre in the night, the port office said. "
HEAD = (
    "<html><head><title>Water rises in town</title><meta name='author' content='Ann Bell'>"
    "<meta property='article:published_time' content='2026-10-30T10:00:00Z'></head><body>"
)
STORY = f"<h1>Water rises in town</h1><p>{SAID * 3}</p><p>{SAID * 2}</p>"
# Elements that pages have many of; what looks for a text asks each of all that stand beside it.
KINDS = {
    "links": "<a href='/x'>one more story of the day</a> ",
    "headings": "<h2>Water rises</h2>",
    "bold lines": "<p><b>A bold line</b></p>",
    "rows": "<table><tr><td>x</td><td>y</td></tr></table>",
    "spans": "<span>x</span>",
    "times": "<time datetime='2026-10-29'>x</time>",
    "first headings": "<h1>Water rises in town</h1>",
    "names": "<span class='author'>Ann Bell</span>",
}


def read(inner: str, **profile: str) -> ParsedPage:
    document = f"{HEAD}{inner}</body></html>".encode()
    return extract.extract(
        document, url="https://n.example/a", now=NOW, source_profile=profile or None
    )


def head_of(page: ParsedPage) -> tuple[object, ...]:
    return page.headline, page.authors, page.published


@pytest.mark.parametrize("kind", matrix.rows(list(KINDS), every=2))
def test_a_page_with_four_times_the_elements_takes_four_times_as_long(kind: str) -> None:
    def act(count: int) -> None:
        page = read(f"<article>{STORY}{KINDS[kind] * count}</article>")
        assert page.headline == "Water rises in town"

    assert pumping.growth(act, chars=len(KINDS[kind]), repeated=4_000) <= pumping.MOST


@pytest.mark.parametrize("around", ["{}", "<main>{}</main>", "<article>{}</article>"])
def test_a_page_too_large_for_its_text_keeps_headline_author_and_date(around: str) -> None:
    many = KINDS["headings"] * (size.MOST_ELEMENTS + 1)
    page = read(around.format(STORY + many))

    small = read(around.format(STORY))
    assert (
        head_of(page)
        == head_of(small)
        == (
            "Water rises in town",
            ("Ann Bell",),
            dt.datetime(2026, 10, 30, 10, tzinfo=dt.UTC),
        )
    )
    assert (page.body, page.is_too_large) == ("", True)
    assert (small.body != "", small.is_too_large) == (True, False)


@pytest.mark.parametrize(
    ("story", "others"),
    [
        ("<article>{}</article>", "{}"),
        ("<article>{}</article>", "<article>{}</article>"),
        ("{}", "<div class='comments'>{}</div>"),
        ("{}", "<footer>{}</footer>"),
    ],
)
def test_many_elements_around_an_article_cost_it_nothing(story: str, others: str) -> None:
    many = others.format(KINDS["links"] * (size.MOST_ELEMENTS + 1))

    page = read(story.format(STORY) + many)

    assert page.body == read(story.format(STORY)).body
    assert page.body.count(SAID.strip()) == 5
    assert not page.is_too_large


def test_what_json_ld_or_a_profile_knows_is_read_of_a_large_page_too() -> None:
    told = f'<script type="application/ld+json">{{"@type": "Article", "articleBody": "{SAID}"}}'
    many = KINDS["spans"] * (size.MOST_ELEMENTS + 1)

    by_ld = read(f"{STORY}{many}{told}</script>")
    described = read(f"{many}<div id='text'>{STORY}</div>", headline="h1", body="#text")

    assert (by_ld.body, by_ld.is_too_large) == (f"<p>{SAID.strip()}</p>", False)
    assert (described.body.count(SAID.strip()), described.is_too_large) == (5, False)


def test_a_page_is_cut_behind_so_many_elements(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(size, "MOST_ELEMENTS", 5)
    root = lxml.html.document_fromstring(
        "<body><div>a<p>b<b>c</b></p>d<p>e<i>f</i></p>g</div>h<p>i</p></body>"
    )

    assert size.is_large(root)
    assert size.cut(root).tag == "b"
    assert lxml.html.tostring(root) == b"<html><body><div>a<p>b<b>c</b></p>d</div>h</body></html>"
    assert not size.is_large(root)


def test_the_beginning_of_a_place_is_as_long_as_is_asked_for() -> None:
    place = lxml.html.fragment_fromstring("<div> a \n\t b<p>c  d</p><p>e</p></div>")

    assert size.begin_of(place, 10) == "a bc de"
    assert size.begin_of(place, 3) == "a bc d"
