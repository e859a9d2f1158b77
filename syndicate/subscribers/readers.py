"""Finding one reader, and seeing what became of their mail: each look is a line in the audit.

    look   at who it is, what they ordered, and what became of each issue
    why    one issue: what became of it, or why there was none

An operator sees a reader within the publications whose readers they may see, and nobody else.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from syndicate import settings
from syndicate.errors import NotFoundError
from syndicate.mail.sending import allowed
from syndicate.newsroom.readers import Who, seen, subject, visible_to
from syndicate.newsroom.verbs import verb
from syndicate.store.ground.session import Transaction
from syndicate.store.platform import audit
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.store.readers import changes
from syndicate.store.readers.recipients import Suppression
from syndicate.store.readers.subscribers import Consent
from syndicate.store.views import emailed, readers
from syndicate.store.views.emailed import Emailed
from syndicate.store.views.readers import Number, Order, Person, Visible
from syndicate.subscribers import fates, timeline
from syndicate.subscribers.fates import Fate
from syndicate.subscribers.standing import FORM, Past
from syndicate.subscribers.timeline import Known, TimelineEntry
from syndicate.vocabulary.acts import Act

ON_A_PAGE = 100
MOST = 1_000
LONGEST_SOUGHT = 1_000  # characters of what may be an address


@dataclass(frozen=True)
class Reader:
    """One reader as an operator may see them.

    Attributes:
        person: who.
        pasts: their subscriptions within the publications that the operator may see.
        suppressions: of the address.
        timeline: the newest entries first.
        next_before: `before` of the next page, None on the last.
    """

    person: Person
    pasts: Sequence[Past]
    suppressions: Sequence[Suppression]
    timeline: Sequence[TimelineEntry]
    next_before: dt.datetime | None

    @property
    def orders(self) -> list[Order]:
        """The subscriptions as they stand today."""
        return [past.order for past in self.pasts]

    def as_dict(self) -> dict[str, object]:
        """For JSON: what the command prints and the API answers."""
        names = {f"newsletter:{each.newsletter_id}": each.newsletter for each in self.orders}
        return {
            "id": self.person.id,
            "address": self.person.address,
            "language": self.person.language,
            "since": self.person.created_at.isoformat(),
            "subscriptions": [_subscription(past) for past in self.pasts],
            "suppressions": [
                {
                    "scope": each.scope,
                    "newsletter": names.get(each.scope),
                    "reason": each.reason,
                    "words": fates.why(each),
                    "at": each.at.isoformat(),
                }
                for each in self.suppressions
            ],
            "timeline": [each.as_dict() for each in self.timeline],
            "next_before": self.next_before.isoformat() if self.next_before else None,
        }


@verb(Permission.READERS)
def look(
    tx: Transaction,
    who: Who,
    *,
    before: dt.datetime | None = None,
    limit: int = ON_A_PAGE,
    actor: Actor,
    now: dt.datetime,
) -> Reader:
    """A reader, with a page of their timeline.

    Args:
        tx: the open transaction.
        who: the reader.
        before: `next_before` of the page before; None for the newest.
        limit: entries at most.
        actor: who looks.
        now: aware UTC.

    Raises:
        BadAddressError: what was typed is no address.
        NotFoundError: the actor may see no such reader.
    """
    person, visible = seen(tx, who, actor), visible_to(actor)
    found = read(tx, person, visible, before=before, limit=limit)
    _record(tx, Act.READER_LOOK, person, actor, now)
    return found


@verb(Permission.READERS)
def why(
    tx: Transaction, who: Who, issue_id: int, *, actor: Actor, now: dt.datetime
) -> tuple[Number, Fate]:
    """What became of one issue for a reader, or why they did not get it.

    Returns:
        The issue as this reader has it, and what became of it.

    Raises:
        BadAddressError: what was typed is no address.
        NotFoundError: the actor may see no such reader, or no such issue.
    """
    person, visible = seen(tx, who, actor), visible_to(actor)
    issue = readers.number(tx, person, issue_id, visible)
    if issue is None:
        raise NotFoundError(
            f"There is no issue {issue_id}; the newsletter's list of issues shows them all.",
            issue_id=issue_id,
        )
    mailing_ids = [issue.mailing_id] if issue.mailing_id is not None else []
    known = _known(tx, person, _pasts(tx, person, visible), mailing_ids, visible)
    _record(tx, Act.READER_WHY, person, actor, now, issue=issue_id)
    return issue, timeline.fate(known, issue)


def read(
    tx: Transaction, person: Person, visible: Visible, *, before: dt.datetime | None, limit: int
) -> Reader:
    """A page of a reader, for a verb that has asked whether its actor may see them."""
    pasts = _pasts(tx, person, visible)
    own = [past.order.id for past in pasts]
    issues = readers.numbers(tx, person, own, before=before, limit=limit + 1)
    mailing_ids = [each.mailing_id for each in issues if each.mailing_id is not None]
    sent = emailed.newest(tx, person, visible, before=before, limit=limit + 1)
    known = _known(tx, person, pasts, mailing_ids, visible, sent)
    found = timeline.entries(known, issues)
    rest = [each for each in found if before is None or each.at < before]
    shown, rest = rest[:limit], rest[limit:]
    # Entries of one moment stay together: the next page begins before it.
    while rest and rest[0].at == shown[-1].at:
        shown.append(rest.pop(0))
    return Reader(person, pasts, known.barred, shown, shown[-1].at if rest else None)


def _pasts(tx: Transaction, person: Person, visible: Visible) -> list[Past]:
    orders = readers.orders(tx, person.id, visible)
    own = [order.id for order in orders]
    proofs, changed = readers.consents(tx, own), changes.of(tx, own)
    return [
        Past(
            order,
            [each for each in proofs if each.subscription_id == order.id],
            [each for each in changed if each.subscription_id == order.id],
        )
        for order in orders
    ]


def _known(
    tx: Transaction,
    person: Person,
    pasts: Sequence[Past],
    mailing_ids: Sequence[int],
    visible: Visible,
    sent: Sequence[Emailed] = (),
) -> Known:
    keys = [
        timeline.confirmation_key(past.order.id, proof.at)
        for past in pasts
        for proof in past.consents
        if proof.method == FORM
    ]
    singles = readers.singles(tx, person, keys)
    alone = [*singles.values(), *(each.single for each in sent)]
    asked = [*mailing_ids, *(each.mailing_id for each in alone)]
    return Known(
        pasts={past.order.newsletter_id: past for past in pasts},
        barred=readers.suppressions(tx, person.address_hash, visible),
        acts=audit.about(tx, subject(person), list(timeline.ACTS)),
        singles=singles,
        told=readers.happenings(tx, person, asked),
        emailed=sent,
        is_allowed_here=allowed.here(tx, settings.load()).has(person.address),
    )


def _subscription(past: Past) -> dict[str, object]:
    order = past.order
    return {
        "id": order.id,
        "newsletter": order.newsletter,
        "publication": order.publication,
        "state": order.state.value,
        "language": order.language,
        "sections": list(order.sections),
        "languages": list(order.languages),
        "created_at": order.created_at.isoformat(),
        "confirmed_at": _written(order.confirmed_at),
        "paused_until": _written(order.paused_until),
        "ended_at": _written(order.ended_at),
        "consents": [consent_of(each) for each in past.consents],
    }


def consent_of(proof: Consent) -> dict[str, object]:
    """A proof without the reader's address on the network, which `export` alone gives out."""
    return {
        "at": proof.at.isoformat(),
        "method": proof.method,
        "wording": proof.wording,
        "origin": proof.origin,
    }


def _written(moment: dt.datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _record(
    tx: Transaction, action: Act, person: Person, actor: Actor, now: dt.datetime, **detail: int
) -> None:
    name = subject(person)
    audit.record(tx, at=now, actor=actor.name, action=action, subject=name, **detail)
