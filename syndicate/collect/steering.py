"""What operators do to a source: add, pause, resume, remove it, and collect from it now."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from syndicate import bounds, settings
from syndicate.addresses import check_origin
from syndicate.collect import checking, run, websub
from syndicate.collect.run import Collected
from syndicate.errors import RefusedError, UsageError
from syndicate.newsroom import publications
from syndicate.newsroom.sources import numbered, unknown
from syndicate.newsroom.verbs import allow, verb
from syndicate.reading.pages import profile as profiles
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.intake import sources
from syndicate.store.intake.sources import Source
from syndicate.store.platform import audit
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.vocabulary.sources import Pages, SourceKind, SourceState

_MAX_NAME = 200
_GIVEN = (
    *("kind", "name", "pages", "allow_origins", "profile"),
    *("section_id", "compare_url", "obeys_robots"),
)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A source as it is asked for.

    Attributes:
        url: absolute http(s) address; for one that is not fetched any unique name.
        name: what operators call it; None calls it by its address.
        publication: its slug; None means the first one.
        section: slug of the section of all that it brings; None lets its categories decide.
        allow: in-house servers that may be dialled, "IP:port" or a private network.
        profile: selectors of the site's own template (docs/sources.md).
        compare_url: the newsroom's own sitemap, for the completeness check.
        obeys_robots: whether its pages are read only where robots.txt lets us; None: unless it is
            in-house.
    """

    url: str
    kind: SourceKind = SourceKind.FEED
    name: str | None = None
    publication: str | None = None
    section: str | None = None
    pages: Pages = Pages.THIN
    allow: Sequence[str] = ()
    profile: dict[str, Any] | None = None
    compare_url: str | None = None
    obeys_robots: bool | None = None


@verb(Permission.SOURCES)
def add(wanted: Wanted, *, is_checked: bool, actor: Actor, now: dt.datetime) -> Source:
    """Add a source, due at once. Safe to run twice: an address that is there is changed.

    Args:
        wanted: what it is to be.
        is_checked: fetch it once before, and refuse it when that fails.
        actor: who asks.
        now: aware UTC.

    Raises:
        NotFoundError: there is no such publication or section.
        UsageError: address, name or profile cannot be used.
        BlockedAddressError: an in-house server is not named as one.
        FetchError, NotAFeedError: the check failed.
    """
    origins = [check_origin(each) for each in wanted.allow]
    _check(wanted)
    if is_checked and wanted.kind.is_fetched:
        _fetch(wanted, origins, now)
    with transaction() as tx:
        owner = publications.named_or_first(tx, wanted.publication)
        allow(actor, Permission.SOURCES, publication_id=owner.id)
        known = sources.by_url(tx, owner.id, wanted.url)
        before = _given(known) if known is not None else None
        section = None
        if wanted.section is not None:
            section = publications.section_of(tx, owner, wanted.section)
        made = sources.add(
            tx,
            owner.id,
            wanted.kind,
            wanted.url,
            (wanted.name or "").strip() or wanted.url,
            pages=wanted.pages,
            allow_origins=origins,
            profile=wanted.profile,
            section_id=section,
            compare_url=wanted.compare_url,
            obeys_robots=wanted.obeys_robots,
        )
        if before is None:
            _record(tx, "added", made.id, actor, now)
        elif before != (after := _given(made)):
            fields = [name for name in _GIVEN if before[name] != after[name]]
            _record(tx, "changed", made.id, actor, now, fields=fields)
        return made


@verb(Permission.SOURCES)
def pause(source_id: int, *, actor: Actor, now: dt.datetime) -> bool:
    """Stop polling a source until it is resumed. Safe to run twice.

    Returns:
        Whether anything changed.

    Raises:
        NotFoundError: there is no such source.
    """
    return _set(source_id, SourceState.PAUSED, "was paused", actor, now)


