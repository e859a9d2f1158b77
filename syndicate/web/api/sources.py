"""/api/v1/sources: where articles come from; they are made and changed by `web.api.making`."""

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from syndicate import clock
from syndicate.collect import finding, making, shown_sources, steering
from syndicate.newsroom import sources as named
from syndicate.newsroom.verbs import allow
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.intake.sources import Source
from syndicate.store.platform.tokens import Permission
from syndicate.vocabulary.sources import Lead, SourceKind
from syndicate.web.api.actors import CanRead, CanSteerSources

router = APIRouter(prefix="/api/v1")
Slug = Annotated[str, Path(max_length=80)]
Publication = Annotated[
    str | None,
    Query(max_length=80, description="slug of the publication; needed where several have it"),
]


class SourceView(BaseModel):
    """A source with its fields, and what its last fetch learnt."""

    id: int
    slug: str
    publication_id: int
    publication: str = Field(description="slug")
    kind: str
    url: str
    name: str = Field(description="its address where nobody named it")
    state: str
    section: str | None = Field(description="slug")
    pages: str
    allow_origins: list[str]
    compare_url: str | None
    robots: str | None
    profile: dict[str, Any]
    etag: str | None
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
    sections: list[str] = Field(
        description="what the source calls sections that the publication does not have"
    )


@router.get("/sources", tags=["sources"])
def list_sources(actor: CanRead) -> list[SourceView]:
    """Every source in use, oldest first."""
    with transaction() as tx:
        return [
            SourceView.model_validate(told)
            for row, _, told in shown_sources.listed(tx)
            if actor.may(Permission.READ, publication_id=row.publication_id)
        ]


@router.get("/sources/{slug}", tags=["sources"])
def show_source(actor: CanRead, slug: Slug, publication: Publication = None) -> SourceView:
    """One source with all its fields, by its slug or its id."""
    with transaction() as tx:
        found = named.in_use(tx, slug, publication)
        allow(actor, Permission.READ, publication_id=found.publication_id)
        return _one(tx, found)


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


@router.post("/sources/{slug}/pause", tags=["sources"])
def pause_source(actor: CanSteerSources, slug: Slug) -> SourceView:
    """Stop polling a source, named by slug or id, until it is resumed. Safe to run twice."""
    steering.pause(slug, actor=actor, now=clock.now())
    return _as_it_stands(slug)


@router.post("/sources/{slug}/resume", tags=["sources"])
def resume_source(actor: CanSteerSources, slug: Slug) -> SourceView:
    """Ask a source, named by slug or id, again, at once. Safe to run twice."""
    steering.resume(slug, actor=actor, now=clock.now())
    return _as_it_stands(slug)


@router.post("/sources/{slug}/accept", tags=["sources"])
def accept_source(actor: CanSteerSources, slug: Slug) -> SourceView:
    """Take what a source, named by slug or id, changes in all its stories at once.

    Such a document is held until somebody has looked at it; it is taken with the next poll, which
    is due at once. A source of which nothing is held answers 409.
    """
    steering.accept(slug, actor=actor, now=clock.now())
    return _as_it_stands(slug)


@router.post("/sources/{slug}/drop", tags=["sources"])
def drop_source(actor: CanSteerSources, slug: Slug) -> SourceView:
    """Take nothing of a document that is held: its stories stay as they are.

    The source is named by slug or id; its next document is judged anew. A source of which nothing
    is held answers 409.
    """
    steering.drop(slug, actor=actor, now=clock.now())
    return _as_it_stands(slug)


def _as_it_stands(slug: str) -> SourceView:
    with transaction() as tx:
        return _one(tx, named.named(tx, slug))


def _one(tx: Transaction, found: Source) -> SourceView:
    return SourceView.model_validate(making.SHELF.as_json(tx, found))
