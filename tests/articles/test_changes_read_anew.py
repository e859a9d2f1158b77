"""What newer code reads in another way is no news: what a page shows above its text."""

import pytest

from syndicate.articles.changes import alter
from tests.articles.stories import ENTRY, NOW, TEXT, article_of, changed

SIGNED = changed(ENTRY, authors=("Dock Desk",))


@pytest.mark.parametrize(
    ("head", "is_news"),
    [
        (f"<h2>{ENTRY.title}</h2><p>By Dock Desk</p>", False),
        ("<p>By Dock Desk</p>", False),
        ("<p>Dock Desk, at the pier</p>", False),
        ("<p>It began with a storm that nobody had seen coming.</p>", True),
    ],
)
def test_a_head_that_is_read_no_longer_is_no_news(head: str, *, is_news: bool) -> None:
    stored = article_of(changed(SIGNED, content=head + TEXT))

    assert (alter(stored, SIGNED, now=NOW) is not None) == is_news


def test_a_head_that_comes_and_a_headline_beside_it_are_news() -> None:
    headed = changed(SIGNED, content=f"<p>By Dock Desk</p>{TEXT}")

    assert alter(article_of(SIGNED), headed, now=NOW) is not None
    assert alter(article_of(headed), changed(SIGNED, title="Another"), now=NOW) is not None


CLOSING = (
    f"<p>The post <a href='/1'>{ENTRY.title}</a> appeared first on <a href='/'>Pier News</a>.</p>"
)


@pytest.mark.parametrize(
    ("end", "is_news"),
    [
        (CLOSING, False),
        (f"<p><a href='{ENTRY.link}'>Continue reading</a></p>", False),
        ("<p>Nobody was hurt.</p>", True),
        ("<p>Nobody was hurt, the harbour master said on Sunday morning.</p>", True),
    ],
)
def test_an_end_that_a_program_wrote_is_no_news(end: str, *, is_news: bool) -> None:
    stored = article_of(changed(ENTRY, content=TEXT + end))

    assert (alter(stored, ENTRY, now=NOW) is not None) == is_news


def test_a_standfirst_that_loses_such_an_end_is_no_news() -> None:
    said = changed(ENTRY, summary="It rose.")
    line = f"It rose. The post {ENTRY.title} appeared first on Pier News."

    assert alter(article_of(changed(said, summary=line)), said, now=NOW) is None


@pytest.mark.parametrize("before", ["It fell. It rose.", "It rose. Twice.", "It fell."])
def test_a_standfirst_that_its_editor_cut_is_news(before: str) -> None:
    said = changed(ENTRY, summary="It rose.")

    assert alter(article_of(changed(said, summary=before)), said, now=NOW) is not None
