"""Every kind that a newsroom is made of, in the order in which one leans on those before it.

A kind that stands here has its commands, routes, pages and its part of `newsroom.toml`.
"""

from syndicate.collect import making as sources
from syndicate.feeds import making as feeds
from syndicate.newsletters import making as newsletters
from syndicate.newsroom.making import desks, operators, publications, sections, streams, tokens
from syndicate.newsroom.making.shelves import Shelf

SHELVES: tuple[Shelf, ...] = (
    publications.SHELF,
    desks.SHELF,
    streams.SHELF,
    sections.SHELF,
    sources.SHELF,
    feeds.SHELF,
    newsletters.SHELF,
    operators.SHELF,
    tokens.SHELF,
)
# Those whose routes and forms are made of their fields alone.
BY_FIELDS: tuple[Shelf, ...] = tuple(each for each in SHELVES if not each.has_own_faces)
