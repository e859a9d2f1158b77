"""What a feed, a page or a push says, in one form: the records that parsing hands to deciding.

They cross the pipe from the parsing child as JSON, so they hold nothing but text, numbers and
times. Text is plain and tidy already, HTML is cleaned already, times are aware UTC.
"""

import datetime as dt
from dataclasses import dataclass, fields
from typing import Any, Self

from syndicate.reading.text import fingerprint, picture_name, plain, word_list
from syndicate.vocabulary.articles import Access, ArticleKind, ArticleState, Change

# Of one article: beyond them they are keywords for search engines.
MAX_TAGS = 50
# What stands for bytes that are no character.
_NO_CHARACTER = "\N{REPLACEMENT CHARACTER}"
# Fingerprints that are stored were taken of these; what came later counts where it says something.
_MOST_OF_A_REASON = 200
MAX_SAID = 80  # of a text, for people to know it by
_FIRST_WORDS = ("headline", "standfirst", "authors", "body_html")


@dataclass(frozen=True)
class Words:
    """What an article says: each field is a column of its row and of its revisions, by that name.

    A field that is added has a default, and so it is compared, hashed, stored, copied, shown to
    those who may read the whole text, and taken down with the rest.

    Attributes:
        headline, standfirst: plain text.
        body_html: cleaned HTML.
        authors: names, in order.
    """

    headline: str
    standfirst: str = ""
    body_html: str = ""
    authors: tuple[str, ...] = ()

    @classmethod
    def of(cls, said: object, **renamed: Any) -> Self:
        """The words of a record or row; what it calls by another name, or has not, as `renamed`."""
        found = {
            each.name: getattr(said, each.name)
            for each in fields(cls)
            if each.name not in renamed and hasattr(said, each.name)
        }
        found = {name: tuple(v) if isinstance(v, list) else v for name, v in found.items()}
        return cls(**found | renamed)

    def hash(self, picture: str | None) -> bytes:
        """The fingerprint of what readers see: never dates, hosts or query strings.

        Args:
            picture: address of the lead picture.
        """
        later = [each.name for each in fields(self) if each.name not in _FIRST_WORDS]
        seen = {name: self._seen(name) for name in (*_FIRST_WORDS, *later)}
        return fingerprint(
            *(seen[name] for name in _FIRST_WORDS),
            picture_name(picture or ""),
            *(f"{name}: {seen[name]}" for name in later if seen[name]),
        )

    @property
    def addresses(self) -> tuple[str, ...]:
        """Of what a page shows or plays beside the text: the fields that end in `_url`."""
        named = (getattr(self, each.name) for each in fields(self) if each.name.endswith("_url"))
        return tuple(filter(None, named))

    @property
    def damages(self) -> int:
        """How many places stand for bytes that were no characters."""
        values = (getattr(self, each.name) or "" for each in fields(self))
        return sum("".join(value).count(_NO_CHARACTER) for value in values)

    def _seen(self, name: str) -> str:
        value = getattr(self, name) or ""
        if isinstance(value, tuple):
            return "|".join(" ".join(word_list(each)) for each in value)
        if name.endswith("_url"):
            return picture_name(value)
        return " ".join(word_list(plain(value) if name.endswith("_html") else value))


@dataclass(frozen=True)
class PictureIn:
    """A picture as its publisher describes it; sizes in pixels and bytes.

    Attributes:
        channels: where it may be shown; None means everywhere.
        rights_until: aware UTC; None means for ever.
        keeps: names of the rights that nobody spoke of: one that is known keeps them as they are.
    """

    url: str
    caption: str = ""
    credit: str = ""
    alt: str = ""
    media_type: str | None = None
    width: int | None = None
    height: int | None = None
    size_bytes: int | None = None
    channels: tuple[str, ...] | None = None
    rights_until: dt.datetime | None = None
    keeps: tuple[str, ...] = ()


@dataclass(frozen=True)
class Enclosure:
    """A file that an entry carries along."""

    url: str
    media_type: str | None = None
    size_bytes: int | None = None


