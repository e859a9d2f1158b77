"""Metadata of a page in `<meta>`, `<link>` and `<time>`: OpenGraph and its relations."""

import re
from collections.abc import Iterator

from lxml import etree

from syndicate.reading import headlines
from syndicate.reading.clean import absolute_url
from syndicate.reading.dates import MAX_LENGTH
from syndicate.reading.names import listed, name_list
from syndicate.reading.pages.own_elements import dated_elements
from syndicate.reading.pages.size import begin_of
from syndicate.reading.pages.visible_dates import OF_CHANGES
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
_PUBLISHED += (
    "dc.date.created",
    "dc.issued",
    "dc.created",
    "dcterms.issued",
    "dcterms.date",
    "article:published",
    "article:create_at",
    "og:article:published_time",
    "weibo:article:create_at",
    "rnews:datepublished",
    "citation_publication_date",
    "citation_online_date",
    "citation_date",
    "date_published",
    "published_date",
    "published-date",
    "publication_date",
    "publication-date",
    "originalpublicationdate",
    "datecreated",
    "displaydate",
    "timestamp",
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


# Terms of Dublin Core are written with a point or a colon.
_DUBLIN = re.compile(r"^(dc|dcterms|dcterm)[.:]")


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
                    self._values.setdefault(_DUBLIN.sub(r"\1.", name), []).append(value)
        self._links: dict[str, str] = {}
        for link in root.iter("link"):
            for rel in (link.get("rel") or "").lower().split():
                self._links.setdefault(rel, (link.get("href") or "").strip())

    def first(self, *names: str) -> str:
        """The first of these that says anything, as a person reads it."""
        return next((plain(self._values[name][0]) for name in names if name in self._values), "")

    def headline(self, *names: str) -> str:
        """The first of these that says anything, as a headline."""
        said = (self._values[name][0] for name in names if name in self._values)
        return headlines.as_text(next(said, ""))

    def all(self, *names: str) -> list[str]:
        """Every value of the first of these names that says anything."""
        return next((self._values[name] for name in names if name in self._values), [])

    def link(self, rel: str) -> str | None:
        """The address of a link element of this relation."""
        return self._links.get(rel) or None

    def canonical(self, url: str) -> str | None:
        """The address that the page calls its own."""
        return absolute_url(self.link("canonical") or self.first("og:url"), url)

    def published(self, root: etree._Element) -> list[str]:
        """When it was published, as written: by meta elements, then by the article's own."""
        named = (self._values[name] for name in _PUBLISHED if name in self._values)
        return [plain(each[0]) for each in named] + list(_of_elements(root))

    def modified(self) -> list[str]:
        """When it was changed last, as written."""
        return [plain(self._values[name][0]) for name in _MODIFIED if name in self._values]

    def embargoes(self) -> list[str]:
        """Moments before which nothing of the page may be seen, as written."""
        return [value for name in _EMBARGOES for value in self._values.get(name, ())]

    def tags(self) -> list[str]:
        """Keywords, parted where they stand in one text."""
        found = self.all(*_KEYWORDS)
        parts = found if len(found) > 1 else [part for text in found for part in text.split(",")]
        return [plain(part) for part in parts if part.strip()]

    def authors(self) -> tuple[str, ...]:
        """Names from meta elements: of several, each holds one."""
        for name in _AUTHORS:
            # One element may say its name in two attributes.
            said = list(dict.fromkeys(self._values.get(name, ())))
            found = listed(said) if len(said) > 1 else name_list(said)
            if found:
                return found
        return ()


def _of_elements(root: etree._Element) -> Iterator[str]:
    own = dated_elements(root)
    marked = [each for each in own if "datePublished" in (each.get("itemprop") or "").split()]
    times = [
        each
        for each in own
        if each.tag == "time" and "dateModified" not in (each.get("itemprop") or "").split()
    ]
    teasers = _teasers(times)
    times = [each for each in times if teasers.isdisjoint(each.iterancestors("a"))]
    times.sort(key=_is_of_change)  # where it alone is told, the last change is as good a day
    is_marked = set(marked)
    for element in [*marked, *times]:
        written = element.get("datetime") or element.get("content") or ""
        is_short = written or len(begin_of(element, MAX_LENGTH)) <= MAX_LENGTH
        if not written and element in is_marked and is_short:
            written = "".join(element.itertext())
        if written.strip():
            yield written


def _teasers(times: list[etree._Element]) -> set[etree._Element]:
    """The links to other articles, with their headlines, in which dates stand."""
    links = {link for each in times if (link := next(each.iterancestors("a"), None)) is not None}
    return {link for link in links if next(link.iter("h2", "h3", "h4"), None) is not None}


def _is_of_change(element: etree._Element) -> bool:
    """Whether the words around a date say that it is the last change's."""
    parent = element.getparent()
    before = element.getprevious()
    said = [element.get("class") or "", element.text or ""]
    if parent is not None and before is None and element.getnext() is None:
        said += [parent.get("class") or ""]
    said += [(before.tail or "") if before is not None else (getattr(parent, "text", "") or "")]
    return any(OF_CHANGES.search(each) for each in said)
