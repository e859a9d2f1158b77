"""A language runs one way on every page, in every feed and in every mail."""

import re

import pytest

from syndicate.render.environment import environment
from tests import matrix
from tests.collect import newsroom
from tests.web.desk import Desk

TAGS = {
    **dict.fromkeys(
        ("ar", "fa", "ur", "ps", "sd", "ug", "yi", "dv", "he", "ckb", "ku-Arab", "az-Arab"), "rtl"
    ),
    **dict.fromkeys(("pa-Arab", "ms-Arab", "uz-Arab", "pa-PK"), "rtl"),
    **dict.fromkeys(("en", "uz-Cyrl", "az", "ku", "ar-Latn"), "ltr"),
}


@pytest.mark.parametrize(("tag", "way"), matrix.rows(list(TAGS.items()), every=12))
def test_article_feed_mail_and_console_agree(desk: Desk, tag: str, way: str) -> None:
    """Central Kurdish ran to the left in its article and to the right in the mail around it."""
    desk.push(language=tag)

    page = desk.page()
    entry = desk.entry()

    assert newsroom.only_article().direction == way
    assert re.search(rf'<article lang="{tag}" dir="(\w+)"', page)[1] == way  # type: ignore[index]
    assert entry["content_html"].startswith(f'<div dir="rtl" lang="{tag}">') == (way == "rtl")
    # What the frames of mails, pages and the console ask.
    assert environment(tag).globals["direction"] == way
    for_story = environment("en").from_string('<p dir="{{ direction_of(tag) }}">')
    assert for_story.render(tag=tag) == f'<p dir="{way}">'
