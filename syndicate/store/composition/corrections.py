"""What became of stories after an issue had carried them: corrected, or withdrawn."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select

from syndicate.store.content.articles import Article, Revision
from syndicate.store.content.visibility import may_show
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom.newsletters import Issue, IssueStory, Newsletter
from syndicate.store.sending.mailings import Mailing
from syndicate.vocabulary.articles import ArticleState, Change, Channel
from syndicate.vocabulary.sending import MailingState

# How long a correction is still told.
TELL_FOR = dt.timedelta(days=7)


@dataclass(frozen=True)
class LaterChange:
    """What became of a story after an issue had carried it.

    Attributes:
        article_id: of the story.
        revision: number of the revision that corrects or withdraws it.
        section_slug: of the story.
        language: of the story, BCP 47.
        headline: as it is now; "" when the article was withdrawn.
        note: what the editor tells readers; may be empty.
        url: the newsroom's own page, None where it has none.
        slug: of our hosted page.
        at: when it was corrected, aware UTC.
        sent_on: date of the issue that carried it first.
        is_withdrawn: whether the article was killed.
    """

    article_id: int
    revision: int
    section_slug: str
    language: str
    headline: str
    note: str
    url: str | None
    slug: str
    at: dt.datetime
    sent_on: dt.date
    is_withdrawn: bool


def of_newsletter(
    tx: Transaction, newsletter: Newsletter, issue: Issue, now: dt.datetime
) -> list[LaterChange]:
    """What was corrected or withdrawn of the stories that earlier issues of a newsletter carried.

    Args:
        tx: the open transaction.
        newsletter: whose.
        issue: that may tell it; corrections older than `TELL_FOR` before it are past.
        now: aware UTC; what may not be shown in mail now is left out, but for what was withdrawn.
    """
    carrying = (
        select(
            IssueStory.article_id,
            func.max(IssueStory.revision).label("revision"),
            func.min(Issue.local_date).label("sent_on"),
            func.min(IssueStory.section_slug).label("section_slug"),
        )
        .join(Issue, Issue.id == IssueStory.issue_id)
        .join(Mailing, Mailing.issue_id == Issue.id)
        .where(
            Issue.newsletter_id == newsletter.id,
            Issue.id != issue.id,
            Mailing.state.not_in(MailingState.unsent()),
        )
        .group_by(IssueStory.article_id)
        .subquery()
    )
    is_killed = Article.state == ArticleState.KILLED
    query = (
        select(Article, Revision, carrying.c.sent_on, carrying.c.section_slug)
        .join(carrying, carrying.c.article_id == Article.id)
        .join(
            Revision,
            and_(Revision.article_id == Article.id, Revision.number > carrying.c.revision),
        )
        .where(
            Revision.created_at > issue.window_to - TELL_FOR,
            or_(
                and_(Revision.change == Change.CORRECTION, may_show(Channel.MAIL, now=now)),
                and_(Revision.change == Change.KILL, is_killed),
            ),
        )
        .order_by(Article.id, Revision.number)
    )
    # Of several corrections of one article the last one counts.
    return list(
        {
            article.id: _correction(article, revision, sent_on, slug)
            for article, revision, sent_on, slug in tx.execute(query)
        }.values()
    )


def _correction(article: Article, revision: Revision, sent_on: dt.date, slug: str) -> LaterChange:
    is_withdrawn = article.state is ArticleState.KILLED
    return LaterChange(
        article_id=article.id,
        revision=revision.number,
        section_slug=slug,
        language=article.language,
        headline="" if is_withdrawn else article.headline,
        note=revision.note or "",
        url=article.url,
        slug=article.slug,
        at=revision.created_at,
        sent_on=sent_on,
        is_withdrawn=is_withdrawn,
    )
