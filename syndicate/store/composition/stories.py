"""The articles that may stand in an issue, as its mails would show them."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select

from syndicate.languages import UNDETERMINED
from syndicate.reading.records import Words
from syndicate.store.composition.lost_stories import was_told
from syndicate.store.content.articles import Article, ArticleTag, Tag
from syndicate.store.content.featured import Featured, is_current
from syndicate.store.content.pictures import Picture
from syndicate.store.content.visibility import may_show, may_show_picture, words_for
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom.newsletters import (
    Issue,
    IssueStory,
    Newsletter,
    NewsletterSection,
)
from syndicate.store.newsroom.publications import Section
from syndicate.store.sending.mailings import Mailing
from syndicate.vocabulary.articles import Access, Channel
from syndicate.vocabulary.newsletters import LATE
from syndicate.vocabulary.sending import MailingState

_AsShown = Select[Article, dt.datetime, Section, int, Picture]


@dataclass(frozen=True)
class StoryPicture:
    """The lead picture of a story, as far as its rights let it into mail."""

    url: str
    width: int | None
    height: int | None
    alt: str
    credit: str


@dataclass(frozen=True)
class Story:
    """An article as an issue may carry it.

    Attributes:
        article_id: its id.
        revision: number of the revision this text is of.
        section_slug: "" when it stands in no section.
        section_name: in the article's own publication, as the article's language says it.
        language: BCP 47 tag.
        news_at: when it became public: its publication, or the end of its embargo; aware UTC.
        collected_at: when it reached us, aware UTC.
        updated_at: newest material change, aware UTC.
        is_dated: whether anybody said when it was published.
        is_backlog: whether it is older than a day at first connect.
        featured: place among the publication's picks, None when it is not there.
        words: those that a mail may show, but for the text itself: it leads to that.
        url: the newsroom's own page, None where it has none.
        slug: of our hosted page.
        is_free: False when readers are told that it is for subscribers.
        picture: None when there is none to show.
    """

    article_id: int
    revision: int
    section_slug: str
    section_name: str
    language: str
    news_at: dt.datetime
    collected_at: dt.datetime
    updated_at: dt.datetime
    is_dated: bool
    is_backlog: bool
    featured: int | None
    words: Words
    url: str | None
    slug: str
    is_free: bool
    picture: StoryPicture | None


def candidates(
    tx: Transaction,
    newsletter: Newsletter,
    issue: Issue,
    now: dt.datetime,
    *,
    until: dt.datetime,
) -> list[Story]:
    """The articles that an issue may carry, by id; `newsletters.select` chooses among them.

    What stood in an earlier issue of this newsletter that went out is left out; what a reader had
    by another way is found by `store.composition.materialise`.

    Args:
        tx: the open transaction.
        newsletter: whose sections, tags and languages count; one that names neither section
            nor tag takes everything of its publication.
        issue: whose window counts.
        now: aware UTC; what may not be shown in mail now is left out.
        until: when the last mail may leave, aware UTC; a picture whose rights end before then is
            left out.
    """
    return _found(
        tx,
        _as_shown(issue, now, until).where(
            is_in_one_of(newsletter.languages),
            news_at() > issue.window_from - LATE,
            news_at() <= issue.window_to,
            is_drawn_from(newsletter),
            ~_went_out(newsletter.id, issue.id),
            ~was_told(newsletter.id),
        ),
    )


def as_now(
    tx: Transaction,
    issue: Issue,
    article_ids: Collection[int],
    now: dt.datetime,
    *,
    until: dt.datetime,
) -> list[Story]:
    """The same of articles that were chosen before, as they are now.

    Args:
        tx: the open transaction.
        issue: that carries them.
        article_ids: which ones; those that may not be shown in mail now are left out.
        now: aware UTC.
        until: as in `stories`.
    """
    return _found(tx, _as_shown(issue, now, until).where(Article.id.in_(article_ids)))


def _as_shown(issue: Issue, now: dt.datetime, until: dt.datetime) -> _AsShown:
    return (
        select(Article, news_at(), Section, Featured.position, Picture)
        .outerjoin(Section, Section.id == Article.section_id)
        .outerjoin(
            Featured,
            and_(Featured.article_id == Article.id, is_current(issue.window_to)),
        )
        .outerjoin(
            Picture,
            and_(
                Picture.article_id == Article.id,
                Picture.position == 0,
                may_show_picture(Channel.MAIL, now=until),
            ),
        )
        .where(may_show(Channel.MAIL, now=now))
        .order_by(Article.id, Featured.position, Picture.id)
    )


def _found(tx: Transaction, query: _AsShown) -> list[Story]:
    found: dict[int, Story] = {}
    for article, news_at, section, featured, picture in tx.execute(query):
        found.setdefault(article.id, _story(article, news_at, section, featured, picture))
    return list(found.values())


def news_at() -> ColumnElement[dt.datetime]:
    """When an article became public: its publication, or the end of its embargo."""
    # greatest() leaves out nulls.
    return func.greatest(Article.published_at, Article.embargo_until)


def is_in_one_of(languages: Sequence[str]) -> ColumnElement[bool]:
    """Whether an article is in one of these languages, or nobody can tell that it is not."""
    return or_(Article.language.in_(languages), Article.language.startswith(f"{UNDETERMINED}-"))


def is_drawn_from(newsletter: Newsletter) -> ColumnElement[bool]:
    """Whether an article is among those that a newsletter draws from.

    It is in one of its sections; or carries one of its tags, in its publication or in one whose
    sections it draws from; or is in its publication when it names neither section nor tag.
    """
    of_this = NewsletterSection.newsletter_id == newsletter.id
    is_in_one = exists().where(of_this, NewsletterSection.section_id == Article.section_id)
    is_own = Article.publication_id == newsletter.publication_id
    if not newsletter.tags:
        return or_(is_in_one, and_(~exists().where(of_this), is_own))
    theirs = (
        select(Section.publication_id)
        .join(NewsletterSection, NewsletterSection.section_id == Section.id)
        .where(of_this)
    )
    is_tagged = exists().where(
        ArticleTag.article_id == Article.id,
        ArticleTag.tag_id == Tag.id,
        Tag.slug.in_(newsletter.tags),
    )
    return or_(is_in_one, and_(is_tagged, or_(is_own, Article.publication_id.in_(theirs))))


def drawn_by(tx: Transaction, article_id: int) -> list[Newsletter]:
    """The newsletters that come out and draw from an article, in its language; oldest first."""
    every = tx.scalars(select(Newsletter).order_by(Newsletter.id)).all()
    return [
        each
        for each in every
        if each.is_running
        and tx.scalar(
            select(
                exists().where(
                    Article.id == article_id,
                    is_in_one_of(each.languages),
                    is_drawn_from(each),
                )
            )
        )
    ]


def _went_out(newsletter_id: int, issue_id: int) -> ColumnElement[bool]:
    return exists().where(
        IssueStory.article_id == Article.id,
        IssueStory.issue_id == Issue.id,
        Issue.newsletter_id == newsletter_id,
        Issue.id != issue_id,
        Mailing.issue_id == Issue.id,
        Mailing.state.not_in(MailingState.unsent()),
    )


def _story(
    article: Article,
    news_at: dt.datetime,
    section: Section | None,
    featured: int | None,
    picture: Picture | None,
) -> Story:
    shown = words_for(Channel.MAIL, article.access, Words.of(article))
    return Story(
        article_id=article.id,
        revision=article.revision,
        section_slug="" if section is None else section.slug,
        section_name="" if section is None else section.name_in(article.language),
        language=article.language,
        news_at=news_at,
        collected_at=article.collected_at,
        updated_at=article.updated_at,
        is_dated=article.is_dated,
        is_backlog=article.is_backlog,
        featured=featured,
        words=replace(shown, body_html=""),
        url=article.url,
        slug=article.slug,
        is_free=article.access is Access.FREE,
        picture=None
        if picture is None
        else StoryPicture(picture.url, picture.width, picture.height, picture.alt, picture.credit),
    )
