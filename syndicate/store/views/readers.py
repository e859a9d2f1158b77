"""One reader for whoever looks after them: who it is, what they ordered, what became of each issue.

A reader is found by the index of addresses' hashes or by id, and each issue's delivery by the
ledger's own key, so that a million readers and years of issues cost a look nothing. Everything is
narrowed to the publications whose readers the asker may see; None means all of them.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true

from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom.newsletters import Issue, IssueStory, Newsletter, scope
from syndicate.store.newsroom.publications import Publication
from syndicate.store.readers.recipients import Recipient, Suppression, hash_of
from syndicate.store.readers.subscribers import Consent, Subscriber, Subscription, chosen
from syndicate.store.sending.events import DeliveryEvent
from syndicate.store.sending.mailings import Delivery, Mailing
from syndicate.vocabulary.newsletters import ChoiceKind, IssueState, SubscriptionState
from syndicate.vocabulary.sending import DeliveryState, MailingState


@dataclass(frozen=True)
class Part:
    """Of what an asker may see readers: of whole publications, and of single newsletters."""

    publications: frozenset[int]
    newsletters: frozenset[int] = frozenset()


Visible = Part | None


@dataclass(frozen=True)
class Person:
    """A subscriber, and the recipient that the ledger knows them by (None before any mail)."""

    id: int
    address: str
    address_hash: bytes
    language: str
    created_at: dt.datetime
    recipient_id: int | None
    receiver_group: str | None


@dataclass(frozen=True)
class Order:
    """A subscription with its newsletter, and what was chosen; empty choices mean all."""

    id: int
    newsletter_id: int
    newsletter: str
    name: str
    publication: str
    zone: str
    state: SubscriptionState
    language: str
    sections: tuple[str, ...]
    languages: tuple[str, ...]
    created_at: dt.datetime
    confirmed_at: dt.datetime | None
    paused_until: dt.datetime | None
    ended_at: dt.datetime | None
    newsletter_ended_at: dt.datetime | None = None

    @property
    def has_ended_with_newsletter(self) -> bool:
        """Whether the reader stayed until the newsletter itself ended, and with it this."""
        return self.ended_at is not None and self.ended_at == self.newsletter_ended_at


@dataclass(frozen=True)
class Copy:
    """A delivery: what became of one reader's copy.

    Attributes:
        shown: stories that it was to hold.
        version: of the content that was sent, None where nothing was.
    """

    state: DeliveryState
    reason: str | None
    code: int | None
    enhanced: str | None
    not_before: dt.datetime | None
    done_at: dt.datetime | None
    language: str
    choice: int
    version: int | None

    @property
    def shown(self) -> int:
        """How many stories it holds."""
        return self.choice.bit_count()


@dataclass(frozen=True)
class Number:
    """An issue as one reader sees it.

    Attributes:
        at: when its copy was settled; else when it was frozen, or opened.
        frozen_at: when its audience was chosen, None where it has no mailing.
        stories: how many it holds.
        copy: None where the reader was no part of its audience.
    """

    id: int
    newsletter_id: int
    newsletter: str
    zone: str
    number: int | None
    local_date: dt.date
    state: IssueState
    note: str | None
    opened_at: dt.datetime
    at: dt.datetime
    mailing_id: int | None
    mailing_state: MailingState | None
    frozen_at: dt.datetime | None
    stories: int
    copy: Copy | None

    @property
    def title(self) -> str:
        """What people call it; before it has a number, by its day."""
        return f"{self.newsletter} {self.number or self.local_date}"


@dataclass(frozen=True)
class Single:
    """A message to one reader alone, such as a confirmation."""

    mailing_id: int
    mailing_state: MailingState
    copy: Copy


def person(tx: Transaction, subscriber_id: int) -> Person | None:
    """The subscriber of an id."""
    return _person(tx, Subscriber.id == subscriber_id)


def person_of(tx: Transaction, address: str) -> Person | None:
    """The subscriber of a normalised address."""
    return _person(tx, Subscriber.address_hash == hash_of(address))


def id_of(tx: Transaction, address_hash: bytes) -> int | None:
    """The subscriber who has an address, by its hash."""
    return tx.scalar(select(Subscriber.id).where(Subscriber.address_hash == address_hash))


def orders(tx: Transaction, subscriber_id: int, visible: Visible) -> list[Order]:
    """What a subscriber ordered within some publications, oldest first."""
    query = (
        select(
            Subscription.id,
            Newsletter.id,
            Newsletter.slug,
            Newsletter.name,
            Publication.slug,
            Newsletter.zone,
            Subscription.state,
            Subscription.language,
            chosen(ChoiceKind.SECTION),
            chosen(ChoiceKind.LANGUAGE),
            Subscription.created_at,
            Subscription.confirmed_at,
            Subscription.paused_until,
            Subscription.ended_at,
            Newsletter.ended_at,
        )
        .join(Newsletter, Newsletter.id == Subscription.newsletter_id)
        .join(Publication, Publication.id == Newsletter.publication_id)
        .where(Subscription.subscriber_id == subscriber_id, _within(visible))
        .order_by(Subscription.id)
    )
    return [_order(row) for row in tx.execute(query)]


def consents(tx: Transaction, subscription_ids: Collection[int]) -> list[Consent]:
    """The proofs of some subscriptions, oldest first."""
    query = select(Consent).where(Consent.subscription_id.in_(subscription_ids))
    return list(tx.scalars(query.order_by(Consent.at, Consent.id)))


def suppressions(tx: Transaction, address_hash: bytes, visible: Visible) -> list[Suppression]:
    """Of what an address gets no more mail, oldest first; of newsletters only the visible ones."""
    query = (
        select(Suppression)
        .where(Suppression.address_hash == address_hash)
        .order_by(Suppression.at, Suppression.scope)
    )
    found = list(tx.scalars(query))
    if visible is None or not found:
        return found
    barred = {
        scope(hidden) for hidden in tx.scalars(select(Newsletter.id).where(~_within(visible)))
    }
    return [each for each in found if each.scope not in barred]


def numbers(
    tx: Transaction,
    who: Person,
    subscription_ids: Collection[int],
    *,
    before: dt.datetime | None,
    limit: int,
) -> list[Number]:
    """The newest issues that a reader got, or was subscribed to: `Number.at` descending.

    Args:
        tx: the open transaction.
        who: whose.
        subscription_ids: of theirs.
        before: only what is older; None for the newest.
        limit: at most.
    """
    # Not yet, or not any more, is no news of a reader; a copy that was sent is.
    was_there = and_(
        Issue.created_at >= Subscription.created_at,
        or_(Subscription.ended_at.is_(None), Issue.created_at < Subscription.ended_at),
    )
    query = (
        _numbers(who.recipient_id)
        .join(Subscription, Subscription.newsletter_id == Issue.newsletter_id)
        .where(
            Subscription.id.in_(subscription_ids),
            or_(Delivery.mailing_id.is_not(None), was_there),
        )
    )
    if before is not None:
        query = query.where(before > _AT)
    rows = tx.execute(query.order_by(_AT.desc(), Issue.id.desc()).limit(limit))
    return [_number(row) for row in rows]


def number(tx: Transaction, who: Person, issue_id: int, visible: Visible) -> Number | None:
    """One issue as a reader sees it, whether they subscribe or not."""
    query = _numbers(who.recipient_id).where(Issue.id == issue_id, _within(visible))
    row = tx.execute(query.order_by(Mailing.id.desc()).limit(1)).one_or_none()
    return None if row is None else _number(row)


def happenings(
    tx: Transaction, who: Person, mailing_ids: Collection[int]
) -> Mapping[int, Sequence[DeliveryEvent]]:
    """What receivers told of a reader's copies, by mailing, oldest first."""
    query = select(DeliveryEvent).where(
        DeliveryEvent.recipient_id == who.recipient_id, DeliveryEvent.mailing_id.in_(mailing_ids)
    )
    found: dict[int, list[DeliveryEvent]] = {}
    for event in tx.scalars(query.order_by(DeliveryEvent.at, DeliveryEvent.id)):
        found.setdefault(event.mailing_id or 0, []).append(event)
    return found


