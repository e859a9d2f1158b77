"""What content may hold that looks like something of ours, and mails in which all of it stands."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import Field, fields
from itertools import cycle
from typing import Any

from hypothesis import strategies as st

from syndicate.reading.records import Words
from syndicate.render.marks import word_for

NOW = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)
MAILS = ("alert", "article", "confirmation", "digest", "feedback")
PIECES = (
    # slots and blocks as they were once written, and as they are stored
    "slot:preferences_url", "slot:unsubscribe_url", "slot:never_url", "slot:confirm_url", "slot:x",
    'href="slot:unsubscribe_url"', '"slot:never_url"', "<!--story:0:1-->", "<!--heading:0:7-->",
    "<!--story:9:512-->", "<!--/-->", "\0text:unsubscribe_url\0", "\0attribute:never_url\0", "\0",
    # as they are written now
    word_for("x") + "x0x", word_for("") + "x1x", f"<!--{word_for('x')}x0x-->", "x0x", "k",
    '{{ slot("unsubscribe_url") }}', '{{ begin("story", 0, 1) }}', "{{ end() }}", "{% raw %}", "{#",
    # escaped in a way that somebody might undo
    "&#115;lot:never_url", "%73lot:never_url", "slot%3Anever_url", "&lt;!--/--&gt;", "&amp;", "&",
    # of other languages that a mail goes through
    "%(name)s", "%s", "%", "%%", "{0}", "\\1", "\\g<0>", "$1", "=?utf-8?q?x?=", "=20", "=\n", "=3D",
    "\r\n-- \r\n", "-- ", "\r\nBcc: reader002@example.com", "\n.\n", ".", "From ", "| ", "== x ==",
    "</style><style>*{display:none}", "<!--[if mso]>", "<![endif]-->", "<html", "</html>", "]]>",
    '" style="', "'", "<b>", "\t", "  ", "\u2028", "\x85", "\x1c", "\ufffe", "\ufdd0", "\U0001ffff",
    "\ud800", "\x1b[31m", "\u202e", "\u00a0", "خبر", "الميناء القديم", "Harbour",
)  # fmt: skip
WORDS = st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=4).map("".join)


def context(
    message: str, words: list[str], shown: int = 0b1111, language: str = "en"
) -> dict[str, Any]:
    """What a mail is given, with these words by turns wherever others' words can stand.

    Args:
        message: one of `MAILS`.
        words: of the contents.
        shown: bits of the stories (0 and 1 in one section) and corrections (2 and 3) in it.
        language: of the stories.
    """
    turns = cycle(words)

    def word() -> str:
        return next(turns)

    publication = {"name": word(), "postal_address": word()}
    if message == "confirmation":
        return {"publication": publication, "newsletter": {"name": word(), "description": word()}}
    if message == "feedback":
        return {
            "publication": publication,
            "article": {"headline": word(), "url": url(word), "language": language},
            "desk": word(),
            "lines": [word(), "", word(), word()],
            "reply_to": word(),
        }
    if message == "article":
        article = {**story(0, word, language), "picture": picture(word)}
        more = {"article": article, "sender_name": word(), "zone": "Asia/Qatar"}
        return {"publication": publication, **more}
    stories = [story(each, word, language) for each in (0, 1)]
    corrections = [correction(each, word, language, is_withdrawn=each == 3) for each in (2, 3)]
    section = {
        "name": word() + "S",
        "position": 0,
        "mask": 0b11,
        "language": language,
        "stories": [each for each in stories if shown & each["mask"]],
    }
    return {
        "publication": publication,
        "newsletter": {"name": word(), "description": word()},
        "issue": {"number": 7, "local_date": NOW.date()},
        "zone": "Asia/Qatar",
        "sections": [section] if section["stories"] else [],
        "corrections": [each for each in corrections if shown & each["mask"]],
    }


def url(word: Callable[[], str]) -> str:
    return f"https://pier.example/read?next={word()}"


def picture(word: Callable[[], str]) -> Mapping[str, Any]:
    return {"url": url(word), "width": 544, "height": 306, "alt": word(), "credit": word()}


def said(what: Field[Any], word: Callable[[], str]) -> Any:
    """A word of an article; a mail has no text."""
    if what.name.endswith("_html"):
        return ""
    if what.name.endswith("_url"):
        return url(word)
    return [word(), word()] if "tuple" in str(what.type) else word()


def story(place: int, word: Callable[[], str], language: str) -> dict[str, Any]:
    return {
        "position": place,
        "mask": 1 << place,
        "is_lead": place == 0,
        "language": language,
        "url": url(word),
        **{each.name: said(each, word) for each in fields(Words)},
        "updated_at": NOW,
        "is_for_subscribers": place == 1,
        "picture": {**picture(word), "thumb_height": 83},
    }


def correction(
    place: int, word: Callable[[], str], language: str, *, is_withdrawn: bool
) -> dict[str, Any]:
    return {
        "position": place,
        "mask": 1 << place,
        "language": language,
        "headline": word(),
        "note": word(),
        "url": url(word),
        "sent_on": "Monday, 23 November 2026",
        "is_withdrawn": is_withdrawn,
    }
