"""What is ambiguous is settled by the relay's own log, and only by that."""

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import select, update

from syndicate import settings
from syndicate.errors import SettingsError
from syndicate.mail.mime.message import Writer
from syndicate.mail.recovery import reconcile
from syndicate.master_key import id_of
from syndicate.store.ground.session import transaction
from syndicate.store.maintenance import upkeep
from syndicate.store.sending import ledger
from syndicate.store.sending.events import RelayAccept
from syndicate.store.sending.mailings import Batch, Delivery, Mailing
from syndicate.vocabulary.sending import AmbiguousPolicy, DeliveryState, Lane, MailingState
from tests.mail.campaign import NOW, Plan, start
from tests.mail.steps import state
from tests.store.hands import (
    assert_counts_agree,
    give_back,
    intend,
    reap,
    settle,
    states,
    take,
    taken,
)

pytestmark = pytest.mark.usefixtures("database")
NEW = b"n" * 32
LATER = NOW + dt.timedelta(minutes=2)
RELAY = "relay.example:25"


@pytest.fixture
def log_file(tmp_path: Path, settings_env: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "accept.log"
    path.touch()
    settings_env.setenv("SYNDICATE_RELAY_ACCEPT_LOG", str(path))
    settings_env.setenv("SYNDICATE_RELAY_URL", f"smtp://{RELAY}")
    settings.load.cache_clear()
    return path


@pytest.fixture
def pushed(log_file: Path, settings_env: pytest.MonkeyPatch) -> Path:
    settings_env.setenv("SYNDICATE_RELAY_ACCEPT_LOG", reconcile.PUSHED)
    settings.load.cache_clear()
    return log_file


def doubtful(policy: AmbiguousPolicy = AmbiguousPolicy.RECONCILE, lane: Lane = Lane.BULK) -> int:
    """Four readers, all ambiguous since NOW."""
    mailing_id = start(Plan(audience=4, policy=policy, lane=lane))
    leased = taken(lane=lane)
    intend(leased, 0, 1, 2, 3)
    settle(leased, DeliveryState.AMBIGUOUS, 0, 1, 2, 3)
    give_back(leased)
    return mailing_id


def message_id(mailing_id: int, ordinal: int) -> str:
    with transaction() as tx:
        mailing = ledger.find(tx, mailing_id)
        assert mailing is not None
        recipient = tx.scalar(
            select(Delivery.recipient_id).where(
                Delivery.mailing_id == mailing_id, Delivery.ordinal == ordinal
            )
        )
    writer = Writer(mailing, settings.load().key(), "http://x")
    return writer.message_id(int(recipient or 0), "daily.example")


def line(message: str, at: dt.datetime = NOW) -> bytes:
    return f'{{"at": "{at.isoformat()}", "message_id": "{message}"}}\n'.encode()


def test_what_the_log_holds_is_accepted_and_the_rest_is_sent_again(log_file: Path) -> None:
    mailing_id = doubtful()
    log_file.write_bytes(line(message_id(mailing_id, 1)) + line(message_id(mailing_id, 3)))
    assert state(mailing_id) is MailingState.SENDING

    assert reconcile.reconcile(LATER) == 4

    pending, accepted = DeliveryState.PENDING, DeliveryState.ACCEPTED
    assert states(mailing_id) == [pending, accepted, pending, accepted]
    assert_counts_agree(mailing_id)
    again = take(now=LATER)
    assert again is not None
    assert intend(again, 0, 2) == {}
    settle(again, accepted, 0, 2)
    give_back(again)
    assert state(mailing_id) is MailingState.DONE


def test_what_was_sent_before_the_master_key_was_rotated_is_not_sent_twice(
    log_file: Path, settings_env: pytest.MonkeyPatch
) -> None:
    mailing_id, old = doubtful(), settings.load().key()
    log_file.write_bytes(line(message_id(mailing_id, 0)))
    settings_env.setenv("SYNDICATE_MASTER_KEY", old.with_new(NEW).signed_by(id_of(NEW)).line())
    settings.load.cache_clear()
    with log_file.open("ab") as log:
        log.write(line(message_id(mailing_id, 1)))

    assert reconcile.reconcile(LATER) == 4

    accepted, pending = DeliveryState.ACCEPTED, DeliveryState.PENDING
    assert states(mailing_id) == [accepted, accepted, pending, pending]
    assert_counts_agree(mailing_id)


def test_nothing_younger_than_the_lag_is_settled(log_file: Path) -> None:
    mailing_id = doubtful()

    assert reconcile.reconcile(NOW + dt.timedelta(seconds=59)) == 0
    assert states(mailing_id) == [DeliveryState.AMBIGUOUS] * 4
    assert log_file.exists()


def test_what_a_slow_relay_is_about_to_take_is_not_sent_a_second_time(log_file: Path) -> None:
    mailing_id = doubtful()
    lag = dt.timedelta(seconds=60)

    reconcile.reconcile(NOW + lag + dt.timedelta(seconds=1))
    assert states(mailing_id) == [DeliveryState.AMBIGUOUS] * 4
    log_file.write_bytes(b"".join(line(message_id(mailing_id, each)) for each in range(4)))
    assert reconcile.reconcile(LATER + dt.timedelta(minutes=1)) == 4

    assert states(mailing_id) == [DeliveryState.ACCEPTED] * 4


def test_what_was_sent_hours_before_the_reaper_came_is_found(log_file: Path) -> None:
    mailing_id = start(Plan(audience=2, policy=AmbiguousPolicy.RECONCILE))
    leased = taken()
    intend(leased, 0, 1)
    with transaction() as tx:
        tx.execute(update(Batch).values(lease_until=NOW - dt.timedelta(hours=10)))
    sent_at = NOW - dt.timedelta(hours=10, minutes=1)
    with log_file.open("wb") as log:
        log.writelines(line(f"<{number}@x>", sent_at) for number in range(3000))
        log.write(line(message_id(mailing_id, 0), sent_at))
        log.write(line(message_id(mailing_id, 1), sent_at))
        log.writelines(line(f"<{number}@y>", NOW) for number in range(3000))
    reap()

    assert reconcile.reconcile(NOW) == 2
    assert states(mailing_id) == [DeliveryState.ACCEPTED] * 2


def test_what_postfix_saw_and_may_have_taken_stays_ambiguous(log_file: Path) -> None:
    mailing_id = doubtful()
    log_file.write_text(
        f"{NOW.isoformat()} mx postfix/cleanup[1]: 4F2: message-id={message_id(mailing_id, 0)}\n"
    )

    assert reconcile.reconcile(LATER) == 3
    assert states(mailing_id)[0] is DeliveryState.AMBIGUOUS
    assert reconcile.reconcile(LATER + dt.timedelta(seconds=30)) == 0


def test_reconciling_twice_changes_nothing_more(log_file: Path) -> None:
    mailing_id = doubtful()
    log_file.write_bytes(line(message_id(mailing_id, 1)))
    reconcile.reconcile(LATER)
    before = states(mailing_id)

    assert reconcile.reconcile(LATER) == 0
    assert states(mailing_id) == before


def test_a_message_is_sent_again_three_times_at_most(log_file: Path) -> None:
    mailing_id = doubtful()
    with transaction() as tx:
        tx.execute(update(Delivery).where(Delivery.ordinal == 0).values(resends=3))

    reconcile.reconcile(LATER)

    assert states(mailing_id) == [DeliveryState.AMBIGUOUS] + [DeliveryState.PENDING] * 3
    assert log_file.exists()


def test_other_policies_are_left_alone(log_file: Path) -> None:
    mailing_id = doubtful(AmbiguousPolicy.SKIP)

    assert reconcile.reconcile(LATER) == 0
    assert state(mailing_id) is MailingState.DONE
    assert log_file.exists()


def test_without_a_log_doubts_stay_until_the_mailing_expires() -> None:
    mailing_id = doubtful()

    assert reconcile.reconcile(LATER) == 0
    with transaction() as tx:
        ledger.finish_ended(tx, LATER)
    assert state(mailing_id) is MailingState.SENDING
    with transaction() as tx:
        ledger.finish_ended(tx, NOW + dt.timedelta(hours=13))
    assert state(mailing_id) is MailingState.DONE
    assert states(mailing_id) == [DeliveryState.AMBIGUOUS] * 4


@pytest.mark.usefixtures("pushed")
def test_pushed_lines_settle_what_lies_before_the_last_heartbeat() -> None:
    mailing_id = doubtful()
    heard = line(message_id(mailing_id, 2))
    reconcile.ingest([heard], relay_name=RELAY, now=NOW)

    assert reconcile.reconcile(LATER) == 1
    later = b'{"at": "%b"}\n' % LATER.isoformat().encode()
    assert reconcile.ingest([heard, later], relay_name=RELAY, now=LATER) == 2

    assert reconcile.reconcile(LATER + dt.timedelta(minutes=2)) == 3
    pending = DeliveryState.PENDING
    assert states(mailing_id) == [pending, pending, DeliveryState.ACCEPTED, pending]


@pytest.mark.usefixtures("pushed")
def test_what_a_pushed_postfix_saw_is_not_sent_again_before_it_said_more() -> None:
    mailing_id = doubtful()
    name = message_id(mailing_id, 0)
    at = LATER.isoformat()
    saw = f"{at} mx postfix/cleanup[1]: 4F2: message-id={name}\n".encode()
    took = f"{at} mx postfix/qmgr[2]: 4F2: from=<b@x.example>, nrcpt=1 (queue active)\n".encode()

    # Two batches, as they come: the queue manager is behind, and its line stands in the second.
    reconcile.take_pushed(saw, relay_name=RELAY, now=LATER)
    assert reconcile.reconcile(LATER + dt.timedelta(minutes=2)) == 3
    assert states(mailing_id)[0] is DeliveryState.AMBIGUOUS
    for _ in range(2):
        reconcile.take_pushed(took, relay_name=RELAY, now=LATER)

    assert reconcile.reconcile(LATER + dt.timedelta(minutes=3)) == 1
    assert states(mailing_id)[0] is DeliveryState.ACCEPTED


@pytest.mark.usefixtures("pushed")
def test_a_relay_whose_clock_is_ahead_has_sent_nothing_of_the_future() -> None:
    mailing_id = doubtful()
    ahead = b'{"at": "%b"}\n' % (NOW + dt.timedelta(hours=1)).isoformat().encode()

    reconcile.take_pushed(ahead, relay_name=RELAY, now=NOW)

    assert reconcile.reconcile(NOW + dt.timedelta(minutes=5)) == 0
    assert states(mailing_id) == [DeliveryState.AMBIGUOUS] * 4


@pytest.mark.usefixtures("pushed")
def test_a_relay_that_was_never_heard_of_settles_nothing() -> None:
    mailing_id = doubtful()
    later = b'{"at": "%b"}\n' % LATER.isoformat().encode()
    reconcile.ingest([later], relay_name="other.example:25", now=NOW)

    assert reconcile.reconcile(LATER) == 0
    assert states(mailing_id) == [DeliveryState.AMBIGUOUS] * 4


@pytest.mark.usefixtures("pushed")
def test_old_lines_are_forgotten_and_heartbeats_kept() -> None:
    reconcile.ingest([line("<a@x>")], relay_name=RELAY, now=NOW)

    with transaction() as tx:
        upkeep.keep_house(tx, NOW + dt.timedelta(days=30))

    with transaction() as tx:
        assert list(tx.scalars(select(RelayAccept.message_id))) == [""]


def test_the_policy_of_new_mailings_follows_the_log(log_file: Path) -> None:
    assert reconcile.policy(Lane.BULK) is AmbiguousPolicy.RECONCILE
    assert reconcile.policy(Lane.URGENT) is AmbiguousPolicy.RECONCILE
    assert log_file.exists()


def test_without_a_log_digests_are_sent_at_most_once_and_alerts_at_least_once() -> None:
    assert reconcile.policy(Lane.BULK) is AmbiguousPolicy.SKIP
    assert reconcile.policy(Lane.URGENT) is AmbiguousPolicy.RESEND


def test_an_alert_whose_250_was_lost_is_not_sent_twice(log_file: Path) -> None:
    mailing_id = doubtful(lane=Lane.URGENT)
    log_file.write_bytes(b"".join(line(message_id(mailing_id, each)) for each in range(4)))

    assert reconcile.reconcile(LATER) == 4
    assert states(mailing_id) == [DeliveryState.ACCEPTED] * 4


@pytest.mark.usefixtures("pushed")
def test_an_alert_waits_for_a_silent_log_only_for_a_minute_and_a_digest_for_ever() -> None:
    alert, digest = doubtful(lane=Lane.URGENT), doubtful()
    soon = LATER - dt.timedelta(seconds=1)

    assert reconcile.reconcile(soon) == 0
    assert reconcile.reconcile(soon + reconcile.URGENT_WAITS) == 4

    assert states(alert) == [DeliveryState.PENDING] * 4
    assert states(digest) == [DeliveryState.AMBIGUOUS] * 4


def test_what_is_over_is_accepted_by_a_late_line_and_never_sent_again(log_file: Path) -> None:
    mailing_id = doubtful()
    with transaction() as tx:
        done = {"state": MailingState.DONE, "done_at": NOW}
        tx.execute(update(Mailing).where(Mailing.id == mailing_id).values(**done))
    log_file.write_bytes(line(message_id(mailing_id, 1)))

    assert reconcile.reconcile(LATER) == 1

    ambiguous, accepted = DeliveryState.AMBIGUOUS, DeliveryState.ACCEPTED
    assert states(mailing_id) == [ambiguous, accepted, ambiguous, ambiguous]
    assert state(mailing_id) is MailingState.DONE
    assert_counts_agree(mailing_id)


def test_an_alert_goes_out_though_its_log_cannot_be_read(log_file: Path) -> None:
    mailing_id = doubtful(lane=Lane.URGENT)
    log_file.unlink()

    with pytest.raises(SettingsError):
        reconcile.reconcile(LATER)
    assert states(mailing_id) == [DeliveryState.PENDING] * 4
