"""What came back is kept once, and costs an address its mail only by the rules."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text, update

from syndicate import settings
from syndicate.bounces.keeping import record, rules, verp
from syndicate.bounces.reading.provider_event import Told
from syndicate.bounces.reading.verdict import Kind, Reason, Verdict
from syndicate.mail.mime.message import Writer
from syndicate.master_key import MasterKey
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import incidents
from syndicate.store.readers import recipients, subscribers
from syndicate.store.readers.recipients import Recipient
from syndicate.store.readers.subscribers import Proof
from syndicate.store.sending import events
from syndicate.store.sending.batch_leases import DueDelivery
from syndicate.store.sending.events import DeliveryEvent, Refused
from syndicate.store.sending.mailings import Batch, Delivery, Mailing
from syndicate.vocabulary.newsletters import SubscriptionState
from syndicate.vocabulary.sending import DeliveryState
from tests.bounces.reading.test_classify import ARF, DSN
from tests.mail import confirmation
from tests.newsletters.paper import HOUR, NOW

DAY = dt.timedelta(days=1)
HARD = ("550 5.1.1 User unknown", "5.1.1")
FULL = ("552 5.2.2 Mailbox full", "5.2.2")
BLOCKED = ("550 5.7.1 blocked using a list of bad hosts", "5.7.1")


def sealed(mailing_id: int, recipient_id: int) -> str:
    """The envelope sender that our mail to a recipient had."""
    writer = Writer(Mailing(id=mailing_id, message="digest"), settings.load().key(), "https://x")
    due = DueDelivery(0, recipient_id, "", 1, 1, "en", 0, None)
    return writer.bounce_address(due, "daily.example")


def bounce(
    said: tuple[str, str], mailing_id: int, recipient_id: int, *, day: int = 0
) -> record.Kept:
    """A returned mail to our sealed address, ingested; each day's is of another mailing."""
    text = DSN.format(
        address=f"reader{recipient_id:03}@example.com",
        action="failed",
        status=said[1],
        diagnostic=said[0],
        words="",
    ).replace("b+1-2-abcdefghijkl@daily.example", sealed(mailing_id + day * 1000, recipient_id))
    (kept,) = record.ingest(text.encode(), NOW + day * DAY)
    return kept


def is_suppressed(recipient_id: int) -> bool:
    with transaction() as tx:
        recipient = tx.get(Recipient, recipient_id)
        assert recipient is not None
        return recipients.is_suppressed(tx, recipient.address_hash, "newsletter:1")


def clicked(recipient_id: int) -> None:
    """The reader of this recipient once confirmed by a link in a mail."""
    with transaction() as tx:
        subscribers.add_consent(tx, recipient_id, Proof("confirmation", "Morning"), at=NOW - DAY)


def test_an_address_that_never_answered_is_given_up_at_once(mailing_id: int) -> None:
    kept = bounce(HARD, mailing_id, 1)

    assert (kept.is_ours, kept.is_new, kept.suppressed) == (True, True, True)
    assert is_suppressed(1)
    assert not is_suppressed(2)


def test_an_address_that_was_alive_gets_a_second_chance(mailing_id: int) -> None:
    clicked(1)

    first = bounce(HARD, mailing_id, 1)
    second = bounce(HARD, mailing_id, 1, day=1)
    third = bounce(HARD, mailing_id, 1, day=3)

    assert [each.suppressed for each in (first, second, third)] == [False, False, True]


def test_what_was_said_before_a_mail_arrived_counts_no_more(mailing_id: int) -> None:
    clicked(1)
    bounce(HARD, mailing_id, 1)
    with transaction() as tx:
        arrived = Verdict(Kind.DELIVERED, "reader001@example.com", reason=Reason.DELIVERED)
        record.take_one(tx, Told(arrived, NOW + DAY, "", "arrived"), NOW + DAY)

    assert [bounce(HARD, mailing_id, 1, day=day).suppressed for day in (4, 5, 8)] == [
        False, False, True,
    ]  # fmt: skip


def test_what_was_said_a_season_ago_is_forgotten(mailing_id: int) -> None:
    clicked(1)
    bounce(HARD, mailing_id, 1)

    assert bounce(HARD, mailing_id, 1, day=91).suppressed is False


def test_the_same_report_twice_is_one_event(mailing_id: int) -> None:
    bounce(FULL, mailing_id, 1)

    assert bounce(FULL, mailing_id, 1).is_new is False
    with transaction() as tx:
        assert events.counts(tx, mailing_id) == {"google": {"bounced": 1}}


