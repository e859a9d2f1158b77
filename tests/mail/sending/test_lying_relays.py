"""Relays that lie, through the send engine: nobody is *sent* by a lie, and nobody gets two copies.

Each relay is honest until it has kept three mails, then lies once, and is honest again.
"""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from syndicate.mail.pacing import pace
from syndicate.store.ground.session import transaction
from syndicate.store.readers.recipients import Recipient
from syndicate.store.sending.mailings import Delivery
from syndicate.vocabulary.sending import DeliveryState
from tests import matrix
from tests.mail.campaign import Plan
from tests.mail.fault_relay import OFFERED, WITHOUT_PIPELINING, Event, FaultRelay
from tests.mail.steps import begin, counts, make_due, send, use

pytestmark = pytest.mark.usefixtures("database")

# What is said at which step instead of the truth. "body": the mail was kept; "refuse": it was not.
LIES = {
    "a yes to DATA": ("DATA", b"250 2.0.0 OK\r\n"),
    "another 3yz to DATA": ("DATA", b"334 Go on\r\n"),
    "a go-on to RCPT": ("RCPT", b"354 Go on\r\n"),
    "a go-on to MAIL": ("MAIL", b"354 Go on\r\n"),
    "a go-on to a body": ("body", b"354 Go on\r\n"),
    "a goodbye to a body": ("refuse", b"221 2.0.0 Bye\r\n"),
    "every answer before its question": (
        "MAIL",
        b"250 2.1.0 OK\r\n250 2.1.5 OK\r\n354 Go on\r\n250 2.0.0 Kept\r\n",
    ),
    "a yes in front of the body": ("DATA", b"354 Go on\r\n250 2.0.0 Kept\r\n"),
    "one answer too many": ("RCPT", b"250 2.1.5 OK\r\n250 2.1.5 OK\r\n"),
    "no answer to RCPT": ("RCPT", b""),
    "no answer to a body": ("refuse", b""),
    "two minds to a body": ("refuse", b"250-2.0.0 Kept\r\n554 5.7.1 Not kept\r\n"),
    "no code to a body": ("refuse", b"abc Kept\r\n"),
    "code zero to a body": ("refuse", b"000 Kept\r\n"),
    "an endless answer": ("refuse", b"250-2.0.0 Kept\r\n" * 50_000),
}


def lying(step: str, answer: bytes) -> Callable[[Event], bytes | None]:
    told: list[Event] = []

    def fault(event: Event) -> bytes | None:
        if event.step == step and event.taken >= 3 and not told:
            told.append(event)
            return answer
        return None

    return fault


def accepted(mailing_id: int) -> set[str]:
    """Whom the ledger says were sent a copy."""
    query = (
        select(Recipient.address)
        .join(Delivery, Delivery.recipient_id == Recipient.id)
        .where(Delivery.mailing_id == mailing_id, Delivery.state == DeliveryState.ACCEPTED)
    )
    with transaction() as tx:
        return set(tx.scalars(query))


def send_all(mailing_id: int) -> None:
    """Send until nothing is left that may be tried."""
    for _ in range(6):
        pace.BREAKERS.clear()
        make_due(mailing_id)
        send()


# Where nothing goes ahead, an answer that is missing is a silence: tests/mail/relay/test_smtp.py.
CASES = {
    f"{name}, {how}": (name, how)
    for how in ("pipelined", "BDAT", "one by one")
    for name in LIES
    if how == "pipelined" or not name.startswith("no answer")
}


@pytest.mark.parametrize(("name", "how"), matrix.rows(CASES, every=2))
def test_a_lie_makes_nobody_sent_and_nobody_gets_two(
    name: str, how: str, relay: FaultRelay, settings_env: pytest.MonkeyPatch
) -> None:
    relay.offered = WITHOUT_PIPELINING if how == "one by one" else OFFERED
    option = "?chunking=1" if how == "BDAT" else ""
    use(relay, settings_env, relay_url=relay.url + option, mail_connections="1")
    relay.fault = lying(*LIES[name])
    mailing_id = begin(Plan(audience=8))

    send_all(mailing_id)

    found, kept = counts(mailing_id), relay.recipients()
    assert len(kept) == len(set(kept))
    assert accepted(mailing_id) <= set(kept)
    assert found["accepted"] >= 6
    assert found["accepted"] + found.get("ambiguous", 0) + found.get("skipped", 0) == 8
