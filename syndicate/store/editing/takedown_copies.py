"""Every copy of an article that a takedown removes, beside the article's own row.

Its addresses stay as hashes, so that it is recognised when a feed brings it again. Built documents
are rebuilt without it, those of retired feeds, which nobody builds, are dropped; mails that already
left cannot be called back. Of rows that stay, `emptying` says what is left.
"""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import ColumnElement, cast, delete, exists, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB

from syndicate.store.content.articles import (
    LINK,
    Article,
    ArticleKey,
    ArticleSource,
    ArticleTag,
    Revision,
    Tag,
)
from syndicate.store.content.featured import Featured
from syndicate.store.content.pictures import Picture
from syndicate.store.editing.emptying import nothing_of
from syndicate.store.editing.stored_articles import buried_key
from syndicate.store.ground.session import Transaction
from syndicate.store.intake import pushes
from syndicate.store.intake.article_pages import ArticlePage
from syndicate.store.intake.completeness import MissingLink
from syndicate.store.intake.sources import SourceNotice
from syndicate.store.newsroom.newsletters import Issue, IssueStory, Newsletter
from syndicate.store.platform import idempotency
from syndicate.store.sending.mailings import Mailing, MailingContent
from syndicate.store.syndication import feed_documents
from syndicate.vocabulary.newsletters import NewsletterKind
from syndicate.vocabulary.sending import BlockKind, MailingState


def remove_copies(tx: Transaction, article: Article, now: dt.datetime) -> None:
    """Remove every copy of an article that we hold. Safe to run twice."""
    rows = list(tx.scalars(select(ArticleSource).where(ArticleSource.article_id == article.id)))
    urls = _addresses(tx, article, rows)
    tx.execute(delete(ArticlePage).where(ArticlePage.carried_id.in_([row.id for row in rows])))
    _drop_of_sources(tx, article.id, {row.source_id for row in rows}, urls, now)
    # Before the revisions go: an older headline may be the subject of an older mail.
    _empty_subjects(tx, article)
    tags = list(tx.scalars(select(ArticleTag.tag_id).where(ArticleTag.article_id == article.id)))
    for table in (Revision, Picture, ArticleTag):
        tx.execute(delete(table).where(table.article_id == article.id))
    used = exists().where(ArticleTag.tag_id == Tag.id)
    tx.execute(delete(Tag).where(Tag.id.in_(tags), ~used))
    picked = or_(Featured.article_id == article.id, Featured.url.in_(urls))
    tx.execute(delete(Featured).where(picked))
    for emptied in (ArticleSource, IssueStory):
        theirs = update(emptied).where(emptied.article_id == article.id)
        tx.execute(theirs.values(nothing_of(emptied)))
    _hash_keys(tx, article.id)
    _empty_digests(tx, article.id)
    _empty_singles(tx, article.id)
    feed_documents.drop_retired(tx, article.id)
    idempotency.forget_article(tx, article.id)


def cancel_singles(tx: Transaction, article_id: int) -> None:
    """Cancel the mails of an article to friends that still wait. Safe to run twice."""
    tx.execute(
        update(Mailing)
        .where(_is_about(article_id), Mailing.state != MailingState.DONE)
        .values(state=MailingState.CANCELLED)
    )


def _addresses(tx: Transaction, article: Article, rows: Collection[ArticleSource]) -> set[str]:
    """Every address that led to an article, as written and as it is compared."""
    keys = select(ArticleKey.key).where(
        ArticleKey.article_id == article.id, ArticleKey.kind == LINK
    )
    # A link's key begins with its publication's number.
    compared = {key.partition(":")[2] for key in tx.scalars(keys)}
    written = {article.url, *(row.link for row in rows), *(row.guid for row in rows)}
    return {url for url in written | compared if url}


