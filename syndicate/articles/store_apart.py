"""Storing a document of which the database refuses something: all but the entries at fault.

It is halved until what is refused stands alone, so a hundred entries with one bad one are stored in
some fifteen steps. Each step is taken back by itself when it fails.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from syndicate import logs
from syndicate.articles import decide, store_found
from syndicate.articles.identity import Identified
from syndicate.articles.store_found import Place, Stored
from syndicate.errors import BAD_ROW
from syndicate.reading.records import MAX_SAID
from syndicate.store.editing import bulk_articles
from syndicate.store.ground.session import Transaction, UnstorableError, apart

log = logs.get(__name__)

# What one entry may raise, and no other has to do with.
OF_AN_ENTRY: tuple[type[Exception], ...] = (*UnstorableError, *BAD_ROW)


@dataclass(frozen=True)
class LeftOut:
    """An entry that cannot be stored.

    Attributes:
        begins: its headline, or what else tells it apart.
        reason: the kind of error.
    """

    begins: str
    reason: str


def store(
    tx: Transaction,
    place: Place,
    found: Sequence[Identified],
    *,
    now: dt.datetime,
    missing: Collection[bytes] = (),
    featured: Sequence[tuple[str, str]] = (),
) -> tuple[Stored, list[LeftOut]]:
    """Store what a document changes, without what cannot be stored; as `store_found.store`.

    Returns:
        What was stored, and what was left out.

    Raises:
        OF_AN_ENTRY: none of several entries can be stored: that is no fault of an entry.
    """
    # Addresses are locked before anything else, whatever pieces the document falls into.
    bulk_articles.lock_links(tx, place.publication_id, decide.lookups(found))
    left_out: list[LeftOut] = []
    done = _Sum()
    waiting = [list(found)]
    failure: Exception | None = None
    while waiting:
        part = waiting.pop(0)
        picks = featured if not waiting else ()
        try:
            with apart(tx):
                stored = store_found.store(
                    tx, place, part, now=now, missing=missing, featured=picks
                )
        except OF_AN_ENTRY as error:
            if len(part) > 1:
                half = len(part) // 2
                waiting[:0] = [part[:half], part[half:]]
                continue
            failure = error
            log.warning(
                "entry_not_stored",
                source_id=place.facts.source_id,
                reason=type(error).__name__,
            )
            left_out += [LeftOut(_begins(each), type(error).__name__) for each in part]
        else:
            done.add(stored)
    if failure is not None and len(left_out) == len(found) > 1:
        raise failure
    return done.all(), left_out


class _Sum:
    """What the parts of a document changed, together."""

    def __init__(self) -> None:
        self._parts: list[Stored] = []

    def add(self, part: Stored) -> None:
        self._parts.append(part)

    def all(self) -> Stored:
        parts = self._parts
        return Stored(
            articles=sum(each.articles for each in parts),
            revisions=sum(each.revisions for each in parts),
            tags={id_: tags for each in parts for id_, tags in each.tags.items()},
            has_news=any(each.has_news for each in parts),
            retagged=frozenset().union(*(each.retagged for each in parts)),
        )


def _begins(each: Identified) -> str:
    entry = each.entry
    return (entry.title or entry.summary or entry.link or entry.guid or "")[:MAX_SAID]
