"""Looking after one reader: their copy of an issue is shown, or sent again.

    copy        what they got, or are about to get; its links lead nowhere
    resend      the same copy again: the ledger has one row for it, as before

Each is a line in the audit, and what changes something in the reader's timeline too.
"""

import datetime as dt

from syndicate import settings
from syndicate.errors import NotFoundError, RefusedError
from syndicate.mail.mime.message import Writer
from syndicate.mail.steering import hint, refuse_a_copy
from syndicate.newsroom.readers import Who, seen, subject, visible_to
from syndicate.newsroom.verbs import verb
from syndicate.render.merge import Content
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.newsroom import newsletters
from syndicate.store.platform import audit
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.store.readers.recipients import EVERYWHERE
from syndicate.store.sending import ledger, resending, withholding
from syndicate.store.sending.batch_leases import DueDelivery
from syndicate.store.sending.mailings import Mailing
from syndicate.store.views import readers
from syndicate.store.views.readers import Number, Person, Visible
from syndicate.subscribers import fates
from syndicate.vocabulary.acts import Act
from syndicate.vocabulary.newsletters import SubscriptionState
from syndicate.vocabulary.sending import (
    DeliveryReason,
    DeliveryState,
    MailingState,
)

# A copy that somebody asked for is of no use to them a day later.
RESEND_WITHIN = dt.timedelta(days=1)
_SENDABLE = frozenset({MailingState.SENDING, MailingState.DONE})


@verb(Permission.CARE)
def resend(tx: Transaction, who: Who, issue_id: int, *, actor: Actor, now: dt.datetime) -> Number:
    """Send a reader's copy of an issue again, with the content that it had.

    Returns:
        The issue as it was before.

    Raises:
        BadAddressError, NotFoundError: no such reader or issue, or the reader got no copy of it.
        RefusedError: the address is suppressed, the reader has left or paused, the copy has not
            been sent yet or its mailing is paused or cancelled, or mail is held.
    """
    refuse_a_copy(tx)
    person = seen(tx, who, actor, Permission.CARE)
    issue, mailing = _sent(tx, person, issue_id, visible_to(actor, Permission.CARE))
    _refuse_unwanted(tx, person, issue, now)
    assert issue.copy is not None  # noqa: S101 - `_sent` says so
    if issue.copy.state in DeliveryState.open() or mailing.state not in _SENDABLE:
        raise RefusedError(
            f"This copy cannot be sent again now: mailing {mailing.id} is {mailing.state}, and the "
            f"copy is {issue.copy.state.words}."
        )
    if issue.copy.choice & ~withholding.bits(tx, mailing.id, now=now) == 0:
        raise RefusedError("This copy cannot be sent again: all its stories have been withdrawn.")
    recipient_id = person.recipient_id or 0
    ends_at = now + RESEND_WITHIN
    if not resending.requeue_one(tx, mailing.id, recipient_id, expires_at=ends_at):
        raise RefusedError("This copy is being sent at this moment; look again in a minute.")
    told = {"issue": issue.id, "of": issue.title}
    _record(tx, Act.READER_RESEND, person, actor, now, **told)
    hint(tx, mailing.lane)
    return issue


@verb(Permission.READERS)
def copy(who: Who, issue_id: int, *, actor: Actor, now: dt.datetime) -> bytes:
    """A reader's copy of an issue, as it was or will be sent, but for its links: they lead nowhere.

    So nobody who looks at a copy can act as its reader. What was withdrawn since is not shown.

    Returns:
        A message in RFC 5322 form, unsigned.

    Raises:
        BadAddressError, NotFoundError: no such reader or issue, or there was no copy.
    """
    with transaction() as tx:
        person = seen(tx, who, actor)
        issue, mailing = _sent(tx, person, issue_id, visible_to(actor))
        own = issue.copy
        assert own is not None  # noqa: S101 - `_sent` says so
        version = own.version or mailing.content_version
        rows = ledger.content(tx, mailing.id, version, own.language)
        choice = own.choice & ~withholding.bits(tx, mailing.id, now=now)
        if not rows:
            raise _no_copy(person, issue_id)
        _record(tx, Act.READER_COPY, person, actor, now, issue=issue.id)
    due = DueDelivery(0, 0, person.address, 0, choice, own.language, 0, version)
    configured = settings.load()
    # Ids of nobody in all links and names: what they open is not there.
    nobody = Mailing(id=0, message=mailing.message, newsletter_id=0)
    writer = Writer(nobody, key=configured.key(), base_url=configured.base_url())
    return b"".join(writer.envelope(due, Content.load(rows, mailing.message)).message)


def has_copy(issue: Number) -> bool:
    """Whether a reader has, or will get, a copy of an issue."""
    return issue.copy is not None and issue.copy.state not in _WITHOUT_A_COPY


def _sent(
    tx: Transaction, person: Person, issue_id: int, visible: Visible
) -> tuple[Number, Mailing]:
    """An issue of which a reader has, or will get, a copy; and its mailing."""
    issue = readers.number(tx, person, issue_id, visible)
    if issue is None or not has_copy(issue):
        raise _no_copy(person, issue_id)
    mailing = ledger.find(tx, issue.mailing_id or 0)
    assert mailing is not None  # noqa: S101 - a delivery has its mailing
    return issue, mailing


_WITHOUT_A_COPY = frozenset(each.state for each in DeliveryReason.barred())


def _no_copy(person: Person, issue_id: int) -> NotFoundError:
    return NotFoundError(
        f"Reader {person.id} has no copy of issue {issue_id}; the reader's timeline says why."
    )


def _refuse_unwanted(tx: Transaction, person: Person, issue: Number, now: dt.datetime) -> None:
    scope = newsletters.scope(issue.newsletter_id)
    for each in readers.suppressions(tx, person.address_hash, None):
        if each.scope in (EVERYWHERE, scope):
            raise RefusedError(
                f"Reader {person.id} is suppressed: {fates.why(each)}. Lift the suppression first."
            )
    orders = readers.orders(tx, person.id, None)
    order = next((each for each in orders if each.newsletter_id == issue.newsletter_id), None)
    if order is None or order.state is not SubscriptionState.ACTIVE:
        raise RefusedError(f"Reader {person.id} does not subscribe to {issue.newsletter} now.")
    if order.paused_until is not None and order.paused_until > now:
        until = fates.when(order.paused_until, order.zone)
        raise RefusedError(f"Reader {person.id} has paused {issue.newsletter} until {until}.")


def _record(
    tx: Transaction, action: Act, person: Person, actor: Actor, now: dt.datetime, **detail: object
) -> None:
    name = subject(person)
    audit.record(tx, at=now, actor=actor.name, action=action, subject=name, **detail)
