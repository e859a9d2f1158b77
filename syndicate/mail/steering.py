"""What operators do to a mailing: pause, resume, cancel, tick off, and *stop everything*.

Each takes effect within one chunk and leaves a line in the audit.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import asdict
from typing import TypeVar

from syndicate import jobs
from syndicate.errors import NotFoundError, RefusedError
from syndicate.mail.recovery import copy_check, restored
from syndicate.mail.recovery.restored import Plan
from syndicate.newsroom.verbs import allow, verb
from syndicate.reading.encoding import tidy
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.platform import audit, installation
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.store.sending import ledger, resending
from syndicate.store.sending.mailings import Mailing
from syndicate.store.views import progress, troubles
from syndicate.store.views.progress import MailingProgress
from syndicate.store.views.troubles import Trouble
from syndicate.vocabulary.acts import Act
from syndicate.vocabulary.sending import Lane, MailingState

_T = TypeVar("_T")
NO_REASON = "no reason given"
MAX_WHY = 400  # characters of the reason for which everything is stopped
_BEGUN = MailingState.under_way() | MailingState.over()
# What is being materialised belongs to whoever composes it, for a second.
_STOPPABLE = MailingState.open() - {MailingState.MATERIALISING}
_MOVED = {
    MailingState.PAUSED: Act.MAILING_PAUSE,
    MailingState.SENDING: Act.MAILING_RESUME,
    MailingState.CANCELLED: Act.MAILING_CANCEL,
}


@verb(Permission.STEER)
def pause(mailing_id: int, *, actor: Actor, now: dt.datetime) -> None:
    """Send no more of a mailing until it is resumed.

    Raises:
        NotFoundError: there is no such mailing.
        RefusedError: it is not *sending*.
    """
    _move(mailing_id, (MailingState.SENDING,), MailingState.PAUSED, actor=actor, now=now)


@verb(Permission.STEER)
def resume(mailing_id: int, *, actor: Actor, now: dt.datetime) -> None:
    """Go on with a mailing that is paused.

    Raises:
        NotFoundError: there is no such mailing.
        RefusedError: it is not, or the database may be a copy and no mail leaves.
    """
    _move(mailing_id, (MailingState.PAUSED,), MailingState.SENDING, actor=actor, now=now)


@verb(Permission.STEER)
def cancel(mailing_id: int, *, actor: Actor, now: dt.datetime) -> None:
    """Never send the rest of a mailing.

    Raises:
        NotFoundError: there is no such mailing.
        RefusedError: it is over already.
    """
    _move(mailing_id, _STOPPABLE, MailingState.CANCELLED, actor=actor, now=now)


@verb(Permission.STEER)
def resend(
    mailing_id: int,
    choice: resending.Choice,
    *,
    expires_in: dt.timedelta,
    actor: Actor,
    now: dt.datetime,
) -> int:
    """Send again what a choice names, with the same bytes where an attempt was made before.

    Args:
        mailing_id: of a mailing whose sending has begun.
        choice: which of its deliveries; what was accepted is never sent again.
        expires_in: the mailing lasts at least so much longer.
        actor: who asks.
        now: aware UTC.

    Returns:
        How many.

    Raises:
        NotFoundError: there is no such mailing.
        RefusedError: its sending has not begun, or the database may be a copy: what the accept
            log knows must be settled first.
    """
    with transaction() as tx:
        refuse_a_copy(tx)
        refuse_the_rest(tx, mailing_id=mailing_id)
        mailing = _in_hand(tx, mailing_id, actor)
        if mailing.state not in _BEGUN:
            raise RefusedError(
                f"Mailing {mailing_id} is {mailing.state}; there is nothing to send again yet.",
                mailing_id=mailing_id,
            )
        taken = resending.requeue(tx, mailing_id, choice, expires_at=now + expires_in)
        if taken:
            subject, said = f"mailing:{mailing_id}", {"deliveries": taken}
            action = Act.MAILING_RESEND
            audit.record(tx, at=now, actor=actor.name, action=action, subject=subject, **said)
            hint(tx, mailing.lane)
        return taken


@verb(Permission.STEER)
def tick_off(mailing_id: int, *, actor: Actor, now: dt.datetime) -> bool:
    """Say that one has seen what failed or is in doubt, so that it needs nobody. Safe to run twice.

    Returns:
        Whether it needed somebody.

    Raises:
        NotFoundError: there is no such mailing.
        RefusedError: nothing of it failed or is in doubt.
    """
    with transaction() as tx:
        _in_hand(tx, mailing_id, actor)
        found = progress_of(tx, mailing_id)
        seen = troubles.of(found)
        if seen == Trouble():
            raise RefusedError(
                f"Mailing {mailing_id} has nothing to tick off: none of its mails failed or is in "
                "doubt.",
                mailing_id=mailing_id,
            )
        is_news = bool(troubles.waiting(tx, [found]))
        if is_news:
            subject, action = f"mailing:{mailing_id}", Act.MAILING_TICK_OFF
            audit.record(
                tx, at=now, actor=actor.name, action=action, subject=subject, **asdict(seen)
            )
        return is_news


@verb(Permission.STOP)
def stop_everything(why: str, *, actor: Actor, now: dt.datetime) -> None:
    """Let no mail of any kind leave until `release`; needs no reason. Safe to run twice.

    Args:
        why: for whoever comes next; what is beyond `MAX_WHY` is cut off and what no text can hold
            left out, for nobody must look for words while the wrong mail goes out. Without one,
            the reason of before stands.
        actor: who says so.
        now: aware UTC.
    """
    allow(actor, Permission.STOP)
    told = tidy(why)[:MAX_WHY]
    with transaction() as tx:
        if installation.stop_everything(tx, now=now, why=told or None, otherwise=NO_REASON):
            said = {"why": told or NO_REASON}
            audit.record(
                tx, at=now, actor=actor.name, action=Act.MAIL_STOP, subject="installation", **said
            )


@verb(Permission.STOP)
def release(*, actor: Actor, now: dt.datetime) -> Plan:
    """Release mail; where it is held as a copy, settled first. Safe to run twice.

    Returns:
        What was done.

    Raises:
        RefusedError: it is held, and a worker still has a batch in hand, or journal or accept log
            cannot be read here.
    """
    allow(actor, Permission.STOP)
    done = restored.settle(now)
    with transaction() as tx:
        if done.held_why is not None:
            restored.begin_life(tx, done, now=now)
        row = installation.read(tx)
        if row is not None and row.stopped_at is not None:
            ledger.give_time_back(tx, row.stopped_at, now=now)
        was_stopped = installation.release(tx)
        counts = {"would_send": sum(row.would_send for row in done.mailings)}
        counts["settled"] = sum(row.settled for row in done.mailings)
        counts["left"] = sum(row.left for row in done.mailings)
        said = counts if done.held_why is not None else {}
        if was_stopped or done.held_why is not None:
            subject, action = "installation", Act.MAIL_RELEASE
            audit.record(tx, at=now, actor=actor.name, action=action, subject=subject, **said)
        hint(tx, Lane.URGENT)
        hint(tx, Lane.BULK)
    return done


def progress_of(tx: Transaction, mailing_id: int) -> MailingProgress:
    """How a mailing stands, for whoever names it: the same refusal at every face.

    Raises:
        NotFoundError: there is no such mailing.
    """
    return _or_refused(progress.find(tx, mailing_id), mailing_id)


def looked_at(tx: Transaction, mailing_id: int, *, actor: Actor) -> MailingProgress:
    """How a mailing stands, for somebody who may read of it.

    Raises:
        NotFoundError: there is no such mailing.
        NotAllowedError: it is none of theirs.
    """
    found = progress_of(tx, mailing_id)
    _allow(actor, Permission.READ, found.mailing)
    return found


def hint(tx: Transaction, lane: Lane) -> None:
    """Wake the senders of a lane after the commit."""
    tx.hint(jobs.SEND_URGENT if lane is Lane.URGENT else jobs.SEND_BULK)


def _move(
    mailing_id: int,
    was: Collection[MailingState],
    to: MailingState,
    *,
    actor: Actor,
    now: dt.datetime,
) -> None:
    with transaction() as tx:
        if to is MailingState.SENDING:
            refuse_a_copy(tx)
            refuse_the_rest(tx, mailing_id=mailing_id)
        mailing = _in_hand(tx, mailing_id, actor)
        if not ledger.change_state(tx, mailing_id, was=was, to=to):
            raise RefusedError(
                f"Mailing {mailing_id} is {mailing.state}; only one that is "
                f"{' or '.join(was)} can become {to}.",
                mailing_id=mailing_id,
            )
        subject, action = f"mailing:{mailing_id}", _MOVED[to]
        audit.record(tx, at=now, actor=actor.name, action=action, subject=subject)
        if to is MailingState.SENDING:
            hint(tx, mailing.lane)


def _in_hand(tx: Transaction, mailing_id: int, actor: Actor) -> Mailing:
    """The mailing of an id, for whoever may steer it."""
    found = _or_refused(ledger.find(tx, mailing_id), mailing_id)
    _allow(actor, Permission.STEER, found)
    return found


def _allow(actor: Actor, permission: Permission, mailing: Mailing) -> None:
    whose = {"publication_id": mailing.publication_id, "newsletter_id": mailing.newsletter_id}
    allow(actor, permission, **whose)


def _or_refused(found: _T | None, mailing_id: int) -> _T:
    if found is None:
        raise NotFoundError(
            f"There is no mailing {mailing_id}; see the list of mailings.",
            mailing_id=mailing_id,
        )
    return found


def refuse_a_copy(tx: Transaction) -> None:
    """Refuse to send anything again in a database that may be a copy of another.

    Raises:
        RefusedError: it may be, and mail is held.
    """
    why = installation.held_why(tx)
    if why is not None:
        raise RefusedError(copy_check.held_notice(why))


def refuse_the_rest(
    tx: Transaction, *, mailing_id: int | None = None, opened_at: dt.datetime | None = None
) -> None:
    """Refuse to send what was open when the database was restored, before it was settled.

    Args:
        tx: the open transaction.
        mailing_id: of a mailing that is to go on.
        opened_at: of an issue that is to be sent.

    Raises:
        RefusedError: it was there by then, and is held.
    """
    row = installation.read(tx)
    if row is None or row.rest_held_at is None:
        return
    is_old_mailing = mailing_id is not None and mailing_id <= (row.held_mailing or 0)
    if is_old_mailing or (opened_at is not None and opened_at <= row.rest_held_at):
        raise RefusedError(copy_check.rest_notice(row.rest_held_at))
