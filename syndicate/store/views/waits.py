"""How much of the work is done, for whoever waits until the workers have done all of it.

Each answer is (done, total). The demo asks, and tests do.
"""

import datetime as dt

from sqlalchemy import and_, exists, func, or_, select

from syndicate.store.content.articles import Article
from syndicate.store.ground.session import Transaction
from syndicate.store.intake.sources import FetchState
from syndicate.store.sending.mailings import Batch, Mailing
from syndicate.store.syndication.feed_documents import LEASE
from syndicate.store.syndication.feeds import Feed
from syndicate.vocabulary.articles import ArticleState
from syndicate.vocabulary.sending import MailingKind


def sources_asked(tx: Transaction) -> tuple[int, int]:
    """Sources that were fetched at least once, of all."""
    query = select(func.count(FetchState.last_at), func.count()).select_from(FetchState)
    done, total = tx.execute(query).one()
    return done, total


def feeds_built(tx: Transaction, now: dt.datetime) -> tuple[int, int]:
    """Feeds that are built from the rows as they are, of all that are offered.

    A feed that is due in the future waits for the end of an embargo; one that is due within a
    lease for any other reason is in a builder's hands.
    """
    is_embargo = exists().where(
        Article.state == ArticleState.EMBARGOED, Article.embargo_until == Feed.due_at
    )
    is_settled = and_(
        Feed.built_for.is_not(None),
        or_(Feed.due_at.is_(None), Feed.due_at > now + LEASE, and_(Feed.due_at > now, is_embargo)),
    )
    query = select(func.count().filter(is_settled), func.count()).where(Feed.gone_at.is_(None))
    done, total = tx.execute(query).one()
    return done, total


def articles_stored(tx: Transaction) -> int:
    """How many articles there are, whatever their state."""
    return tx.scalar(select(func.count()).select_from(Article)) or 0


def singles_accepted(tx: Transaction, message: str) -> int:
    """How many single mails of a kind (confirmation, article) the relay has accepted."""
    query = (
        select(func.coalesce(func.sum(Batch.accepted), 0))
        .join(Mailing, Mailing.id == Batch.mailing_id)
        .where(Mailing.kind == MailingKind.SINGLE, Mailing.message == message)
    )
    return tx.scalar(query) or 0
