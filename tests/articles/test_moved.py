"""A page or picture that moved is followed, and makes no revision."""

import pytest

from syndicate.articles.changes import alter
from syndicate.reading.records import Entry, PictureIn
from tests.articles.stories import ENTRY, HOUR, LINK, NOW, article_of, changed


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        pytest.param(
            "https://daily.example/moved", "https://daily.example/moved", id="another page"
        ),
        pytest.param("https://new.example/a", "https://new.example/a", id="another host"),
        pytest.param("http://daily.example/a", "http://daily.example/a", id="another scheme"),
        pytest.param(f"{LINK}?utm_source=feed", None, id="a campaign mark"),
        pytest.param(f"{LINK}?sid=4f", None, id="a session"),
        pytest.param(f"{LINK};jsessionid=4F", None, id="a session in the path"),
        pytest.param("https://daily.example/", None, id="the front page"),
        pytest.param(None, None, id="none"),
    ],
)
def test_a_story_that_moved_is_followed_without_a_revision(
    link: str | None, expected: str | None
) -> None:
    intent = alter(article_of(ENTRY), changed(ENTRY, link=link), now=NOW)

    if expected is None:
        assert intent is None
        return
    assert intent is not None
    assert (intent.url, intent.change, intent.story) == (expected, None, None)
    assert intent.updated_at == NOW - HOUR


def pictured(*urls: str) -> Entry:
    return changed(ENTRY, pictures=tuple(PictureIn(url) for url in urls))


@pytest.mark.parametrize(
    ("before", "after", "moves", "change"),
    [
        pytest.param(
            ["https://a.example/1.jpg?w=9"],
            ["https://b.example/1.jpg?w=8"],
            (("https://a.example/1.jpg?w=9", "https://b.example/1.jpg?w=8"),),
            None,
            id="another host",
        ),
        pytest.param(
            ["https://a.example/1.jpg", "https://a.example/2.jpg"],
            ["https://a.example/1.jpg", "https://b.example/2.jpg"],
            (("https://a.example/2.jpg", "https://b.example/2.jpg"),),
            None,
            id="another host of the second",
        ),
        pytest.param(
            ["https://a.example/1.jpg"],
            ["https://b.example/2.jpg"],
            (),
            "fix",
            id="another picture",
        ),
        pytest.param(
            ["https://a.example/p?n=1", "https://a.example/p?n=2"],
            ["https://b.example/p?n=1", "https://b.example/p?n=2"],
            None,
            None,
            id="names that say nothing",
        ),
        pytest.param(
            ["https://a.example/1.jpg?w=9"], ["https://a.example/1.jpg"], None, None, id="a size"
        ),
    ],
)
def test_a_picture_that_moved_to_another_host_is_the_same_picture(
    before: list[str], after: list[str], moves: object, change: str | None
) -> None:
    intent = alter(article_of(pictured(*before)), pictured(*after), now=NOW)

    if moves is None:
        assert intent is None
        return
    assert intent is not None
    assert (intent.readdressed, intent.change) == (moves, change)
