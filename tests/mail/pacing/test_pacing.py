"""Pace on the way: tokens, connections, relays that fail over, receivers that want less."""

import datetime as dt
import time
import uuid

import pytest
from sqlalchemy import select, update

from syndicate import clock, settings
from syndicate.limits import Limits
from syndicate.mail import guard
from syndicate.mail.pacing import pace
from syndicate.mail.pacing.pace import Pacer
from syndicate.mail.pacing.routes import Routes
from syndicate.mail.relay import addresses as relay_addresses
from syndicate.mail.sending import deliver
from syndicate.mail.sending.hold import RENEW_EVERY_S, Hold
from syndicate.store.ground.session import transaction
from syndicate.store.platform.audit import Audit
from syndicate.store.readers.subscribers import Subscription
from syndicate.store.sending import batch_leases, ledger, pacing
from syndicate.store.sending.events import DeliveryEvent
from syndicate.store.sending.mailings import Batch
from syndicate.store.sending.pacing import ReceiverPace
from syndicate.store.views import progress
from syndicate.vocabulary.newsletters import SubscriptionState
from syndicate.vocabulary.sending import Lane, MailingState
from tests.mail.campaign import NOW, Plan
from tests.mail.fault_relay import Event, FaultRelay
from tests.mail.steps import begin, counts, make_due, send, state, use

pytestmark = pytest.mark.usefixtures("database", "valkey_url")


def not_before() -> dt.datetime | None:
    with transaction() as tx:
        return tx.scalar(select(Batch.not_before))


def test_a_rate_lets_a_burst_through_and_holds_the_batch_back(
    relay: FaultRelay, settings_env: pytest.MonkeyPatch
) -> None:
    use(relay, settings_env, mail_pace='{"other": "20/h"}')
    mailing_id = begin(Plan(audience=5))

    send()

    assert counts(mailing_id) == {"audience": 5, "accepted": 1, "remaining": 4}
    held = not_before()
    assert held is not None
    assert held > clock.now() + dt.timedelta(seconds=30)


def test_urgent_mail_has_tokens_that_bulk_mail_may_not_take(
    relay: FaultRelay, settings_env: pytest.MonkeyPatch
) -> None:
    use(relay, settings_env, mail_pace='{"other": "3600/h 2"}')
    begin(Plan(audience=1))
    begin(Plan(audience=1, lane=Lane.URGENT))

    assert send() == 1
    assert send(lane=Lane.URGENT) == 1


def test_when_others_have_all_connections_a_batch_comes_back_soon(
    relay: FaultRelay, settings_env: pytest.MonkeyPatch
) -> None:
    use(relay, settings_env, mail_pace='{"other": "1"}')
    mailing_id = begin(Plan(audience=5))
    limits = Limits(settings.load().need("redis_url"), share=1)
    limits.hold("other", "somebody", wanted=1, most=1, ttl_s=60)

    send()

    assert counts(mailing_id) == {"audience": 5, "remaining": 5}
    limits.drop("other", "somebody")
    make_due(mailing_id)
    send()
    assert counts(mailing_id) == {"audience": 5, "accepted": 5}
    assert relay.connections == 1
    assert limits.hold("other", "next", wanted=1, most=1, ttl_s=1) == 1


def pacer(name: str, setting: str) -> Pacer:
    limits = Limits(settings.load().need("redis_url"), share=1)
    return Pacer(limits, pace.read_limits({"other": setting}), holder=name)


def test_a_digest_leaves_connections_to_alerts() -> None:
    bulk, urgent = pacer("bulk", "4"), pacer("urgent", "4")

    assert bulk.connections(Lane.BULK, ["other"], 4) == 3
    assert urgent.connections(Lane.URGENT, ["other"], 4) == 1
    assert pacer("more", "4").connections(Lane.BULK, ["other"], 4) == 0
    bulk.release(["other"])
    assert urgent.connections(Lane.URGENT, ["other"], 4) == 4


def test_a_digest_gives_its_only_connection_to_an_alert_after_a_chunk(
    relay: FaultRelay, settings_env: pytest.MonkeyPatch
) -> None:
    use(relay, settings_env, mail_pace='{"other": "1"}')
    bulk, urgent = pacer("bulk", "1"), pacer("urgent", "1")
    assert bulk.connections(Lane.BULK, ["other"], 4) == 1
    assert not bulk.gives_way(Lane.BULK, ["other"])

    assert urgent.connections(Lane.URGENT, ["other"], 4) == 0
    assert bulk.gives_way(Lane.BULK, ["other"])
    bulk.release(["other"])

    mailing_id = begin(Plan(audience=5))
    assert send() == 0
    assert counts(mailing_id) == {"audience": 5, "remaining": 5}
    begin(Plan(audience=2, lane=Lane.URGENT))
    assert send(lane=Lane.URGENT) == 2


