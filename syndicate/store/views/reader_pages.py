"""What reader pages read: lists without bodies, one article with all of it, picks, issues.

Every query asks `store.content.visibility` what may be shown, so that no page can forget to.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on

from syndicate.reading.records import Words
from syndicate.store.content import featured
from syndicate.store.content.articles import Article, ArticleTag, Revision, Tag
from syndicate.store.content.pictures import Picture
from syndicate.store.content.visibility import (
    is_teaser_only,
    may_show,
    may_show_picture,
    words_for,
)
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom import newsletters
from syndicate.store.newsroom.newsletters import Issue, IssueStory, Newsletter, NewsletterSection
from syndicate.store.newsroom.publications import Desk, Publication, Section
from syndicate.store.syndication.feeds import Feed
from syndicate.vocabulary.articles import Access, ArticleKind, ArticleState, Change, Channel
from syndicate.vocabulary.feeds import FeedKind
from syndicate.vocabulary.newsletters import IssueState


@dataclass(frozen=True)
class ListedArticle:
    """An article as a list shows it; its section's name is in its language, times are aware UTC."""

    id: int
    publication_id: int
    slug: str
    url: str | None
    kind: ArticleKind
    access: Access
    language: str
    direction: str
    headline: str
    standfirst: str
    authors: Sequence[str]
    published_at: dt.datetime
    updated_at: dt.datetime
    section_slug: str | None
    section_name: str | None
    picture: Picture | None = None

    @property
    def path(self) -> str:
        """Of its page here, without a publication's prefix."""
        return path_of(self.id, self.slug)

    @property
    def is_for_subscribers(self) -> bool:
        """Whether only a teaser of it is public."""
        return is_teaser_only(Channel.PAGE, self.access)


@dataclass(frozen=True)
class Correction:
    """A note that the newsroom put under an article."""

    at: dt.datetime
    note: str


@dataclass(frozen=True)
class Reading:
    """One article with everything its page shows.

    Attributes:
        story: its head.
        words: those that may be shown: of a teaser nothing but headline, standfirst, authors.
        pictures: those whose rights allow a page, lead picture first.
        forbidden: addresses of the others; they may stand in the text and must not be shown.
        tags: names.
        corrections: newest first.
        desk: the team that feedback goes to, if its section has one.
    """

    story: ListedArticle
    words: Words
    pictures: Sequence[Picture]
    forbidden: frozenset[str]
    tags: Sequence[str]
    corrections: Sequence[Correction]
    desk: Desk | None


@dataclass(frozen=True)
class Offered:
    """A newsletter as a publication offers it, in that publication's language."""

    slug: str
    name: str
    description: str


@dataclass(frozen=True)
class FeaturedLine:
    """One entry of a publication's featured list."""

    teaser: str
    url: str
    story: ListedArticle | None


def path_of(article_id: int, slug: str) -> str:
    """The path of an article's page here, in ASCII whatever the slug is written in (RFC 3986)."""
    return f"/articles/{article_id}/{quote(slug, safe='')}"


def newest(
    tx: Transaction,
    publication_id: int,
    *,
    now: dt.datetime,
    limit: int,
    section_id: int | None = None,
    before: int | None = None,
) -> list[ListedArticle]:
    """The newest articles that a page may show.

    Args:
        tx: the open transaction.
        publication_id: whose.
        now: aware UTC.
        limit: how many at most.
        section_id: only this section's.
        before: only those that stand after the article of this id in the list.
    """
    query = _stories().where(
        Article.publication_id == publication_id, may_show(Channel.PAGE, now=now)
    )
    if section_id is not None:
        query = query.where(Article.section_id == section_id)
    if before is not None:
        # Asked for by the same rule: the place of an embargoed one would tell when it was written.
        shown = select(Article).where(Article.id == before, may_show(Channel.PAGE, now=now))
        last = tx.scalar(shown)
    else:
        last = None
    if last is not None:
        at = Article.published_at
        query = query.where(
            or_(at < last.published_at, and_(at == last.published_at, Article.id < last.id))
        )
    query = query.order_by(Article.published_at.desc(), Article.id.desc()).limit(limit)
    return _with_pictures(tx, [_story(row) for row in tx.execute(query)], now)


