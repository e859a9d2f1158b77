"""OPML 2.0: every feed of the house in one file that reading apps import."""

from collections.abc import Iterable, Sequence

from lxml import etree

from syndicate.feeds import text
from syndicate.feeds.model import Site, page_url
from syndicate.store.newsroom.publications import Publication
from syndicate.store.syndication.feeds import Feed
from syndicate.vocabulary.feeds import FeedFormat


def opml(groups: Iterable[tuple[Publication, Site, Sequence[Feed]]]) -> bytes:
    """The list of all feeds, grouped by publication.

    Args:
        groups: publications with their addresses and the feeds they offer, in order.
    """
    root = etree.Element("opml", version="2.0")
    head = etree.SubElement(root, "head")
    body = etree.SubElement(root, "body")
    names = []
    for publication, site, feeds in groups:
        name = text.one_line(publication.name) or publication.slug
        names.append(name)
        group = etree.SubElement(body, "outline", text=name)
        for feed in feeds:
            etree.SubElement(group, "outline", _outline(feed, publication, site))
    etree.SubElement(head, "title").text = ", ".join(names) or "Feeds"
    etree.SubElement(head, "docs").text = "http://opml.org/spec2.opml"
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8") + b"\n"


def _outline(feed: Feed, publication: Publication, site: Site) -> dict[str, str]:
    title = text.one_line(feed.title) or feed.slug
    found = {
        "type": "rss",
        "text": title,
        "title": title,
        "xmlUrl": page_url(site.base, feed.slug, FeedFormat.RSS),
        "htmlUrl": site.home,
        "language": text.one_line(feed.language or publication.language),
        "version": "RSS2",
    }
    if feed.description:
        found["description"] = text.one_line(feed.description)
    return found
