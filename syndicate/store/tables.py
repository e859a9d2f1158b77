"""Every table of the house, gathered for migrations and tests."""

from syndicate.store import (
    articles,
    audit,
    caps,
    due,
    events,
    featured,
    feed_documents,
    feeds,
    installation,
    mailings,
    newsletters,
    partitions,
    pictures,
    publications,
    recipients,
    sources,
    subscribers,
    tokens,
)
from syndicate.store.schema import Table

FAMILIES = (
    articles,
    audit,
    caps,
    due,
    events,
    featured,
    feed_documents,
    feeds,
    installation,
    mailings,
    newsletters,
    partitions,
    pictures,
    publications,
    recipients,
    sources,
    subscribers,
    tokens,
)
METADATA = Table.metadata