def test_what_a_mail_told_is_no_news_from_the_provider(mailing_id: int) -> None:
    bounce(HARD, mailing_id, 1)
    writer = Writer(Mailing(id=mailing_id, message="digest"), settings.load().key(), "https://x")
    verdict = Verdict(
        Kind.BOUNCED, "reader001@example.com", "5.1.1", 550, Reason.USER_UNKNOWN, True
    )

    (kept,) = record.take(
        [Told(verdict, NOW, writer.message_id(1, "daily.example"), "event-1")], NOW
    )

    assert (kept.is_ours, kept.is_new) == (True, False)


def test_what_is_held_against_us_opens_one_incident_and_costs_no_reader(mailing_id: int) -> None:
    for number in range(1, 6):
        assert bounce(BLOCKED, mailing_id, number).suppressed is False

    with transaction() as tx:
        (incident,) = incidents.open_ones(tx)
    assert (incident.receiver, incident.domain, incident.reason, incident.events) == (
        "google",
        "daily.example",
        "blocked",
        5,
    )
    assert "@" not in (incident.detail or "")
    assert not any(is_suppressed(number) for number in range(1, 6))


def test_a_full_mailbox_is_given_up_after_five_points(mailing_id: int) -> None:
    given_up = [bounce(FULL, mailing_id, 1, day=day).suppressed for day in range(11)]

    assert given_up == [False] * 10 + [True]


def test_a_complaint_ends_everything_at_once(mailing_id: int) -> None:
    text = ARF.format(kind="abuse").replace("fbl@daily.example", sealed(mailing_id, 1))

    (kept,) = record.ingest(text.encode(), NOW)

    assert kept.suppressed
    assert is_suppressed(1)


@pytest.mark.parametrize("first", ["complaint", "bounce"])
def test_who_complains_again_is_not_even_asked_whether_they_sign_up(
    mailing_id: int, first: str
) -> None:
    text = ARF.format(kind="abuse")
    if first == "bounce":
        bounce(HARD, mailing_id, 1)
    else:
        record.ingest(text.replace("fbl@daily.example", sealed(mailing_id, 1)).encode(), NOW)
    single_id = confirmation.queue("confirmation:1", now=NOW)
    assert single_id is not None

    record.ingest(text.replace("fbl@daily.example", sealed(single_id, 1)).encode(), NOW)

    with transaction() as tx:
        recipient = tx.get(Recipient, 1)
        assert recipient is not None
        found = recipients.reasons(tx, recipient.address_hash, ("*", "confirmation"))
    assert found == {"*": "complaint", "confirmation": "complaint"}


def test_what_came_back_before_a_click_counts_no_more(mailing_id: int) -> None:
    clicked(1)
    bounce(HARD, mailing_id, 1)
    with transaction() as tx:
        proof = Proof("confirmation", "Morning")
        subscribers.add_consent(tx, 1, proof, at=NOW + 4 * DAY)

    assert [bounce(HARD, mailing_id, 1, day=day).suppressed for day in (5, 6, 8)] == [
        False, False, True,
    ]  # fmt: skip


def test_who_asks_by_mail_to_be_left_alone_leaves_that_newsletter(mailing_id: int) -> None:
    text = ARF.format(kind="opt-out").replace("fbl@daily.example", sealed(mailing_id, 1))

    record.ingest(text.encode(), NOW)

    with transaction() as tx:
        left = subscribers.of(tx, 1, 1)
        assert left is not None
    assert left.state is SubscriptionState.ENDED
    assert not is_suppressed(1)


def test_who_asks_to_be_left_alone_has_not_complained_and_still_can(mailing_id: int) -> None:
    to = sealed(mailing_id, 1)
    asked = f"From: reader001@example.com\nTo: {to}\nSubject: unsubscribe\n\n"

    first, second = (record.ingest(asked.encode(), NOW)[0] for _ in range(2))

    assert (first.is_new, second.is_new) == (True, False)
    with transaction() as tx:
        assert events.counts(tx, mailing_id) == {"google": {"opted_out": 1}}
    report = ARF.format(kind="abuse").replace("fbl@daily.example", to)
    (kept,) = record.ingest(report.encode(), NOW)
    assert kept.suppressed
    with transaction() as tx:
        assert events.counts(tx, mailing_id) == {"google": {"complained": 1, "opted_out": 1}}


@pytest.mark.usefixtures("mailing_id")
def test_who_asks_a_provider_to_be_left_alone_is_not_said_to_have_complained() -> None:
    address = "reader001@example.com"
    verdict = Verdict(Kind.COMPLAINED, address, reason=Reason.FEEDBACK, feedback="opt-out")

    (kept,) = record.take([Told(verdict, NOW, "", "event-1")], NOW)

    assert kept.suppressed
    with transaction() as tx:
        found = recipients.reasons(tx, recipients.hash_of(address), ("*",))
    assert found == {"*": "reader"}