@dataclass(frozen=True)
class Entry:
    """One article as one source carries it.

    Attributes:
        title: plain text.
        link: absolute address of the newsroom's page.
        guid: the publisher's own identity for it, as written.
        authors: names, in order.
        published, updated: aware UTC, None when absent or not credible.
        raw_published: as written, before our reading of it.
        summary: plain text; the standfirst.
        content: cleaned HTML of the body.
        tags: categories and keywords, in order.
        kind, access, state, change: as marked, among those that may be stated; None when the source
            says nothing.
        embargo_until: aware UTC; nothing of it may be seen before.
        embargo_raw: an embargo that is not understood, as written; `embargo_until` is the latest
            moment that it may mean then, None when nobody can tell.
        note: what a correction says.
        section: name or slug of the section, when the source says it apart from its tags.
        canonical: the address that the page itself calls its own.
        is_alert: whether the newsroom wants it told at once to the readers of alerts.
        is_exact: whether `published` is one moment: its zone is written, or its source's is known.
        keeps_embargo: nobody spoke of it: one that was said before stays.
        has_own_language: `language` is said of it, and not of all that stands in its document.
        said: fingerprint, in hex, of what was pushed, before our reading of it; None of a feed.
    """

    title: str
    link: str | None = None
    guid: str | None = None
    authors: tuple[str, ...] = ()
    published: dt.datetime | None = None
    updated: dt.datetime | None = None
    raw_published: str | None = None
    summary: str = ""
    content: str = ""
    language: str | None = None
    tags: tuple[str, ...] = ()
    pictures: tuple[PictureIn, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    kind: ArticleKind | None = None
    access: Access | None = None
    state: ArticleState | None = None
    change: Change | None = None
    note: str | None = None
    embargo_until: dt.datetime | None = None
    section: str | None = None
    canonical: str | None = None
    is_alert: bool = False
    embargo_raw: str | None = None
    is_exact: bool = True
    keeps_embargo: bool = False
    has_own_language: bool = True
    said: str | None = None

    @property
    def is_damaged(self) -> bool:
        """Whether bytes of it were no characters."""
        texts = (self.title, self.summary, self.content, *self.authors)
        return any(_NO_CHARACTER in each for each in texts)


@dataclass(frozen=True)
class Unread:
    """An entry of a feed that could not be read, and was left out.

    Attributes:
        begins: its first words.
        reason: what it made our own code raise.
    """

    begins: str
    reason: str

    @classmethod
    def of(cls, begins: str, error: Exception) -> Self:
        """An entry that made our own code raise."""
        return cls(begins, f"{type(error).__name__}: {error}"[:_MOST_OF_A_REASON])


@dataclass(frozen=True)
class ParsedFeed:
    """A whole feed.

    Attributes:
        format: rss, atom, rdf or json.
        hub, self_url: WebSub discovery, first match in the document.
        ttl_s: how long the publisher thinks it stays good, in seconds.
        over_cap: entries beyond the cap.
        broken: what was wrong with it, in words, when it had to be mended.
        cut_off: the first words of the entry that its end cut, and which is left out; none where it
            ends between two entries, and None of a whole one.
        unread: entries that are left out because they cannot be read.
        guessed: a story of one that names no code page and was likely understood; None where that
            is sure, or a page is named.
        misread: stories that are left out because the code page, which it does not name, is not the
            one that was guessed.
        second: the first words of another feed that stands behind it, and is left out.
    """

    format: str
    title: str = ""
    link: str | None = None
    language: str | None = None
    updated: dt.datetime | None = None
    hub: str | None = None
    self_url: str | None = None
    ttl_s: int | None = None
    entries: tuple[Entry, ...] = ()
    over_cap: int = 0
    broken: str | None = None
    cut_off: str | None = None
    unread: tuple[Unread, ...] = ()
    guessed: str | None = None
    misread: tuple[str, ...] = ()
    second: str | None = None


@dataclass(frozen=True)
class Teaser:
    """One teaser of a featured box."""

    teaser: str
    url: str


@dataclass(frozen=True)
class ParsedPage:
    """An article page, read.

    Attributes:
        headline, standfirst, body, …: as in `Entry`; empty when the page does not say.
        direction: ltr or rtl.
        featured: teasers of the featured box: the publication's list, never the article's.
        links: article addresses of a section page, in order.
        embargo_until, embargo_raw, is_exact, has_own_language: as in `Entry`.
        is_too_large: its text is too large to be read, so that there is none.
    """

    url: str
    canonical: str | None = None
    headline: str = ""
    standfirst: str = ""
    authors: tuple[str, ...] = ()
    section: str | None = None
    published: dt.datetime | None = None
    updated: dt.datetime | None = None
    raw_published: str | None = None
    body: str = ""
    pictures: tuple[PictureIn, ...] = ()
    language: str | None = None
    direction: str = "ltr"
    tags: tuple[str, ...] = ()
    featured: tuple[Teaser, ...] = ()
    links: tuple[str, ...] = ()
    kind: ArticleKind | None = None
    access: Access | None = None
    feeds: tuple[str, ...] = ()
    hub: str | None = None
    self_url: str | None = None
    embargo_until: dt.datetime | None = None
    embargo_raw: str | None = None
    is_exact: bool = True
    has_own_language: bool = True
    is_too_large: bool = False

    @property
    def words(self) -> Words:
        """What the article says by its page."""
        return Words.of(self, body_html=self.body)


@dataclass(frozen=True)
class NamedFeed:
    """A feed that a page names; the title is what the page calls it."""

    url: str
    title: str = ""


@dataclass(frozen=True)
class Listing:
    """What a page leads to: feeds, and stories of its own site.

    Attributes:
        feeds: those of its head first, then those that it links to.
        selector: the CSS selector of its links to stories, for a profile; None when it lists none.
        stories: those links, in order.
    """

    title: str = ""
    feeds: tuple[NamedFeed, ...] = ()
    selector: str | None = None
    stories: tuple[Teaser, ...] = ()


@dataclass(frozen=True)
class SitemapEntry:
    """One address of a sitemap; `title` and `published` where it is a news sitemap.

    Attributes:
        embargo_until, embargo_raw, is_exact: as in `Entry`.
    """

    url: str
    title: str = ""
    published: dt.datetime | None = None
    raw_published: str | None = None
    modified: dt.datetime | None = None
    language: str | None = None
    tags: tuple[str, ...] = ()
    embargo_until: dt.datetime | None = None
    embargo_raw: str | None = None
    is_exact: bool = True


@dataclass(frozen=True)
class Sitemap:
    """A sitemap, or an index of sitemaps; `cut_off` as of a feed."""

    entries: tuple[SitemapEntry, ...] = ()
    children: tuple[str, ...] = ()
    over_cap: int = 0
    cut_off: str | None = None
