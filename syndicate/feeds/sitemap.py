"""The news sitemap: the last two days for news aggregators, at most 1,000 articles a file.

Source: sitemaps.org 0.9; Google's news sitemaps 0.9.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from lxml import etree

from syndicate import logs
from syndicate.errors import BAD_ROW
from syndicate.feeds import text
from syndicate.feeds.model import Site
from syndicate.languages import is_undetermined, primary
from syndicate.store.newsroom.publications import Publication
from syndicate.store.syndication.news_sitemap import NewsRow
from syndicate.uris import uri
from syndicate.zones import zone_or_utc

PER_FILE = 1000
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
log = logs.get(__name__)

_NEWS = "http://www.google.com/schemas/sitemap-news/0.9"


def files(count: int) -> int:
    """How many files so many articles need; one is enough for none."""
    return max(1, -(-count // PER_FILE))


def news(rows: Iterable[NewsRow], brands: Mapping[int, tuple[Publication, Site]]) -> bytes:
    """One file of the sitemap.

    Args:
        rows: at most 1,000 articles.
        brands: publications and their addresses by id.
    """
    root = etree.Element(f"{{{_SITEMAP}}}urlset", nsmap={None: _SITEMAP, "news": _NEWS})
    for row in rows:
        url = etree.SubElement(root, f"{{{_SITEMAP}}}url")
        try:
            _fill(url, row, *brands[row.publication_id])
        except BAD_ROW:  # it costs itself
            log.exception("entry_left_out", article_id=row.id, feed="sitemap")
            root.remove(url)
    return _written(root)


def index(base: str, count: int, modified_at: dt.datetime | None) -> bytes:
    """The index of a sitemap that is split.

    Args:
        base: public address without a trailing slash.
        count: how many files.
        modified_at: newest change, if there is any.
    """
    root = etree.Element(f"{{{_SITEMAP}}}sitemapindex", nsmap={None: _SITEMAP})
    for number in range(1, count + 1):
        sitemap = etree.SubElement(root, f"{{{_SITEMAP}}}sitemap")
        _add(sitemap, _SITEMAP, "loc", f"{base}/sitemap-news.xml?file={number}")
        if modified_at is not None:
            _add(sitemap, _SITEMAP, "lastmod", modified_at.isoformat(timespec="seconds"))
    return _written(root)


def _fill(url: etree._Element, row: NewsRow, publication: Publication, site: Site) -> None:
    zone = zone_or_utc(publication.zone)
    hosted = f"{site.pages}/articles/{row.id}/{row.slug}"
    address = uri(row.url or hosted) or uri(hosted) or text.legal(hosted)
    _add(url, _SITEMAP, "loc", address)
    _add(url, _SITEMAP, "lastmod", _w3c(row.updated_at, zone))
    item = etree.SubElement(url, f"{{{_NEWS}}}news")
    brand = etree.SubElement(item, f"{{{_NEWS}}}publication")
    _add(brand, _NEWS, "name", text.one_line(publication.name))
    spoken = publication.language if is_undetermined(row.language) else row.language
    _add(brand, _NEWS, "language", _language(text.one_line(spoken)))
    _add(item, _NEWS, "publication_date", _w3c(row.published_at, zone))
    _add(item, _NEWS, "title", text.one_line(row.headline) or address)


def _language(tag: str) -> str:
    """ISO 639 as the extension wants it; only Chinese keeps its region."""
    lower = tag.lower()
    return lower if lower in {"zh-cn", "zh-tw"} else primary(tag)


def _w3c(moment: dt.datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).isoformat(timespec="seconds")


def _add(parent: etree._Element, namespace: str, name: str, value: str) -> None:
    etree.SubElement(parent, f"{{{namespace}}}{name}").text = value


def _written(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8") + b"\n"
