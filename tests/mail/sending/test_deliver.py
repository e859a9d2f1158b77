"""A lane from lease to given back, against a relay of ours."""

import email
import threading
import uuid

import pytest
from sqlalchemy import select, text

from syndicate import clock
from syndicate.mail.pacing import pace
from syndicate.mail.recovery import recover
from syndicate.store.ground.session import transaction
from syndicate.store.readers import recipients
from syndicate.store.sending import batch_leases, ledger
from syndicate.store.sending.mailings import Batch, Delivery
from syndicate.store.views import operations
from syndicate.vocabulary.sending import (
    AmbiguousPolicy,
    DeliveryState,
    Lane,
    MailingState,
    SuppressionReason,
)
from tests.mail import confirmation
from tests.mail.campaign import Plan
from tests.mail.fault_relay import Event, FaultRelay, HangUp
from tests.mail.steps import begin, counts, make_due, send, state, use

pytestmark = pytest.mark.usefixtures("database")


def test_send_lane_hands_every_copy_over_once(relay: FaultRelay) -> None:
    mailing_id = begin(Plan(audience=60, batch_size=25))

    settled = send()

    assert settled == 60
    assert counts(mailing_id) == {"audience": 60, "accepted": 60}
    assert state(mailing_id) is MailingState.DONE
    assert len(set(relay.recipients())) == len(relay.recipients()) == 60
    assert send() == 0


def test_each_copy_holds_the_stories_of_its_choice_in_text_and_html(relay: FaultRelay) -> None:
    mailing_id = begin(Plan(audience=40))
    send()

    with transaction() as tx:
        query = (
            select(recipients.Recipient.address, Delivery.choice)
            .join(Delivery, Delivery.recipient_id == recipients.Recipient.id)
            .where(Delivery.mailing_id == mailing_id)
        )
        choices = {row.address: row.choice for row in tx.execute(query)}
    assert len(set(choices.values())) >= 30
    for taken in relay.accepted:
        message = email.message_from_bytes(taken.content)
        for part in message.walk():
            if part.get_content_maintype() == "text":
                payload = part.get_payload(decode=True)
                assert isinstance(payload, bytes)
                shown = {bit for bit in range(10) if f"Story {bit} of the day" in payload.decode()}
                assert sum(1 << bit for bit in shown) == choices[taken.rcpt]


def test_a_single_message_leaves_by_the_urgent_lane(relay: FaultRelay) -> None:
    mailing_id = confirmation.queue("confirmation:1", now=clock.now())
    assert mailing_id is not None

    assert send(lane=Lane.BULK) == 0
    assert send(lane=Lane.URGENT) == 1

    message = email.message_from_bytes(relay.accepted[0].content)
    assert message["Subject"] == "Please confirm: Morning"
    assert message["List-Unsubscribe"] is None
    html = message.get_payload()[1].get_payload(decode=True).decode()  # type: ignore[union-attr,index]
    assert 'href="https://daily.example/confirm/abc"' in html
    assert state(mailing_id) is MailingState.DONE


def test_refused_recipients_fail_and_deferred_ones_come_again(
    relay: FaultRelay,
) -> None:
    def fault(event: Event) -> bytes | None:
        if event.step == "RCPT" and "reader000003" in event.argument:
            return b"550 5.1.1 <reader000003@example.com> unknown\r\n"
        return None

    def greylist(event: Event) -> bytes | None:
        if event.step == "refuse" and "reader000005" in event.argument:
            return b"451 4.7.1 Come again\r\n"
        return fault(event)

    relay.fault = greylist
    mailing_id = begin(Plan(audience=8))
    send()

    assert counts(mailing_id) == {"audience": 8, "accepted": 6, "failed": 1, "deferred": 1}
    with transaction() as tx:
        failed = tx.scalars(select(Delivery).where(Delivery.state == DeliveryState.FAILED)).one()
        waits = tx.scalars(select(Delivery).where(Delivery.state == DeliveryState.DEFERRED)).one()
    assert (failed.code, failed.enhanced, failed.attempts) == (550, "5.1.1", 1)
    assert "reader000003" not in str(failed.reason)
    assert waits.not_before is not None
    assert send() == 0
    relay.fault = fault
    make_due(mailing_id)
    send()
    assert counts(mailing_id) == {"audience": 8, "accepted": 7, "failed": 1}


