"""A newsroom's rows for tests of newsletters: articles, readers, and what the readers get."""

import datetime as dt
from typing import Any

from sqlalchemy import select

from syndicate.store.content.articles import Article
from syndicate.store.ground.session import Transaction
from syndicate.store.readers import recipients, subscribers
from syndicate.store.sending.mailings import Delivery
from syndicate.vocabulary.newsletters import ChoiceKind
from tests import rows

# 08:00 in Qatar is 05:00 UTC.
SLOT = dt.datetime(2026, 11, 24, 5, 0, tzinfo=dt.UTC)
NOW = SLOT + dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


def article(
    tx: Transaction, section_id: int | None, name: str, published_at: dt.datetime, **more: Any
) -> Article:
    columns = {"publication_id": 1, "section_id": section_id} | more
    return rows.article(tx, name=name, at=published_at, **columns)


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
