"""A newsroom that is made by its verbs alone, and who makes it."""

import datetime as dt

import pytest

from syndicate.newsroom import verbs
from syndicate.newsroom.making import publications
from syndicate.newsroom.making.acts import Given, Key
from syndicate.newsroom.making.fields import Values, plain
from syndicate.newsroom.making.shelves import Shelf
from syndicate.store.ground.session import transaction
from syndicate.store.platform.tokens import Actor

NOW = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)
COURIER: Given = {
    "slug": "courier",
    "name": "The Courier",
    "language": "en",
    "zone": "Europe/London",
    "sender_address": "news@courier.example",
}


class Maker:
    """Asks the verbs of any kind, each in a transaction of its own."""

    actor: Actor = verbs.in_shell("desk")

    def add(self, shelf: Shelf, /, **given: object) -> int:
        assert shelf.add is not None
        with transaction() as tx:
            return int(shelf.add(tx, given, actor=self.actor, now=NOW).id)

    def set(self, shelf: Shelf, slug: str, /, **given: object) -> dict[str, tuple[object, object]]:
        with transaction() as tx:
            key = Key(slug, None)
            found = shelf.change(tx, key, given, actor=self.actor, now=NOW)
        return {each.field.name: (plain(each.before), plain(each.after)) for each in found}

    def end(self, shelf: Shelf, slug: str) -> None:
        assert shelf.end is not None
        with transaction() as tx:
            shelf.end(tx, Key(slug, None), actor=self.actor, now=NOW)

    def shown(self, shelf: Shelf, slug: str) -> Values:
        with transaction() as tx:
            return shelf.plain(tx, shelf.keeping.found(tx, Key(slug, None)))

    def listed(self, shelf: Shelf) -> list[str]:
        with transaction() as tx:
            return [each.slug for each in shelf.every(tx, None)]


@pytest.fixture
def make(database: str) -> Maker:
    assert database
    return Maker()


@pytest.fixture
def courier(make: Maker) -> int:
    """The id of the Courier, which is there already."""
    return make.add(publications.SHELF, **COURIER)