def test_a_retry_has_the_same_bytes(relay: FaultRelay) -> None:
    def cut(event: Event) -> bytes | None:
        if event.step == "body":
            raise HangUp
        return None

    relay.fault = cut
    mailing_id = begin(Plan(audience=1, policy=AmbiguousPolicy.RESEND))
    send()
    pace.BREAKERS.clear()
    make_due(mailing_id)
    relay.fault = lambda _event: None
    send()

    assert counts(mailing_id) == {"audience": 1, "accepted": 1}
    assert len(relay.accepted) == 2
    assert relay.accepted[0].content == relay.accepted[1].content


def test_a_lost_250_is_ambiguous_under_skip_and_nobody_else_is_harmed(relay: FaultRelay) -> None:
    def cut(event: Event) -> bytes | None:
        if event.step == "body" and event.taken == 7:
            raise HangUp
        return None

    relay.fault = cut
    mailing_id = begin(Plan(audience=30))
    send()
    make_due(mailing_id)
    send()

    assert counts(mailing_id) == {"audience": 30, "accepted": 29, "ambiguous": 1}
    assert len(set(relay.recipients())) == len(relay.recipients()) == 30


def test_a_pause_bites_within_a_chunk(relay: FaultRelay) -> None:
    mailing_id = begin(Plan(audience=200))

    def pause(event: Event) -> bytes | None:
        if event.step == "body" and event.taken == 25:
            with transaction() as tx:
                was = (MailingState.SENDING,)
                ledger.change_state(tx, mailing_id, was=was, to=MailingState.PAUSED)
        return None

    relay.fault = pause
    send()

    assert counts(mailing_id)["accepted"] <= 40
    with transaction() as tx:
        was = (MailingState.PAUSED,)
        ledger.change_state(tx, mailing_id, was=was, to=MailingState.SENDING)
    send()
    assert counts(mailing_id) == {"audience": 200, "accepted": 200}
    assert len(set(relay.recipients())) == len(relay.recipients()) == 200


def test_a_worker_that_is_told_to_stop_gives_its_batch_back(relay: FaultRelay) -> None:
    mailing_id = begin(Plan(audience=100))

    send(lambda: len(relay.accepted) >= 15)

    told = counts(mailing_id)
    assert 15 <= told["accepted"] <= 20
    assert "ambiguous" not in told
    with transaction() as tx:
        assert batch_leases.ready_lanes(tx, clock.now()) == {Lane.BULK}
    send()
    assert counts(mailing_id) == {"audience": 100, "accepted": 100}


def test_a_dead_relay_costs_no_attempt_and_opens_the_breaker(
    settings_env: pytest.MonkeyPatch,
) -> None:
    with FaultRelay() as gone:
        use(gone, settings_env)
    mailing_id = begin(Plan(audience=5))

    assert send() == 0

    with transaction() as tx:
        rows = list(tx.scalars(select(Delivery).where(Delivery.mailing_id == mailing_id)))
        batch = tx.scalars(select(Batch)).one()
    assert {(row.state, row.attempts) for row in rows} == {(DeliveryState.PENDING, 0)}
    assert batch.not_before is not None
    assert [breaker.is_open() for breaker in pace.BREAKERS.values()] == [True]


def test_a_relay_that_hangs_up_on_everybody_costs_no_attempt(relay: FaultRelay) -> None:
    def cut(event: Event) -> bytes | None:
        if event.step == "MAIL":
            raise HangUp
        return None

    relay.fault = cut
    mailing_id = begin(Plan(audience=40))

    send()

    assert counts(mailing_id) == {"audience": 40, "remaining": 40}
    with transaction() as tx:
        assert set(tx.scalars(select(Delivery.attempts))) == {0}
    assert send() == 0


def test_a_suppressed_reader_gets_nothing(relay: FaultRelay) -> None:
    mailing_id = begin(Plan(audience=5))
    with transaction() as tx:
        first = tx.scalars(select(recipients.Recipient).limit(1)).one()
        recipients.suppress(
            tx, first.address_hash, scope="*", reason=SuppressionReason.COMPLAINT, now=clock.now()
        )

    send()

    assert counts(mailing_id) == {"audience": 5, "accepted": 4, "suppressed": 1}
    assert first.address not in relay.recipients()


def test_content_that_cannot_be_mail_pauses_the_mailing_and_fails_nobody(
    relay: FaultRelay,
) -> None:
    mailing_id = begin(Plan(audience=5))
    with transaction() as tx:
        tx.execute(text("UPDATE mailing_content SET headers = headers - 'list_name'"))

    send()

    assert relay.accepted == []
    assert counts(mailing_id) == {"audience": 5, "remaining": 5}
    assert state(mailing_id) is MailingState.PAUSED


