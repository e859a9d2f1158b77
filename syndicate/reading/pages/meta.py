"""Metadata of a page in `<meta>`, `<link>` and `<time>`: OpenGraph and its relations."""

from lxml import etree

from syndicate.reading.clean import absolute_url
from syndicate.reading.names import name_list
from syndicate.reading.text import plain

_AUTHORS: tuple[str, ...] = (
    "article:author",
    "author",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
)
_AUTHORS += (
    "dcterms.creator",
    "byl",
    "cxenseparse:author",
    "cxense:author",
    "article:author_name",
    "articleauthor",
)
_PUBLISHED: tuple[str, ...] = (
    "article:published_time",
    "og:published_time",
    "parsely-pub-date",
    "datepublished",
)
_PUBLISHED += ("sailthru.date", "pubdate", "publishdate", "publish-date", "article.published")
_PUBLISHED += (
    "dc.date.issued",
    "dcterms.created",
    "dc.date",
    "date",
    "cxenseparse:recs:publishtime",
)
_MODIFIED: tuple[str, ...] = (
    "article:modified_time",
    "og:updated_time",
    "lastmod",
    "last-modified",
    "datemodified",
)
_MODIFIED += ("dcterms.modified", "revised")
# As in feeds (`reading.feeds.xml_parts`).
_EMBARGOES = tuple(
    f"{prefix}{sign}{name}"
    for prefix, name in (
        ("syndicate", "embargo"),
        ("prism", "embargodate"),
        ("dcterms", "available"),
        ("dc", "available"),
        ("dc", "date.available"),
    )
    for sign in ".:"
)
_KEYWORDS = ("news_keywords", "keywords", "parsely-tags", "article:tag")


class Meta:
    """The meta elements of one page.

    Args:
        root: the page.
    """

    def __init__(self, root: etree._Element) -> None:
        self._values: dict[str, list[str]] = {}
        for element in root.iter("meta"):
            value = " ".join((element.get("content") or "").split())
            for attribute in ("property", "name", "itemprop", "http-equiv"):
                name = (element.get(attribute) or "").strip().lower()
                if name and value:
                    self._values.setdefault(name, []).append(value)
        self._links: dict[str, str] = {}
        for link in root.iter("link"):
            for rel in (link.get("rel") or "").lower().split():
                self._links.setdefault(rel, (link.get("href") or "").strip())

    def first(self, *names: str) -> str:
        """The first of these that says anything, as a person reads it."""
        return next((plain(self._values[name][0]) for name in names if name in self._values), "")

    def all(self, *names: str) -> list[str]:
        """Every value of the first of these names that says anything."""
        return next((self._values[name] for name in names if name in self._values), [])

    def link(self, rel: str) -> str | None:
        """The address of a link element of this relation."""
        return self._links.get(rel) or None

    def canonical(self, url: str) -> str | None:
        """The address that the page calls its own."""
        return absolute_url(self.link("canonical") or self.first("og:url"), url)

    def published(self, root: etree._Element) -> str:
        """When it was published, as written."""
        return self.first(*_PUBLISHED) or _time_element(root)

    def modified(self) -> str:
        """When it was changed last, as written."""
        return self.first(*_MODIFIED)

    def embargoes(self) -> list[str]:
        """Moments before which nothing of the page may be seen, as written."""
        return [value for name in _EMBARGOES for value in self._values.get(name, ())]

    def tags(self) -> list[str]:
        """Keywords, parted where they stand in one text."""
        found = self.all(*_KEYWORDS)
        parts = found if len(found) > 1 else [part for text in found for part in text.split(",")]
        return [plain(part) for part in parts if part.strip()]

    def authors(self) -> tuple[str, ...]:
        """Names from meta elements."""
        for name in _AUTHORS:
            found = name_list(self._values.get(name, ()))
            if found:
                return found
        return ()


def _time_element(root: etree._Element) -> str:
    for element in root.iter("time"):
        written = element.get("datetime") or element.get("content") or ""
        if written.strip():
            return written
    for element in root.iterfind(".//*[@itemprop='datePublished']"):
        written = element.get("content") or element.get("datetime") or "".join(element.itertext())
        if written.strip():
            return written
    return ""
