"""What may wake a collecting worker: a source to poll, a push, a hub to ask, a list to compare."""

import datetime as dt

from sqlalchemy import exists, select

from syndicate.store.ground.session import Transaction
from syndicate.store.intake import article_pages, pushes, sources
from syndicate.store.intake.completeness import EVERY
from syndicate.store.intake.sources import FetchState, Source
from syndicate.store.intake.websub import HubSubscription
from syndicate.vocabulary.sources import HubState, SourceState


def has_due(tx: Transaction, now: dt.datetime) -> bool:
    """Whether a collecting worker should be woken; for the tick."""
    if any(has(tx, now) for has in (sources.has_due, pushes.has_due, article_pages.has_due)):
        return True
    hubs = exists().where(
        HubSubscription.state.in_(HubState.open()),
        HubSubscription.renew_at <= now,
        Source.id == HubSubscription.source_id,
        Source.state.not_in(SourceState.resting()),
    )
    lists = exists().where(
        FetchState.source_id == Source.id,
        Source.compare_url.is_not(None),
        Source.state.not_in(SourceState.resting()),
        (FetchState.compared_at.is_(None)) | (FetchState.compared_at <= now - EVERY),
    )
    return bool(tx.scalar(select(hubs | lists)))
