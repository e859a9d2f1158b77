"""A source's document into rows, in one transaction with what its fetch learnt.

stored whole ─> done
└─ something of it is refused ─> stored without that, which a notice names
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from syndicate import logs
from syndicate.articles import store_apart, store_found
from syndicate.articles.store_apart import OF_AN_ENTRY, LeftOut
from syndicate.articles.store_found import Place, Stored
from syndicate.collect import rereading, websub
from syndicate.collect.documents import SourceDocument
from syndicate.collect.from_row import SourceLostError
from syndicate.collect.pages import EntriesWithPages
from syndicate.store.ground.session import Transaction, transaction, twice
from syndicate.store.intake import source_leases
from syndicate.store.intake.source_leases import LeasedSource, Written
from syndicate.vocabulary.sources import SourceKind

log = logs.get(__name__)

_KIND = "unstored"
_SAID = (
    "A story of {0}, “{1}”, cannot be stored ({2}) and is left out; the others are stored. "
    "The log says why; tell the publisher."
)


@dataclass(frozen=True)
class Brought:
    """What a source brought.

    Attributes:
        pages: its entries, pages read.
        document: as it came.
    """

    place: Place
    pages: EntriesWithPages
    document: SourceDocument


def store(leased: LeasedSource, brought: Brought, written: Written, now: dt.datetime) -> Stored:
    """Store a document and what its fetch learnt. Safe to run twice.

    Args:
        leased: its source.
        brought: the document.
        written: what its fetch learnt, with the notices of the document.
        now: aware UTC.

    Raises:
        SourceLostError: somebody else has the source by now.
        OF_AN_ENTRY: nothing of it can be stored.
    """
    try:
        return twice(lambda: _store(leased, brought, written, now, is_apart=False))
    except OF_AN_ENTRY as error:
        log.warning(
            "document_not_stored_whole",
            source_id=leased.source.id,
            reason=type(error).__name__,
            exc_info=True,
        )
    return twice(lambda: _store(leased, brought, written, now, is_apart=True))


def told(source_name: str, left_out: Sequence[LeftOut]) -> list[tuple[str, str]]:
    """The notices of what could not be stored: (kind, message) pairs."""
    return [(_KIND, _SAID.format(source_name, each.begins, each.reason)) for each in left_out]


def _store(
    leased: LeasedSource, brought: Brought, written: Written, now: dt.datetime, *, is_apart: bool
) -> Stored:
    source, pages = leased.source, brought.pages
    with transaction() as tx:
        stored, left_out = _entries(tx, brought, now, is_apart=is_apart)
        rereading.watch(tx, source, pages, now)
        if source.kind is SourceKind.WEBSUB:
            websub.polled(tx, source.id, brought.document.hub, now)
        notices = (*written.notices, *told(source.name, left_out))
        if not source_leases.finish(tx, [replace(written, notices=notices)], now):
            raise SourceLostError(source.id)
    return stored


def _entries(
    tx: Transaction, brought: Brought, now: dt.datetime, *, is_apart: bool
) -> tuple[Stored, list[LeftOut]]:
    pages = brought.pages
    featured = pages.featured or brought.document.featured
    if is_apart:
        return store_apart.store(
            tx, brought.place, pages.found, now=now, missing=pages.missing, featured=featured
        )
    stored = store_found.store(
        tx, brought.place, pages.found, now=now, missing=pages.missing, featured=featured
    )
    return stored, []
