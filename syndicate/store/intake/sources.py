"""Where articles come from, what the last fetch learnt, and what operators should know of it."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    Select,
    UniqueConstraint,
    and_,
    delete,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT, insert
from sqlalchemy.orm import Mapped, mapped_column
from tld import get_fld

from syndicate import slugs
from syndicate.redaction import without_addresses
from syndicate.store.content.articles import ArticleSource
from syndicate.store.ground.schema import Id, Table, text_enum
from syndicate.store.ground.session import Transaction
from syndicate.vocabulary.sources import Pages, SourceKind, SourceState

_SAID_AGAIN = dt.timedelta(days=30)


class Source(Table):
    """A feed, news sitemap, page, WebSub topic or push from a CMS."""

    __tablename__ = "source"
    __table_args__ = (
        UniqueConstraint("publication_id", "url"),
        UniqueConstraint("publication_id", "slug"),
    )

    id: Mapped[Id]
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"))
    kind: Mapped[SourceKind] = mapped_column(text_enum(SourceKind))
    url: Mapped[str]
    # Its name in commands and files. The default stands in for older code, which gives none.
    slug: Mapped[str] = mapped_column(
        server_default=text("'s-'::text || substr(md5(random()::text), 1, 12)")
    )
    # Registered domain, or IP address: who is polled once at a time, whatever the number of feeds.
    domain: Mapped[str]
    name: Mapped[str]
    state: Mapped[SourceState] = mapped_column(
        text_enum(SourceState), server_default=SourceState.ACTIVE
    )
    pages: Mapped[Pages] = mapped_column(text_enum(Pages), server_default=Pages.THIN)
    # Exact "IP:port" of an in-house server that may be dialled although it is private.
    allow_origins: Mapped[list[str]] = mapped_column(ARRAY(TEXT), server_default="{}")
    # Selectors, date format and zone of the site's own template.
    profile: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    section_id: Mapped[int | None] = mapped_column(ForeignKey("section.id"))
    # The newsroom's own news sitemap or list, with which what is stored is compared.
    compare_url: Mapped[str | None]
    # Whether its pages are read only where robots.txt lets us; NULL: unless it is in-house.
    obeys_robots: Mapped[bool | None]
    # Addresses that it had before permanent redirects were believed.
    aliases: Mapped[list[str]] = mapped_column(ARRAY(TEXT), server_default="{}")
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    retired_at: Mapped[dt.datetime | None]  # it rests then, in no list; what it brought stays

    @property
    def is_asked(self) -> bool:
        """Whether it is one that we fetch by ourselves."""
        return self.state not in SourceState.resting() and self.kind.is_fetched


class FetchHost(Table):
    """A registered domain: leased whole, so that no two workers poll it at once."""

    __tablename__ = "fetch_host"

    domain: Mapped[str] = mapped_column(primary_key=True)
    not_before: Mapped[dt.datetime | None]  # Retry-After, or the gap between two requests
    leased_until: Mapped[dt.datetime | None]
    holder: Mapped[uuid.UUID | None]  # who leased it last (`store.platform.holders`)


class FetchState(Table):
    """What the last fetch of a source learnt; the row that a collecting worker leases."""

    __tablename__ = "fetch_state"
    __table_args__ = (Index(None, "next_at"),)

    source_id: Mapped[int] = mapped_column(
        ForeignKey("source.id", ondelete="CASCADE"), primary_key=True
    )
    etag: Mapped[bytes | None] = mapped_column(LargeBinary)  # byte for byte as the server sent it
    last_modified: Mapped[bytes | None] = mapped_column(LargeBinary)
    body_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    next_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    leased_until: Mapped[dt.datetime | None]
    epoch: Mapped[int] = mapped_column(server_default="0")
    connected_at: Mapped[dt.datetime | None]  # first success: what is older is backlog
    last_at: Mapped[dt.datetime | None]
    last_status: Mapped[int | None]
    failures: Mapped[int] = mapped_column(server_default="0")
    reason: Mapped[str | None]
    # What the validators hold for: address, parser version, Vary. Another basis drops them.
    basis: Mapped[str | None]
    full_at: Mapped[dt.datetime | None]  # last time that the whole document was asked for and came
    rhythm_s: Mapped[int | None]  # a quarter of the median gap between its last 20 items
    moved_to: Mapped[str | None]  # where permanent redirects lead, until they are believed
    moved_since: Mapped[dt.datetime | None]
    moved_seen: Mapped[int] = mapped_column(server_default="0")
    gone_since: Mapped[dt.datetime | None]  # first of an unbroken row of 404 or 410
    failing_since: Mapped[dt.datetime | None]
    compared_at: Mapped[dt.datetime | None]  # with what the newsroom says it published
    # Articles first seen by a hub's push or by a poll, and the seconds since they were published.
    pushed_first: Mapped[int] = mapped_column(server_default="0")
    polled_first: Mapped[int] = mapped_column(server_default="0")
    push_delay_s: Mapped[int] = mapped_column(server_default="0")
    poll_delay_s: Mapped[int] = mapped_column(server_default="0")
    # When its validators were found to stay the same while something new came.
    distrusted_at: Mapped[dt.datetime | None]
    # A document that changes its whole feed at once waits for a person since then; and the answer.
    held_at: Mapped[dt.datetime | None]
    is_let_in: Mapped[bool | None]
    # Of what was dropped, until another document is taken: newer code does not take it either.
    dropped_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    holder: Mapped[uuid.UUID | None]  # who leased it last (`store.platform.holders`)


class SourceNotice(Table):
    """One change of a source's state, in words that operators see."""

    __tablename__ = "source_notice"

    id: Mapped[Id]
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id", ondelete="CASCADE"), index=True)
    at: Mapped[dt.datetime]
    kind: Mapped[str]
    message: Mapped[str]


