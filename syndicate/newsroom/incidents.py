"""What operators do about an incident: look after it, close it, and mail those again whom it cost.

Whoever was suppressed because mail came back from a receiver while it was at fault is mailed again
in one act: a line in the audit for the incident, and one for each reader's timeline.
"""

import datetime as dt
from collections.abc import Iterable

from syndicate.errors import NotFoundError, RefusedError
from syndicate.newsroom.readers import checked_reason
from syndicate.newsroom.verbs import allow, verb
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom import incidents, publications, streams
from syndicate.store.newsroom.incidents import DeliveryIncident
from syndicate.store.platform import audit
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.store.readers.recipients import ALL_MAIL
from syndicate.store.sending import bursts
from syndicate.store.sending.bursts import Window
from syndicate.vocabulary.acts import Act
from syndicate.vocabulary.sending import SuppressionReason


def readable(
    tx: Transaction, found: Iterable[DeliveryIncident], actor: Actor
) -> list[DeliveryIncident]:
    """Those about the senders of which an actor may read."""
    if actor.may(Permission.READ):
        return list(found)
    domains = {
        origin.domain.lower()
        for each in publications.all_publications(tx)
        if actor.may(Permission.READ, publication_id=each.id)
        for origin in streams.origins(tx, each)
    }
    return [each for each in found if each.domain.lower() in domains]


@verb(Permission.STEER)
def take(tx: Transaction, incident_id: int, *, actor: Actor, now: dt.datetime) -> bool:
    """Say that one looks after an incident. Safe to run twice; the first to say so stays.

    Returns:
        Whether anything changed.

    Raises:
        NotFoundError: no open incident has this id.
    """
    allow(actor, Permission.STEER)
    if not incidents.is_open(tx, incident_id):
        raise _none(incident_id)
    is_news = incidents.take(tx, incident_id, by=actor.name, now=now)
    if is_news:
        _record(tx, Act.INCIDENT_TAKE, incident_id, actor, now)
    return is_news


@verb(Permission.STEER)
def close(tx: Transaction, incident_id: int, *, actor: Actor, now: dt.datetime) -> None:
    """Close an incident; the next refusal of its kind opens a new one.

    Raises:
        NotFoundError: no open incident has this id.
    """
    allow(actor, Permission.STEER)
    if not incidents.close(tx, incident_id, now=now):
        raise _none(incident_id)
    _record(tx, Act.INCIDENT_CLOSE, incident_id, actor, now)


@verb(Permission.CARE)
def lift(tx: Transaction, incident_id: int, *, why: str, actor: Actor, now: dt.datetime) -> int:
    """Lift every suppression that mail which came back from an incident's receiver has caused.

    From a day before it opened to a day after it was last seen; of others nobody's.

    Args:
        tx: the open transaction.
        incident_id: open or closed.
        why: for the audit and the timelines.
        actor: who says so.
        now: aware UTC.

    Returns:
        How many addresses are mailed again.

    Raises:
        NotFoundError: there is no such incident.
        NotAllowedError: the actor may not mail readers of the whole installation again.
        RefusedError: nobody is suppressed because of it.
        UsageError: nothing is said of why, or too much.
    """
    allow(actor, Permission.CARE)
    reason, incident = checked_reason(why), incidents.find(tx, incident_id)
    if incident is None:
        raise NotFoundError(
            f"There is no incident {incident_id}; the list of incidents shows those there are.",
            incident_id=incident_id,
        )
    lifted = give_back(tx, incident_id, window_of(incident), by=actor.name, why=reason, now=now)
    if not lifted:
        raise RefusedError(
            f"Nobody is suppressed because of incident {incident_id}, so nothing was changed."
        )
    return lifted


def window_of(incident: DeliveryIncident) -> Window:
    """Whose mail came back in the time of an incident."""
    return bursts.around(incident.receiver, incident.opened_at, incident.last_at)


def give_back(
    tx: Transaction, incident_id: int, window: Window, *, by: str, why: str, now: dt.datetime
) -> int:
    """Mail those again whom an incident has cost; how many there were. Safe to run twice."""
    lifted = bursts.lift(tx, window)
    if lifted:
        # Friends too: the journal lets a restored database know whom it need not suppress.
        names = [audit.subject_of(each.address_hash, each.subscriber_id) for each in lifted]
        was = {"of": ALL_MAIL, "was": SuppressionReason.BOUNCE, "why": why}
        # By the database's clock they were suppressed before this, whatever ours says.
        after = max(each.noted_at for each in lifted) + dt.timedelta(microseconds=1)
        audit.record_each(
            tx, at=max(now, after), actor=by, action=Act.READER_LIFT, subjects=names, **was
        )
        told = {"addresses": len(lifted), "why": why}
        subject = f"incident:{incident_id}"
        audit.record(tx, at=now, actor=by, action=Act.INCIDENT_LIFT, subject=subject, **told)
    return len(lifted)


def _none(incident_id: int) -> NotFoundError:
    return NotFoundError(
        f"There is no open incident {incident_id}; perhaps it has been closed.",
        incident_id=incident_id,
    )


def _record(tx: Transaction, what: Act, incident_id: int, actor: Actor, now: dt.datetime) -> None:
    subject = f"incident:{incident_id}"
    audit.record(tx, at=now, actor=actor.name, action=what, subject=subject)
