"""Real feeds: what we read equals what XPath finds in the file itself."""

import datetime as dt
import email.utils
import re
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urljoin

import pytest
from lxml import etree

from syndicate.reading import encoding
from syndicate.reading.feeds import parse
from syndicate.reading.records import Entry
from syndicate.reading.text import plain
from tests.corpus import material

NOW = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)
ATOM = "{http://www.w3.org/2005/Atom}"
RSS1 = "{http://purl.org/rss/1.0/}"
DC = "{http://purl.org/dc/elements/1.1/}"
ENCODED = "{http://purl.org/rss/1.0/modules/content/}encoded"


@dataclass
class Told:
    """One entry by XPath; empty where the feed says nothing."""

    title: str = ""
    link: str = ""
    guid: str = ""
    date: str = ""
    body: str = ""


@dataclass
class Score:
    right: Counter[str] = field(default_factory=Counter)
    all: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def add(self, what: str, where: str, told: object, got: object) -> None:
        self.all[what] += 1
        self.right[what] += told == got
        if told != got:
            self.wrong.append(f"{where} {what}: {told!r} became {got!r}")

    def share(self, what: str) -> float:
        return self.right[what] / self.all[what]


def test_every_entry_of_a_well_formed_feed_is_read_as_it_stands(
    capsys: pytest.CaptureFixture[str],
) -> None:
    score, feeds = Score(), 0

    for name, url, body in material.feeds():
        told = by_xpath(body)
        if told is None:
            continue
        feeds += 1
        entries = parse.parse(body, url=url, now=NOW).entries
        score.add("count", name, min(len(told), parse.MAX_ENTRIES), len(entries))
        for one, entry in zip(told, entries, strict=False):
            compare(score, name, one, entry, url)

    with capsys.disabled():
        figures = ", ".join(
            f"{what} {score.right[what]}/{score.all[what]}" for what in sorted(score.all)
        )
        print(f"\n{feeds} well-formed feeds: {figures}")  # noqa: T201 - the figures are shown
    assert score.share("count") == 1.0
    assert [line for line in score.wrong if " date: " not in line] == []
    assert score.share("date") >= 0.995


@pytest.mark.long
def test_a_feed_says_the_same_with_a_break_in_it() -> None:
    compared = 0

    for _, url, body in material.feeds():
        sound = parse.parse(body, url=url, now=NOW)
        text = encoding.decode(body)[0]
        if sound.broken or "</channel>" not in text:
            continue
        broken = parse.parse(text.replace("<item>", "</nothing><item>").encode(), url=url, now=NOW)
        assert broken.entries == sound.entries
        compared += len(sound.entries)

    assert compared > 500


def compare(score: Score, where: str, told: Told, entry: Entry, url: str) -> None:
    if told.title:
        score.add("title", where, tidy(told.title), tidy(entry.title))
    if told.link:
        score.add("link", where, urljoin(url, told.link), entry.link)
    if told.guid:
        score.add("guid", where, told.guid, entry.guid)
    if told.date:
        said = read_date(told.date)
        score.add("date", where, said, entry.published or entry.updated)
    if told.body:
        got, wanted = plain(entry.content), plain(told.body)
        score.add("body", where, True, _covers(got, wanted))


def tidy(text: str) -> str:
    return re.sub(r"\s+", "", plain(text))


def read_date(text: str) -> dt.datetime | None:
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except ValueError:
        try:
            moment = dt.datetime.fromisoformat(text)
        except ValueError:
            return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return moment.astimezone(dt.UTC)


def by_xpath(body: bytes) -> list[Told] | None:
    """The entries of a strictly well-formed feed, None for any other document."""
    try:
        root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, huge_tree=True))
    except etree.XMLSyntaxError:
        return None
    if root.tag == f"{ATOM}feed":
        return [_atom(each) for each in root.iterfind(f"{ATOM}entry")]
    if root.tag == "rss":
        return [_rss(each, "") for each in root.iterfind("channel/item")]
    return [_rss(each, RSS1) for each in root.iterfind(f"{RSS1}item")]


def _rss(item: etree._Element, own: str) -> Told:
    def said(*names: str) -> str:
        found = (item.find(name) for name in names)
        texts = ("".join(each.itertext()).strip() for each in found if each is not None)
        return next((text for text in texts if text), "")

    return Told(
        title=said(f"{own}title"),
        link=said(f"{own}link"),
        guid=said(f"{own}guid"),
        date=said(f"{own}pubDate", f"{DC}date"),
        body=said(ENCODED),
    )


def _atom(item: etree._Element) -> Told:
    def said(name: str) -> str:
        found = item.find(f"{ATOM}{name}")
        return "".join(found.itertext()).strip() if found is not None else ""

    links = [
        link.get("href", "")
        for link in item.iterfind(f"{ATOM}link")
        if link.get("rel", "alternate") == "alternate" and "html" in link.get("type", "text/html")
    ]
    return Told(
        title=said("title"),
        link=links[0].strip() if links else "",
        guid=said("id"),
        date=said("published") or said("updated"),
        body=said("content"),
    )


def _covers(got: str, wanted: str) -> bool:
    """Whether a body is the one meant: most of its words are there (markup may differ)."""
    found, meant = Counter(got.split()), Counter(wanted.split())
    return not meant or (found & meant).total() >= 0.9 * meant.total()