def add(  # noqa: PLR0913 - a source is that many facts
    tx: Transaction,
    publication_id: int,
    kind: SourceKind,
    url: str,
    name: str,
    *,
    slug: str | None = None,
    pages: Pages = Pages.THIN,
    allow_origins: Sequence[str] = (),
    profile: dict[str, Any] | None = None,
    section_id: int | None = None,
    compare_url: str | None = None,
    obeys_robots: bool | None = None,
) -> Source:
    """Add a source, due at once. Safe to run twice: the same address gives the same source.

    An address that a source had before it moved for good is that source's too.

    Args:
        tx: the open transaction.
        publication_id: whose articles it brings.
        kind: how it is read.
        url: absolute http(s) address; for a push source any unique name.
        name: what operators call it.
        slug: its name in commands, free in its publication; None makes one of name or host.
        pages: whether article pages are fetched.
        allow_origins: exact "IP:port" of in-house servers that Syndicate may connect to.
        profile: selectors of the site's own template (docs/sources.md).
        section_id: section of everything that it brings; else categories decide.
        compare_url: the newsroom's own sitemap, for the completeness check.
        obeys_robots: whether its pages are read only where robots.txt lets us; None: unless it is
            in-house.

    Returns:
        The source; one that was there has these values now and keeps its state and history.
    """
    known = by_url(tx, publication_id, url)
    url = known.url if known is not None else url
    if slug is None:
        slug = known.slug if known is not None else _free_slug(tx, publication_id, name, url)
    values: dict[str, Any] = {
        "publication_id": publication_id,
        "kind": kind,
        "url": url,
        "slug": slug,
        "domain": domain_of(url),
        "name": name,
        "pages": pages,
        "allow_origins": list(allow_origins),
        "profile": profile,
        "section_id": section_id,
        "compare_url": compare_url,
        "obeys_robots": obeys_robots,
    }
    upserted = (
        insert(Source)
        .values(values)
        .on_conflict_do_update(
            index_elements=[Source.publication_id, Source.url],
            set_={key: values[key] for key in values if key not in {"publication_id", "url"}},
        )
        .returning(Source)
    )
    source = tx.scalars(upserted, execution_options={"populate_existing": True}).one()
    tx.execute(insert(FetchState).values(source_id=source.id).on_conflict_do_nothing())
    tx.execute(insert(FetchHost).values(domain=source.domain).on_conflict_do_nothing())
    return source


def domain_of(url: str) -> str:
    """The registered domain of an address, or its IP address: whom politeness is owed to."""
    host = _host(url) or url.lower()
    registered: str | None = get_fld(f"http://{host}/", fail_silently=True)
    return registered or host


def find(tx: Transaction, source_id: int) -> Source | None:
    """The source of this id."""
    return tx.get(Source, source_id)


def by_slug(tx: Transaction, publication_id: int, slug: str) -> Source | None:
    """The source of a publication that is called so, also one that was retired."""
    query = select(Source).where(Source.publication_id == publication_id, Source.slug == slug)
    return tx.scalar(query)


def called(tx: Transaction, slug: str) -> list[Source]:
    """The sources of all publications that are called so, also those that were retired."""
    return list(tx.scalars(select(Source).where(Source.slug == slug).order_by(Source.id)))


def of_publication(tx: Transaction, publication_id: int) -> list[Source]:
    """The sources of a publication that are in use, oldest first."""
    query = select(Source).where(
        Source.publication_id == publication_id, Source.retired_at.is_(None)
    )
    return list(tx.scalars(query.order_by(Source.id)))


def by_url(tx: Transaction, publication_id: int, url: str) -> Source | None:
    """The source of a publication that has this address, or had it before it moved."""
    query = select(Source).where(
        Source.publication_id == publication_id,
        or_(Source.url == url, Source.aliases.contains([url])),
    )
    return tx.scalar(query.order_by(Source.id).limit(1))


