"""A JSON Feed that stops before its end: half a story is no story, and whole ones are."""

import pytest

from syndicate.errors import NotAFeedError
from syndicate.reading.feeds import parse
from syndicate.reading.feeds.cut_off_json import whole_parts
from syndicate.reading.feeds.cut_off_xml import NAMELESS
from tests.collect.newsroom import NOW

HEAD = '{"version": "https://jsonfeed.org/version/1.1", "title": "Daily", "items": ['
ONE = (
    '{"id": "1", "title": "One", "tags": ["a", "]"], "_own": [true, null, -1.5e-7, {"b": "c, d"}]}'
)
TWO = '{"id": "2", "title": "Thirty \\u201cboats\\u201d", "url": "https://daily.example/2"}'
TAIL = ' \n ], "language": "en"}'


@pytest.mark.parametrize("between", [",", " ,\n\t"])
def test_wherever_it_is_cut_only_whole_stories_are_taken(between: str) -> None:
    text = HEAD + ONE + between + TWO + TAIL
    whole = parse.parse(text.encode(), now=NOW)
    first = len(HEAD + ONE)
    second = first + len(between)
    end = second + len(TWO)

    for at in range(len(HEAD), len(text)):
        found = parse.parse(text[:at].encode(), now=NOW)
        count = (at >= first) + (at >= end)
        is_within = len(HEAD) < at < first or second < at < end
        assert (found.entries, found.cut_off is None) == (whole.entries[:count], False)
        assert bool(found.cut_off) == is_within
        assert "cut off" in (found.broken or "")


def test_one_that_is_cut_before_its_list_is_refused() -> None:
    for at in range(1, len(HEAD) - 1):
        with pytest.raises(NotAFeedError, match="it is JSON that was cut off before its end"):
            parse.parse(HEAD[:at].encode(), now=NOW)


def test_whose_version_was_cut_off_is_refused() -> None:
    text = '{"items": [{"id": "1"}], "version": "https://jsonfeed.org/ver'

    with pytest.raises(NotAFeedError, match="it is JSON that was cut off before its end"):
        parse.parse(text.encode(), now=NOW)


@pytest.mark.parametrize(
    ("half", "words"),
    [
        ('{"id": "2", "title": "Thirty \\u201cbo', "Thirty “bo"),
        ('{"id": "2", "title": "Thirty \\u20', "Thirty"),
        ('{"title": "<b>Thirty</b> boats", "id": "2', "Thirty boats"),
        ('{"id": "tag:2', "tag:2"),
        ('{"url" : "https://daily.example/2', "https://daily.example/2"),
        ('{"title": "', NAMELESS),
        ("{", NAMELESS),
        ('{"content_html": "' + "long " * 9_000, ("long " * 16)[:80]),
    ],
)
def test_half_a_story_is_told_by_its_first_words(half: str, words: str) -> None:
    assert whole_parts(HEAD + half) == (
        {"version": "https://jsonfeed.org/version/1.1", "title": "Daily", "items": []},
        words,
    )
