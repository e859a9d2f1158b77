"""Featuring by hand: the verbs that put an article first in its publication's list, or out."""

import datetime as dt

from syndicate import bounds, phrases
from syndicate.articles import editing
from syndicate.articles.story import MAX_HEADLINE
from syndicate.errors import RefusedError, UsageError
from syndicate.newsroom.verbs import verb
from syndicate.reading.dates import iso
from syndicate.reading.encoding import tidy
from syndicate.store.content import featured
from syndicate.store.editing import outbox
from syndicate.store.ground.session import Transaction
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.vocabulary.acts import Act
from syndicate.vocabulary.articles import ArticleState


@verb(Permission.ARTICLES)
def feature(
    tx: Transaction,
    article_id: int,
    *,
    teaser: str = "",
    until: dt.datetime | None = None,
    actor: Actor,
    now: dt.datetime,
) -> bool:
    """Put an article first in its publication's featured list. Safe to run twice.

    What a page's featured box says of the article no longer counts. One under an embargo stands
    in the list from its end.

    Args:
        tx: the open transaction.
        article_id: which.
        teaser: what the list says of it; empty for its headline, also as that changes.
        until: when it leaves the list by itself, aware UTC and to come; None for never.
        actor: who says so.
        now: aware UTC.

    Returns:
        Whether anything changed.

    Raises:
        NotFoundError: there is no such article.
        RefusedError: it was withdrawn, or its newsroom still calls it a draft.
        UsageError: the end has passed already.
        OutOfBoundsError: the teaser cannot be kept.
    """
    said = tidy(bounds.text(teaser, "The teaser", most=MAX_HEADLINE))
    if until is not None and until <= now:
        raise UsageError(
            f"{phrases.moment(until)} is in the past; give the time in the future until which "
            "to feature the article, or none."
        )
    article = editing.in_hand(tx, article_id, actor)
    if article.state in ArticleState.gone() or article.state is ArticleState.DRAFT:
        raise RefusedError(
            f"Article {article_id} is {editing.named(article)}; only what readers can see, or will "
            "see, is featured.",
            article_id=article_id,
        )
    is_news = featured.pick(tx, article, teaser=said, ends_at=until, by=actor.name, now=now)
    if is_news:
        detail = {} if until is None else {"until": iso(until)}
        editing.record(tx, Act.ARTICLE_FEATURE, article_id, actor=actor, now=now, **detail)
        outbox.note(tx, [article_id], now=now)
    return is_news


@verb(Permission.ARTICLES)
def unfeature(tx: Transaction, article_id: int, *, actor: Actor, now: dt.datetime) -> bool:
    """Take an article out of its publication's featured list, whoever put it there.

    No page's featured box brings it back; `feature` does. Safe to run twice.

    Returns:
        Whether anything changed: False where it did not stand there.

    Raises:
        NotFoundError: there is no such article.
    """
    is_news = featured.drop(tx, editing.in_hand(tx, article_id, actor), by=actor.name, now=now)
    if is_news:
        editing.record(tx, Act.ARTICLE_UNFEATURE, article_id, actor=actor, now=now)
        outbox.note(tx, [article_id], now=now)
    return is_news
