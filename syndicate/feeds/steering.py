"""What operators do to feeds and to who follows them: add, move, rebuild, retire; partners."""

import datetime as dt
from collections.abc import Collection, Mapping

from syndicate import bounds, jobs, slugs
from syndicate.errors import NotFoundError, RefusedError, UsageError
from syndicate.newsroom import publications
from syndicate.newsroom.verbs import allow, verb
from syndicate.store.ground.session import Transaction
from syndicate.store.platform import audit
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.store.syndication import consumers, feed_rules, feeds
from syndicate.store.syndication.consumers import FeedPartner
from syndicate.store.syndication.feeds import Feed
from syndicate.vocabulary.feeds import FeedKind

_MAX_SLUG = 75
_MAX_TITLE = 200


@verb(Permission.FEEDS)
def add(  # noqa: PLR0913 - whose, which, of what, who and when
    tx: Transaction,
    slug: str,
    title: str,
    rule: Mapping[str, Collection[str]],
    *,
    publication: str | None,
    actor: Actor,
    now: dt.datetime,
) -> Feed:
    """Add a feed by a rule: articles that fit every part named, by any of its values.

    Args:
        tx: the open transaction.
        slug: part of its address.
        title: as readers see it.
        rule: as `feed_rules` reads it: {"sections": ["world"], "words": ["flood"]}.
        publication: its slug; None means the first one.
        actor: who asks.
        now: aware UTC.

    Raises:
        UsageError: the rule says nothing, or slug or title cannot be used.
        RefusedError: the slug is taken.
        NotFoundError: there is no such publication.
    """
    slugs.check(slug, "feed", most=_MAX_SLUG)
    if not bounds.text(title, "The title", most=_MAX_TITLE).strip():
        raise UsageError("A feed needs a title that readers see.")
    checked = feed_rules.check(rule)
    owner = publications.named_or_first(tx, publication)
    allow(actor, Permission.FEEDS, publication_id=owner.id)
    if feeds.by_slug(tx, slug) is not None:
        raise RefusedError(f"There is a feed {slug} already; choose another slug.", slug=slug)
    feeds.add(tx, owner.id, slug=slug, kind=FeedKind.RULE, rule=checked, title=title)
    made = _found(tx, slug)
    _record(tx, "added", f"feed:{made.id}", actor, now)
    tx.hint(jobs.PUBLISH_FEEDS)
    return made


@verb(Permission.FEEDS)
def build_anew(tx: Transaction, *, actor: Actor, now: dt.datetime) -> int:
    """Have every feed built again from nothing, due or not; each time again.

    Returns:
        How many there are.
    """
    allow(actor, Permission.FEEDS)
    count = feeds.mark_all_due(tx, now=now)
    _record(tx, "built anew", "feeds", actor, now)
    return count


@verb(Permission.FEEDS)
def retire(tx: Transaction, slug: str, *, actor: Actor, now: dt.datetime) -> bool:
    """Take a feed away for good: its address answers 410. Safe to run twice.

    Returns:
        Whether anything changed.

    Raises:
        NotFoundError: there is no feed of that slug.
    """
    feed = _found(tx, slug)
    allow(actor, Permission.FEEDS, publication_id=feed.publication_id)
    if feed.gone_at is not None:
        return False
    feeds.retire(tx, slug, now=now)
    _record(tx, "retired", f"feed:{feed.id}", actor, now)
    return True


@verb(Permission.FEEDS)
def move(tx: Transaction, slug: str, to: str | None, *, actor: Actor, now: dt.datetime) -> bool:
    """Have a feed's address answer 301 to another feed of ours, or to a whole address.

    Safe to run twice.

    Args:
        tx: the open transaction.
        slug: the feed that moves.
        to: slug of another feed, or a whole address; None takes the move back.
        actor: who asks.
        now: aware UTC.

    Returns:
        Whether anything changed.

    Raises:
        NotFoundError: there is no feed of that slug.
        RefusedError, UsageError: readers' apps would be led nowhere.
    """
    feed = _found(tx, slug)
    allow(actor, Permission.FEEDS, publication_id=feed.publication_id)
    if to is not None:
        _refuse_nowhere(tx, slug, to)
    if feed.moved_to == to:
        return False
    feeds.move(tx, slug, to)
    _record(tx, "moved", f"feed:{feed.id}", actor, now, to=to)
    return True


@verb(Permission.FEEDS)
def add_partner(tx: Transaction, name: str, *, actor: Actor, now: dt.datetime) -> FeedPartner:
    """Know a partner by a token of their own. Safe to run twice: the token stays the same.

    Raises:
        UsageError: the name is empty, or cannot be kept.
    """
    allow(actor, Permission.FEEDS)
    if not bounds.indexed(name, "The name").strip():
        raise UsageError("A partner needs a name.")
    known = consumers.partner_named(tx, name)
    is_news = known is None or known.revoked_at is not None
    made = consumers.add_partner(tx, name, now=now)
    if is_news:
        _record(tx, "added", f"partner:{made.id}", actor, now)
    return made


@verb(Permission.FEEDS)
def revoke_partner(tx: Transaction, name: str, *, actor: Actor, now: dt.datetime) -> bool:
    """Stop knowing a partner by their token. Safe to run twice.

    Returns:
        Whether anything changed.

    Raises:
        NotFoundError: there is no such partner.
    """
    allow(actor, Permission.FEEDS)
    known = consumers.partner_named(tx, name)
    if known is None:
        raise NotFoundError(f"There is no partner {name}.", name=name)
    if known.revoked_at is not None:
        return False
    consumers.revoke_partner(tx, name, now=now)
    _record(tx, "revoked", f"partner:{known.id}", actor, now)
    return True


def unknown(slug: str) -> NotFoundError:
    """What is said where there is no feed of a slug."""
    return NotFoundError(
        f"There is no feed {slug}; the list of feeds shows those that are offered.", slug=slug
    )


def _refuse_nowhere(tx: Transaction, slug: str, to: str) -> None:
    """Apps keep a 301 for good: a slip of the pen would cost every reader of the feed."""
    if "/" in to:
        bounds.web_address(to)
        return
    target = _found(tx, to)
    if to == slug or target.gone_at or target.moved_to:
        raise RefusedError(
            f"The feed {to} is not offered itself, or is the same one; name one that is in the "
            "list of feeds, or a whole address.",
            slug=to,
        )


def _found(tx: Transaction, slug: str) -> Feed:
    found = feeds.by_slug(tx, slug)
    if found is None:
        raise unknown(slug)
    return found


def _record(
    tx: Transaction, what: str, subject: str, actor: Actor, now: dt.datetime, **detail: str | None
) -> None:
    audit.record(tx, at=now, actor=actor.name, action=what, subject=subject, **detail)