def test_missing_content_pauses_the_mailing(relay: FaultRelay) -> None:
    mailing_id = begin(Plan(audience=5))
    with transaction() as tx:
        tx.execute(text("DELETE FROM mailing_content"))

    send()

    assert relay.accepted == []
    assert state(mailing_id) is MailingState.PAUSED


@pytest.mark.usefixtures("relay")
def test_an_address_that_cannot_be_mailed_fails_alone() -> None:
    mailing_id = begin(Plan(audience=5))
    with transaction() as tx:
        tx.execute(
            text("UPDATE recipient SET address = 'a b@example.com' WHERE address LIKE '%02@%'")
        )

    send()

    assert counts(mailing_id) == {"audience": 5, "accepted": 4, "failed": 1}


def test_an_address_beyond_ascii_needs_a_relay_that_takes_it(relay: FaultRelay) -> None:
    relay.offered = ("PIPELINING",)
    mailing_id = begin(Plan(audience=5))
    with transaction() as tx:
        tx.execute(
            text("UPDATE recipient SET address = 'قارئ@example.com' WHERE address LIKE '%02@%'")
        )

    send()

    assert counts(mailing_id) == {"audience": 5, "accepted": 4, "failed": 1}


def test_two_workers_at_once_send_each_copy_once(relay: FaultRelay) -> None:
    mailing_id = begin(Plan(audience=300, batch_size=20))
    threads = [threading.Thread(target=send) for _ in range(3)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert counts(mailing_id) == {"audience": 300, "accepted": 300}
    assert len(set(relay.recipients())) == len(relay.recipients()) == 300


def test_recover_takes_back_what_a_dead_worker_left(relay: FaultRelay) -> None:
    mailing_id = begin(Plan(audience=20))
    with transaction() as tx:
        leased = batch_leases.take(tx, Lane.BULK, worker=uuid.UUID(int=1), now=clock.now())
        assert leased is not None
        batch_leases.intend(tx, leased, range(10), version=1, now=clock.now())
    with transaction() as tx:
        tx.execute(text("UPDATE batch SET lease_until = clock_timestamp() - interval '1 second'"))

    recover.recover(clock.now())
    send()

    assert counts(mailing_id) == {"audience": 20, "accepted": 10, "ambiguous": 10}
    assert len(relay.accepted) == 10


@pytest.mark.parametrize(
    "spoil",
    [
        "UPDATE mailing_content SET headers = headers - 'date' WHERE mailing_id = 1",
        "UPDATE mailing_content SET headers = headers - 'slots' WHERE mailing_id = 1",
        "UPDATE mailing_content SET headers = NULL WHERE mailing_id = 1",
        "UPDATE mailing_content SET html = html || '\\x0074657874'::bytea WHERE mailing_id = 1",
        "DELETE FROM mailing_content WHERE mailing_id = 1",
    ],
)
def test_a_single_message_that_cannot_be_mail_fails_alone_and_says_why(
    relay: FaultRelay, spoil: str
) -> None:
    first, second = (confirmation.queue(f"confirmation:{key}", now=clock.now()) for key in "12")
    assert (first, second) == (1, 2)
    with transaction() as tx:
        tx.execute(text(spoil))

    send(lane=Lane.URGENT)

    assert counts(2) == {"audience": 1, "accepted": 1}
    assert len(relay.accepted) == 1
    assert counts(1) == {"audience": 1, "failed": 1}
    assert state(1) is MailingState.DONE
    with transaction() as tx:
        query = select(Delivery.reason).where(Delivery.mailing_id == 1)
        assert tx.scalar(query) == "its content cannot be made into a mail"


def test_a_mailing_paused_for_its_content_says_so_in_the_audit(relay: FaultRelay) -> None:
    mailing_id = begin(Plan(audience=5))
    with transaction() as tx:
        tx.execute(text("UPDATE mailing_content SET headers = headers - 'list_name'"))

    send()

    assert relay.accepted == []
    with transaction() as tx:
        (row,) = operations.audit_rows(tx, limit=9, about=[f"mailing:{mailing_id}"])
    assert (row.actor, row.action) == ("sender", "mailing-pause")
    assert row.detail == {"why": "its content cannot be made into a mail"}
