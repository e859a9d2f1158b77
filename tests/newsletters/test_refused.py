"""An address that the relay refuses as unknown is not mailed again, not even a second later."""

from sqlalchemy import select

from syndicate import clock
from syndicate.bounces.keeping import record
from syndicate.store.ground.session import transaction
from syndicate.store.readers.recipients import Recipient, Suppression
from syndicate.store.sending.events import DeliveryEvent
from tests.mail.fault_relay import Event, FaultRelay
from tests.newsletters.paper import DAY, HOUR, SLOT, article
from tests.newsletters.sending import compose, counts, readers, send

UNKNOWN, POLICY = "reader003@example.com", "reader005@example.com"


def fault(event: Event) -> bytes | None:
    if event.step == "RCPT" and UNKNOWN in event.argument:
        return b"550 5.1.1 no such user\r\n"
    if event.step == "RCPT" and POLICY in event.argument:
        return b"550 5.7.1 your network is listed\r\n"
    return None


def test_the_next_mailing_does_not_mail_an_address_that_is_gone(relay: FaultRelay) -> None:
    relay.fault = fault
    readers(8)
    first = compose()
    with transaction() as tx:
        article(tx, 1, "next-day", SLOT + DAY - HOUR)
    second = compose(1)

    send()  # both of them, in one run

    assert counts(first) == {"audience": 8, "accepted": 6, "failed": 2}
    assert counts(second) == {"audience": 8, "accepted": 6, "failed": 1, "suppressed": 1}
    with transaction() as tx:
        gone = select(Recipient.address).join(
            Suppression, Suppression.address_hash == Recipient.address_hash
        )
        assert tx.scalars(gone).all() == [UNKNOWN]
        rows = tx.scalars(select(DeliveryEvent)).all()
    told = sorted((row.mailing_id or 0, str(row.code), row.is_hard) for row in rows)
    assert told == [
        (first, "550 5.1.1", True),
        (first, "550 5.7.1", False),
        (second, "550 5.7.1", False),
    ]
    assert record.sweep(clock.now()) == 0
