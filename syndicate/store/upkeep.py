"""What may be dropped, and when: every retention rule with its number and its reason."""

import datetime as dt

from sqlalchemy import update

from syndicate.store import accepts, caps, consumers, due, hub, idempotency, partitions, tokens
from syndicate.store.recipients import Recipient
from syndicate.store.session import Transaction

# The longest cap window is 30 days (Email article: once per article and recipient).
KEEP_CAPS = dt.timedelta(days=31)
# Beat never asks for a slot older than its own last run.
KEEP_DUE_JOBS = dt.timedelta(days=1)
# Longer than any one-use token is valid (confirmation: 7 days).
KEEP_USED_TOKENS = dt.timedelta(days=8)
# A mailing is over, and nothing of it in doubt, long before.
KEEP_ACCEPTS = dt.timedelta(days=7)


KEEP_API_ANSWERS = dt.timedelta(days=1)  # longer than any program retries one request


def keep_house(tx: Transaction, now: dt.datetime) -> None:
    """Make the ledger's next partition and drop what has expired. Safe to run twice."""
    partitions.make_ahead(tx)
    due.forget_before(tx, now - KEEP_DUE_JOBS)
    caps.forget_before(tx, now - KEEP_CAPS)
    tokens.forget_before(tx, now - KEEP_USED_TOKENS)
    idempotency.forget_before(tx, now - KEEP_API_ANSWERS)
    accepts.forget_before(tx, now - KEEP_ACCEPTS)
    hub.forget_expired(tx, now)
    consumers.forget_silent(tx, now)
    _purge_friends(tx, now)


def _purge_friends(tx: Transaction, now: dt.datetime) -> None:
    """Forget friends' addresses whose date has come; the ledger keeps its row and the hash."""
    friends = update(Recipient).where(Recipient.purge_at < now, Recipient.subscriber_id.is_(None))
    tx.execute(friends.values(address="", purge_at=None))
