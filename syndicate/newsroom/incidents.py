"""What operators do about an incident: look after it, and close it."""

import datetime as dt
from collections.abc import Iterable

from syndicate.errors import NotFoundError
from syndicate.newsroom.verbs import allow, verb
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom import incidents, publications, streams
from syndicate.store.newsroom.incidents import DeliveryIncident
from syndicate.store.platform import audit
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.vocabulary.acts import Act


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


def _none(incident_id: int) -> NotFoundError:
    return NotFoundError(
        f"There is no open incident {incident_id}; perhaps it has been closed.",
        incident_id=incident_id,
    )


def _record(tx: Transaction, what: Act, incident_id: int, actor: Actor, now: dt.datetime) -> None:
    subject = f"incident:{incident_id}"
    audit.record(tx, at=now, actor=actor.name, action=what, subject=subject)