def picks(tx: Transaction, publication_id: int, *, now: dt.datetime) -> list[FeaturedLine]:
    """The featured list as it stands at a moment, in its order."""
    rows = featured.current(tx, publication_id, now=now)
    ids = [row.article_id for row in rows if row.article_id is not None]
    shown = {story.id: story for story in _by_ids(tx, ids, now)}
    return [
        FeaturedLine(row.teaser or story.headline, row.url, story)
        if (story := shown.get(row.article_id or 0))
        else FeaturedLine(row.teaser, row.url, None)
        for row in rows
        if row.article_id is None or row.article_id in shown
    ]


def article(
    tx: Transaction, article_id: int, *, now: dt.datetime, channel: Channel = Channel.PAGE
) -> Reading | None:
    """One article, if a page (or another channel) may show it."""
    row = tx.execute(
        _stories(Article, Desk)
        .outerjoin(Desk, Desk.id == Section.desk_id)
        .where(Article.id == article_id, may_show(channel, now=now))
    ).one_or_none()
    if row is None:
        return None
    story = _story(row)
    pictures = tx.execute(
        select(Picture, may_show_picture(channel, now=now))
        .where(Picture.article_id == article_id)
        .order_by(Picture.position, Picture.id)
    ).all()
    return Reading(
        story=story,
        words=words_for(channel, story.access, Words.of(row.Article)),
        pictures=[picture for picture, is_allowed in pictures if is_allowed],
        forbidden=frozenset(picture.url for picture, is_allowed in pictures if not is_allowed),
        tags=_tags(tx, article_id),
        corrections=_corrections(tx, article_id),
        desk=row.Desk,
    )


def headlines(tx: Transaction, article_id: int) -> frozenset[str]:
    """What an article is called, and whatever it was called before."""
    return frozenset(
        tx.scalars(select(Revision.headline).where(Revision.article_id == article_id).distinct())
    )


def hold(
    tx: Transaction, article_id: int, *, now: dt.datetime, channel: Channel = Channel.PAGE
) -> bool:
    """Whether a page (or another channel) may show an article; it stays so until the commit.

    Asked by whoever stores words that an earlier transaction read.
    """
    query = select(Article.id).where(Article.id == article_id, may_show(channel, now=now))
    return tx.scalar(query.with_for_update(read=True, of=Article)) is not None


def is_gone(tx: Transaction, article_id: int) -> bool:
    """Whether an article was here and has been withdrawn."""
    state = tx.scalar(select(Article.state).where(Article.id == article_id))
    return state in ArticleState.gone()


def public_newsletters(tx: Transaction, publication: Publication) -> list[Offered]:
    """The newsletters that a publication's readers may sign up for, in its own language.

    They are its own, and those of a sister publication that draw from its sections too.
    """
    draws = (
        exists()
        .where(NewsletterSection.newsletter_id == Newsletter.id)
        .where(Section.id == NewsletterSection.section_id)
        .where(Section.publication_id == publication.id)
    )
    query = select(Newsletter).where(
        Newsletter.is_public,
        Newsletter.ended_at.is_(None),
        or_(Newsletter.publication_id == publication.id, draws),
    )
    return [
        Offered(each.slug, said["name"], said["description"])
        for each in tx.scalars(query.order_by(Newsletter.id))
        for said in [newsletters.in_language(each, publication.language)]
    ]


def announced_feeds(tx: Transaction, publication_id: int) -> list[Feed]:
    """The feeds that pages tell browsers of: the whole paper, the picks, and each section."""
    query = select(Feed).where(
        Feed.publication_id == publication_id,
        Feed.kind.in_((FeedKind.EVERYTHING, FeedKind.FEATURED, FeedKind.SECTION)),
        Feed.gone_at.is_(None),
        Feed.moved_to.is_(None),
    )
    return list(tx.scalars(query.order_by(Feed.id)))


