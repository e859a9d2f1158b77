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

from syndicate.reading.pages import extract
from syndicate.reading.records import ParsedPage
from syndicate.reading.text import plain
from tests.corpus import material

NOW = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)
_CANONICAL = re.compile(r"""<link[^>]+rel=["']?canonical["']?[^>]+href=["']([^"']+)""")


@pytest.mark.long
def test_metadata_of_real_pages(capsys: pytest.CaptureFixture[str]) -> None:
    right, signed, pages = Counter[str](), 0, 0

    for truth, page in described_pages():
        pages += 1
        right["title"] += _tidy(page.headline) == _tidy(truth["title"])
        right["minute"] += _minute(page.published) == _minute(_moment(truth["publishing_date"]))
        if "authors" in truth:
            signed += 1
            right["authors"] += set(page.authors) == set(truth["authors"])

    title, minute = right["title"] / pages, right["minute"] / pages
    authors = right["authors"] / signed
    with capsys.disabled():
        print(  # noqa: T201 - the figures are shown
            f"\n{pages} pages: title {title:.1%}, same minute {minute:.1%}, authors {authors:.1%}"
        )
    assert title >= 0.90
    assert minute >= 0.93
    assert authors >= 0.91


def test_text_of_real_pages(capsys: pytest.CaptureFixture[str]) -> None:
    where = material.folder("pages-body")
    truth = json.loads((where / "ground-truth.json").read_text())
    precisions, recalls = [], []

    for name, told in truth.items():
        body = gzip.decompress((where / "html" / f"{name}.html.gz").read_bytes())
        url = told.get("url") or f"https://{name[:12]}.example/article"
        page = extract.extract(body, url=url, now=NOW)
        precision, recall = _shared(_shingles(told["articleBody"]), _shingles(plain(page.body)))
        precisions.append(precision)
        recalls.append(recall)

    precision = sum(precisions) / len(precisions)
    recall = sum(recalls) / len(recalls)
    score = 2 * precision * recall / (precision + recall)
    with capsys.disabled():
        print(  # noqa: T201 - the figures are shown
            f"\n{len(truth)} pages: F1 {score:.3f}, precision {precision:.3f}, recall {recall:.3f}"
        )
    assert score >= 0.960


def described_pages() -> Iterator[tuple[dict[str, Any], ParsedPage]]:
    """(truth, page as we read it); the versions of a page stand in the order of their dates."""
    for listing in sorted(material.folder("pages-metadata").glob("*/*.json")):
        told = json.loads(listing.read_text())
        files = sorted(listing.parent.glob(f"{listing.stem}_*.html.gz"))
        for (_, truth), file in zip(sorted(told.items()), files, strict=True):
            yield truth, _read(file)


def _read(file: Path) -> ParsedPage:
    body = gzip.decompress(file.read_bytes())
    named = _CANONICAL.search(body.decode("utf-8", "replace"))
    url = named[1] if named else f"https://{file.stem}.example/article"
    return extract.extract(body, url=url, now=NOW)


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
