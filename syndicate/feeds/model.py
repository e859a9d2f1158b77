"""One model of a feed page, from which every format is written.

Everything in it is text as it is shown, in no format's escaping, without characters that XML
forbids, with absolute addresses and times cut to the second. Equal models give equal bytes.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from html import escape
from itertools import pairwise
from urllib.parse import quote, urlencode

from syndicate import logs
from syndicate.errors import BAD_ROW
from syndicate.feeds import text
from syndicate.store.newsroom.logos import PublicationLogo
from syndicate.store.newsroom.publications import Publication
from syndicate.store.syndication.feed_rows import EntryRow, PictureRow
from syndicate.store.syndication.feeds import Feed
from syndicate.uris import uri
from syndicate.vocabulary.articles import ArticleState
from syndicate.vocabulary.feeds import FeedFormat

log = logs.get(__name__)

_RSS_PICTURES = frozenset({"image/png", "image/jpeg", "image/gif"})
_RSS_WIDTH, _RSS_HEIGHT = 144, 400
# How many of the newest entries tell how often something comes, and the shortest time that our
# documents are kept for.
_RHYTHM_ENTRIES = 20
_OFTEN_S = 300
_HOUR_S, _DAY_S = 3600, 86_400


@dataclass(frozen=True)
class Site:
    """A publication's public addresses.

    Attributes:
        base: where feeds are served, without a trailing slash.
        pages: where its hosted pages are, without a trailing slash.
        home: its own front page.
        hub: of WebSub: ours, or the outside one that the operator chose.
    """

    base: str
    pages: str
    home: str
    hub: str


@dataclass(frozen=True)
class Logo:
    """The picture that stands for a publication."""

    url: str
    media_type: str
    width: int
    height: int

    @property
    def is_square(self) -> bool:
        """Whether it can stand where apps show a square."""
        return self.width == self.height

    @property
    def in_rss(self) -> tuple[int, int] | None:
        """Pixels that it has in RSS 2.0, which takes three kinds and at most 144 by 400."""
        if self.media_type not in _RSS_PICTURES or not (self.width and self.height):
            return None
        scale = min(1.0, _RSS_WIDTH / self.width, _RSS_HEIGHT / self.height)
        return max(1, int(self.width * scale)), max(1, int(self.height * scale))


@dataclass(frozen=True)
class Media:
    """A picture, or another medium, that goes out with its entry.

    Attributes:
        medium: what it is in one word of Media RSS: image, audio, video.
    """

    url: str
    media_type: str
    width: int | None
    height: int | None
    size_bytes: int | None
    caption: str
    credit: str
    medium: str = "image"


@dataclass(frozen=True)
class EntryContent:
    """One article as feeds show it.

    Attributes:
        id: tag: URI that never changes.
        url: the newsroom's own page, else our hosted one.
        title: plain text.
        summary: plain text, may be empty.
        content: HTML, or empty where the feed carries summaries only.
        published: first publication.
        updated: newest material change, cut to the second.
        order: the article's number in this house.
    """

    id: str
    url: str
    title: str
    summary: str
    content: str
    published: dt.datetime
    updated: dt.datetime
    order: int
    authors: tuple[str, ...]
    tags: tuple[str, ...]
    section: str | None
    language: str
    media: tuple[Media, ...]
    source: tuple[str, str] | None

    @property
    def updated_apart(self) -> dt.datetime:
        """`updated` with a fraction of a second that no entry of the same second shares.

        A wire's batch has one time for all; readers that sort and validators that check want them
        apart, and the fraction must not depend on what else stands on the page.
        """
        return self.updated.replace(microsecond=self.order % 1_000_000)


@dataclass(frozen=True)
class DeletedEntry:
    """What is left of a withdrawn entry (RFC 6721)."""

    id: str
    at: dt.datetime


@dataclass(frozen=True)
class FeedContent:
    """One page of a feed, before it has a format.

    Attributes:
        slug: of the feed.
        page: 0 for what subscribers read.
        last_page: number of the newest page behind page 0; 0 when there is none.
        updated: newest material change on this page.
        logo: of the publication, where it has one.
    """

    slug: str
    page: int
    last_page: int
    id: str
    title: str
    description: str
    publication: str
    language: str
    direction: str
    site: Site
    updated: dt.datetime
    entries: tuple[EntryContent, ...]
    tombstones: tuple[DeletedEntry, ...] = ()
    has_hub: bool = True
    logo: Logo | None = None

    @property
    def is_archive(self) -> bool:
        """Whether no new entry will ever come to this page (RFC 5005)."""
        return 0 < self.page < self.last_page

    @property
    def older(self) -> int | None:
        """The page with the next older entries."""
        if self.page == 0:
            return self.last_page or None
        return self.page - 1 or None

    @property
    def newer(self) -> int | None:
        """The page with the next newer entries."""
        if self.page == 0:
            return None
        return self.page + 1 if self.page < self.last_page else 0

    @property
    def newest_archive(self) -> int | None:
        """For page 0 and the open page: the newest page that is an archive."""
        return self.last_page - 1 if self.last_page > 1 else None

    @property
    def rhythm(self) -> tuple[str, int] | None:
        """How often something comes: ("hourly" or "daily", times); None where that is not known.

        Never less than once a day: an app that believed it would bring a story a week late.
        """
        times = sorted({each.published for each in self.entries}, reverse=True)[:_RHYTHM_ENTRIES]
        gaps = sorted((a - b).total_seconds() for a, b in pairwise(times))
        if self.page or not gaps:
            return None
        gap = max(gaps[len(gaps) // 2], _OFTEN_S)
        period, whole = ("hourly", _HOUR_S) if gap <= _HOUR_S else ("daily", _DAY_S)
        return period, max(1, round(whole / gap))

    def url(self, form: FeedFormat, page: int | None = None) -> str:
        """The address of a page in a format; of this one unless told."""
        return page_url(self.site.base, self.slug, form, self.page if page is None else page)


def page_url(base: str, slug: str, form: FeedFormat, page: int = 0) -> str:
    """The public address of a page of a feed."""
    query = f"?{urlencode({'page': page})}" if page else ""
    return f"{base}/feeds/{quote(slug)}.{form.value}{query}"


def site_of(
    publication: Publication, base_url: str, *, is_first: bool, hub_url: str | None = None
) -> Site:
    """The addresses of a publication.

    Args:
        publication: the brand; one with a host name of its own is found there.
        base_url: the installation's public address.
        is_first: the first publication answers without a prefix.
        hub_url: an outside hub; None means our own.
    """
    said = publication.home_url
    home = (uri(said) or said) if said else None
    hub = (uri(hub_url) or hub_url) if hub_url else None
    if publication.host:
        base = f"{base_url.partition('://')[0]}://{publication.host}"
        base = uri(base) or base
        return Site(base, base, home or f"{base}/", hub or f"{base}/hub")
    pages = base_url if is_first else f"{base_url}/p/{publication.slug}"
    return Site(base_url, pages, home or f"{pages}/", hub or f"{base_url}/hub")


def document(
    feed: Feed,
    publication: Publication,
    site: Site,
    rows: Sequence[EntryRow],
    *,
    tombstones: Iterable[tuple[str, dt.datetime]] = (),
    logo: PublicationLogo | None = None,
) -> FeedContent:
    """Page 0 of a feed from its rows; the caller says which page it is with `on_page`."""
    made = (_entry_or_none(row, site, is_full_text=feed.is_full_text) for row in rows)
    entries = tuple(each for each in made if each is not None)
    graves = tuple(DeletedEntry(text.legal(ref), _second(at)) for ref, at in tombstones)
    language = text.one_line(feed.language or publication.language)
    title = text.one_line(feed.title) or publication.slug
    changes = [each.updated for each in entries] + [each.at for each in graves]
    return FeedContent(
        slug=feed.slug,
        page=0,
        last_page=0,
        id=page_url(site.base, feed.slug, FeedFormat.ATOM),
        title=title,
        description=text.one_line(feed.description) or title,
        publication=text.one_line(publication.name) or publication.slug,
        language=language,
        direction="rtl" if publication.direction == "rtl" else "ltr",
        site=site,
        updated=max(changes, default=_second(publication.created_at)),
        entries=entries,
        tombstones=graves,
        logo=None if logo is None else _logo(logo, site),
    )


def on_page(made: FeedContent, page: int, last_page: int) -> FeedContent:
    """The same entries as a certain page of the feed."""
    return replace(made, page=page, last_page=last_page)


def private(made: FeedContent) -> FeedContent:
    """The same as a reader's own feed: no hub may know of it."""
    return replace(made, has_hub=False)