def listed(tx: Transaction) -> list[tuple[Source, FetchState]]:
    """Every source in use with what its last fetch learnt, oldest first."""
    query = (
        select(Source, FetchState)
        .join(FetchState, FetchState.source_id == Source.id)
        .where(Source.retired_at.is_(None))
    )
    return list(tx.execute(query.order_by(Source.id)))


def state_of(tx: Transaction, source_id: int) -> FetchState:
    """What a source's last fetch learnt."""
    return tx.session.get_one(FetchState, source_id)


def has_due(tx: Transaction, now: dt.datetime) -> bool:
    """Whether a source is due that nobody is fetching."""
    query = (
        select(FetchState.source_id)
        .join(Source, Source.id == FetchState.source_id)
        .outerjoin(FetchHost, FetchHost.domain == Source.domain)
        .where(is_pollable(), FetchState.next_at <= now, is_free(now))
        .limit(1)
    )
    return tx.scalar(query) is not None


def is_pollable() -> ColumnElement[bool]:
    """The condition under which a source is ever fetched."""
    return and_(Source.state.not_in(SourceState.resting()), Source.kind.in_(SourceKind.fetched()))


def is_free(now: dt.datetime) -> ColumnElement[bool]:
    """The condition under which nobody fetches a source or its host, and its host may be asked."""
    return and_(
        or_(FetchState.leased_until.is_(None), FetchState.leased_until <= now),
        or_(FetchHost.leased_until.is_(None), FetchHost.leased_until <= now),
        or_(FetchHost.not_before.is_(None), FetchHost.not_before <= now),
    )


def set_state(
    tx: Transaction, source_id: int, state: SourceState, *, message: str, now: dt.datetime
) -> bool:
    """Change a source's state and leave one notice of it; False when it had that state already.

    A source made active again is due at once and starts with a clean record.
    """
    changed = update(Source).where(Source.id == source_id, Source.state != state)
    if tx.scalar(changed.values(state=state).returning(Source.id)) is None:
        return False
    notice(tx, source_id, kind=state.value, message=message, now=now)
    if state is SourceState.ACTIVE:
        tx.execute(
            update(FetchState)
            .where(FetchState.source_id == source_id)
            .values(next_at=now, failures=0, gone_since=None, failing_since=None, reason=None)
        )
    return True


def notice(tx: Transaction, source_id: int, *, kind: str, message: str, now: dt.datetime) -> None:
    """Leave a notice that operators see."""
    said = without_addresses(message)
    tx.add(SourceNotice(source_id=source_id, at=now, kind=kind, message=said))


def notice_once(
    tx: Transaction, source_id: int, *, kind: str, message: str, now: dt.datetime
) -> bool:
    """Leave a notice unless the same one was left within 30 days; False when it was."""
    same = _lately(source_id, kind, now).where(SourceNotice.message == without_addresses(message))
    if tx.scalar(same) is not None:
        return False
    notice(tx, source_id, kind=kind, message=message, now=now)
    return True


def notice_of_kind(
    tx: Transaction, source_id: int, *, kind: str, message: str, now: dt.datetime
) -> bool:
    """Leave a notice unless one of its kind was left within 30 days; False when one was."""
    if tx.scalar(_lately(source_id, kind, now)) is not None:
        return False
    notice(tx, source_id, kind=kind, message=message, now=now)
    return True


def notices(tx: Transaction, *, limit: int = 50) -> list[SourceNotice]:
    """The newest notices of all sources, newest first."""
    return list(tx.scalars(select(SourceNotice).order_by(SourceNotice.id.desc()).limit(limit)))


def remove(tx: Transaction, source_id: int) -> bool:
    """Remove a source; its articles stay. False when there is none of this id."""
    tx.execute(delete(ArticleSource).where(ArticleSource.source_id == source_id))
    return tx.scalar(delete(Source).where(Source.id == source_id).returning(Source.id)) is not None


def _lately(source_id: int, kind: str, now: dt.datetime) -> Select[int]:
    """One of the notices of a kind that a source was left within 30 days."""
    return (
        select(SourceNotice.id)
        .where(
            SourceNotice.source_id == source_id,
            SourceNotice.kind == kind,
            SourceNotice.at > now - _SAID_AGAIN,
        )
        .limit(1)
    )


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:  # what a CMS that pushes is called may look like a broken address
        return ""


def _free_slug(tx: Transaction, publication_id: int, name: str, url: str) -> str:
    """A slug that no source of a publication has: of its name, or of its host that has one."""
    host = _host(url).removeprefix("www.")
    is_number = host.replace(".", "").isdigit() or ":" in host
    said = (name if name != url else "", "" if is_number else host or url)
    wanted = next(filter(None, map(slugs.readable, said)), "source")
    if wanted.isdigit():  # only digits are an id
        wanted = f"source-{wanted}"
    query = select(Source.slug).where(
        Source.publication_id == publication_id, Source.slug.startswith(wanted, autoescape=True)
    )
    taken = set(tx.scalars(query))
    number = 2
    found = wanted
    while found in taken:
        found = f"{wanted}-{number}"
        number += 1
    return found
