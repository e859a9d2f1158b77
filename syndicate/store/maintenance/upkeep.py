"""What is deleted when it is old enough: the retention rules, with their numbers and reasons.

Two stand where they act. `store.syndication.consumers.KEEP_SILENT` says how long a program that
fetches feeds counts after its last visit. The date on which a friend's address is forgotten
is written beside it when a reader emails an article (`actions.email_article`).
"""

import datetime as dt

from sqlalchemy import delete, or_, select, update

from syndicate.store.composition import lost_stories
from syndicate.store.ground.session import Transaction
from syndicate.store.intake import hosts, push_keys
from syndicate.store.platform import (
    caps,
    due,
    heartbeats,
    idempotency,
    notices,
    rings,
    tellings,
    tokens,
)
from syndicate.store.readers import subscribers
from syndicate.store.readers.recipients import CONFIRMATION, Recipient
from syndicate.store.sending import accepts, dkim_keys, events, partitions
from syndicate.store.sending.mailings import Mailing, MailingContent
from syndicate.store.syndication import consumers, hub
from syndicate.vocabulary.sending import MailingKind, MailingState

# The longest cap window is 30 days (Email article: once per article and recipient).
KEEP_CAPS = dt.timedelta(days=31)
# Beat never asks for a slot older than its own last run.
KEEP_DUE_JOBS = dt.timedelta(days=1)
# Longer than any one-use token is valid (confirmation: 7 days).
KEEP_USED_TOKENS = dt.timedelta(days=8)
# A mailing is over, and nothing of it in doubt, long before.
KEEP_ACCEPTS = dt.timedelta(days=7)
# A year of "did it arrive", and stories that nobody gets twice; then whole partitions go.
KEEP_LEDGER = dt.timedelta(days=400)
# Long enough to find out what a confirmation said, short enough to keep no names.
KEEP_SINGLES = dt.timedelta(days=7)
# A confirmation link lives 7 days; who did not follow it in a month did not ask for it.
KEEP_UNCONFIRMED = dt.timedelta(days=30)
# What was told before is in no window of news any more.
KEEP_TOLD = dt.timedelta(days=30)
# They were told long before, or never will be; the audit keeps what happened.
KEEP_NOTICES = dt.timedelta(days=7)
# A ring that nobody ended in a quarter of a year is told anew.
KEEP_TELLINGS = dt.timedelta(days=90)
KEEP_PUSH_KEYS = dt.timedelta(days=30)  # for a question when a CMS was last heard
# A quarter of a year of what rang, to learn from.
KEEP_RINGS = dt.timedelta(days=90)
# A process of another name has taken its place long before.
KEEP_HEARTBEATS = dt.timedelta(days=7)
KEEP_API_ANSWERS = dt.timedelta(days=1)  # longer than any program retries one request


def keep_house(tx: Transaction, now: dt.datetime) -> None:
    """Make the ledger's next partition; end what has had its time. Safe to run twice."""
    partitions.make_ahead(tx)
    partitions.drop_over(tx, before=now - KEEP_LEDGER)
    events.forget_before(tx, now - KEEP_LEDGER)
    _forget_singles(tx, now - KEEP_SINGLES)
    due.forget_before(tx, now - KEEP_DUE_JOBS)
    caps.forget_before(tx, now - KEEP_CAPS)
    tokens.forget_before(tx, now - KEEP_USED_TOKENS)
    idempotency.forget_before(tx, now - KEEP_API_ANSWERS)
    notices.forget_before(tx, now - KEEP_NOTICES)
    tellings.forget_before(tx, now - KEEP_TELLINGS)
    rings.forget_before(tx, now - KEEP_RINGS)
    heartbeats.forget_before(tx, now - KEEP_HEARTBEATS)
    dkim_keys.finish(tx, now)
    push_keys.forget_over(tx, now - KEEP_PUSH_KEYS)
    accepts.forget_before(tx, now - KEEP_ACCEPTS)
    lost_stories.forget_before(tx, now - KEEP_TOLD)
    hosts.forget_idle(tx, now)
    hub.forget_expired(tx, now)
    consumers.forget_silent(tx, now)
    subscribers.forget_unconfirmed(tx, now - KEEP_UNCONFIRMED)
    _purge_friends(tx, now)


def _forget_singles(tx: Transaction, before: dt.datetime) -> None:
    """Forget what single messages said: names and one-use links; that they were sent stays.

    Those that somebody paused too: whoever resumes one is told that it has no content any more.
    """
    over = select(Mailing.id).where(
        Mailing.kind == MailingKind.SINGLE,
        Mailing.expires_at < before,
        # While everything is stopped one may wait for longer than it lasts.
        or_(Mailing.scope != CONFIRMATION, Mailing.state != MailingState.SENDING),
    )
    tx.execute(
        delete(MailingContent)
        .where(MailingContent.mailing_id.in_(over))
        .execution_options(synchronize_session=False)
    )


def _purge_friends(tx: Transaction, now: dt.datetime) -> None:
    """Forget friends' addresses whose date has come; the ledger keeps its row and the hash."""
    friends = update(Recipient).where(Recipient.purge_at < now, Recipient.subscriber_id.is_(None))
    tx.execute(friends.values(address="", purge_at=None))
