"""One story through two feeds at two addresses is one article, when it surely is; and undone."""

import datetime as dt
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from syndicate.articles import receive_push, similar, splitting
from syndicate.cli import articles
from syndicate.errors import NotFoundError, RefusedError
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import publications
from tests.acting import TESTER
from tests.collect import newsroom
from tests.collect.newsroom import NOW, item, rss
from tests.collect.site import Site

WORDS = [f"word{number}" for number in range(100)]
TEXT = " ".join(WORDS)
AT = NOW - dt.timedelta(hours=1)


def changed(share: float) -> str:
    """The text with so much of its end written anew."""
    kept = round(len(WORDS) * (1 - share))
    return " ".join([*WORDS[:kept], *(f"other{number}" for number in range(kept, len(WORDS)))])


def story(name: str, text: str = TEXT, minutes: float = 0, title: str = "The talks end") -> str:
    return item(
        1,
        title=title,
        link=f"https://{name}.example/story",
        guid=name,
        when=AT + dt.timedelta(minutes=minutes),
        content_encoded=f"&lt;p&gt;{text}&lt;/p&gt;",
    )


def two_feeds(site: Site, first: str, second: str, **values: Any) -> tuple[int, int]:
    site.serve("/a", rss(first))
    site.serve("/b", rss(second))
    publication_id = newsroom.publication()
    ids = [newsroom.source(publication_id, site, path, **values) for path in ("/a", "/b")]
    for each in ids:
        newsroom.collect(each)
    return ids[0], ids[1]


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("second", "articles"),
    [
        pytest.param({}, 1, id="the same at another address"),
        pytest.param({"text": changed(0.05)}, 1, id="a few words edited"),
        pytest.param({"minutes": 9}, 1, id="nine minutes later"),
        pytest.param({"text": changed(0.15)}, 2, id="more than a tenth is other text"),
        pytest.param({"minutes": 11}, 2, id="eleven minutes later"),
        pytest.param({"minutes": -11}, 2, id="eleven minutes sooner"),
        pytest.param({"title": "The talks begin"}, 2, id="another headline"),
    ],
)
def test_what_is_surely_one_story_is_one_article(
    site: Site, second: dict[str, Any], articles: int
) -> None:
    two_feeds(site, story("one"), story("two", **second))

    assert len(newsroom.articles()) == articles
    assert len(newsroom.carried()) == 2
    assert len([kind for kind, _ in newsroom.notices() if kind == "merged"]) == 2 - articles


@pytest.mark.usefixtures("database")
def test_a_short_text_proves_nothing(site: Site) -> None:
    short = " ".join(WORDS[:47])

    two_feeds(site, story("one", short), story("two", short))

    assert len(newsroom.articles()) == 2


@pytest.mark.usefixtures("database")
def test_one_source_has_two_stories_where_it_says_so(site: Site) -> None:
    site.serve("/a", rss(story("one"), story("two")))
    source = newsroom.source(newsroom.publication(), site, "/a")

    newsroom.collect(source)

    assert len(newsroom.articles()) == 2


@pytest.mark.usefixtures("database")
def test_what_a_cms_pushes_is_what_its_id_says(site: Site) -> None:
    site.serve("/a", rss(story("one")))
    newsroom.collect(newsroom.source(newsroom.publication(), site, "/a"))
    said = {"id": "cms-1", "headline": "The talks end", "body_html": f"<p>{TEXT}</p>"}

    with transaction() as tx:
        [publication] = publications.all_publications(tx)
        entry = receive_push.entry_of({**said, "published_at": AT})
        [pushed] = receive_push.receive(tx, publication, [entry], actor=TESTER, now=NOW)

    assert pushed.outcome == "created"
    assert len(newsroom.articles()) == 2


@pytest.mark.usefixtures("database")
def test_a_merge_is_shown_and_undone(site: Site) -> None:
    _, second = two_feeds(site, story("one"), story("two", changed(0.05)))
    merged = newsroom.only_article().id

    shown = run("show", str(merged))
    made = run("split", str(merged), "--source", str(second))["article_id"]
    newsroom.collect(second, now=NOW + dt.timedelta(minutes=1))
    newsroom.collect(second, now=NOW + dt.timedelta(minutes=2))

    [reason] = [each["reason"] for each in shown["sources"] if each["id"] == second]
    assert reason.startswith("same headline, 9")
    texts = {row.id: row.body_html for row in newsroom.articles()}
    assert set(texts) == {merged, made}
    assert (TEXT in texts[merged], changed(0.05) in texts[made]) == (True, True)
    assert {row.source_id: row.article_id for row in newsroom.carried()}[second] == made
    assert {row.url for row in newsroom.articles()} == {
        "https://one.example/story",
        "https://two.example/story",
    }


@pytest.mark.usefixtures("database")
def test_who_speaks_for_an_article_is_not_split_off(site: Site) -> None:
    first, _ = two_feeds(site, story("one"), story("two"))
    merged = newsroom.only_article().id

    with transaction() as tx, pytest.raises(RefusedError, match="speaks for article"):
        splitting.split(tx, merged, first, actor=TESTER, now=NOW)
    with transaction() as tx, pytest.raises(NotFoundError, match="does not bring"):
        splitting.split(tx, merged, 99, actor=TESTER, now=NOW)

    assert len(newsroom.articles()) == 1


@given(st.lists(st.sampled_from(WORDS), min_size=48, max_size=80), st.data())
def test_likeness_is_the_same_both_ways_and_whole_for_itself(
    one: list[str], data: st.DataObject
) -> None:
    other = data.draw(st.permutations(one))

    assert similar.likeness(" ".join(one), " ".join(one)) == 1.0
    assert similar.likeness(" ".join(one), " ".join(other)) == pytest.approx(
        similar.likeness(" ".join(other), " ".join(one))
    )


def run(*arguments: str) -> dict[str, Any]:
    done = CliRunner().invoke(articles.app, [*arguments, "--json"])
    assert done.exit_code == 0, done.output
    said: dict[str, Any] = json.loads(done.stdout)
    return said
