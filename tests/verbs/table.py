"""The whole table: every verb at every face that offers it."""

from tests.verbs import (
    of_articles,
    of_feeds,
    of_keys,
    of_mailings,
    of_making,
    of_newsletters,
    of_newsroom,
    of_operators,
    of_sources,
    of_subscribers,
)

_ROOMS = (
    *(of_articles, of_mailings, of_sources, of_feeds),
    *(of_newsletters, of_subscribers, of_newsroom, of_operators, of_making, of_keys),
)
DONE = tuple(row for room in _ROOMS for row in room.DONE)
NOES = tuple(row for room in _ROOMS for row in room.NOES)