def _drop_of_sources(
    tx: Transaction, article_id: int, source_ids: set[int], urls: set[str], now: dt.datetime
) -> None:
    """What sources brought beside the article's own rows: pushes, lists of links, notices."""
    # What a hub pushed and nobody has read yet may hold it; the poll brings the rest of that.
    pushes.drop_of(tx, source_ids, now)
    tx.execute(delete(MissingLink).where(MissingLink.url.in_(urls)))
    # A notice quotes a date or an address as the source wrote it.
    quoted = [url for url in urls if "://" in url]  # not a guid that is a number
    quotes = [SourceNotice.message.contains(url, autoescape=True) for url in quoted]
    named = SourceNotice.message.regexp_match(rf"articles? [0-9, ]*\m{article_id}\M")
    notices = delete(SourceNotice).where(SourceNotice.source_id.in_(source_ids))
    tx.execute(notices.where(or_(named, *quotes)))


def _hash_keys(tx: Transaction, article_id: int) -> None:
    keys = select(ArticleKey).where(ArticleKey.article_id == article_id)
    for key in tx.scalars(keys).all():
        if key.key.startswith("sha256:"):
            continue
        buried = buried_key(key.key)
        if tx.get(ArticleKey, (key.kind, buried)) is None:
            key.key = buried
        else:  # it came a second time, since the takedown
            tx.session.delete(key)
    tx.flush()


def _empty_digests(tx: Transaction, article_id: int) -> None:
    """The article's block in every issue, sent or not: the rest of the mail stays as it was."""
    stories = (
        select(Mailing.id, IssueStory.position)
        .join(IssueStory, IssueStory.issue_id == Mailing.issue_id)
        .where(IssueStory.article_id == article_id)
    )
    for mailing_id, position in tx.execute(stories).all():
        tx.execute(
            update(MailingContent)
            .where(
                MailingContent.mailing_id == mailing_id,
                MailingContent.kind == BlockKind.STORY,
                # Its place differs from language to language; its bit does not.
                MailingContent.mask == 1 << position,
            )
            .values(nothing_of(MailingContent))
        )


def _empty_subjects(tx: Transaction, article: Article) -> None:
    """An alert's subject is its story's headline; an operator's own template may name one too."""
    older = select(Revision.headline).where(Revision.article_id == article.id)
    headlines = {article.headline, *tx.scalars(older)} - {""}
    carries = exists().where(IssueStory.issue_id == Issue.id, IssueStory.article_id == article.id)
    query = select(Issue, Newsletter.kind).join(Newsletter, Newsletter.id == Issue.newsletter_id)
    for issue, kind in tx.execute(query.where(or_(Issue.article_id == article.id, carries))):
        said = " ".join(str(each) for each in issue.subjects.values())
        is_one_story = kind in NewsletterKind.told_at_once()
        if not is_one_story and not any(each in said for each in headlines):
            continue
        issue.subjects = {}
        mailings = select(Mailing.id).where(Mailing.issue_id == issue.id)
        frames = update(MailingContent).where(
            MailingContent.mailing_id.in_(mailings), MailingContent.headers.is_not(None)
        )
        nothing = cast({"subject": ""}, JSONB)
        tx.execute(frames.values(headers=MailingContent.headers.concat(nothing)))
    tx.flush()


def _empty_singles(tx: Transaction, article_id: int) -> None:
    """Mails of the article to friends, and readers' words to its desk: cancelled and emptied."""
    about = or_(_is_about(article_id), _is_about(article_id, "feedback"))
    ids = list(tx.scalars(select(Mailing.id).where(about)))
    tx.execute(
        update(MailingContent)
        .where(MailingContent.mailing_id.in_(ids))
        .values(nothing_of(MailingContent))
    )
    waiting = update(Mailing).where(Mailing.id.in_(ids), Mailing.state != MailingState.DONE)
    tx.execute(waiting.values(state=MailingState.CANCELLED))


def _is_about(article_id: int, what: str = "article") -> ColumnElement[bool]:
    return Mailing.dedupe_key.startswith(f"{what}:{article_id}:", autoescape=True)
