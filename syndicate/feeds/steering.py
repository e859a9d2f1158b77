"""What operators do to any feed and to who follows it: move, rebuild; partners."""

import datetime as dt

from syndicate import bounds, jobs
from syndicate.errors import NotFoundError, RefusedError, UsageError
from syndicate.feeds import model
from syndicate.master_key import MasterKey
from syndicate.newsroom.verbs import allow, verb
from syndicate.store.ground.session import Transaction
from syndicate.store.platform import audit
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.store.syndication import consumers, feeds
from syndicate.store.syndication.consumers import FeedPartner
from syndicate.store.syndication.feeds import Feed
from syndicate.vocabulary.acts import Act
from syndicate.vocabulary.feeds import FeedFormat, FeedKind


@verb(Permission.FEEDS)
def build_anew(tx: Transaction, *, actor: Actor, now: dt.datetime) -> int:
    """Have every feed built again from nothing, due or not; each time again.

    Returns:
        How many there are.
    """
    allow(actor, Permission.FEEDS)
    count = feeds.mark_all_due(tx, now=now)
    _record(tx, Act.FEED_BUILD, "feeds", actor, now)
    tx.hint(jobs.PUBLISH_FEEDS)
    return count


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
    _record(tx, Act.FEED_MOVE, f"feed:{feed.id}", actor, now, to=to)
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
        _record(tx, Act.PARTNER_ADD, f"partner:{made.id}", actor, now)
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
    _record(tx, Act.PARTNER_REVOKE, f"partner:{known.id}", actor, now)
    return True


def partner_address(base: str, master_key: MasterKey, partner: FeedPartner) -> str:
    """A feed's address as a partner follows it; behind any other one the token works as well.

    Args:
        base: our public address.
        master_key: what tokens are signed with.
        partner: whose it is.
    """
    token = consumers.token_of(master_key, partner.id)
    return f"{model.page_url(base, FeedKind.EVERYTHING.value, FeedFormat.RSS)}?for={token}"


def told_address(
    base: str, master_key: MasterKey, partner: FeedPartner, *, actor: Actor
) -> str | None:
    """A partner's address for those who may change feeds; None for others, and once it is revoked.

    Whoever knows it can fetch feeds in the partner's name.

    Args:
        base: our public address.
        master_key: what tokens are signed with.
        partner: whose it is.
        actor: who asks.
    """
    if partner.revoked_at is not None or not actor.may(Permission.FEEDS):
        return None
    return partner_address(base, master_key, partner)


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
    tx: Transaction, what: Act, subject: str, actor: Actor, now: dt.datetime, **detail: str | None
) -> None:
    audit.record(tx, at=now, actor=actor.name, action=what, subject=subject, **detail)
