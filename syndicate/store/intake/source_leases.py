"""The lease on due sources, and what a fetch writes back.

A registered domain is leased whole: no two workers ask it at once, on whatever machines they run. A
source's epoch goes up with each lease; whoever was too slow finds another epoch and writes nothing.
"""

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ARRAY, TEXT, ColumnElement, TextClause, func, select, text, tuple_, update

from syndicate.store.ground import lock_session
from syndicate.store.ground.rowsets import among, as_json, rows_of
from syndicate.store.ground.session import Transaction
from syndicate.store.intake import sources
from syndicate.store.intake.sources import FetchHost, FetchState, Source, is_pollable
from syndicate.store.intake.websub import HubSubscription
from syndicate.store.newsroom.newsletters import Newsletter
from syndicate.store.newsroom.publications import FormerSlug, Publication, Section
from syndicate.vocabulary.sources import HubState, SourceState

LEASE = dt.timedelta(seconds=120)
# Kinds of notices about a document: as long as it lies there, each poll would leave them anew.
_SAID_AT_EACH_POLL = frozenset({"bytes", "cut_off", "unread", "unstored", "validators"})
_SAID_WITH_NUMBERS = frozenset({"left_out"})  # which each story changes
PER_DOMAIN = 10  # sources of one domain in one batch; more wait for the next


@dataclass(frozen=True)
class LeasedSource:
    """A source in a worker's hands, with what its last fetch learnt."""

    source: Source
    fetched: FetchState
    language: str
    zone: str
    authority: str  # who mints tag: URIs: the publication's host
    pushed_at: dt.datetime | None  # when a hub last told of something new
    spoken: tuple[str, ...] = ()  # the languages that the publication's newsletters come in


@dataclass(frozen=True)
class Written:
    """What one fetch leaves behind.

    Attributes:
        values: columns of the fetch state; every row of one call has the same ones.
        notices: (kind, message) pairs.
        url: the source's new address, or None.
    """

    source_id: int
    epoch: int
    values: Mapping[str, Any]
    state: SourceState
    notices: tuple[tuple[str, str], ...] = ()
    url: str | None = None


def lease(
    tx: Transaction,
    now: dt.datetime,
    *,
    limit: int,
    source_ids: Collection[int] | None = None,
) -> list[LeasedSource]:
    """Take due sources, each domain whole.

    Args:
        tx: the open transaction.
        now: aware UTC.
        limit: domains at most.
        source_ids: these sources whether or not they are due or their host wants rest; or None.

    Returns:
        The sources; nobody else gets them or their domains for 120 s.
    """
    wanted = select(Source.domain).join(FetchState, FetchState.source_id == Source.id)
    if source_ids is None:
        is_due = (is_pollable(), FetchState.next_at <= now)
    else:
        is_due = (among(Source.id, source_ids), FetchState.next_at.is_not(None))
    wanted = wanted.where(*is_due).group_by(Source.domain)
    wanted = wanted.order_by(func.min(FetchState.next_at)).limit(limit)
    free = select(FetchHost.domain).where(FetchHost.domain.in_(wanted), _is_free_host(now))
    if source_ids is None:
        free = free.where((FetchHost.not_before.is_(None)) | (FetchHost.not_before <= now))
    domains = list(tx.scalars(free.with_for_update(skip_locked=True)))
    if not domains:
        return []
    until = now + LEASE
    ours = {"leased_until": until, "holder": lock_session.holder()}
    taken = update(FetchHost).where(among(FetchHost.domain, domains))
    tx.execute(taken.values(ours).execution_options(synchronize_session=False))
    return _take(tx, domains, is_due, until)


def renew(tx: Transaction, leased: Sequence[tuple[int, int, str]], now: dt.datetime) -> None:
    """Keep (source id, epoch, domain) triples for another 120 s; what was given back stays free."""
    until = now + LEASE
    held = [(source_id, epoch) for source_id, epoch, _ in leased]
    kept = update(FetchState).where(
        tuple_(FetchState.source_id, FetchState.epoch).in_(held),
        FetchState.leased_until.is_not(None),
    )
    ours = list(tx.scalars(kept.values(leased_until=until).returning(FetchState.source_id)))
    domains = {domain for source_id, _, domain in leased if source_id in ours}
    tx.execute(
        update(FetchHost)
        .where(among(FetchHost.domain, domains), FetchHost.leased_until.is_not(None))
        .values(leased_until=until)
    )


