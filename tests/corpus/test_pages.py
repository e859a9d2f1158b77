"""Real pages: headline, date and authors as parsers made for each site know them; and the text."""

import datetime as dt
import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trafilatura

from syndicate.reading.pages import extract
from syndicate.reading.records import ParsedPage
from syndicate.reading.text import plain
from tests.corpus import material

NOW = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)
_CANONICAL = re.compile(r"""<link[^>]+rel=["']?canonical["']?[^>]+href=["']([^"']+)""")


@pytest.mark.long
def test_metadata_of_real_pages(capsys: pytest.CaptureFixture[str]) -> None:
    right, of = Counter[str](), Counter[str]()

    for half, truth, page in described_pages():
        said = {
            "title": _tidy(page.headline) == _tidy(truth["title"]),
            "minute": _minute(page.published) == _minute(_moment(truth["publishing_date"])),
        }
        if "authors" in truth:
            said["authors"] = set(page.authors) == set(truth["authors"])
        for name, is_right in said.items():
            for place in (name, f"{name} {half}"):
                of[place] += 1
                right[place] += is_right

    with capsys.disabled():
        print(_shares("pages", right, of))  # noqa: T201 - the figures are shown
    assert right["title"] / of["title"] >= 0.93
    assert right["minute"] / of["minute"] >= 0.97
    assert right["authors"] / of["authors"] >= 0.94


def test_generic_pages_no_worse_than_the_library(capsys: pytest.CaptureFixture[str]) -> None:
    right, of = Counter[str](), Counter[str]()

    for listing in sorted(material.folder("pages-generic").glob("*.json")):
        truth = json.loads(listing.read_text())
        raw = listing.with_suffix(".html.gz").read_bytes()
        body, half = gzip.decompress(raw), material.half_of(raw)
        url = _address(body, listing.stem)
        page = extract.extract(body, url=url, now=NOW)
        found = trafilatura.extract_metadata(body.decode("utf-8", "replace"), default_url=url)
        theirs = found.as_dict() if found else {}
        said = {
            "title": _tidy(truth.get("title") or ""),
            "date": (truth.get("publishedTime") or "")[:10],
            "byline": _plain_name(truth.get("byline") or ""),
        }
        ours = {
            "title": [_tidy(page.headline)],
            "date": _days(page.published),
            "byline": [_plain_name(name) for name in page.authors],
        }
        for name, told in said.items():
            if not told:
                continue
            libs = theirs.get({"byline": "author"}.get(name, name)) or ""
            libs = _plain_name(libs) if name == "byline" else _tidy(libs)
            for who, is_right in (("ours", told in ours[name]), ("theirs", told == libs)):
                for place in (f"{name} {who}", f"{name} {who} {half}"):
                    of[place] += 1
                    right[place] += is_right

    with capsys.disabled():
        print(_shares("generic pages", right, of))  # noqa: T201 - the figures are shown
    assert right["title ours"] >= right["title theirs"]
    for half in ("", " a", " b"):
        assert right[f"date ours{half}"] >= right[f"date theirs{half}"]
        assert right[f"byline ours{half}"] > right[f"byline theirs{half}"]


def test_text_of_real_pages(capsys: pytest.CaptureFixture[str]) -> None:
    where = material.folder("pages-body")
    truth = json.loads((where / "ground-truth.json").read_text())
    found: dict[str, list[tuple[float, float]]] = {"all": [], "a": [], "b": []}

    for name, told in truth.items():
        raw = (where / "html" / f"{name}.html.gz").read_bytes()
        url = told.get("url") or f"https://{name[:12]}.example/article"
        page = extract.extract(gzip.decompress(raw), url=url, now=NOW)
        shared = _shared(_shingles(told["articleBody"]), _shingles(plain(page.body)))
        for place in ("all", material.half_of(raw)):
            found[place].append(shared)

    scores = {place: _score(each) for place, each in found.items()}
    with capsys.disabled():
        shown = ", ".join(f"{place} {score:.3f}" for place, score in scores.items())
        print(f"\n{len(truth)} pages: F1 {shown}")  # noqa: T201 - the figures are shown
    assert scores["all"] >= 0.974


def described_pages() -> Iterator[tuple[str, dict[str, Any], ParsedPage]]:
    """(half, truth, page as we read it); versions of a page stand in the order of their dates."""
    for listing in sorted(material.folder("pages-metadata").glob("*/*.json")):
        told = json.loads(listing.read_text())
        files = sorted(listing.parent.glob(f"{listing.stem}_*.html.gz"))
        for (_, truth), file in zip(sorted(told.items()), files, strict=True):
            yield material.half_of(file.read_bytes()), truth, _read(file)


def _shares(what: str, right: Counter[str], of: Counter[str]) -> str:
    """What of each was right, in the whole collection and in its halves."""
    return f"\n{what}: " + ", ".join(
        f"{name} {right[name]}/{count} ({right[name] / count:.1%})"
        for name, count in sorted(of.items())
    )


def _score(found: list[tuple[float, float]]) -> float:
    precision = sum(each for each, _ in found) / len(found)
    recall = sum(each for _, each in found) / len(found)
    return 2 * precision * recall / (precision + recall)


def _days(moment: dt.datetime | None) -> list[str]:
    """The day of a moment as people west and east of Greenwich call it."""
    hours = (-8, -5, 0, 1, 8)
    return [
        f"{moment.astimezone(dt.timezone(dt.timedelta(hours=each))):%Y-%m-%d}"
        for each in hours
        if moment
    ]


def _plain_name(name: str) -> str:
    return _tidy(name).removeprefix("By ").casefold()


def _address(body: bytes, name: str) -> str:
    named = _CANONICAL.search(body.decode("utf-8", "replace"))
    return named[1] if named else f"https://{name}.example/article"


def _read(file: Path) -> ParsedPage:
    body = gzip.decompress(file.read_bytes())
    return extract.extract(body, url=_address(body, file.stem), now=NOW)


def _tidy(text: str) -> str:
    return " ".join(text.replace("\u00ad", "").split())


def _moment(text: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None


def _minute(moment: dt.datetime | None) -> dt.datetime | None:
    if moment is None:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return aware.astimezone(dt.UTC).replace(second=0, microsecond=0)


def _shingles(text: str) -> Counter[tuple[str, ...]]:
    """Runs of four words, as article-extraction-benchmark counts them."""
    tokens = re.findall(r"\w+", text)
    if len(tokens) < 4:
        return Counter([tuple(tokens)] if tokens else [])
    return Counter(tuple(tokens[at : at + 4]) for at in range(len(tokens) - 3))


def _shared(told: Counter[tuple[str, ...]], got: Counter[tuple[str, ...]]) -> tuple[float, float]:
    """(precision, recall) of one text."""
    both = (told & got).total()
    return both / got.total() if got else 1.0, both / told.total() if told else 1.0
