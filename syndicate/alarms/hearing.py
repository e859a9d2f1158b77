"""Who has heard a ring, and trying whether the ways by which rings are told work.

Who may steer what a ring is about may acknowledge it: then it is told nobody until it is over. A
test rings for nothing and is marked as a test; it is told once, by every way, and says what came
back.
"""

import datetime as dt
from collections.abc import Iterable, Sequence

from syndicate import settings
from syndicate.alarms import halts, watch
from syndicate.alarms.telling import round as rounds
from syndicate.alarms.telling import ways
from syndicate.alarms.telling.ring import Outcome, Ring
from syndicate.errors import NotFoundError, RefusedError
from syndicate.newsroom.verbs import allow, verb
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.platform import audit, rings
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.vocabulary.acts import Act

_LEFT_ALONE = (
    "It was not tried: it failed just before, or another ring is told by it. Try again in a minute."
)
_TEST_TEXT = "This is a test of the bells. Nothing is wrong, and nothing is to be done."


def readable(found: Iterable[rings.Ring], actor: Actor) -> list[rings.Ring]:
    """Those about what an actor may read; that everything is stopped is everybody's."""
    return [each for each in found if _may(actor, Permission.READ, each) or _is_everybodys(each)]


def may_acknowledge(actor: Actor, ring: rings.Ring) -> bool:
    """Whether an actor may say that they have heard a ring."""
    return _may(actor, Permission.STEER, ring)


def found(tx: Transaction, ring_id: int, *, actor: Actor) -> rings.Ring:
    """The ring of an id, for whoever may read it.

    Raises:
        NotFoundError: there is none, or it is about what they may not read.
    """
    row = rings.find(tx, ring_id)
    if row is None or not readable([row], actor):
        raise NotFoundError(f"There is no ring {ring_id}; see the list of alarms.", ring_id=ring_id)
    return row


@verb(Permission.STEER)
def acknowledge(tx: Transaction, ring_id: int, *, actor: Actor, now: dt.datetime) -> bool:
    """Say that one has heard a ring. Safe to run twice; the first to say so stays.

    Returns:
        Whether anything changed.

    Raises:
        NotFoundError: there is no such ring.
        NotAllowedError: the actor may not steer what it is about.
        RefusedError: it is over.
    """
    row = rings.find(tx, ring_id)
    if row is None:
        raise NotFoundError(f"There is no ring {ring_id}; see the list of alarms.", ring_id=ring_id)
    allow(
        actor,
        Permission.STEER,
        publication_id=row.publication_id,
        newsletter_id=row.newsletter_id,
    )
    is_news = rings.acknowledge(tx, ring_id, by=actor.name, now=now)
    if is_news:
        _record(tx, Act.RING_ACKNOWLEDGE, row, actor, now)
    elif row.ended_at is not None:
        raise RefusedError(f"Ring {ring_id} is over: there is nothing to acknowledge.")
    return is_news


@verb(Permission.STEER)
def ring_test(*, actor: Actor, now: dt.datetime) -> tuple[int, Sequence[Outcome]]:
    """Ring a test by every way that is set.

    Args:
        actor: who asks.
        now: aware UTC.

    Returns:
        The id of its row, and what became of each way.

    Raises:
        NotAllowedError: the actor may not steer all of the installation.
    """
    allow(actor, Permission.STEER)
    with transaction() as tx:
        row = rings.add_test(tx, watch.TEST, _TEST_TEXT, "/console/alarms", now=now)
        _record(tx, Act.RING_TEST, row, actor, now)
    outcomes = _tried(watch.as_told(row, {}, {}), now)
    with transaction() as tx:
        rings.note(tx, {row.id: watch.told(outcomes)}, now=now)
    return row.id, outcomes


def _tried(ring: Ring, now: dt.datetime) -> Sequence[Outcome]:
    """What became of telling a ring by each way, also by one that is left alone just now."""
    configured = settings.load()
    outcomes = rounds.tell(ring, configured, now)
    tried = {each.way for each in outcomes}
    left = [each.name for each in ways.webhooks(configured) if each.name not in tried]
    return [*outcomes, *(Outcome(name, error=_LEFT_ALONE) for name in left)]


def _may(actor: Actor, permission: Permission, ring: rings.Ring) -> bool:
    whose = {"publication_id": ring.publication_id, "newsletter_id": ring.newsletter_id}
    return actor.may(permission, **whose)


def _is_everybodys(ring: rings.Ring) -> bool:
    return ring.alarm == halts.STOPPED.name


def _record(tx: Transaction, act: Act, ring: rings.Ring, actor: Actor, now: dt.datetime) -> None:
    subject, said = f"ring:{ring.id}", {"alarm": ring.alarm}
    audit.record(tx, at=now, actor=actor.name, action=act, subject=subject, **said)
