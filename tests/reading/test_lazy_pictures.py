"""Pictures that wait for a script, as loaders and browsers name them."""

import pytest

from syndicate.reading.clean import absolute_url
from syndicate.reading.lazy_pictures import address_of

BASE = "https://pier.example/a/"
DATA = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP"


def found(said: dict[str, str], *sources: dict[str, str]) -> str | None:
    address = address_of(said, sources, lambda url: absolute_url(url, BASE))
    return address.removeprefix("https://pier.example") if address else address


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"src": "/a.jpg"}, "/a.jpg"),
        ({"src": DATA, "data-src": "/a.jpg"}, "/a.jpg"),
        ({"src": "about:blank", "data-original": "a.jpg"}, "/a/a.jpg"),
        ({"src": "", "data-lazy-src": "/a.jpg"}, "/a.jpg"),
        ({"src": "#", "data-lazy": "/a"}, "/a"),
        ({"src": "/a-20.jpg", "data-src": "/a.jpg"}, "/a.jpg"),
        ({"src": "/a-20.jpg", "data-ll-src": " /a.jpg "}, "/a.jpg"),
        ({"src": "/img/blank.gif", "data-srcset": "/a-3.jpg 300w, /a-9.jpg 900w"}, "/a-9.jpg"),
        ({"src": "/img/loader-2.svg", "srcset": "/a.jpg 1x"}, "/a.jpg"),
        ({"src": "/grey.png", "data-large-file": "/a.jpg"}, "/a.jpg"),
        ({"data-image-meta": "{}", "data-permalink": "/b/", "data-orig-file": "/a.png"}, "/a.png"),
        ({"srcset": "/a.jpg"}, "/a.jpg"),
        ({"src": "/a.jpg", "srcset": "/b.jpg 900w"}, "/a.jpg"),
        # What the names promise is no address.
        ({"src": "/a.jpg", "data-lazy": "true"}, "/a.jpg"),
        ({"src": "/a.jpg", "data-src": DATA}, "/a.jpg"),
        ({"src": "/a.jpg", "data-original-title": "AC/DC"}, "/a.jpg"),
        ({"src": "/a.jpg", "data-srcset": f"{DATA} 1w"}, "/a.jpg"),
        ({"data-src": "javascript:x()/"}, None),
        # A blank that nothing stands for is none; a picture that is called one may be one.
        ({"src": "/img/spacer.gif"}, None),
        ({"src": "/img/transparent-1.png"}, None),
        ({"src": "/img/placeholder-news.png"}, "/img/placeholder-news.png"),
        ({"src": "/img/white-house.jpg"}, "/img/white-house.jpg"),
        ({"src": DATA}, None),
        ({}, None),
    ],
)
def test_a_picture_lies_where_its_loader_says(said: dict[str, str], expected: str | None) -> None:
    assert found(said) == expected


@pytest.mark.parametrize(
    ("srcset", "expected"),
    [
        ("/a.jpg 300w,/b.jpg 4000w, /c.jpg 1200w", "/c.jpg"),
        ("/a.jpg 3000w, /b.jpg 4000w", "/a.jpg"),
        ("/a.jpg 1x, /b.jpg 2x", "/b.jpg"),
        ("/w_300,h_200/a.jpg 300w, /w_900,h_600/b.jpg 900w", "/w_900,h_600/b.jpg"),
        ("/a.jpg, /b.jpg 2x", "/b.jpg"),
        ("/a.jpg wide, /b.jpg 0w", "/a.jpg"),
        (" , ", None),
    ],
)
def test_of_a_set_the_largest_that_we_show_is_taken(srcset: str, expected: str | None) -> None:
    assert found({"srcset": srcset}) == expected


def test_a_source_that_every_program_shows_comes_before_one_that_few_do() -> None:
    webp = {"type": "image/webp", "srcset": "/a.webp"}

    assert found({}, webp, {"data-srcset": "/a-1.jpg 1x, /a-2.jpg 2x"}) == "/a-2.jpg"
    assert found({"src": DATA}, webp) == "/a.webp"
    assert found({"src": "/a.jpg"}, webp) == "/a.jpg"
