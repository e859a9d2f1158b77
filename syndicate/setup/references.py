"""What a file names that neither it nor the database has, for whoever wrote it: all at once.

Whatever cannot be known yet is left to the verbs, which refuse it when the file is applied.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from syndicate import logs
from syndicate.errors import NotFoundError, SyndicateError, UsageError
from syndicate.newsroom import publications
from syndicate.newsroom.making import reading, sections, within
from syndicate.newsroom.making.acts import Key
from syndicate.newsroom.making.fields import Field, Shape
from syndicate.newsroom.making.problems import quoted
from syndicate.newsroom.making.shelves import Shelf
from syndicate.setup import applying
from syndicate.setup.document import Document, Faults, Named, place_of
from syndicate.setup.kinds import SHELVES
from syndicate.store.ground import trouble
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.platform.tokens import Actor

log = logs.get(__name__)
_SHELF = {shelf.kind.word: shelf for shelf in SHELVES}


def missing(document: Document, known: Faults, *, actor: Actor, now: dt.datetime) -> Faults:
    """The fields that name nothing; where any fault is known, whatever else the verbs refuse too.

    Args:
        document: what was read.
        known: the faults in its form.
        actor: who would apply it.
        now: aware UTC.

    Returns:
        Each with a sentence; none where no database answers.
    """
    try:
        with transaction() as tx:
            found = list(_Asked(tx, document).faults())
            every = [*known, *found]
            if not every:
                return ()
            return [*found, *applying.faults(tx, document, every, actor=actor, now=now)]
    except Exception as error:
        if not isinstance(error, SyndicateError) and trouble.explain(error) is None:
            raise
        log.info("references_not_checked", error=str(error))
        return ()


@dataclass
class _Asked:
    """A file, and what was asked about it already."""

    tx: Transaction
    document: Document
    known: dict[tuple[str, Key], bool] = field(default_factory=dict)

    def faults(self) -> Iterator[tuple[str, str]]:
        for entry in self.document.entries:
            for asked in entry.shelf.kind.fields:
                sentence = self._of(entry, asked)
                if sentence is not None:
                    told = self.document.at(sentence, entry, asked.name)
                    yield place_of(entry, asked.name), told

    def _of(self, entry: Named, asked: Field) -> str | None:
        shelf = _SHELF.get(asked.of or "")
        if shelf is None:
            return None
        owner = entry.publication if shelf.kind.is_within and not asked.is_anywhere else None
        if owner is not None and not self._has(_SHELF["publication"], Key(owner, None)):
            return None  # said of the field that names it
        for slug in _named(entry, asked):
            has = self._anywhere if asked.is_anywhere else self._has
            if not has(shelf, Key(slug, owner)):
                now = self._heir(shelf, Key(slug, owner))
                if now is not None:
                    return within.called_otherwise(slug, now)
                return self._sentence(shelf, asked, Key(quoted(slug), owner))
        return None

    def _has(self, shelf: Shelf, key: Key) -> bool:
        place = (shelf.kind.word, key)
        if place not in self.known:
            self.known[place] = self._in_file(shelf, key) or self._row(shelf, key) is not None
        return self.known[place]

    def _in_file(self, shelf: Shelf, key: Key) -> bool:
        return any(
            each.shelf is shelf
            and each.slug == key.slug
            and (each.publication == key.publication or None in {key.publication, each.publication})
            for each in self.document.entries
        )

    def _heir(self, shelf: Shelf, key: Key) -> str | None:
        """What the file calls a section that had this slug before."""
        return next(
            (
                each.slug
                for each in self.document.entries
                if each.shelf is shelf is sections.SHELF
                and each.was == key.slug
                and key.publication in {None, each.publication}
            ),
            None,
        )

    def _row(self, shelf: Shelf, key: Key) -> Any:
        try:
            return shelf.keeping.found(self.tx, key)
        except NotFoundError:
            return None
        except UsageError:  # of several publications none is named: the verb asks for it
            return shelf

    def _anywhere(self, shelf: Shelf, key: Key) -> bool:
        place = (shelf.kind.word, key)
        if place not in self.known:
            rows = shelf.every(self.tx, None)
            self.known[place] = self._in_file(shelf, key) or any(
                each.slug == key.slug for each in rows
            )
        return self.known[place]

    def _sentence(self, shelf: Shelf, asked: Field, key: Key) -> str:
        if shelf.kind.word == "publication":
            return publications.unknown(key.slug)
        if asked.is_anywhere or key.publication is None:
            return f"No publication has a {shelf.kind.word} {key.slug}; make it first."
        return within.has_no(self._name(key.publication), shelf.kind.word, key.slug)

    def _name(self, publication: str) -> str:
        shelf = _SHELF["publication"]
        for each in self.document.entries:
            if each.shelf is shelf and each.slug == publication:
                return str(each.given.get("name", publication))
        return str(self._row(shelf, Key(publication, None)).name)


def _named(entry: Named, asked: Field) -> Sequence[str]:
    """The slugs in a field; none where its form is at fault, which is told already."""
    if asked.name not in entry.given or asked.shape not in {Shape.ROW, Shape.ROWS}:
        return ()
    try:
        value = reading.one(entry.shelf.kind, asked, entry.given[asked.name])
    except SyndicateError:
        return ()
    if isinstance(value, str):
        return (value,) if value else ()
    return tuple(str(each) for each in value) if isinstance(value, Sequence) else ()
