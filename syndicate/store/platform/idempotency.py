"""Answers that programs were given, so that a request which comes twice is acted on once."""

import datetime as dt
from typing import Any

from sqlalchemy import LargeBinary, delete, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, mapped_column

from syndicate.store.ground.schema import Table
from syndicate.store.ground.session import Transaction


class ApiAnswer(Table):
    """What was answered under an idempotency key."""

    __tablename__ = "api_answer"

    key_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    request_hash: Mapped[bytes] = mapped_column(LargeBinary)
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    at: Mapped[dt.datetime]


def begin(
    tx: Transaction, key_hash: bytes, *, request_hash: bytes, now: dt.datetime
) -> ApiAnswer | None:
    """Take an idempotency key, in the transaction that does the work.

    Whoever comes second waits here until the first has committed.

    Returns:
        None when the key is new; else what was answered before.
    """
    fresh = insert(ApiAnswer).values(key_hash=key_hash, request_hash=request_hash, at=now)
    taken = tx.scalar(fresh.on_conflict_do_nothing().returning(ApiAnswer.at))
    if taken is not None:
        return None
    return tx.scalars(select(ApiAnswer).where(ApiAnswer.key_hash == key_hash)).one()


def remember(tx: Transaction, key_hash: bytes, answer: dict[str, Any]) -> None:
    """Keep the answer, in the same transaction."""
    tx.execute(update(ApiAnswer).where(ApiAnswer.key_hash == key_hash).values(answer=answer))


def forget_article(tx: Transaction, article_id: int) -> None:
    """Drop answers that name an article: they hold the id that its CMS gave it."""
    named = ApiAnswer.answer.contains({"results": [{"article_id": article_id}]})
    tx.execute(delete(ApiAnswer).where(named))


def forget_before(tx: Transaction, moment: dt.datetime) -> None:
    """Drop answers that nobody asks for again."""
    tx.execute(delete(ApiAnswer).where(ApiAnswer.at < moment))
