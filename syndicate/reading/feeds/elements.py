"""Which element of which namespace says what of an entry: one table, for RSS, Atom and RDF alike.

Within a row the first that says something counts. What stands in a document's own namespace has
`OWN` for it: RSS has none or one of five, Atom has one of two, and some feeds forget theirs.

Source: RSS 2.0; RSS 1.0; RFC 4287; Atom 0.3; DCMI Metadata Terms; Media RSS 1.5.1; the podcast tags
of https://help.apple.com/itc/podcasts_connect/#/itcb54353390.
"""

from functools import lru_cache

OWN = "own"
ATOM = "http://www.w3.org/2005/Atom"
DC = "http://purl.org/dc/elements/1.1/"
DCTERMS = "http://purl.org/dc/terms/"
CONTENT = "http://purl.org/rss/1.0/modules/content/"
MEDIA = "http://search.yahoo.com/mrss/"
ITUNES = "http://www.itunes.com/dtds/podcast-1.0.dtd"
XHTML = "http://www.w3.org/1999/xhtml"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
FEEDBURNER = "http://rssnamespace.org/feedburner/ext/1.0"
PRISM = "http://prismstandard.org/namespaces/"
SYNDICATE = "urn:syndicate:1"
# Other spellings of a namespace, in feeds that are read today.
SPELLINGS = {
    "http://purl.org/atom/ns#": ATOM,
    "http://search.yahoo.com/mrss": MEDIA,
    "http://www.itunes.com/DTDs/Podcast-1.0.dtd": ITUNES,
    "http://www.itunes.com/DTDs/PodCast-1.0.dtd": ITUNES,
    "http://purl.org/dc/elements/1.0/": DC,
    "http://purl.org/rss/1.0/modules/content": CONTENT,
}
_MEANT = {
    each.lower().removeprefix("http://").rstrip("/"): SPELLINGS.get(each, each)
    for each in (ATOM, DC, DCTERMS, CONTENT, MEDIA, ITUNES, XHTML, FEEDBURNER, *SPELLINGS)
}
# A prefix that its document forgot to declare means what everybody means by it.
PREFIXES = {
    "atom": ATOM,
    "dc": DC,
    "dcterms": DCTERMS,
    "content": CONTENT,
    "media": MEDIA,
    "itunes": ITUNES,
    "xhtml": XHTML,
    "rdf": RDF,
    "feedburner": FEEDBURNER,
    "prism": PRISM,
    "syndicate": SYNDICATE,
}
ITEMS = frozenset({"item", "entry"})
Name = tuple[str, str]


def namespace(said: str) -> str:
    """A namespace in the spelling that most feeds have: "https://search.yahoo.com/mrss" is one."""
    plain = said.lower().removeprefix("https://").removeprefix("http://").rstrip("/")
    return SPELLINGS.get(said) or _MEANT.get(plain, said)


TITLE: tuple[Name, ...] = ((OWN, "title"), (ATOM, "title"), (DC, "title"), (MEDIA, "title"))
SUMMARY: tuple[Name, ...] = (
    *((OWN, name) for name in ("description", "summary", "abstract")),
    (ATOM, "summary"),
    (DC, "description"),
    (DCTERMS, "abstract"),
    (ITUNES, "summary"),
    (ITUNES, "subtitle"),
)
BODY: tuple[Name, ...] = (
    (CONTENT, "encoded"),
    (OWN, "fullitem"),
    (OWN, "content"),
    (ATOM, "content"),
    (XHTML, "body"),
    (XHTML, "div"),
    (OWN, "body"),
)
# Whoever signs a piece stands in dc:creator of RSS, since its author is an address.
AUTHORS: tuple[Name, ...] = (
    *((DC, "creator"), (OWN, "author"), (ATOM, "author"), (DC, "author"), (ITUNES, "author")),
)
ATOM_AUTHORS: tuple[Name, ...] = (
    *((OWN, "author"), (DC, "creator"), (DC, "author"), (ITUNES, "author")),
)
PUBLISHED: tuple[Name, ...] = (
    *((OWN, name) for name in ("pubDate", "pubdate", "published", "issued")),
    (DC, "date"),
    (DCTERMS, "issued"),
    *((ATOM, name) for name in ("published", "issued")),
    (OWN, "created"),
    *((ATOM, "created"), (DCTERMS, "created"), (DCTERMS, "date")),
)
UPDATED: tuple[Name, ...] = (
    *((OWN, name) for name in ("updated", "modified")),
    *((ATOM, name) for name in ("updated", "modified")),
    (DCTERMS, "modified"),
)
GUID: tuple[Name, ...] = ((OWN, "guid"), (OWN, "id"), (ATOM, "id"))
LINK: tuple[Name, ...] = ((OWN, "link"), (ATOM, "link"))
TAGS: tuple[Name, ...] = (
    *((OWN, "category"), (ATOM, "category"), (DC, "subject")),
    *((MEDIA, "category"), (ITUNES, "category")),
)
KEYWORDS: tuple[Name, ...] = ((MEDIA, "keywords"), (ITUNES, "keywords"), (OWN, "keywords"))
FEED_UPDATED: tuple[Name, ...] = (
    *((OWN, "lastBuildDate"), *UPDATED, (OWN, "pubDate"), (DC, "date")),
)


@lru_cache(maxsize=256)  # a namespace or two, a dozen rows; of a hostile feed, no end of them
def of(row: tuple[Name, ...], own: str) -> tuple[Name, ...]:
    """A row of the table for a document whose own elements stand in a namespace."""
    names = ((own if namespace == OWN else namespace, name) for namespace, name in row)
    return tuple(dict.fromkeys(names))
