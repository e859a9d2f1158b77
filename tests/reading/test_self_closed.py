"""Elements that XHTML closes by their own tag, for a parser of HTML."""

import pytest

from syndicate.reading.self_closed import with_ends


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ('<iframe src="x"/>after', '<iframe src="x"></iframe>after'),
        ("<VIDEO src='x' controls />after", "<VIDEO src='x' controls ></VIDEO>after"),
        ("<video controls/>after", "<video controls></video>after"),
        ('<a id="top"/>b <a href="x">c</a>', '<a id="top"></a>b <a href="x">c</a>'),
        ("<i/>a<i/>b", "<i></i>a<i></i>b"),
        ("<style/>a<object data='x'/>b", "<style></style>a<object data='x'></object>b"),
    ],
)
def test_what_closes_itself_holds_nothing(markup: str, expected: str) -> None:
    assert with_ends(markup) == expected


@pytest.mark.parametrize(
    "markup",
    [
        "<p>a</p>",
        "a<br/>b<img src='x'/>",
        "<p/>a<p/>b<div/>c",
        "<a href=https://daily.example/>a</a>",
        '<a href="https://daily.example/"/>a</a>',
        '<iframe src="x"/></iframe>a',
        "a /> b <i",
        "<image/>",
    ],
)
def test_what_closes_by_itself_or_by_a_later_tag_stays(markup: str) -> None:
    assert with_ends(markup) == markup
