"""/console/feeds: every feed, who follows it, and what is done to any: built anew, moved, partners.

    GET  /console/feeds                     POST /console/feeds/build
    GET  /console/feeds/<slug>              POST /console/feeds/<slug>/move
    POST /console/feeds/partners            POST /console/feeds/partners/revoke

Feeds by a rule are made, changed and retired at /console/newsroom.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Response

from syndicate import clock, settings
from syndicate.errors import SyndicateError
from syndicate.feeds import model, steering
from syndicate.newsroom.verbs import allow
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.newsroom import publications
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.store.syndication import consumers, feed_documents, feeds
from syndicate.store.syndication.feeds import Feed
from syndicate.vocabulary.feeds import FeedFormat, FeedKind
from syndicate.web.console import pages
from syndicate.web.console.actors import CanEditFeeds, CanRead
from syndicate.web.console.done import Done
from syndicate.web.storable import Text

_FEEDS_ON_A_PAGE = 100
_MOST_FOLLOWERS = 100
_HOME = "/console/feeds"
router = APIRouter(include_in_schema=False)
Slug = Annotated[str, Path(max_length=80)]
Typed = Annotated[Text, Form()]


@dataclass(frozen=True)
class Line:
    """A feed in the list."""

    feed: Feed
    publication: str
    entries: int
    followers: int
    address: str


@dataclass(frozen=True)
class Partner:
    """A partner in the list; its address for those who may know it."""

    name: str
    since: dt.datetime
    revoked_at: dt.datetime | None
    address: str | None


@dataclass(frozen=True)
class Follower:
    """A program or partner that fetches a feed in one format."""

    name: str
    form: str
    last_at: dt.datetime
    status: int
    requests: int
    is_behind: bool


@router.get(_HOME)
def every(
    actor: CanRead,
    *,
    publication: Annotated[str | None, Query(max_length=80)] = None,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """The feeds of every publication that whoever looks may read, and the partners."""
    return _list(actor, publication=publication, page=page)


@router.post(f"{_HOME}/build")
def build_anew(actor: CanEditFeeds) -> Response:
    """Have every feed built again from nothing; a worker does it."""
    with transaction() as tx:
        steering.build_anew(tx, actor=actor, now=clock.now())
    return pages.see_other(_HOME, Done.BUILDING)


@router.post(f"{_HOME}/partners")
def add_partner(actor: CanEditFeeds, name: Typed = "") -> Response:
    """Know a partner; the list shows their address then."""
    try:
        with transaction() as tx:
            steering.add_partner(tx, name, actor=actor, now=clock.now())
    except SyndicateError as error:
        return _list(actor, error=error, name=name)
    return pages.see_other(f"{_HOME}#partners", Done.ADDED)


@router.post(f"{_HOME}/partners/revoke")
def revoke_partner(actor: CanEditFeeds, name: Typed = "") -> Response:
    """Make a partner's address invalid."""
    with transaction() as tx:
        steering.revoke_partner(tx, name, actor=actor, now=clock.now())
    return pages.see_other(f"{_HOME}#partners", Done.REVOKED)


@router.get(f"{_HOME}/{{slug}}")
def feed(actor: CanRead, slug: Slug) -> Response:
    """One feed: its addresses, where it leads, who follows it; also one that is gone."""
    return _one(actor, slug)


@router.post(f"{_HOME}/{{slug}}/move")
def move(actor: CanEditFeeds, slug: Slug, to: Typed = "") -> Response:
    """Have a feed lead to another one or to a whole address; empty takes that back."""
    try:
        with transaction() as tx:
            steering.move(tx, slug, to if to.strip() else None, actor=actor, now=clock.now())
    except SyndicateError as error:
        return _one(actor, slug, error=error, to=to)
    return pages.see_other(f"{_HOME}/{slug}", Done.MOVED)


def _list(
    actor: Actor,
    *,
    publication: str | None = None,
    page: int = 1,
    error: SyndicateError | None = None,
    name: str = "",
) -> Response:
    with transaction() as tx:
        brands = [
            each
            for each in publications.all_publications(tx)
            if actor.may(Permission.READ, publication_id=each.id)
        ]
        names = {each.id: each.name for each in brands if publication in {None, each.slug}}
        found = feeds.standing(
            tx, names, limit=_FEEDS_ON_A_PAGE + 1, offset=(page - 1) * _FEEDS_ON_A_PAGE
        )
        lines = _lines(tx, found[:_FEEDS_ON_A_PAGE], names)
        known = _partners(tx, actor)
    return pages.form(
        actor,
        "feeds.html",
        error,
        at="name",
        tab="newsroom",
        brands=brands,
        chosen=publication,
        lines=lines,
        page=page,
        has_more=len(found) > _FEEDS_ON_A_PAGE,
        partners=known,
        can_read_all=actor.may(Permission.READ),
        can_do_all=actor.may(Permission.FEEDS),
        name=name,
    )


def _lines(tx: Transaction, found: Sequence[Feed], names: dict[int, str]) -> list[Line]:
    ids = [each.id for each in found]
    entries = feed_documents.entry_counts(tx, ids)
    followers = consumers.counts(tx, ids)
    return [
        Line(
            each,
            names[each.publication_id],
            entries.get(each.id, 0),
            followers.get(each.id, 0),
            _address(each.slug, FeedFormat.RSS),
        )
        for each in found
    ]


def _partners(tx: Transaction, actor: Actor) -> list[Partner]:
    """Every partner, for those who may read everything: each follows what they like."""
    if not actor.may(Permission.READ):
        return []
    own = settings.load()
    return [
        Partner(
            each.name,
            each.created_at,
            each.revoked_at,
            steering.told_address(own.base_url(), own.key(), each, actor=actor),
        )
        for each in consumers.partners(tx)
    ]


def _one(
    actor: Actor, slug: str, *, error: SyndicateError | None = None, to: str | None = None
) -> Response:
    with transaction() as tx:
        found = feeds.by_slug(tx, slug)
        if found is None:
            raise steering.unknown(slug)
        allow(actor, Permission.READ, publication_id=found.publication_id)
        publication = publications.find(tx, found.publication_id)
        followers = _followers(tx, actor, found.id)
        entries = feed_documents.entry_counts(tx, [found.id])
        total = consumers.counts(tx, [found.id])
    return pages.form(
        actor,
        "feed.html",
        error,
        at="to",
        tab="newsroom",
        feed=found,
        publication=publication,
        entries=entries.get(found.id, 0),
        total=total.get(found.id, 0),
        followers=followers,
        addresses=[(form.value, _address(slug, form)) for form in FeedFormat],
        is_by_rule=found.kind is FeedKind.RULE,
        can_move=actor.may(Permission.FEEDS, publication_id=found.publication_id),
        to=(found.moved_to or "") if to is None else to,
    )


def _followers(tx: Transaction, actor: Actor, feed_id: int) -> list[Follower]:
    """Who fetches a feed, newest visit first; who may read everything sees partners' names."""
    named = actor.may(Permission.READ)
    partners = {each.id: each.name for each in consumers.partners(tx)} if named else {}
    late = {each.consumer_id for each in consumers.behind(tx, now=clock.now(), feed_id=feed_id)}
    return [
        Follower(
            each.client if each.partner_id is None else partners.get(each.partner_id, "a partner"),
            each.format.value,
            each.last_at,
            each.status,
            each.requests,
            each.id in late,
        )
        for each in consumers.consumers(tx, feed_id, limit=_MOST_FOLLOWERS)
    ]


def _address(slug: str, form: FeedFormat) -> str:
    return model.page_url(settings.load().base_url(), slug, form)
