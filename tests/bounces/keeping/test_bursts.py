"""Many readers of one receiver unknown in a day: its fault, and nobody's end; undone in one act."""

from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, text, update

from syndicate import clock
from syndicate.errors import NotFoundError, RefusedError
from syndicate.journal import readers
from syndicate.newsroom import incidents as steering
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import incidents
from syndicate.store.newsroom.incidents import DeliveryIncident
from syndicate.store.platform import audit
from syndicate.store.readers import recipients
from syndicate.store.readers.recipients import Recipient, Suppression
from syndicate.vocabulary.acts import Act
from syndicate.vocabulary.sending import SuppressionReason
from tests.acting import TESTER
from tests.bounces.keeping.test_record import BLOCKED, HARD, bounce, is_suppressed
from tests.newsletters.paper import NOW


def test_a_burst_is_the_receivers_fault_and_takes_nobody_with_it(mailing_id: int) -> None:
    for number in range(1, 25):
        bounce(HARD, mailing_id, number)

    with transaction() as tx:
        reasons = [incident.reason for incident in incidents.open_ones(tx)]
    assert reasons == ["burst"]
    assert not any(is_suppressed(number) for number in range(1, 25))


def of_a_company(mailing_id: int, number: int = 400) -> None:
    """The readers are at example.com, which nobody big runs and where so many got the mailing."""
    with transaction() as tx:
        tx.execute(update(Recipient).values(receiver_group="other"))
        tx.execute(
            text(
                "INSERT INTO recipient (address, address_hash, receiver_group)"
                " SELECT 'more' || n || '@EXAMPLE.com', sha256(n::text::bytea), 'other'"
                " FROM generate_series(31, :number) n"
            ),
            {"number": number},
        )
        tx.execute(
            text(
                "INSERT INTO delivery (mailing_id, batch_number, ordinal, recipient_id, choice,"
                " language) SELECT :mailing, 0, 100 + row_number() OVER (), id, 1, 'en'"
                " FROM recipient WHERE address LIKE 'more%'"
            ),
            {"mailing": mailing_id},
        )


def incident() -> DeliveryIncident:
    with transaction() as tx:
        (found,) = incidents.open_ones(tx)
        return found


def test_a_burst_at_a_company_takes_nobody_with_it(mailing_id: int) -> None:
    of_a_company(mailing_id)

    kept = [bounce(HARD, mailing_id, number) for number in range(1, 31)]

    assert [each.suppressed for each in kept[18:22]] == [True, True, False, False]
    assert (incident().receiver, incident().reason) == ("example.com", "burst")
    assert not any(is_suppressed(number) for number in range(1, 31))


def test_few_of_many_readers_of_a_company_are_no_burst(mailing_id: int) -> None:
    of_a_company(mailing_id, 601)

    assert all(bounce(HARD, mailing_id, number).suppressed for number in range(1, 31))


def test_a_burst_is_one_over_the_mailings_of_a_day(mailing_id: int) -> None:
    for number in range(1, 26):
        bounce(HARD, mailing_id + number % 2, number)

    with transaction() as tx:
        assert {each.reason for each in incidents.open_ones(tx)} == {"burst"}
    assert not any(is_suppressed(number) for number in range(1, 26))


def test_bounces_of_another_day_are_no_part_of_a_burst(mailing_id: int) -> None:
    for number in range(1, 25):
        bounce(HARD, mailing_id, number, day=0 if number % 2 else 3)

    assert all(is_suppressed(number) for number in range(1, 25))


def test_what_a_burst_gives_back_stands_in_audit_and_timelines(mailing_id: int) -> None:
    for number in range(1, 21):
        bounce(HARD, mailing_id, number)

    with transaction() as tx:
        (line,) = audit.of(tx, subject=f"incident:{incident().id}", action=Act.INCIDENT_LIFT)
        (own,) = audit.of(tx, subject="subscriber:1", action=Act.READER_LIFT)
    assert (line.actor, line.detail["addresses"]) == ("bounces", 19)
    assert (own.actor, own.detail["of"], own.detail["was"]) == ("bounces", "all mail", "bounce")


@pytest.mark.parametrize("is_before", [True, False])
def test_a_restored_database_suppresses_nobody_whom_a_burst_gave_back(
    mailing_id: int, tmp_path: Path, is_before: bool
) -> None:
    """The backup is of before the bounces, or of before they were given back."""
    path = tmp_path / readers.NAME
    with transaction() as tx:
        # A friend is no subscriber.
        tx.execute(update(Recipient).where(Recipient.id == 1).values(subscriber_id=None))
    for number in range(1, 20):
        bounce(HARD, mailing_id, number)
    assert readers.keep(path) == 19
    with transaction() as tx:
        then = list(tx.execute(select(Suppression.address_hash, Suppression.noted_at)))
    bounce(HARD, mailing_id, 20)
    bounce(HARD, mailing_id, 21, day=3)
    assert readers.keep(path) == 20
    with transaction() as tx:
        tx.execute(delete(Suppression))
        if not is_before:
            old = {"scope": "*", "reason": SuppressionReason.BOUNCE, "at": NOW}
            rows = [{"address_hash": row[0], "noted_at": row[1], **old} for row in then]
            tx.execute(insert(Suppression), rows)

    done = [sum(readers.replay(path, clock.now()).values()) for _ in range(2)]

    assert done == [1 if is_before else 20, 0]
    assert [number for number in range(1, 22) if is_suppressed(number)] == [21]


def test_what_a_receiver_cost_is_given_back_in_one_act(mailing_id: int) -> None:
    for number in range(1, 6):
        bounce(HARD, mailing_id, number)
    bounce(BLOCKED, mailing_id, 6)
    with transaction() as tx:
        recipient = tx.get(Recipient, 5)
        assert recipient is not None
        why = SuppressionReason.COMPLAINT
        recipients.suppress(tx, recipient.address_hash, scope="*", reason=why, now=NOW)
    said = "Its users were gone for an hour."

    def lift(incident_id: int) -> int:
        with transaction() as tx:
            return steering.lift(tx, incident_id, why=said, actor=TESTER, now=NOW)

    assert lift(incident().id) == 4
    with pytest.raises(RefusedError):
        lift(incident().id)
    with pytest.raises(NotFoundError):
        lift(999)

    assert [number for number in range(1, 7) if is_suppressed(number)] == [5]
    with transaction() as tx:
        assert audit.of(tx, subject="subscriber:5", action=Act.READER_LIFT) == []
        (own,) = audit.of(tx, subject="subscriber:4", action=Act.READER_LIFT)
    assert own.detail["why"] == said
