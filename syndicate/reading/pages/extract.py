"""An article page into headline, text, people, dates and picture.

Each field comes from the first that has it: the source's profile, JSON-LD, OpenGraph and other
meta elements, then the page itself (trafilatura for the text). The featured box and related links
belong to the publication and to other articles: they are kept apart and never in the body.

In this order because of what each of them gets right, measured on 258 pages.
"""

import dataclasses
import datetime as dt
import json
from typing import Any

import lxml.html
from lxml import etree

from syndicate.languages import direction, normalised
from syndicate.reading import dates, embargo_dates, encoding, first_heading
from syndicate.reading.clean import absolute_url, clean
from syndicate.reading.counters import is_lead
from syndicate.reading.pages import jsonld, profile, visible_dates
from syndicate.reading.pages.body import body_of
from syndicate.reading.pages.bylines import authors_of
from syndicate.reading.pages.meta import Meta
from syndicate.reading.pages.own_elements import made_readable
from syndicate.reading.pages.site_names import sites_of
from syndicate.reading.pages.titles import headline_of
from syndicate.reading.records import MAX_TAGS, ParsedPage, PictureIn
from syndicate.reading.text import plain
from syndicate.vocabulary.articles import Access, ArticleKind

_FIRST_YEAR = 1990  # of pages: what is said to be older was never set
# Types of schema.org.
_KINDS = {
    "LiveBlogPosting": ArticleKind.LIVE,
    "OpinionNewsArticle": ArticleKind.OPINION,
    "VideoObject": ArticleKind.VIDEO,
    "ImageGallery": ArticleKind.GALLERY,
}
# What `article:content_tier` of Facebook's Open Graph may say.
_SIZES = ("width", "height")
_TIERS = {"free": Access.FREE, "locked": Access.PAID, "metered": Access.REGISTERED}
FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/feed+json"})


def extract(
    body: bytes,
    *,
    url: str,
    now: dt.datetime,
    content_type: str = "",
    source_profile: dict[str, Any] | None = None,
) -> ParsedPage:
    """Read an article page.

    Args:
        body: the page, at most 10 MB.
        url: where it came from.
        now: aware UTC, the measure of credible dates.
        content_type: the HTTP header, for its charset.
        source_profile: selectors of the site's own template (`reading.pages.profile`).

    Returns:
        What could be read; fields that nothing tells are empty.
    """
    root = tree(body, content_type)
    if root is None:
        return ParsedPage(url=url)
    address = base_of(root, url)
    node = jsonld.article_of(root)
    said = profile.values(root, source_profile, url=address, now=now) if source_profile else {}
    is_whole = made_readable(root)
    meta = Meta(root)
    zone = (source_profile or {}).get("zone")
    told = ((source_profile or {}).get("language"), jsonld.text(node, "inLanguage"))
    language = _language(root, meta, *told)
    found = _generic(root, node, meta, address) | _links(root, meta, address)
    dated = _dates(root, node, meta, now=now, zone=zone)
    if not (dated["raw_published"] or said.get("published") or said.get("updated")):
        seen = visible_dates.date_of(root, address, now=now)
        dated |= embargo_dates.published(seen or None, dated["raw_published"], now=now, zone=zone)
    if said.get("published"):
        dated |= {"embargo_until": None, "embargo_raw": None}  # of a date that does not count
    found |= embargo_dates.joined(
        dated, said, embargo_dates.embargo(meta.embargoes(), now=now, zone=zone)
    )
    if "body" not in said:
        found |= _article_body(root, node, meta, address, is_whole=is_whole)
    sites = sites_of(node, meta, address)
    found["body"] = first_heading.without(found["body"], [found["headline"]], sites)
    return ParsedPage(
        url=url,
        language=language,
        has_own_language=language is None or language in map(normalised, told),
        direction=(source_profile or {}).get("direction") or direction(language),
        **found,
    )


