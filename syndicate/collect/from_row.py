"""Adapters between a leased source row and the pure code that polls and stores."""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from syndicate.articles import store_found
from syndicate.articles.decide import Facts
from syndicate.articles.identity import Identified
from syndicate.collect.polling import Answer, Polled
from syndicate.errors import SyndicateError
from syndicate.fetch import Response
from syndicate.reading.feeds import parse
from syndicate.store.ground.session import transaction
from syndicate.store.intake import source_leases, sources
from syndicate.store.intake.source_leases import LeasedSource, Written
from syndicate.vocabulary.sources import SourceKind

_MOST = 10**9  # failures, or seconds: more than any source ever had


class SourceLostError(SyndicateError):
    """Another worker took the source over; what this one found was not stored."""

    def __init__(self, source_id: int) -> None:
        super().__init__(
            f"Source {source_id} took so long that another worker has taken it over.",
            source_id=source_id,
        )


def polled_of(leased: LeasedSource) -> Polled:
    """What polling needs to know of a leased source."""
    names = [
        "basis",
        "etag",
        "last_modified",
        "body_hash",
        "full_at",
        "rhythm_s",
        "failures",
        "failing_since",
        "gone_since",
        "moved_to",
        "moved_since",
        "moved_seen",
        "connected_at",
        "distrusted_at",
    ]
    said: dict[str, Any] = {name: getattr(leased.fetched, name) for name in names}
    for name in ("failures", "rhythm_s", "moved_seen"):
        # Of a row that nobody here wrote: what is reckoned with it must not fail its neighbours.
        said[name] = said[name] and min(max(said[name], 0), _MOST)
    return Polled(
        url=leased.source.url,
        state=leased.source.state,
        is_pinned=bool(leased.source.allow_origins) and leased.source.kind is not SourceKind.WEBSUB,
        pushed_at=leased.pushed_at,
        **said,
    )


def basis_of(leased: LeasedSource) -> str:
    """What stored validators depend on: another address, parser or profile makes them void."""
    what = f"{leased.source.profile}{leased.source.pages.value}{leased.source.section_id}"
    return f"{parse.VERSION}|{hashlib.sha256(what.encode()).hexdigest()[:16]}|{leased.source.url}"


def answer_of(response: Response) -> Answer:
    """A response as polling looks at it."""
    hops = tuple((hop.status, hop.url) for hop in response.hops)
    return Answer(response.status, response.url, response.headers, hops)


def place_of(
    leased: LeasedSource,
    sections: Mapping[int, Mapping[str, int]],
    *,
    whole: Sequence[Identified] | None = None,
) -> store_found.Place:
    """Where the entries of a source go.

    Args:
        leased: the source.
        sections: of each publication, by slug and by name.
        whole: all entries of a whole document; None of a part, such as what a hub pushes.
    """
    source = leased.source
    facts = Facts(
        source_id=source.id,
        language=leased.language,
        section_id=source.section_id,
        sections=sections.get(source.publication_id, {}),
        is_first_connect=leased.fetched.connected_at is None,
        spoken=leased.spoken,
    )
    stems = None if whole is None else frozenset(each.stem for each in whole)
    return store_found.Place(source.publication_id, leased.authority, facts, stems)


def to_ask(source_id: int, found: list[Identified]) -> set[bytes]:
    """Stems of the entries that are new or changed."""
    with transaction() as tx:
        pairs = store_found.known(tx, source_id, found)
    return {each.stem for each, before in pairs if store_found.is_changed(each, before)}


def tell_once(source_id: int, kind: str, message: str, *, now: dt.datetime) -> None:
    """Tell operators something of a source, once in 30 days."""
    with transaction() as tx:
        sources.notice_once(tx, source_id, kind=kind, message=message, now=now)


def write(written: Sequence[Written], now: dt.datetime) -> None:
    """Write what fetches learnt, in a transaction of its own."""
    with transaction() as tx:
        source_leases.finish(tx, written, now)


def renew(held: Sequence[tuple[int, int, str]], now: dt.datetime) -> None:
    """Keep the leases of (source id, epoch, domain) triples."""
    if held:
        with transaction() as tx:
            source_leases.renew(tx, held, now)
