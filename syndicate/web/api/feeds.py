"""/api/v1/feeds and /sources: what is published, and where it comes from."""

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from syndicate import clock, settings
from syndicate.collect import steering
from syndicate.feeds import model
from syndicate.store.ground.session import transaction
from syndicate.store.intake import sources
from syndicate.store.intake.sources import FetchState
from syndicate.store.intake.sources import Source as SourceRow
from syndicate.store.newsroom import publications
from syndicate.store.syndication import feeds
from syndicate.vocabulary.feeds import FeedFormat
from syndicate.web.api.actors import CanRead, CanSteerSources

router = APIRouter(prefix="/api/v1")
SourceId = Annotated[int, Path(ge=1, le=2**62)]


class FeedView(BaseModel):
    """A feed, and the address of each of its formats."""

    slug: str
    publication: str = Field(description="slug")
    kind: str
    title: str
    language: str | None
    addresses: dict[FeedFormat, str] = Field(description="by format")
    rss: str = Field(deprecated=True, description="is in `addresses`")
    atom: str = Field(deprecated=True, description="is in `addresses`")
    json_feed: str = Field(deprecated=True, description="is in `addresses` as json")


class SourceView(BaseModel):
    """A source with what its last fetch learnt."""

    id: int
    publication_id: int
    kind: str
    url: str
    name: str
    state: str
    pages: str
    last_at: dt.datetime | None
    last_status: int | None
    next_at: dt.datetime
    failures: int
    reason: str | None


@router.get("/feeds", tags=["feeds"])
def list_feeds(_actor: CanRead) -> list[FeedView]:
    """Every feed of every publication."""
    base = settings.load().base_url()
    with transaction() as tx:
        return [
            FeedView(
                slug=feed.slug,
                publication=publication.slug,
                kind=feed.kind,
                title=feed.title,
                language=feed.language,
                addresses=(each := _addresses(base, feed.slug)),
                rss=each[FeedFormat.RSS],
                atom=each[FeedFormat.ATOM],
                json_feed=each[FeedFormat.JSON],
            )
            for publication in publications.all_publications(tx)
            for feed in feeds.offered(tx, publication.id)
        ]


@router.get("/sources", tags=["sources"])
def list_sources(_actor: CanRead) -> list[SourceView]:
    """Every source, oldest first."""
    with transaction() as tx:
        return [_source(*pair) for pair in sources.listed(tx)]


@router.post("/sources/{source_id}/pause", tags=["sources"])
def pause_source(actor: CanSteerSources, source_id: SourceId) -> SourceView:
    """Stop polling a source until it is resumed. Safe to run twice."""
    steering.pause(source_id, actor=actor, now=clock.now())
    return _one(source_id)


@router.post("/sources/{source_id}/resume", tags=["sources"])
def resume_source(actor: CanSteerSources, source_id: SourceId) -> SourceView:
    """Ask a source again, at once. Safe to run twice."""
    steering.resume(source_id, actor=actor, now=clock.now())
    return _one(source_id)


def _addresses(base: str, slug: str) -> dict[FeedFormat, str]:
    return {form: model.page_url(base, slug, form) for form in FeedFormat}


def _one(source_id: int) -> SourceView:
    with transaction() as tx:
        return next(_source(*pair) for pair in sources.listed(tx) if pair[0].id == source_id)


def _source(row: SourceRow, state: FetchState) -> SourceView:
    return SourceView(
        id=row.id,
        publication_id=row.publication_id,
        kind=row.kind,
        url=row.url,
        name=row.name,
        state=row.state,
        pages=row.pages,
        last_at=state.last_at,
        last_status=state.last_status,
        next_at=state.next_at,
        failures=state.failures,
        reason=state.reason,
    )