def tree(body: bytes, content_type: str = "") -> etree._Element | None:
    """A page as a tree, or None when there is no element in it."""
    text, _ = encoding.decode(body, content_type)
    parser = lxml.html.HTMLParser(
        encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True
    )
    try:
        root: etree._Element = lxml.html.document_fromstring(text.encode(), parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None
    return root


def _dates(
    root: etree._Element, node: jsonld.Node, meta: Meta, *, now: dt.datetime, zone: str | None
) -> dict[str, Any]:
    told = [jsonld.text(node, each) for each in ("datePublished", "dateCreated")]
    raw = _sure_of_zone([*told, *meta.published(root)])
    changed = _sure_of_zone([jsonld.text(node, "dateModified"), *meta.modified()])
    dated = embargo_dates.published(raw or None, changed or None, now=now, zone=zone)
    return {**dated, "raw_published": raw or None}


def _sure_of_zone(said: list[str]) -> str:
    """The first date that is said and can be one, or another that says the same and more.

    That is one with its clock and a zone where it has none, or with a clock where it has a day.
    """
    read = [(each, found) for each in said if (found := dates.written(each))]
    read = [(each, found) for each, found in read if found.clock.year >= _FIRST_YEAR]
    if not read:
        return next(filter(None, said), "")
    raw, first = read[0]
    if first.zone.is_written:
        return raw
    for other, found in read:
        if found.zone.is_written and _minute(found.clock) == _minute(first.clock):
            return other
    for other, found in read:
        is_of_day = found.clock.date() == first.clock.date() and found.clock.time() != dt.time()
        if is_of_day and first.clock.time() == dt.time():
            return other
    return raw


def _minute(clock: dt.datetime) -> dt.datetime:
    return clock.replace(second=0, microsecond=0)


def _generic(root: etree._Element, node: jsonld.Node, meta: Meta, url: str) -> dict[str, Any]:
    tags = jsonld.texts(node, "keywords") or meta.tags()
    authors = authors_of(root, node, meta)
    return {
        "canonical": meta.canonical(url),
        "headline": headline_of(root, node, meta, url=url, authors=authors),
        "standfirst": jsonld.text(node, "description", "abstract")
        or meta.first("og:description", "description", "twitter:description"),
        "authors": authors,
        "section": jsonld.text(node, "articleSection") or meta.first("article:section") or None,
        "pictures": _pictures(node, meta, url),
        "tags": tuple(dict.fromkeys(tag[:200] for tag in tags if tag))[:MAX_TAGS],
        "kind": _kind(node, meta),
        "access": _access(node, meta),
    }


def _language(root: etree._Element, meta: Meta, wanted: str | None, told: str) -> str | None:
    """A page's language: as its source's profile has it, the page itself, or its parts."""
    of_meta = meta.first("og:locale", "language", "content-language")
    return normalised(wanted or root.get("lang") or told or of_meta)


def _article_body(
    root: etree._Element, node: jsonld.Node, meta: Meta, url: str, *, is_whole: bool
) -> dict[str, Any]:
    """The text that the page shows; what JSON-LD tells is taken where it shows none.

    What readers pay for may stand there in full: it is not theirs who see the page, nor ours. Of
    an article that is too large to be read the beginning is no text of it.
    """
    written = node.get("articleBody")
    told = written if isinstance(written, str) else ""
    is_paid = _access(node, meta) in {Access.PAID, Access.REGISTERED}
    found = ""
    if is_whole:
        found = body_of(root, url=url, told=plain(told), is_paid=is_paid)
    body = found if found or is_paid else clean(told, base=url)
    return {"body": body, "is_too_large": not (is_whole or body)}


def _links(root: etree._Element, meta: Meta, url: str) -> dict[str, Any]:
    feeds = []
    for link in root.iter("link"):
        address = absolute_url(link.get("href"), url)
        kind = (link.get("type") or "").lower()
        if address and "alternate" in (link.get("rel") or "").lower() and kind in FEED_TYPES:
            feeds.append(address)
    return {
        "feeds": tuple(dict.fromkeys(feeds)),
        "hub": absolute_url(meta.link("hub"), url),
        "self_url": absolute_url(meta.link("self"), url),
    }


def base_of(root: etree._Element, url: str) -> str:
    """The address against which a page's own are read (`<base>`, else where it came from)."""
    base = root.find(".//base[@href]")
    return (absolute_url(base.get("href"), url) if base is not None else None) or url


def _pictures(node: jsonld.Node, meta: Meta, url: str) -> tuple[PictureIn, ...]:
    for each in jsonld.pictures(node):
        address = absolute_url(each["url"], url)
        if address and is_lead({name: _number(each.get(name)) for name in _SIZES}, address):
            caption, credit = profile.credited(jsonld.text(each, "caption", "description"))
            return (
                PictureIn(
                    url=address,
                    caption=caption,
                    credit=jsonld.text(each, "creditText", "author", "copyrightHolder") or credit,
                    width=_number(each.get("width")),
                    height=_number(each.get("height")),
                ),
            )
    address = absolute_url(meta.first("og:image", "og:image:url", "twitter:image"), url)
    alt = meta.first("og:image:alt", "twitter:image:alt")
    sizes = {name: _number(meta.first(f"og:image:{name}")) for name in _SIZES}
    if address is None or not is_lead({"alt": alt, **sizes}, address):
        return ()
    return (PictureIn(url=address, alt=alt, width=sizes["width"], height=sizes["height"]),)


def _number(value: Any) -> int | None:
    if isinstance(value, dict):
        value = value.get("value")
    try:
        number = int(float(str(value).removesuffix("px")))
    except (ValueError, OverflowError):
        return None
    return number if 0 < number < 100_000 else None  # noqa: PLR2004 - no picture is larger


def _kind(node: jsonld.Node, meta: Meta) -> ArticleKind | None:
    for each in jsonld.kinds(node):
        if each in _KINDS:
            return _KINDS[each]
    return ArticleKind.VIDEO if meta.first("og:type").startswith("video") else None


def _access(node: jsonld.Node, meta: Meta) -> Access | None:
    tier = meta.first("article:content_tier").lower()
    if jsonld.is_paid(node):
        return Access.REGISTERED if tier == "metered" else Access.PAID
    return _TIERS.get(tier)


def as_json(page: ParsedPage) -> dict[str, Any]:
    """A page as `syndicate collect extract --json` prints it: what we would store."""
    shown: dict[str, Any] = json.loads(json.dumps(dataclasses.asdict(page), default=dates.iso))
    return shown
