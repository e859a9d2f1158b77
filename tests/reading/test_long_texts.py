"""Whoever reads what others write takes twice as long for twice a text, whatever stands in it.

Whole pages are read by a process of their own, with seconds that are counted: tests/collect tries
that elsewhere.
"""

import datetime as dt
from collections.abc import Callable

import pytest

from syndicate import logs
from syndicate.actions import email_article
from syndicate.bounces.reading import classify, parts
from syndicate.errors import SyndicateError
from syndicate.feeds import text as feed_text
from syndicate.mail.sending import outcomes
from syndicate.reading import clean, first_heading, names, text
from syndicate.reading.feeds import parse
from syndicate.reading.pages import site_names
from syndicate.subscribers import words
from tests import matrix, pumping

_NOW = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
_BASE = "https://news.example/a"
_CHARS = 3_000  # to begin with

_MARKUP = [
    ("", "<b></i>"),
    ("", "<!--"),
    ("", "<script>"),
    ("", "<iframe>"),
    ("", "<iframe src=x>"),
    ("", "<noscript><img src=/a></noscript>"),
    ("<img srcset='", "a 1x,"),
    ("<p ", "a='"),
    ("", "<table>x</table>"),
    ("", "<p>x"),
    ("", "&amp;"),
    ("&#", "9"),
    ("e", "\u0316\u0301"),
    ("", "a@"),
    ("", "a | "),
    ("", "\n \n"),
    ("", "<!DOCTYPE x["),
    ("", "<![CDATA["),
    ("", "<enclosure url='https://news.example/a.jpg'/>"),
]


def _feed(markup: str) -> object:
    return _parsed(f"<rss version='2.0'><channel><item><title>x</title>{markup}")


def _description(markup: str) -> object:
    return _parsed(
        "<rss version='2.0'><channel><item><title>x</title><description><![CDATA["
        f"{markup}]]></description></item></channel></rss>"
    )


def _parsed(document: str) -> object:
    return parse.parse(document.encode(), url=_BASE, now=_NOW)


def _returned(markup: str) -> object:
    head = "From: mailer-daemon@mx.example\nSubject: returned mail\nContent-Type: text/plain\n\n"
    return classify.classify(f"{head}{markup}".encode())


_READERS: dict[str, Callable[[str], object]] = {
    "clean": clean.clean,
    "plain": text.plain,
    "words": text.word_list,
    "address": text.normal_url.__wrapped__,
    "names": lambda said: names.name_list([said]),
    "feed": _feed,
    "description": _description,
    "title": lambda said: site_names.without_site(said, "x"),
    "first heading": lambda said: first_heading.without(said, ["x", "Water rises here"], ["x"]),
    "returned mail": _returned,
    "report in HTML": parts.without_tags,
    "log line": lambda said: logs.redact(None, "", {"said": f"{said}@"}),
    "reply": outcomes.reason_of,
    "own feed": feed_text.without_tags,
    "own feed in HTML": feed_text.as_html,
    "column": words.plain.__wrapped__,
    "visitor's name": email_article.checked_name,
}


@pytest.mark.parametrize("reader", matrix.rows(list(_READERS), every=2))
def test_a_text_twice_as_long_takes_twice_as_long(reader: str) -> None:
    worse = {
        pair: found
        for pair in _MARKUP + pumping.generic()
        if (found := _growth(_READERS[reader], *pair)) > pumping.MOST
    }

    assert worse == {}


def _growth(read: Callable[[str], object], prefix: str, pump: str) -> float:
    def act(count: int) -> None:
        try:
            read(prefix + pump * count)
        except SyndicateError:
            return

    return pumping.growth(act, chars=len(pump), repeated=_CHARS // len(pump))
