"""Which reader is meant, and whether who asks may see them: within their own publications alone.

A reader is named by id, or by address as it was typed; the audit knows them by id alone.
"""

from syndicate import bounds
from syndicate.errors import NotFoundError, UsageError
from syndicate.store.ground.session import Transaction
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.store.readers import recipients
from syndicate.store.views import readers
from syndicate.store.views.readers import Part, Person, Visible

MOST_OF_A_REASON = 400  # characters
Who = int | str  # a reader's id, or their address as it was typed


def visible_to(actor: Actor, permission: Permission = Permission.READERS) -> Visible:
    """Of what an actor has a permission over readers; None for all of the installation."""
    publications = actor.publications(permission)
    if publications is None:
        return None
    held = (each for each in actor.grants or () if each.permission is permission)
    newsletters = (each.newsletter_id for each in held if each.newsletter_id is not None)
    return Part(publications, frozenset(newsletters))


def seen(
    tx: Transaction, who: Who, actor: Actor, permission: Permission = Permission.READERS
) -> Person:
    """The person whom an actor names, where the permission holds for something that they read.

    Raises:
        BadAddressError: what was typed is no address.
        NotFoundError: there is none.
    """
    visible = visible_to(actor, permission)
    person = (
        readers.person(tx, who)
        if isinstance(who, int)
        else readers.person_of(tx, recipients.normalise(who, is_known=True))
    )
    if person is None or (visible is not None and not readers.orders(tx, person.id, visible)):
        raise NotFoundError(
            f"There is no reader {who} of yours; find one by address."
            if isinstance(who, int)
            else "No reader of yours has this address; check how it is spelled, and search again."
        )
    return person


def subject(person: Person) -> str:
    """What the audit calls a reader."""
    return f"subscriber:{person.id}"


def checked_reason(why: str) -> str:
    """The reason that somebody gives for ending mail or sending it again, without blanks around it.

    Raises:
        UsageError: there is none, or it is too long.
    """
    given = bounds.text(why, "The reason", most=MOST_OF_A_REASON).strip()
    if not given:
        raise UsageError("Say why, in a few words: the reader's timeline and the audit keep it.")
    return given