def test_a_warm_up_ends_the_day_when_its_number_is_reached(
    relay: FaultRelay, settings_env: pytest.MonkeyPatch
) -> None:
    today = clock.now().date().isoformat()
    use(relay, settings_env, mail_warmup=f"{today} 12 50")
    mailing_id = begin(Plan(audience=30))

    send()

    assert counts(mailing_id) == {"audience": 30, "accepted": 12, "remaining": 18}
    held = not_before()
    assert held is not None
    assert held.time() == dt.time(0)


def test_outside_the_window_bulk_mail_waits_and_urgent_mail_leaves(
    relay: FaultRelay, settings_env: pytest.MonkeyPatch
) -> None:
    closed = f"{clock.now() + dt.timedelta(hours=2):%H:%M}"
    use(relay, settings_env, mail_window=f"{closed}-{closed} UTC")
    begin(Plan(audience=2))
    begin(Plan(audience=2, lane=Lane.URGENT))

    assert send() == 0
    assert send(lane=Lane.URGENT) == 2


def test_a_dead_relay_is_passed_over(relay: FaultRelay, settings_env: pytest.MonkeyPatch) -> None:
    with FaultRelay() as gone:
        dead = gone.url
    settings_env.setenv("SYNDICATE_RELAY_URL", f"{dead}?weight=5 {relay.url}")
    settings.load.cache_clear()
    mailing_id = begin(Plan(audience=60, batch_size=10))

    send()
    send()

    assert counts(mailing_id) == {"audience": 60, "accepted": 60}
    assert len(set(relay.recipients())) == 60


def test_two_relays_share_by_weight(relay: FaultRelay, settings_env: pytest.MonkeyPatch) -> None:
    with FaultRelay() as second:
        settings_env.setenv("SYNDICATE_RELAY_URL", f"{relay.url} {second.url}?weight=3")
        settings.load.cache_clear()
        mailing_id = begin(Plan(audience=200, batch_size=5))
        send()

    assert counts(mailing_id) == {"audience": 200, "accepted": 200}
    assert 20 <= len(relay.accepted) <= 90
    assert len(relay.accepted) + len(second.accepted) == 200


def want_less(event: Event) -> bytes | None:
    if event.step == "refuse" and event.argument.endswith("@gmail.example"):
        return b"421 4.7.28 Our system has detected an unusual rate\r\n"
    return None


def test_receivers_that_want_less_hold_their_group_and_no_other(relay: FaultRelay) -> None:
    relay.fault = lambda event: (
        b"450 4.7.28 unusual rate\r\n" if want_less(event) is not None else None
    )
    groups = (("google", "gmail.example"), ("other", "example.com"))
    mailing_id = begin(Plan(audience=80, batch_size=20, groups=groups))

    send()

    told = counts(mailing_id)
    assert told == {"audience": 80, "accepted": 40, "deferred": 10, "remaining": 30}
    with transaction() as tx:
        (slowed,) = tx.scalars(select(ReceiverPace))
    assert (slowed.receiver_group, slowed.level, slowed.connections) == ("google", 0, 1)
    minutes = (slowed.held_until - clock.now()).total_seconds() / 60
    assert 9 < minutes <= 10


def test_one_greylisting_reply_holds_nobody(relay: FaultRelay) -> None:
    def greylist(event: Event) -> bytes | None:
        is_third = event.step == "RCPT" and "reader000003" in event.argument
        return b"450 4.7.1 Greylisted\r\n" if is_third else None

    relay.fault = greylist
    mailing_id = begin(Plan(audience=10))
    send()

    assert counts(mailing_id) == {"audience": 10, "accepted": 9, "deferred": 1}
    with transaction() as tx:
        assert list(tx.scalars(select(ReceiverPace))) == []


def test_a_group_is_held_longer_each_time_and_eased_connection_by_connection() -> None:
    holds = []
    moment = NOW
    for _ in range(6):
        with transaction() as tx:
            until = pacing.slow_down(tx, "google", reason="less", now=moment)
        with transaction() as tx:
            assert pacing.slow_down(tx, "google", reason="less", now=moment) == until
        holds.append((until - moment).total_seconds() / 60)
        moment = until
    assert holds == [10, 20, 40, 80, 160, 160]

    allowed = []
    for _ in range(4):
        with transaction() as tx:
            allowed.append(pacing.connections(tx, "google"))
            pacing.ease(tx, "google", most=3, now=NOW)
    assert allowed == [1, 2, 3, None]


