"""A newsroom's rows for tests of newsletters: articles, readers, and what the readers get."""

import datetime as dt
import hashlib

from sqlalchemy import select

from syndicate.store.content.articles import Article
from syndicate.store.ground.session import Transaction
from syndicate.store.readers import recipients, subscribers
from syndicate.store.sending.mailings import Delivery
from syndicate.vocabulary.articles import ArticleState
from syndicate.vocabulary.newsletters import ChoiceKind

# 08:00 in Qatar is 05:00 UTC.
SLOT = dt.datetime(2026, 11, 24, 5, 0, tzinfo=dt.UTC)
NOW = SLOT + dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


def article(
    tx: Transaction, section_id: int | None, name: str, published_at: dt.datetime, **more: object
) -> Article:
    values: dict[str, object] = {
        "publication_id": 1,
        "section_id": section_id,
        "atom_id": f"tag:daily.example,2026:{name}",
        "state": ArticleState.LIVE,
        "language": "en",
        "direction": "ltr",
        "url": f"https://daily.example/{name}",
        "slug": name,
        "headline": f"Headline {name}",
        "standfirst": f"Standfirst {name}",
        "authors": ["Daily desk"],
        "published_at": published_at,
        "updated_at": published_at,
        "collected_at": published_at,
        "is_dated": True,
        "is_backlog": False,
        "visible_hash": hashlib.sha256(name.encode()).digest(),
    }
    made = Article(**(values | more))
    tx.add(made)
    tx.flush()
    return made


def reader(
    tx: Transaction,
    number: int,
    newsletter_id: int = 1,
    *,
    language: str = "en",
    sections: tuple[str, ...] = (),
    languages: tuple[str, ...] = (),
) -> int:
    """An active subscription; returns its recipient's id."""
    address = f"reader{number:03}@example.com"
    subscriber = subscribers.upsert(tx, address, language=language, now=NOW - DAY)
    recipient = recipients.upsert(tx, address, subscriber_id=subscriber.id)
    made = subscribers.subscribe(tx, subscriber.id, newsletter_id, language=language, now=NOW - DAY)
    subscribers.activate(made, now=NOW - DAY)
    subscribers.choose(tx, made.id, ChoiceKind.SECTION, sections)
    subscribers.choose(tx, made.id, ChoiceKind.LANGUAGE, languages)
    return recipient.id


def choices(tx: Transaction, mailing_id: int) -> dict[int, int]:
    rows = tx.execute(
        select(Delivery.recipient_id, Delivery.choice).where(Delivery.mailing_id == mailing_id)
    )
    return {row.recipient_id: row.choice for row in rows}
