"""What public reports of this trade broke on, as their own files say what is right.

They lie beside the repository, as the corpus does; small copies of what each shows stand in the
tests of the modules that read them (`tests/reading/feeds`, `tests/collect`).
"""

import datetime as dt
from pathlib import Path

import pytest

from syndicate.reading import dates
from syndicate.reading.feeds.parse import parse
from syndicate.reading.records import Entry, ParsedFeed
from tests.corpus import material

NOW = dt.datetime(2026, 11, 29, 3, tzinfo=dt.UTC)
NAMES = {
    "07": "07-titles",
    "08": "08-relative-urls",
    "09": "09-dates",
    "10": "10-one-bad-byte",
    "21": "21-feed-noise",
    "23": "23-broken-xml",
    "24": "24-cut-off-feed",
}
PIER = "https://pier.example/feed"


def feed(path: Path, url: str = PIER) -> ParsedFeed:
    return parse(path.read_bytes(), url=url, now=NOW)


def titles(found: ParsedFeed) -> list[str]:
    return [each.title for each in found.entries]


def test_headlines_are_the_same_in_each_way_to_write_them() -> None:
    folder = material.case(NAMES["07"])

    assert titles(feed(folder / "atom-xhtml.xml")) == [
        "A small storm",
        "A guide to <head> elements",
        "AT&T <again>",
    ]
    short, long = titles(feed(folder / "rss.xml")), titles(feed(folder / "rss-long.xml"))
    assert long[: len(short)] == short
    assert "A short guide to <head> elements" in short


def test_pictures_are_relative_to_what_their_text_says() -> None:
    folder, base = material.case(NAMES["08"]), "https://feeds.pier.example/rss/all.xml"

    first, second, third = (each.content for each in feed(folder / "atom-base.xml", base).entries)

    assert 'src="https://cdn.pier.example/posts/images/bird.jpg"' in first
    assert 'src="https://pier.example/b/img/gull.jpg"' in second
    assert 'src="https://feeds.pier.example/c/img/seal.jpg"' in third


def test_dates_are_read_as_they_are_meant() -> None:
    namespace: dict[str, list[str]] = {}
    code = (material.case(NAMES["09"]) / "gen.py").read_text().partition("if __name__")[0]
    exec(code, {}, namespace)  # noqa: S102 - a list of dates

    wrong = []
    for line in namespace["dates"]:
        text, _, meant = line.rpartition("|")
        found = dates.read(text, now=NOW)
        said = found.replace(tzinfo=None).isoformat() if found else None
        if meant not in {"?", said}:
            wrong.append((text, said, meant))
    assert wrong == []


def test_one_bad_byte_costs_one_character() -> None:
    folder, url = material.case(NAMES["10"]), "https://barid.example/feed"
    whole = feed(folder / "control.xml", url)
    cut = feed(folder / "cut-by-bytes.xml", url)

    assert titles(cut) == titles(whole)
    for each, sound in zip(cut.entries, whole.entries, strict=True):
        assert each.summary.count("\ufffd") <= 1
        assert each.summary.rstrip("\ufffd") == sound.summary[: len(each.summary.rstrip("\ufffd"))]


def test_what_a_program_adds_to_a_story_is_left_out() -> None:
    (only,) = feed(material.case(NAMES["21"]) / "feed.xml").entries

    assert "appeared first on" not in only.summary + only.content
    assert "hidden tracking words" not in only.content
    assert "pixel.pier.example" not in only.content
    assert only.content.index("<img") == only.content.index(
        '<img width="640" height="360" src="https://pier.example/img/seals-640.jpg"'
    )


BROKEN = {
    "atom03": ["Old atom"],
    "atomlink-only": ["Only an atom link"],
    "bare-ampersand": ["I'm just doing D&D, at AT&T", "Second"],
    "cdata-end": ["A ]]> B"],
    "control-chars": ["Bell and record mark", "Second"],
    "declared-wrong": ["Größe über Öl"],
    "default-ns": ["In a namespace"],
    "html-in-title": ["Bold title"],
    "junk-before": ["After junk"],
    "latin2": ["Żółta łódź"],
    "nbsp-entity": ["A B école"],
    "php-warning": ["After warning"],
    "truncated": ["One", "Two"],
    "unclosed-tag": ["Fine", "Second"],
    "uppercase": ["UPPER"],
    "utf16": ["Größe"],
    "win1256": ["أخبار الميناء"],
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_feed_is_read(name: str) -> None:
    found = feed(material.case(NAMES["23"]) / f"{name}.xml")

    assert titles(found) == BROKEN[name]
    assert all(each.link for each in found.entries)
    assert bool(found.cut_off) == (name == "truncated")


def test_half_a_story_is_no_story() -> None:
    folder = material.case(NAMES["24"])
    cut, whole = feed(folder / "cut-off.xml"), feed(folder / "whole.xml")

    assert cut.entries == whole.entries[:1]
    assert (cut.cut_off, len(whole.entries)) == ("Thirty bo", 2)


def test_every_entry_of_the_cases_is_an_entry() -> None:
    for number in ("07", "08", "10", "21", "23", "24"):
        for path in material.case(NAMES[number]).glob("*.xml"):
            assert all(isinstance(each, Entry) for each in feed(path).entries), path
            assert feed(path).unread == ()