@pytest.mark.usefixtures("mailing_id")
def test_nobody_can_have_a_stranger_suppressed() -> None:
    text = DSN.format(
        address="reader001@example.com",
        action="failed",
        status="5.1.1",
        diagnostic=HARD[0],
        words="",
    )
    forged = text.replace("b+1-2-abcdefghijkl", "b+1-1-0123456789ab")

    (kept,) = record.ingest(forged.encode(), NOW)

    assert (kept.is_ours, kept.is_new, kept.suppressed) == (False, True, False)
    assert not is_suppressed(1)


def test_what_the_relay_refused_is_swept_up_once(mailing_id: int) -> None:
    with transaction() as tx:
        tx.execute(
            update(Delivery)
            .where(Delivery.recipient_id == 3)
            .values(
                state=int(DeliveryState.FAILED),
                code=550,
                enhanced="5.1.1",
                reason="5.1.1 no such user",
                done_at=NOW,
            )
        )
        tx.execute(update(Batch).values(failed=1))

    assert (record.sweep(NOW), record.sweep(NOW + HOUR)) == (1, 0)
    assert is_suppressed(3)
    with transaction() as tx:
        (event,) = tx.scalars(select(DeliveryEvent)).all()
    assert (event.mailing_id, event.reason, event.is_hard) == (mailing_id, "userunknown", True)


def test_one_refusal_that_cannot_be_reckoned_with_keeps_no_other_from_the_sweep(
    mailing_id: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with transaction() as tx:
        tx.execute(
            text(
                "UPDATE delivery SET state = :failed, code = 550, enhanced = '5.1.1',"
                " reason = '5.1.1 no such user', done_at ="
                " CASE recipient_id WHEN 2 THEN '-infinity' ELSE now() END"
                " WHERE recipient_id IN (2, 3)"
            ),
            {"failed": int(DeliveryState.FAILED)},
        )
        tx.execute(update(Batch).values(failed=2))

    record.sweep(NOW)

    assert is_suppressed(3)
    assert f"mailing_id={mailing_id} recipient_id=2" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("code", "enhanced", "words"),
    [
        (550, "5.1.1", "<reader003@example.com> has sent to too many recipients this hour"),
        (554, "5.4.4", "Malformed or unexpected name server reply"),
        (550, "5.1.0", "Your domain was not found"),
        (550, "5.1.1", "Mailbox unavailable, try again later"),
    ],
)
def test_a_refusal_whose_words_are_about_something_else_ends_nobody(
    mailing_id: int, code: int, enhanced: str, words: str
) -> None:
    record.refusals([Refused(mailing_id, 3, NOW, code, enhanced, words)])

    assert not is_suppressed(3)
    with transaction() as tx:
        (event,) = tx.scalars(select(DeliveryEvent)).all()
    assert (event.mailing_id, event.kind, event.is_hard) == (mailing_id, "bounced", False)


@pytest.mark.usefixtures("mailing_id")
def test_a_vacation_is_an_event_and_nothing_more() -> None:
    text = (
        f"From: reader001@example.com\nTo: {sealed(1, 1)}\nSubject: Out of office\n"
        "Auto-Submitted: auto-replied\n\nAway."
    )

    (kept,) = record.ingest(text.encode(), NOW)

    assert (kept.verdict.kind, kept.suppressed) == (Kind.AUTO_REPLIED, False)


def test_a_name_that_we_sealed_is_found_in_whatever_shape_it_comes_back() -> None:
    key, address = settings.load().key(), sealed(7, 9)
    folded = address[:14] + "=\r\n" + address[14:]

    assert verp.find(f"To: <{address}>", key) == verp.Name(7, 9)
    assert verp.find(f"Return-Path: {folded}".encode(), key) == verp.Name(7, 9)
    assert verp.find(address.upper(), key) == verp.Name(7, 9)
    assert verp.find(address, MasterKey(bytes(32))) is None
    assert verp.find(address.replace("b+7-9", "b+7-8"), key) is None


def test_old_events_are_forgotten_and_young_ones_are_not(mailing_id: int) -> None:
    bounce(FULL, mailing_id, 1)
    bounce(FULL, mailing_id, 1, day=400)

    with transaction() as tx:
        events.forget_before(tx, NOW + DAY)
        times = tx.scalars(select(DeliveryEvent.at)).all()
    assert times == [NOW + 400 * DAY]


@given(days=st.sets(st.integers(0, 400)).map(sorted))
def test_only_a_long_row_of_bad_days_wears_an_address_out(days: list[int]) -> None:
    row: list[int] = []
    for day in days:
        row = [*row, day] if row and day - row[-1] <= 7 else [day]

    worn = rules.is_worn_out([dt.date(2026, 1, 1) + day * DAY for day in days])

    assert worn == (len(row) > 10 or (len(row) >= 7 and row[-1] - row[0] >= 14))