def _logo(row: PublicationLogo, site: Site) -> Logo:
    return Logo(f"{site.base}/logos/{row.digest}", row.media_type, row.width, row.height)


def _entry_or_none(row: EntryRow, site: Site, *, is_full_text: bool) -> EntryContent | None:
    """One article as a feed shows it; None, and an operator is told, when its row is at fault."""
    try:
        return entry(row, site, is_full_text=is_full_text)
    except BAD_ROW:
        log.exception("entry_left_out", article_id=row.article.id)
        return None


def entry(row: EntryRow, site: Site, *, is_full_text: bool) -> EntryContent:
    """One article as a feed shows it."""
    article = row.article
    hosted = f"{site.pages}/articles/{article.id}/{article.slug}"
    url = (article.url and uri(article.url)) or uri(hosted) or hosted
    summary = text.one_line(article.standfirst)
    published = article.published_at
    if article.state is ArticleState.EMBARGOED and article.embargo_until is not None:
        published = article.embargo_until
    made = EntryContent(
        id=text.legal(article.atom_id),
        url=url,
        title=text.one_line(article.headline) or summary or url,
        summary=summary,
        content=_content(row, url) if is_full_text else "",
        published=_second(published),
        updated=_second(max(article.updated_at, published)),
        order=article.id,
        authors=tuple(filter(None, map(text.one_line, article.authors))),
        tags=tuple(filter(None, map(text.one_line, row.tags))),
        section=row.section and text.one_line(row.section),
        language=text.one_line(article.language),
        media=tuple(filter(None, map(_media, row.pictures))),
        source=_source(row),
    )
    return made if row.correction is None else _corrected(made, row)


