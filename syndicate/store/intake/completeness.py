"""What a newsroom says it published and we do not have: remembered until it comes."""

import datetime as dt
from collections.abc import Collection, Sequence

from sqlalchemy import ForeignKey, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from syndicate import phrases
from syndicate.store.content.articles import LINK, ArticleKey
from syndicate.store.ground.schema import Table
from syndicate.store.ground.session import Transaction
from syndicate.store.intake import sources
from syndicate.store.intake.sources import FetchState, Source
from syndicate.vocabulary.sources import SourceState

PATIENCE = dt.timedelta(minutes=10)
EVERY = dt.timedelta(minutes=5)
_SHOWN = 5


class MissingLink(Table):
    """An address of the newsroom's own list that leads to no article of ours."""

    __tablename__ = "missing_link"

    source_id: Mapped[int] = mapped_column(
        ForeignKey("source.id", ondelete="CASCADE"), primary_key=True
    )
    url: Mapped[str] = mapped_column(primary_key=True)
    first_seen_at: Mapped[dt.datetime]
    noticed_at: Mapped[dt.datetime | None]


def take_due(tx: Transaction, now: dt.datetime, *, limit: int) -> list[Source]:
    """Sources to compare now; nobody else gets them for five minutes."""
    due = (
        select(FetchState.source_id)
        .join(Source, Source.id == FetchState.source_id)
        .where(
            Source.compare_url.is_not(None),
            Source.state.not_in(SourceState.resting()),
            (FetchState.compared_at.is_(None)) | (FetchState.compared_at <= now - EVERY),
        )
        .limit(limit)
        .with_for_update(of=FetchState, skip_locked=True)
    )
    ids = list(tx.scalars(due))
    if not ids:
        return []
    tx.execute(update(FetchState).where(FetchState.source_id.in_(ids)).values(compared_at=now))
    return list(tx.scalars(select(Source).where(Source.id.in_(ids)).order_by(Source.id)))


def compare(
    tx: Transaction, source: Source, told: Sequence[tuple[str, str]], now: dt.datetime
) -> list[str]:
    """Compare what a newsroom lists with what its publication has.

    Args:
        tx: the open transaction.
        source: whose list it is.
        told: (address, the same normalised) pairs.
        now: aware UTC.

    Returns:
        Addresses that have been missing for ten minutes and are noticed now, in one notice.
    """
    stored = _stored(tx, source.publication_id, [normal for _, normal in told])
    missing = {url for url, normal in told if normal not in stored}
    known = delete(MissingLink).where(
        MissingLink.source_id == source.id, MissingLink.url.not_in(missing)
    )
    tx.execute(known)
    if missing:
        rows = [{"source_id": source.id, "url": url, "first_seen_at": now} for url in missing]
        tx.execute(insert(MissingLink).on_conflict_do_nothing(), rows)
    late = (
        update(MissingLink)
        .where(
            MissingLink.source_id == source.id,
            MissingLink.noticed_at.is_(None),
            MissingLink.first_seen_at <= now - PATIENCE,
        )
        .values(noticed_at=now)
    )
    urls = sorted(tx.scalars(late.returning(MissingLink.url)))
    if urls:
        sources.notice(tx, source.id, kind="missing", message=_message(source, urls), now=now)
    return urls


def missing(tx: Transaction, source_id: int) -> list[MissingLink]:
    """What is missing from a source now, longest first."""
    query = select(MissingLink).where(MissingLink.source_id == source_id)
    return list(tx.scalars(query.order_by(MissingLink.first_seen_at, MissingLink.url)))


def _stored(tx: Transaction, publication_id: int, links: Collection[str]) -> set[str]:
    prefix = f"{publication_id}:"
    query = select(ArticleKey.key).where(
        ArticleKey.kind == LINK, ArticleKey.key.in_([prefix + link for link in links])
    )
    return {key.removeprefix(prefix) for key in tx.scalars(query)}


def _message(source: Source, urls: Sequence[str]) -> str:
    shown = ", ".join(urls[:_SHOWN])
    more = f" and {len(urls) - _SHOWN} more" if len(urls) > _SHOWN else ""
    articles = phrases.counted(len(urls), "article that has", "articles that have")
    return (
        f"{source.name}: the newsroom lists {articles} not arrived for "
        f"{PATIENCE.seconds // 60} minutes: {shown}{more}."
    )
