"""Every table of the house, gathered for migrations and tests."""

from syndicate.store.composition import lost_stories
from syndicate.store.content import articles, featured, pictures
from syndicate.store.editing import outbox
from syndicate.store.ground.schema import Table
from syndicate.store.intake import article_pages, completeness, pushes, sources, websub
from syndicate.store.newsroom import incidents, newsletters, publications
from syndicate.store.platform import audit, caps, due, idempotency, installation, tokens
from syndicate.store.readers import recipients, subscribers
from syndicate.store.sending import events, mailings, pacing, partitions
from syndicate.store.syndication import (
    consumers,
    feed_documents,
    feeds,
    hub,
    hub_pings,
    reader_feeds,
)

FAMILIES = (
    article_pages,
    articles,
    audit,
    caps,
    completeness,
    consumers,
    due,
    events,
    featured,
    feed_documents,
    feeds,
    hub,
    hub_pings,
    idempotency,
    incidents,
    installation,
    mailings,
    newsletters,
    outbox,
    pacing,
    partitions,
    pictures,
    publications,
    pushes,
    reader_feeds,
    recipients,
    sources,
    subscribers,
    lost_stories,
    tokens,
    websub,
)
METADATA = Table.metadata
