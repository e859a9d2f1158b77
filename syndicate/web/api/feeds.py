"""/api/v1/feeds and /sources: what is published, and where it comes from."""

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from syndicate import clock, settings
from syndicate.collect import finding, steering
from syndicate.feeds import model
from syndicate.store.ground.session import transaction
from syndicate.store.intake import sources
from syndicate.store.intake.sources import FetchState
from syndicate.store.intake.sources import Source as SourceRow
from syndicate.store.newsroom import publications
from syndicate.store.platform.tokens import Permission
from syndicate.store.syndication import feeds
from syndicate.vocabulary.feeds import FeedFormat
from syndicate.vocabulary.sources import Lead, SourceKind
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


class Pasted(BaseModel):
    """An address of which somebody wants to know where it leads."""

    model_config = ConfigDict(extra="forbid")

    address: str = Field(
        description="of a home page, feed, sitemap, section page or article; also without https://"
    )
    publication: str | None = Field(
        None, description="slug of whose stories they would be; the first one's by default"
    )
    allow: list[str] = Field(
        [], max_length=20, description="IP:port of in-house servers that Syndicate may connect to"
    )


class ChoiceView(BaseModel):
    """A source that could be added."""

    kind: SourceKind
    url: str
    title: str
    stories: int = Field(description="how many it has now")
    newest: dt.datetime | None
    profile: dict[str, Any] | None = Field(description="what a source of it needs to be read")


class PreviewPicture(BaseModel):
    """The lead picture of a story."""

    url: str
    caption: str
    credit: str
    alt: str


class PreviewView(BaseModel):
    """An article as it would be stored."""

    headline: str
    standfirst: str
    url: str | None
    authors: list[str]
    section: str | None = Field(description="the publication's own, by name")
    said_section: str | None = Field(description="what the source calls its section")
    tags: list[str]
    language: str
    direction: str
    published_at: dt.datetime
    is_dated: bool
    access: str
    is_held: bool
    embargo_until: dt.datetime | None
    is_backlog: bool = Field(description="too old for a newsletter after a first connection")
    picture: PreviewPicture | None


class FoundView(BaseModel):
    """Where an address leads."""

    url: str
    lead: Lead
    sentence: str
    choices: list[ChoiceView] = Field(description="the best first")
    stories: list[PreviewView] = Field(description="the newest of the first choice")
    notes: list[str]


@router.get("/feeds", tags=["feeds"])
def list_feeds(actor: CanRead) -> list[FeedView]:
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
            if actor.may(Permission.READ, publication_id=publication.id)
            for feed in feeds.offered(tx, publication.id)
        ]


@router.get("/sources", tags=["sources"])
def list_sources(actor: CanRead) -> list[SourceView]:
    """Every source, oldest first."""
    with transaction() as tx:
        found = sources.listed(tx)
    return [
        _source(*pair)
        for pair in found
        if actor.may(Permission.READ, publication_id=pair[0].publication_id)
    ]


@router.post("/sources/find", tags=["sources"])
def find_source(actor: CanSteerSources, pasted: Pasted) -> FoundView:
    """Look where an address leads, and read the newest stories there; nothing is stored."""
    found = finding.find(
        pasted.address,
        allow=pasted.allow,
        publication=pasted.publication,
        actor=actor,
        now=clock.now(),
    )
    return FoundView.model_validate(found.as_json())


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