def release_hosts(tx: Transaction, hosts: Mapping[str, dt.datetime | None]) -> None:
    """Give domains back; each with the moment before which nobody asks it again, or None."""
    if hosts:
        rows = [{"domain": name, "not_before": until} for name, until in hosts.items()]
        tx.execute(_RELEASE, {"hosts": as_json(rows)})


_RELEASE = text(
    f"""
    WITH asked AS (
        SELECT hosts.* FROM {rows_of("hosts", FetchHost, ["domain", "not_before"])}
        JOIN fetch_host USING (domain)
        ORDER BY domain
        FOR UPDATE OF fetch_host
    )
    UPDATE fetch_host
    SET leased_until = NULL, not_before = greatest(fetch_host.not_before, asked.not_before)
    FROM asked WHERE fetch_host.domain = asked.domain
    """  # noqa: S608 - names of our own columns
)


def finish(tx: Transaction, written: Sequence[Written], now: dt.datetime) -> set[int]:
    """Write what fetches learnt, and end their leases.

    Args:
        tx: the open transaction.
        written: one for each source; all with the same columns.
        now: aware UTC.

    Returns:
        Ids of the sources whose lease was still ours; nothing was written for the others.
    """
    if not written:
        return set()
    rows = [{"source_id": each.source_id, "epoch": each.epoch, **each.values} for each in written]
    statement = _finishing(tuple(written[0].values))
    ours = set(tx.execute(statement, {"written": as_json(rows)}).scalars())
    for each in written:
        if each.source_id in ours:
            _announce(tx, each, now)
    return ours


@cache
def _finishing(columns: tuple[str, ...]) -> TextClause:
    """One statement for all sources of which the same columns are written, locked in order."""
    return text(
        f"""
        WITH ours AS (
            SELECT written.* FROM {rows_of("written", FetchState, ("source_id", "epoch", *columns))}
            JOIN fetch_state USING (source_id, epoch)
            ORDER BY source_id
            FOR UPDATE OF fetch_state
        )
        UPDATE fetch_state
        SET leased_until = NULL, {", ".join(f"{each} = ours.{each}" for each in columns)}
        FROM ours WHERE fetch_state.source_id = ours.source_id
        RETURNING fetch_state.source_id
        """  # noqa: S608 - names of our own columns
    )


def authority_of(publication: Publication) -> str:
    """Who mints tag: URIs for a publication (RFC 4151): its host, or a name that nobody has."""
    return (publication.host or f"{publication.slug}.invalid").partition(":")[0]


def languages_of(tx: Transaction, publication_id: int) -> tuple[str, ...]:
    """The languages that a publication's newsletters come in, by their tags."""
    found = tx.scalar(select(_spoken()).where(Publication.id == publication_id))
    return tuple(sorted(found or ()))


def _spoken() -> ColumnElement[list[str]]:
    """The languages of a publication's newsletters that have not ended."""
    each = select(func.unnest(Newsletter.languages)).where(
        Newsletter.publication_id == Publication.id, Newsletter.ended_at.is_(None)
    )
    spoken = each.distinct().correlate(Publication).scalar_subquery()
    return func.array(spoken, type_=ARRAY(TEXT))


def sections_by_word(
    tx: Transaction, publication_ids: Collection[int]
) -> dict[int, dict[str, int]]:
    """Sections of each publication by slug and by name in any language, in lower case.

    By slugs and names that they had too, where no section has them now. Of several the first one
    is found.
    """
    is_own = (Section.publication_id.in_(publication_ids), Section.retired_at.is_(None))
    found: dict[int, dict[str, int]] = {}
    for publication_id, section_id, slug in tx.execute(
        select(FormerSlug.publication_id, Section.id, FormerSlug.slug)
        .join(Section, Section.id == FormerSlug.section_id)
        .where(*is_own)
    ):
        found.setdefault(publication_id, {})[slug.lower()] = section_id
    query = select(Section).where(*is_own).order_by(Section.id.desc())
    every = list(tx.scalars(query))
    for words_of in (_had, _in_other_languages, _has):  # what is said last counts
        for each in every:
            words = found.setdefault(each.publication_id, {})
            words |= dict.fromkeys((word.lower() for word in words_of(each)), each.id)
    return found