def test_a_lease_lost_while_waiting_for_tokens_gives_the_batch_back(
    relay: FaultRelay, settings_env: pytest.MonkeyPatch
) -> None:
    use(relay, settings_env, mail_pace='{"other": "3600/h 1"}')
    mailing_id = begin(Plan(audience=5))
    configured = settings.load()
    relays = relay_addresses.parse_all(configured.need("relay_url"))
    with transaction() as tx:
        leased = batch_leases.take(tx, Lane.BULK, worker=uuid.UUID(int=1), now=clock.now())
        assert leased is not None
        tx.execute(update(Batch).values(epoch=Batch.epoch + 1))  # the reaper came by
    with Routes(relays, connections=1) as routes:
        ends_at = time.monotonic() + 30
        run = deliver.Run(Lane.BULK, configured, routes, lambda: False, ends_at)
        assert run.pacer.tokens(Lane.BULK, ["other"], 1).count == 1
        # Long enough ago for a renewal to be due as soon as it waits.
        run._send_batch(Hold(leased, time.monotonic() - RENEW_EVERY_S))

    assert (run.settled, relay.accepted) == (0, [])
    assert counts(mailing_id) == {"audience": 5, "remaining": 5}
    limits = Limits(configured.need("redis_url"), share=1)
    assert limits.hold("other", "next", wanted=1, most=1, ttl_s=1) == 1


def test_a_batch_that_has_nobody_left_teaches_nothing_about_relay_and_receivers(
    relay: FaultRelay,
) -> None:
    mailing_id = begin(Plan(audience=3))
    past = clock.now() - dt.timedelta(hours=1)
    with transaction() as tx:
        pacing.slow_down(tx, "other", reason="less", now=past)
        tx.execute(update(Subscription).values(state=SubscriptionState.ENDED))
    (name,) = (each.name for each in relay_addresses.parse_all(relay.url))
    breaker = pace.breaker(name)
    breaker.trip()
    breaker._open_until = 0.0  # the pause is over, and the relay has not been tried again

    assert send() == 3

    assert counts(mailing_id) == {"audience": 3, "skipped": 3}
    with transaction() as tx:
        assert pacing.connections(tx, "other") == 1
    assert breaker.trip() == pace.FIRST_PAUSE_S * 2


def refused(mailing_id: int, *, accepted: int, failed: int) -> None:
    with transaction() as tx:
        tx.execute(
            update(Batch)
            .where(Batch.mailing_id == mailing_id, Batch.number == 0)
            .values(accepted=accepted, failed=failed)
        )


@pytest.mark.parametrize(
    ("accepted", "failed", "is_paused"), [(180, 20, True), (200, 9, False), (100, 90, False)]
)
def test_a_mailing_that_too_many_refuse_is_paused_once(
    accepted: int, failed: int, is_paused: bool
) -> None:
    mailing_id = begin(Plan(audience=300))
    refused(mailing_id, accepted=accepted, failed=failed)

    assert guard.check(NOW) == ([mailing_id] if is_paused else [])
    assert (state(mailing_id) is MailingState.PAUSED) is is_paused
    with transaction() as tx:
        was = (MailingState.PAUSED,)
        ledger.change_state(tx, mailing_id, was=was, to=MailingState.SENDING)
        assert len(list(tx.scalars(select(Audit.id)))) == int(is_paused)
    assert guard.check(NOW) == []


@pytest.mark.parametrize(("complaints", "is_paused"), [(1, False), (2, True)])
def test_a_mailing_that_readers_complain_about_is_paused(complaints: int, is_paused: bool) -> None:
    mailing_id = begin(Plan(audience=10))
    refused(mailing_id, accepted=1000, failed=0)
    with transaction() as tx:
        for _ in range(complaints):
            tx.add(DeliveryEvent(at=NOW, mailing_id=mailing_id, kind=progress.COMPLAINED))

    assert guard.check(NOW) == ([mailing_id] if is_paused else [])


def test_a_threshold_of_nothing_never_pauses() -> None:
    health = progress.Health(1, accepted=0, refused=5000, complaints=5000)

    assert guard.reason(health, bounces=0, complaints=0) is None


def test_a_rate_that_lets_little_through_does_not_eat_a_warm_ups_day(
    relay: FaultRelay, settings_env: pytest.MonkeyPatch
) -> None:
    today = clock.now().date().isoformat()
    use(relay, settings_env, mail_pace='{"other": "20/h"}', mail_warmup=f"{today} 12 50")
    mailing_id = begin(Plan(audience=30))
    send()
    assert counts(mailing_id)["accepted"] == 1

    settings_env.delenv("SYNDICATE_MAIL_PACE")
    use(relay, settings_env, mail_warmup=f"{today} 12 50")
    make_due(mailing_id)
    send()

    assert counts(mailing_id)["accepted"] == 12
