"""A reader, or a reader's program, writes to the address that a mail gives for leaving (RFC 2369).

List-Unsubscribe names it beside the one-click address, where a door for returned mail stands. What
is taken is a mail *to* that address: in a report the same words stand in the mail that came back.
Nobody leaves by an automatic answer, a report or a receipt.

Source: RFC 2369 3.2; RFC 6068; RFC 3834 2 and 3.3.
"""

import datetime as dt
import re

from syndicate import logs
from syndicate.bounces.keeping import verp
from syndicate.bounces.reading.parts import Report
from syndicate.bounces.reading.senders import declares_answer, is_null_sender
from syndicate.master_key import MasterKey
from syndicate.store.ground.session import transaction
from syndicate.store.readers import subscribers

log = logs.get(__name__)

# To whom a mail went, as mail servers write it, and as the writer does.
_TO = (
    "delivered-to",
    "x-original-to",
    "x-delivered-to",
    "envelope-to",
    "x-envelope-to",
    "to",
    "cc",
)
_OF_MANY = re.compile(r"(?i)\s*(?:bulk|junk|list)\b")
_BY_APPLE = "x-apple-unsubscribe"


def asked(report: Report, key: MasterKey) -> int | None:
    """Which subscription a mail asks to end; None where it asks for none.

    Args:
        report: a mail that came to one of our names.
        key: the installation's master key.
    """
    for name in _TO:
        subscription_id = verp.leaving(report.headers.get(name, ""), key)
        if subscription_id is not None:
            return subscription_id if _is_meant(report) else None
    return None


def end(subscription_id: int, now: dt.datetime) -> bool:
    """End a subscription as the link would. Safe to run twice.

    Returns:
        Whether the reader was still there.
    """
    with transaction() as tx:
        subscription = subscribers.lock_subscription(tx, subscription_id)
        was_there = subscription is not None and subscribers.end(tx, subscription, now=now)
    log.info("reader_left_by_mail", subscription_id=subscription_id, was_there=was_there)
    return was_there


def _is_meant(report: Report) -> bool:
    is_report = bool(report.statuses) or report.feedback is not None or report.is_receipt
    if is_report or is_null_sender(report):
        return False
    if _BY_APPLE in report.headers:  # which calls itself an answer
        return True
    is_of_many = "list-id" in report.headers or _OF_MANY.match(report.headers.get("precedence", ""))
    return not is_of_many and not declares_answer(report)