def _content(row: EntryRow, url: str) -> str:
    article = row.article
    forbidden = frozenset(each.url for each in row.pictures if not each.may_show)
    inner = text.body(article.body_html, url, forbidden)
    if not inner:
        summary = escape(text.one_line(article.standfirst), quote=False)
        inner = summary and f"<p>{summary}</p>"
    return inner and text.directed(inner, direction=article.direction, language=article.language)


def _corrected(made: EntryContent, row: EntryRow) -> EntryContent:
    """The entry of a correction: its note, under an id and a time of its own."""
    revision = row.correction
    if revision is None:
        return made
    note = text.one_line(revision.note or "") or made.summary or made.title
    content = text.directed(
        f"<p>{escape(note, quote=False)}</p>",
        direction=row.article.direction,
        language=row.article.language,
    )
    at = _second(max(revision.created_at, made.published))
    return replace(
        made,
        id=f"{made.id}:correction:{revision.number}",
        summary=note,
        content=content,
        published=at,
        updated=at,
        media=(),
    )


def _source(row: EntryRow) -> tuple[str, str] | None:
    """Name and address of the feed that a wire story came from."""
    if row.source is None:
        return None
    address = uri(row.source[1])
    return None if address is None else (text.one_line(row.source[0]) or address, address)


def _media(picture: PictureRow) -> Media | None:
    """A picture, if its rights let it out and its address can be one."""
    address = uri(picture.url) if picture.may_show else None
    if address is None:
        return None
    return Media(
        url=address,
        media_type=text.one_line(picture.media_type or "") or _media_type(picture.url),
        width=picture.width,
        height=picture.height,
        size_bytes=picture.size_bytes,
        caption=text.one_line(picture.caption or picture.alt),
        credit=text.one_line(picture.credit),
    )


def _media_type(url: str) -> str:
    """The type that a picture's address suggests."""
    ending = url.partition("?")[0].rpartition(".")[2].lower()
    return {"png": "image/png", "gif": "image/gif", "webp": "image/webp"}.get(ending, "image/jpeg")


def _second(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(dt.UTC).replace(microsecond=0)
