"""/api/v1/feeds: what is published."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from syndicate import settings
from syndicate.feeds import model
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import publications
from syndicate.store.platform.tokens import Permission
from syndicate.store.syndication import feeds
from syndicate.vocabulary.feeds import FeedFormat
from syndicate.web.api.actors import CanRead

router = APIRouter(prefix="/api/v1")


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


def _addresses(base: str, slug: str) -> dict[FeedFormat, str]:
    return {form: model.page_url(base, slug, form) for form in FeedFormat}
