"""What the sample newsroom has published is whole, in both languages."""

import datetime as dt
import re
from collections import Counter

import pytest

from syndicate.errors import NotFoundError
from syndicate.sample import newsroom
from syndicate.sample.newsroom import SamplePublication, SampleStory

START = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)
STORIES = list(newsroom.stories().values())
IDS = [story.key for story in STORIES]


def _of(language: str) -> list[SampleStory]:
    return [story for story in STORIES if story.language == language]


def test_there_are_enough_articles_in_five_sections_of_both_publications() -> None:
    assert len(STORIES) >= 24
    for publication in newsroom.publications():
        sections = Counter(story.section for story in _of(publication.language))
        assert list(sections.keys() - {part.slug for part in publication.sections}) == []
        assert len(sections) == 5
        assert min(sections.values()) >= 2


def test_both_publications_have_the_same_sections_and_articles() -> None:
    english, arabic = newsroom.publications()

    assert [part.slug for part in english.sections] == [part.slug for part in arabic.sections]
    assert {(story.slug, story.section) for story in _of("en")} == {
        (story.slug, story.section) for story in _of("ar")
    }


@pytest.mark.parametrize("language", newsroom.LANGUAGES)
def test_one_article_is_paid_one_embargoed_and_one_updated(language: str) -> None:
    stories = _of(language)

    assert sum(story.access == "paid" for story in stories) == 1
    assert sum(story.embargo_minutes is not None for story in stories) == 1
    assert sum(story.updated_minutes_ago is not None for story in stories) == 1


@pytest.mark.parametrize("story", STORIES, ids=IDS)
def test_an_article_has_a_real_length_and_cross_headings(story: SampleStory) -> None:
    words = sum(len(text.split()) for tag, text in story.blocks if tag == "p")

    assert words >= 130
    assert sum(tag == "h2" for tag, _ in story.blocks) >= 2
    assert story.standfirst
    assert story.caption
    assert story.alt


@pytest.mark.parametrize("story", STORIES, ids=IDS)
def test_an_article_is_written_in_its_language(story: SampleStory) -> None:
    text = f"{story.headline} {story.standfirst} {story.caption} {story.alt} "
    text += " ".join(re.sub("<[^>]+>", "", block) for _, block in story.blocks)
    letters = [sign for sign in text if sign.isalpha()]
    arabic = sum("\u0600" <= sign <= "\u06ff" for sign in letters)

    assert arabic == (len(letters) if story.language == "ar" else 0)


@pytest.mark.parametrize("story", STORIES, ids=IDS)
def test_an_article_is_from_the_last_twenty_hours_or_under_embargo(story: SampleStory) -> None:
    published = story.published_at(START)

    if story.embargo_minutes is None:
        assert START - dt.timedelta(hours=20) <= published < START
        assert published <= story.updated_at(START) < START
    else:
        assert START < published <= START + dt.timedelta(minutes=15)


@pytest.mark.parametrize("publication", newsroom.publications(), ids=newsroom.LANGUAGES)
def test_each_pick_is_an_article_of_the_publication(publication: SamplePublication) -> None:
    slugs = {story.slug for story in _of(publication.language)}

    assert len(publication.featured) >= 3
    assert {pick.article for pick in publication.featured} <= slugs
    assert all(pick.teaser for pick in publication.featured)


@pytest.mark.parametrize("name", sorted({story.picture for story in STORIES}))
def test_a_picture_is_a_jpeg_of_the_size_that_pages_say(name: str) -> None:
    content = newsroom.picture(name)

    assert content[:3] == b"\xff\xd8\xff"
    # The frame header: FF C0 or C2, length, precision, height, width (ITU T.81 B.2.2).
    found = re.search(rb"\xff[\xc0\xc2]..\x08(..)(..)", content, re.DOTALL)
    assert found
    assert [int.from_bytes(part) for part in found.groups()] == [540, 960]


def test_a_picture_that_no_article_names_is_not_there() -> None:
    with pytest.raises(NotFoundError):
        newsroom.picture("../articles/en")


def test_small_markdown_becomes_blocks() -> None:
    text = "One & two\nlines.\n\n## A <heading>\n\n*Update:* more.\n"

    assert newsroom.read_blocks(text) == (
        ("p", "One &amp; two lines."),
        ("h2", "A &lt;heading&gt;"),
        ("p", "<em>Update:</em> more."),
    )
