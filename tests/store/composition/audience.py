"""Issues of rows alone and what materialising makes of them, for tests of a reader's choice."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update

from syndicate.store.composition import materialise
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.readers.subscribers import Subscriber, Subscription
from syndicate.store.sending.mailings import Delivery, Mailing
from syndicate.vocabulary.newsletters import ChoiceKind
from syndicate.vocabulary.sending import MailingState
from tests import rows
from tests.rows import NOW

Story = Mapping[str, Any]


def newsletter(tx: Transaction, slug: str = "morning") -> int:
    """A newsletter in English and Arabic; returns its id."""
    publication = rows.publication(tx, f"{slug}-paper")
    return rows.newsletter(tx, publication.id, slug, languages=["en", "ar"]).id


def articles(tx: Transaction, *names: str) -> list[int]:
    publication = rows.publication(tx, "newsroom")
    return [rows.article(tx, publication.id, name).id for name in names]


def mailing(
    tx: Transaction, newsletter_id: int, number: int, *stories: Story, **columns: Any
) -> int:
    """A mailing that is being materialised, of an issue of these stories in this order."""
    issue = rows.issue(tx, newsletter_id, number)
    for position, story in enumerate(stories):
        rows.story(tx, issue.id, position, **story)
    state = {"state": MailingState.MATERIALISING}
    return rows.mailing(tx, issue, **(state | columns)).id


def reader(
    tx: Transaction,
    number: int,
    newsletter_id: int,
    *,
    sections: tuple[str, ...] = (),
    languages: tuple[str, ...] = (),
    **columns: Any,
) -> int:
    """Somebody who gets a newsletter; columns of the subscription. Returns the recipient's id."""
    recipient_id = rows.reader(tx, number, newsletter_id, *sections)
    mine = select(Subscription).join(Subscriber, Subscriber.id == Subscription.subscriber_id)
    subscription = tx.scalars(
        mine.where(Subscriber.address == f"reader{number:03}@example.com")
    ).one()
    for language in languages:
        rows.choice(tx, subscription.id, language, ChoiceKind.LANGUAGE)
    for name, value in columns.items():
        setattr(subscription, name, value)
    tx.flush()
    return recipient_id


def values(tx: Transaction, mailing_id: int, **more: Any) -> dict[str, Any]:
    made = tx.scalars(select(Mailing).where(Mailing.id == mailing_id)).one()
    return {
        "mailing": mailing_id,
        "issue": made.issue_id,
        "newsletter": made.newsletter_id,
        "languages": ["en", "ar"],
        "fallback": "en",
        "size": 500,
        "now": NOW,
    } | more


def spread(mailing_id: int, **more: Any) -> int:
    """Materialise a mailing, and let it be sent; returns its audience."""
    with transaction() as tx:
        audience = materialise.materialise(tx, values(tx, mailing_id, **more))
        tx.execute(
            update(Mailing).where(Mailing.id == mailing_id).values(state=MailingState.SENDING)
        )
        return audience


def choices(mailing_id: int) -> dict[int, int]:
    """Recipient to choice."""
    with transaction() as tx:
        query = select(Delivery.recipient_id, Delivery.choice)
        found = tx.execute(query.where(Delivery.mailing_id == mailing_id))
        return {row.recipient_id: row.choice for row in found}