@verb(Permission.SOURCES)
def resume(source_id: int, *, actor: Actor, now: dt.datetime) -> bool:
    """Poll a source again, immediately, whatever it did before. Safe to run twice.

    Returns:
        Whether anything changed.

    Raises:
        NotFoundError: there is no such source.
    """
    return _set(source_id, SourceState.ACTIVE, "was resumed", actor, now)


@verb(Permission.SOURCES)
def remove(source_id: int, *, actor: Actor, now: dt.datetime) -> None:
    """Forget a source, and leave its hubs; what it brought stays.

    Raises:
        NotFoundError: there is no such source.
    """
    with transaction() as tx:
        _in_hand(tx, source_id, actor)
    websub.leave(source_id)
    with transaction() as tx:
        if not sources.remove(tx, source_id):
            raise unknown(source_id)
        _record(tx, "removed", source_id, actor, now)


@verb(Permission.SOURCES)
def collect(source_ids: Sequence[int] | None, *, actor: Actor, now: dt.datetime) -> Collected:
    """Collect from sources now, whether or not they are due.

    Args:
        source_ids: which ones; None means all that are not at rest.
        actor: who asks; written down when it brought anything.
        now: aware UTC.

    Raises:
        NotFoundError: there is no such source.
        RefusedError: nobody can ask one of them, for its CMS sends what it has.
    """
    with transaction() as tx:
        if source_ids is None:
            allow(actor, Permission.SOURCES)
        for each in source_ids or ():
            if not _in_hand(tx, each, actor).kind.is_fetched:
                raise RefusedError(
                    f"Source {each} is a CMS that sends its articles by itself; there is nothing "
                    "to collect from it.",
                    source_id=each,
                )
    done = run.collect_now(source_ids, now)
    if done.articles or done.revisions:
        brought = {"articles": done.articles, "revisions": done.revisions}
        subject = "sources"
        if source_ids is not None and len(source_ids) == 1:
            subject = f"source:{source_ids[0]}"
        with transaction() as tx:
            audit.record(
                tx, at=now, actor=actor.name, action="collected", subject=subject, **brought
            )
    return done


def _check(wanted: Wanted) -> None:
    bounds.text(wanted.name or "", "The name", most=_MAX_NAME)
    if not bounds.indexed(wanted.url, "The address").strip():
        raise UsageError("A source needs an address, or a name of its own where a CMS sends to it.")
    if wanted.kind.is_fetched:
        bounds.web_address(wanted.url)
    if wanted.compare_url is not None:
        bounds.web_address(wanted.compare_url, "The address of the sitemap")
    if wanted.profile is not None:
        profiles.check(wanted.profile)


def _fetch(wanted: Wanted, origins: Sequence[str], now: dt.datetime) -> None:
    checking.check(
        wanted.url,
        kind=wanted.kind,
        allow=origins,
        profile=wanted.profile,
        base_url=settings.load().base_url(),
        now=now,
    )


def _set(source_id: int, state: SourceState, what: str, actor: Actor, now: dt.datetime) -> bool:
    with transaction() as tx:
        found = _in_hand(tx, source_id, actor)
        message = f"{found.name} {what}."
        is_news = sources.set_state(tx, source_id, state, message=message, now=now)
        if is_news:
            _record(tx, state.value, source_id, actor, now)
        return is_news


def _in_hand(tx: Transaction, source_id: int, actor: Actor) -> Source:
    """The source of an id, for whoever may steer it."""
    found = numbered(tx, source_id)
    allow(actor, Permission.SOURCES, publication_id=found.publication_id)
    return found


def _given(source: Source) -> dict[str, Any]:
    """What an operator said of a source, as it stands now."""
    return {name: getattr(source, name) for name in _GIVEN}


def _record(
    tx: Transaction, what: str, source_id: int, actor: Actor, now: dt.datetime, **detail: Any
) -> None:
    subject = f"source:{source_id}"
    audit.record(tx, at=now, actor=actor.name, action=what, subject=subject, **detail)
