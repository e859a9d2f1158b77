"""What operators hold back, and no longer: a mailing, a newsletter, a publication, or all issues.

Each takes effect within one chunk. Alerts and confirmations are held by *stop everything* alone
(`mail.steering`).
"""

import datetime as dt

from syndicate import phrases
from syndicate.errors import NotFoundError, RefusedError, UsageError
from syndicate.mail import steering
from syndicate.newsroom import newsletters as named_newsletters
from syndicate.newsroom import publications as named_publications
from syndicate.newsroom.verbs import allow, verb
from syndicate.reading.encoding import tidy
from syndicate.store.ground.schema import ID_DIGITS
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.platform import audit, operators
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.store.sending import holds, ledger
from syndicate.store.sending.holds import Hold, Target
from syndicate.vocabulary.acts import Act
from syndicate.vocabulary.newsletters import NewsletterKind
from syndicate.vocabulary.sending import HoldScope, Lane, MailingKind, MailingState


@verb(Permission.STEER)
def hold(scope: HoldScope, which: str, why: str, *, actor: Actor, now: dt.datetime) -> bool:
    """Hold back what a scope covers until `unhold`; needs no reason. Safe to run twice.

    Args:
        scope: how much.
        which: the mailing's number, or the slug of newsletter or publication; "" for all issues.
        why: for whoever comes next; cut off after `steering.MAX_WHY` characters.
        actor: who says so.
        now: aware UTC.

    Returns:
        Whether anything changed.

    Raises:
        NotFoundError: there is no such thing.
        NotAllowedError: the actor may not steer all of it.
        RefusedError: it sends alerts or single messages, or the mailing is over.
        UsageError: it is not said which, or said where there is only one.
    """
    with transaction() as tx:
        target, subject = _target(tx, scope, which, actor)
        _refuse_what_no_hold_stops(tx, target)
        told, by = tidy(why)[: steering.MAX_WHY], actor.name
        is_news = holds.place(
            tx, target, why=told or None, otherwise=steering.NO_REASON, by=by, now=now
        )
        if is_news:
            act, said = Act.HOLD_PLACE, {"why": told or steering.NO_REASON}
            audit.record(tx, at=now, actor=actor.name, action=act, subject=subject, **said)
        return is_news


@verb(Permission.STEER)
def unhold(scope: HoldScope, which: str, *, actor: Actor, now: dt.datetime) -> bool:
    """Lift a hold. Safe to run twice.

    What expires gets the time back for which it was held, so that nobody is left out for it.

    Returns:
        Whether it was held.

    Raises:
        NotFoundError: there is no such thing.
        UsageError: it is not said which, or said where there is only one.
    """
    with transaction() as tx:
        target, subject = _target(tx, scope, which, actor)
        if not holds.lift(tx, target, now=now):
            return False
        audit.record(tx, at=now, actor=actor.name, action=Act.HOLD_LIFT, subject=subject)
        steering.hint(tx, Lane.BULK)
        return True


def refuse_held(tx: Transaction, found: list[Hold], name: str) -> None:
    """Refuse what a hold keeps from being composed or sent.

    Args:
        tx: the open transaction.
        found: what `holds.on_newsletter` or `on_mailing` said.
        name: what is held, as a sentence begins.

    Raises:
        RefusedError: anything holds it.
    """
    if found:
        first = found[0]
        by = phrases.who(first.placed_by, operators.names(tx))
        raise RefusedError(
            f"{name} is held by {by} since {phrases.moment(first.placed_at)}: "
            f"{first.why}. Lift the hold first."
        )


def _target(tx: Transaction, scope: HoldScope, which: str, actor: Actor) -> tuple[Target, str]:
    """What is meant, and how the audit names it; for whoever may steer all of it."""
    if scope is HoldScope.ISSUES:
        allow(actor, Permission.STEER)
        if which:
            raise UsageError("All digests and letters are held at once; do not name one of them.")
        return Target(scope), "issues"
    if not which:
        raise UsageError(f"Say which {scope.value} is meant.")
    subject_id, whose = _subject(tx, scope, which)
    allow(actor, Permission.STEER, **whose)
    return Target(scope, subject_id), f"{scope.value}:{subject_id}"


def _subject(tx: Transaction, scope: HoldScope, which: str) -> tuple[int, dict[str, int | None]]:
    """The id of what is meant, and whose it is."""
    if scope is HoldScope.NEWSLETTER:
        row = named_newsletters.named(tx, which)
        return row.id, {"publication_id": row.publication_id, "newsletter_id": row.id}
    if scope is HoldScope.PUBLICATION:
        publication_id = named_publications.named(tx, which).id
        return publication_id, {"publication_id": publication_id}
    is_number = which.isascii() and which.isdecimal() and len(which) <= ID_DIGITS
    mailing = ledger.find(tx, int(which)) if is_number else None
    if mailing is None:
        raise NotFoundError(f"There is no mailing {which[:40]}; see the list of mailings.")
    whose = {"publication_id": mailing.publication_id, "newsletter_id": mailing.newsletter_id}
    return mailing.id, whose


def _refuse_what_no_hold_stops(tx: Transaction, target: Target) -> None:
    if target.scope is HoldScope.NEWSLETTER:
        newsletter = named_newsletters.numbered(tx, target.subject_id or 0)
        if newsletter.kind not in NewsletterKind.holdable():
            raise RefusedError(
                f"{newsletter.name} sends alerts, which only a stop of everything holds."
            )
    if target.scope is HoldScope.MAILING:
        mailing = ledger.find(tx, target.subject_id or 0)
        assert mailing is not None  # noqa: S101 - it was found
        if mailing.kind not in MailingKind.holdable():
            raise RefusedError(
                f"Mailing {mailing.id} is no digest and no letter; only a stop of everything "
                "holds it."
            )
        if mailing.state in MailingState.over():
            raise RefusedError(f"Mailing {mailing.id} is {mailing.state}; nothing is left to hold.")
