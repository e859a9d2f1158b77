"""A newsroom whose articles are in their feeds, built once for all tests that want as many."""

from functools import partial

from tests.clean_database import CleanDatabase
from tests.feeds import building, newsroom


def filled(clean_database: CleanDatabase, count: int) -> list[int]:
    """The ids of so many published articles, newest first, in the database that `database` gave."""
    return clean_database.once(("published", count), partial(_filled, count))


def _filled(count: int) -> list[int]:
    made = newsroom.articles(newsroom.publication(), range(count))
    building.publish_due(newsroom.NOW)
    return made