def sent_issues(tx: Transaction, newsletter_id: int, *, limit: int) -> list[Issue]:
    """A newsletter's issues that went out, newest first."""
    query = select(Issue).where(
        Issue.newsletter_id == newsletter_id, Issue.state.in_(IssueState.out())
    )
    return list(tx.scalars(query.order_by(Issue.number.desc()).limit(limit)))


def sent_issue(tx: Transaction, issue_id: int) -> tuple[Issue, Newsletter] | None:
    """An issue of a public newsletter that went out, with its newsletter."""
    row = tx.execute(
        select(Issue, Newsletter)
        .join(Newsletter, Newsletter.id == Issue.newsletter_id)
        .where(Issue.id == issue_id, Issue.state.in_(IssueState.out()), Newsletter.is_public)
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def issue_stories(tx: Transaction, issue_id: int, *, now: dt.datetime) -> list[ListedArticle]:
    """The stories of an issue as they stand now, in its order; one withdrawn since is left out."""
    query = (
        _stories()
        .join(IssueStory, IssueStory.article_id == Article.id)
        .where(
            IssueStory.issue_id == issue_id,
            ~IssueStory.is_correction,
            may_show(Channel.PAGE, now=now),
        )
        .order_by(IssueStory.position)
    )
    return _with_pictures(tx, [_story(row) for row in tx.execute(query)], now)


def _stories(*more: Any) -> Select[Any]:
    """Articles with their sections, without bodies."""
    columns: list[ColumnElement[Any] | Any] = [
        Article.id,
        Article.publication_id,
        Article.slug,
        Article.url,
        Article.kind,
        Article.access,
        Article.language,
        Article.direction,
        Article.headline,
        Article.standfirst,
        Article.authors,
        Article.published_at,
        Article.updated_at,
        Section,
    ]
    query: Select[Any] = select(*columns, *more)
    return query.outerjoin(Section, Section.id == Article.section_id)


def _story(row: Any) -> ListedArticle:
    section: Section | None = row.Section
    said: dict[str, Any] = {
        "section_slug": None if section is None else section.slug,
        "section_name": None if section is None else section.name_in(row.language),
        "picture": None,
    }
    fields = {
        name: getattr(row, name) for name in ListedArticle.__dataclass_fields__ if name not in said
    }
    return ListedArticle(**fields, **said)


def _by_ids(tx: Transaction, ids: Sequence[int], now: dt.datetime) -> list[ListedArticle]:
    query = _stories().where(Article.id.in_(ids), may_show(Channel.PAGE, now=now))
    return _with_pictures(tx, [_story(row) for row in tx.execute(query)], now)


def _with_pictures(
    tx: Transaction, stories: Sequence[ListedArticle], now: dt.datetime
) -> list[ListedArticle]:
    """Give each story its first picture that a page may show: one query for all of them."""
    query = (
        select(Picture)
        .ext(distinct_on(Picture.article_id))
        .where(
            Picture.article_id.in_([story.id for story in stories]),
            may_show_picture(Channel.PAGE, now=now),
        )
        .order_by(Picture.article_id, Picture.position, Picture.id)
    )
    lead = {picture.article_id: picture for picture in tx.scalars(query)}
    return [
        ListedArticle(**{**story.__dict__, "picture": lead.get(story.id)})
        if story.id in lead
        else story
        for story in stories
    ]


def _tags(tx: Transaction, article_id: int) -> list[str]:
    query = (
        select(Tag.name)
        .join(ArticleTag, ArticleTag.tag_id == Tag.id)
        .where(ArticleTag.article_id == article_id)
    )
    return list(tx.scalars(query.order_by(func.lower(Tag.name))))


def _corrections(tx: Transaction, article_id: int) -> list[Correction]:
    query = (
        select(Revision.created_at, Revision.note)
        .where(
            Revision.article_id == article_id,
            Revision.change == Change.CORRECTION,
            Revision.note.is_not(None),
        )
        .order_by(Revision.number.desc())
    )
    return [Correction(at, note or "") for at, note in tx.execute(query)]