def _had(section: Section) -> Sequence[str]:
    return section.former_names


def _in_other_languages(section: Section) -> Sequence[str]:
    return list(section.names.values())


def _has(section: Section) -> Sequence[str]:
    return section.slug, section.name


def _is_free_host(now: dt.datetime) -> Any:
    return (FetchHost.leased_until.is_(None)) | (FetchHost.leased_until <= now)


def _take(
    tx: Transaction, domains: list[str], is_due: tuple[Any, ...], until: dt.datetime
) -> list[LeasedSource]:
    place = func.row_number().over(partition_by=Source.domain, order_by=FetchState.next_at)
    ranked = (
        select(Source.id, place.label("place"))
        .join(FetchState, FetchState.source_id == Source.id)
        .where(among(Source.domain, domains), *is_due)
        .subquery()
    )
    ids = list(tx.scalars(select(ranked.c.id).where(ranked.c.place <= PER_DOMAIN)))
    tx.execute(
        update(FetchState)
        .where(among(FetchState.source_id, ids))
        .values(leased_until=until, epoch=FetchState.epoch + 1, holder=lock_session.holder())
        .execution_options(synchronize_session=False)
    )
    pushed_at = (
        select(func.max(HubSubscription.pushed_at))
        .where(HubSubscription.source_id == Source.id, HubSubscription.state == HubState.VERIFIED)
        .correlate(Source)
        .scalar_subquery()
    )
    query = (
        select(Source, FetchState, Publication, pushed_at, _spoken())
        .join(FetchState, FetchState.source_id == Source.id)
        .join(Publication, Publication.id == Source.publication_id)
        .where(among(Source.id, ids))
        .order_by(FetchState.next_at, Source.id)
        .execution_options(populate_existing=True)
    )
    return [_leased(*row) for row in tx.execute(query)]


def _leased(
    source: Source,
    fetched: FetchState,
    publication: Publication,
    pushed_at: dt.datetime | None,
    spoken: list[str],
) -> LeasedSource:
    return LeasedSource(
        source=source,
        fetched=fetched,
        language=publication.language,
        zone=publication.zone,
        authority=authority_of(publication),
        pushed_at=pushed_at,
        spoken=tuple(sorted(spoken)),
    )


def _announce(tx: Transaction, written: Written, now: dt.datetime) -> None:
    """The source's own row changes seldom; a notice comes with it."""
    if not written.notices and written.url is None:
        return
    row = tx.get(Source, written.source_id)
    if row is None:
        return
    if row.state is not SourceState.PAUSED:
        row.state = written.state
    if written.url is not None:
        _move(tx, row, written.url)
    for kind, message in written.notices:
        _tell_of(kind)(tx, row.id, kind=kind, message=message, now=now)


def _tell_of(kind: str) -> Callable[..., object]:
    if kind in _SAID_WITH_NUMBERS:
        return sources.notice_of_kind
    return sources.notice_once if kind in _SAID_AT_EACH_POLL else sources.notice


def _move(tx: Transaction, row: Source, url: str) -> None:
    """A new address, unless another source of the publication has it: those are never merged."""
    query = select(Source.id).where(
        Source.publication_id == row.publication_id, Source.url == url, Source.id != row.id
    )
    if tx.scalar(query) is None:
        row.aliases = [*row.aliases, row.url]
        row.url = url


def release(tx: Transaction, held: Sequence[tuple[int, int]]) -> None:
    """Give (source id, epoch) pairs back unfetched; they stay due."""
    if held:
        tx.execute(
            update(FetchState)
            .where(tuple_(FetchState.source_id, FetchState.epoch).in_(held))
            .values(leased_until=None)
        )
