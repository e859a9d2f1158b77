"""One message to one recipient, written whole into the ledger."""

import datetime as dt

import pytest

from syndicate.mail import single
from syndicate.store.ground.session import transaction
from syndicate.store.sending import batch_leases, ledger
from syndicate.vocabulary.sending import AmbiguousPolicy, Lane, MailingKind, MailingState
from tests.mail import confirmation

NOW = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)


def queue(key: str) -> int | None:
    return confirmation.queue(key, now=NOW)


def test_prepare_freezes_headers_and_slots() -> None:
    headers = confirmation.prepared(NOW).rows[0].headers

    assert headers is not None
    assert headers["subject"] == "Please confirm: Morning"
    assert headers["date"] == "Tue, 24 Nov 2026 08:00:00 +0000"
    assert headers["slots"] == {"confirm_url": "https://daily.example/confirm/abc"}
    assert str(headers["boundary"]).startswith("=_")


@pytest.mark.usefixtures("database")
def test_queue_writes_one_urgent_mailing_with_one_delivery() -> None:
    mailing_id = queue("confirmation:1")

    assert mailing_id is not None
    with transaction() as tx:
        mailing = ledger.find(tx, mailing_id)
        counts = ledger.counts(tx, mailing_id)
        ready = batch_leases.ready_lanes(tx, NOW)
        blocks = ledger.content(tx, mailing_id, single.VERSION, "en")
    assert mailing is not None
    assert mailing.kind is MailingKind.SINGLE
    assert mailing.state is MailingState.SENDING
    assert mailing.policy is AmbiguousPolicy.RESEND
    assert (counts.audience, counts.remaining) == (1, 1)
    assert ready == {Lane.URGENT}
    assert len(blocks) == 1


@pytest.mark.usefixtures("database")
def test_queue_of_the_same_key_sends_nothing_again() -> None:
    first = queue("confirmation:1")

    assert first is not None
    assert queue("confirmation:1") is None
    assert queue("confirmation:2") is not None
