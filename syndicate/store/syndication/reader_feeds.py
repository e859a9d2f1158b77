"""A reader's own feed: what their newsletter brings them, as a feed that only they can open.

Its address carries a token that is made from the row and the installation's key, so the preferences
page can show it again, a copy of the database cannot open anything, and a new key revokes the old
address. The token is in no log: the log knows routes, not paths.
"""

import datetime as dt
import secrets
from dataclasses import dataclass

from sqlalchemy import ForeignKey, delete, select, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from syndicate import signing
from syndicate.master_key import MasterKey
from syndicate.store.composition.stories import is_drawn_from, is_in_one_of
from syndicate.store.content.articles import Article
from syndicate.store.content.visibility import may_show
from syndicate.store.ground.schema import Table
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom.newsletters import Newsletter
from syndicate.store.newsroom.publications import Publication, Section
from syndicate.store.readers.subscribers import Subscription, SubscriptionChoice
from syndicate.store.syndication.feed_entries import PAGE_ENTRIES
from syndicate.store.syndication.feed_rows import Place
from syndicate.vocabulary.articles import Channel
from syndicate.vocabulary.newsletters import ChoiceKind, SubscriptionState

_PURPOSE = "reader-feed"


class SubscriptionFeed(Table):
    """The key of one subscription's own feed; no row, no feed."""

    __tablename__ = "subscription_feed"

    subscription_id: Mapped[int] = mapped_column(
        ForeignKey("subscription.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    key: Mapped[int]
    created_at: Mapped[dt.datetime]


@dataclass(frozen=True)
class Own:
    """What stands in a reader's own feed.

    Attributes:
        newsletter: whose choices it follows.
        publication: the newsletter's.
        language: of the feed's frame.
        places: newest first.
    """

    newsletter: Newsletter
    publication: Publication
    language: str
    places: tuple[Place, ...]


def since(tx: Transaction, subscription_id: int) -> dt.datetime | None:
    """When a subscription was given its present address; None when it has no feed."""
    return tx.scalar(
        select(SubscriptionFeed.created_at).where(
            SubscriptionFeed.subscription_id == subscription_id
        )
    )


def issue(tx: Transaction, master_key: MasterKey, subscription_id: int, *, now: dt.datetime) -> str:
    """Give a subscription its own feed, under a new address; an older one stops working.

    Returns:
        The token that stands in /feeds/mine/{token}.{format}.
    """
    key = secrets.randbits(62)
    values = {"subscription_id": subscription_id, "key": key, "created_at": now}
    statement = insert(SubscriptionFeed).values(values)
    tx.execute(
        statement.on_conflict_do_update(
            index_elements=[SubscriptionFeed.subscription_id], set_=values
        )
    )
    return signing.sign(master_key, _PURPOSE, f"{subscription_id}:{key}")


def revoke(tx: Transaction, subscription_id: int) -> None:
    """Take a reader's own feed away. Safe to run twice."""
    tx.execute(delete(SubscriptionFeed).where(SubscriptionFeed.subscription_id == subscription_id))


def open_token(tx: Transaction, master_key: MasterKey, token: str) -> int | None:
    """The subscription that a token opens the feed of; None when it was revoked or never ours."""
    try:
        subscription_id, _, key = signing.verify(master_key, _PURPOSE, token).partition(":")
    except signing.BadTokenError:
        return None
    query = (
        select(SubscriptionFeed.subscription_id)
        .join(Subscription, Subscription.id == SubscriptionFeed.subscription_id)
        .where(
            SubscriptionFeed.subscription_id == int(subscription_id),
            SubscriptionFeed.key == int(key),
            Subscription.state == SubscriptionState.ACTIVE,
        )
    )
    return tx.scalar(query)


def own(
    tx: Transaction,
    subscription_id: int,
    *,
    channel: Channel = Channel.PRIVATE_FEED,
    now: dt.datetime,
) -> Own | None:
    """What a reader's own feed lists: what their next issue would choose from, newest first.

    Args:
        tx: the open transaction.
        subscription_id: whose choices.
        channel: whose rules hold; those of public feeds leave paid texts out.
        now: aware UTC.
    """
    row = tx.execute(
        select(Subscription, Newsletter, Publication)
        .join(Newsletter, Newsletter.id == Subscription.newsletter_id)
        .join(Publication, Publication.id == Newsletter.publication_id)
        .where(Subscription.id == subscription_id)
    ).one_or_none()
    if row is None:
        return None
    subscription, newsletter, publication = row
    sections = _choices(tx, subscription_id, ChoiceKind.SECTION)
    languages = _choices(tx, subscription_id, ChoiceKind.LANGUAGE)
    query = (
        select(Article.id)
        .outerjoin(Section, Section.id == Article.section_id)
        .where(
            is_drawn_from(newsletter),
            is_in_one_of(newsletter.languages),
            may_show(channel, now=now),
            Section.slug.in_(sections) if sections else true(),
            is_in_one_of(languages) if languages else true(),
        )
        .order_by(Article.published_at.desc(), Article.id.desc())
        .limit(PAGE_ENTRIES)
    )
    places = tuple(Place(article_id, 0) for article_id in tx.scalars(query))
    return Own(newsletter, publication, subscription.language, places)


def _choices(tx: Transaction, subscription_id: int, kind: ChoiceKind) -> list[str]:
    query = select(SubscriptionChoice.value).where(
        SubscriptionChoice.subscription_id == subscription_id, SubscriptionChoice.kind == kind
    )
    return list(tx.scalars(query))
