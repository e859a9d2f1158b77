"""/api/v1/feeds: what is published, moved and built again; `making` makes those by a rule."""

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from syndicate import clock, settings, uris
from syndicate.feeds import model
from syndicate.feeds import steering as feed_steering
from syndicate.newsroom.verbs import allow
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.newsroom import publications
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.store.syndication import feed_documents, feeds
from syndicate.store.syndication.feeds import Feed
from syndicate.vocabulary.feeds import FeedFormat
from syndicate.web.api.actors import CanEditFeeds, CanRead
from syndicate.web.storable import Text

router = APIRouter(prefix="/api/v1")
Slug = Annotated[str, Path(max_length=80)]


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


class WholeFeedView(FeedView):
    """A feed with its rule, and how it stands."""

    description: str
    rule: dict[str, list[str]] | None = Field(description="null of a feed that follows none")
    entries: int = Field(description="when it was built last")
    due_at: dt.datetime | None = Field(description="when it is built next, if that is known")
    moved_to: str | None = Field(description="slug or whole address that it leads to, with a 301")
    gone_at: dt.datetime | None = Field(description="since when its address answers 410")


class MoveIn(BaseModel):
    """Where a feed leads from now on."""

    model_config = ConfigDict(extra="forbid")

    to: Text | None = Field(description="slug of another feed, or a whole address; null: nowhere")


@router.get("/feeds", tags=["feeds"])
def list_feeds(actor: CanRead) -> list[FeedView]:
    """Every feed of every publication."""
    with transaction() as tx:
        return [
            _feed(feed, publication.slug)
            for publication in publications.all_publications(tx)
            if actor.may(Permission.READ, publication_id=publication.id)
            for feed in feeds.offered(tx, publication.id)
        ]


@router.get("/feeds/{slug}", tags=["feeds"])
def show_feed(actor: CanRead, slug: Slug) -> WholeFeedView:
    """One feed with its rule, and how it stands; also one that has moved or is gone."""
    with transaction() as tx:
        return _whole(tx, actor, slug)


@router.post("/feeds/build", tags=["feeds"])
def build_feeds_anew(actor: CanEditFeeds) -> dict[str, int]:
    """Have every feed built again from nothing, by a worker; how many there are."""
    with transaction() as tx:
        return {"feeds": feed_steering.build_anew(tx, actor=actor, now=clock.now())}


@router.post("/feeds/{slug}/move", tags=["feeds"])
def move_feed(actor: CanEditFeeds, slug: Slug, body: MoveIn) -> WholeFeedView:
    """Have a feed's address answer 301 to another one; null takes that back. Safe to run twice."""
    with transaction() as tx:
        feed_steering.move(tx, slug, body.to, actor=actor, now=clock.now())
        return _whole(tx, actor, slug)


def _whole(tx: Transaction, actor: Actor, slug: str) -> WholeFeedView:
    feed = feeds.by_slug(tx, slug)
    if feed is None:
        raise feed_steering.unknown(slug)
    allow(actor, Permission.READ, publication_id=feed.publication_id)
    publication = publications.find(tx, feed.publication_id)
    found = _feed(feed, publication.slug if publication is not None else "")
    return WholeFeedView(
        **found.model_dump(),
        description=feed.description,
        rule=feed.rule,
        entries=feed_documents.entry_counts(tx, [feed.id]).get(feed.id, 0),
        due_at=feed.due_at,
        moved_to=uris.uri(feed.moved_to or "") or feed.moved_to,
        gone_at=feed.gone_at,
    )


def _feed(feed: Feed, publication: str) -> FeedView:
    each = _addresses(settings.load().base_url(), feed.slug)
    return FeedView(
        slug=feed.slug,
        publication=publication,
        kind=feed.kind,
        title=feed.title,
        language=feed.language,
        addresses=each,
        rss=each[FeedFormat.RSS],
        atom=each[FeedFormat.ATOM],
        json_feed=each[FeedFormat.JSON],
    )


def _addresses(base: str, slug: str) -> dict[FeedFormat, str]:
    return {form: model.page_url(base, slug, form) for form in FeedFormat}