def singles(tx: Transaction, who: Person, keys: Collection[str]) -> Mapping[str, Single]:
    """Messages to a reader alone, by their `dedupe_key`."""
    query = (
        select(Mailing.dedupe_key, Mailing.id, Mailing.state, *COPY)
        .join(
            Delivery,
            and_(Delivery.mailing_id == Mailing.id, Delivery.recipient_id == who.recipient_id),
        )
        .where(Mailing.dedupe_key.in_(keys))
    )
    return {str(row[0]): single(row[1:]) for row in tx.execute(query)}


def single(row: Sequence[Any]) -> Single:
    """From a row of a mailing's id and state, and `COPY`."""
    return Single(row[0], row[1], Copy(*row[2:]))


COPY = (
    Delivery.state,
    Delivery.reason,
    Delivery.code,
    Delivery.enhanced,
    Delivery.not_before,
    Delivery.done_at,
    Delivery.language,
    Delivery.choice,
    Delivery.content_version,
)
_AT = func.coalesce(Delivery.done_at, Mailing.created_at, Issue.created_at)
_STORIES = (
    select(func.count()).where(IssueStory.issue_id == Issue.id).correlate(Issue).scalar_subquery()
)


def _numbers(recipient_id: int | None) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Issue.id,
            Issue.newsletter_id,
            Newsletter.name,
            Newsletter.zone,
            Issue.number,
            Issue.local_date,
            Issue.state,
            Issue.note,
            Issue.created_at,
            _AT,
            Mailing.id,
            Mailing.state,
            Mailing.created_at,
            _STORIES,
            *COPY,
        )
        .select_from(Issue)
        .join(Newsletter, Newsletter.id == Issue.newsletter_id)
        .outerjoin(Mailing, Mailing.issue_id == Issue.id)
        .outerjoin(
            Delivery,
            and_(Delivery.mailing_id == Mailing.id, Delivery.recipient_id == recipient_id),
        )
    )


def _order(row: Sequence[Any]) -> Order:
    chosen_ones = [tuple(each or ()) for each in row[8:10]]
    return Order(*[*row[:8], *chosen_ones, *row[10:]])


def _number(row: Sequence[Any]) -> Number:
    own = len(row) - len(COPY)
    copy = Copy(*row[own:]) if row[own] is not None else None
    return Number(*[*row[:own], copy])


def _person(tx: Transaction, condition: ColumnElement[bool]) -> Person | None:
    query = (
        select(
            Subscriber.id,
            Subscriber.address,
            Subscriber.address_hash,
            Subscriber.language,
            Subscriber.created_at,
            Recipient.id,
            Recipient.receiver_group,
        )
        .outerjoin(Recipient, Recipient.subscriber_id == Subscriber.id)
        .where(condition)
    )
    row = tx.execute(query).one_or_none()
    return None if row is None else Person(*row)


def _within(visible: Visible) -> ColumnElement[bool]:
    if visible is None:
        return true()
    return or_(
        Newsletter.publication_id.in_(visible.publications),
        Newsletter.id.in_(visible.newsletters),
    )
