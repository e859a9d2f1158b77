"""One reader with a past, for the tests of whoever looks after readers.

reader001@example.com asked for the newsletter eight days ago and confirmed; each issue of `issues`
was frozen a day after the one before.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.newsroom.newsletters import Issue
from syndicate.store.readers import recipients, subscribers
from syndicate.store.readers.recipients import Recipient
from syndicate.store.readers.subscribers import Proof
from syndicate.store.sending.mailings import Mailing
from syndicate.vocabulary.newsletters import IssueState
from syndicate.vocabulary.sending import DeliveryState, MailingState
from tests import rows
from tests.rows import DAY, NOW
from tests.subscribers import desk

ADDRESS = "reader001@example.com"
JOINED = NOW - 8 * DAY
MINUTE = dt.timedelta(minutes=1)


def reader() -> int:
    """The subscriber's id; the newsletter is `desk.morning`, in Asia/Qatar (UTC+3)."""
    with transaction() as tx:
        return subscribed(tx, desk.morning(tx).id)


def subscribed(tx: Transaction, newsletter_id: int) -> int:
    """The same for a newsletter that there is; the subscriber's id."""
    who = subscribers.upsert(tx, ADDRESS, language="en", now=JOINED)
    recipients.upsert(tx, ADDRESS, subscriber_id=who.id)
    made = subscribers.subscribe(tx, who.id, newsletter_id, language="en", now=JOINED)
    proof = Proof("form", "Yes, send it to me.", "192.0.2.1", "Browser", "https://daily.example")
    subscribers.add_consent(tx, made.id, proof, at=JOINED)
    subscribers.activate(made, now=JOINED + MINUTE)
    confirmed = Proof("confirmation", "Morning", "192.0.2.1", "Browser")
    subscribers.add_consent(tx, made.id, confirmed, at=JOINED + MINUTE)
    return who.id


def issue(
    number: int,
    at: dt.datetime,
    *,
    state: IssueState = IssueState.DONE,
    mailing: MailingState | None = MailingState.DONE,
    copy: Mapping[str, Any] | None = None,
) -> int:
    """An issue frozen at a moment, and the reader's copy: columns of a delivery.

    Returns:
        The issue's id.
    """
    with transaction() as tx:
        made = rows.issue(
            tx, 1, number, local_date=at.date(), window_to=at, created_at=at, state=state
        )
        if mailing is None:
            return made.id
        sent = rows.mailing(tx, made, state=mailing, created_at=at, audience=1, publication_id=1)
        if copy is not None:
            _deliver(tx, sent, at, copy)
        return made.id


def _deliver(tx: Transaction, sent: Mailing, at: dt.datetime, columns: Mapping[str, Any]) -> None:
    state = columns.get("state", DeliveryState.PENDING)
    own = {} if state in DeliveryState.open() else {"done_at": at + 2 * MINUTE}
    counted = {} if state is DeliveryState.PENDING else {state.name.lower(): 1}
    recipient = tx.session.query(Recipient).filter_by(address=ADDRESS).one()
    batch = rows.batch(tx, sent, **counted)
    rows.delivery(tx, batch, 0, recipient.id, **{**own, **columns})


def mailing_of(issue_id: int) -> int:
    """The mailing that sends an issue."""
    with transaction() as tx:
        found = tx.session.query(Mailing).filter_by(issue_id=issue_id).one()
        assert tx.get(Issue, issue_id) is not None
        return found.id
