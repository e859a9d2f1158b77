"""A stream leaves by its own relays, at its own pace, and with its own warm-up."""

import datetime as dt

import pytest
from sqlalchemy import select, update

from syndicate import clock, settings
from syndicate.mail.pacing import pace, routes
from syndicate.mail.relay.addresses import Relay
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import streams
from syndicate.store.newsroom.publications import Publication
from syndicate.store.newsroom.streams import MailStream
from syndicate.store.sending import ledger
from syndicate.store.sending.batch_leases import LeasedBatch
from syndicate.store.sending.mailings import Batch, Mailing
from syndicate.vocabulary.sending import Stream
from tests.mail.campaign import Plan
from tests.mail.fault_relay import FaultRelay
from tests.mail.steps import begin, counts, make_due, send

RELAYS = (Relay("a.example", 25), Relay("b.example", 25, pool="bulk"), Relay("c.example", 25))


@pytest.mark.parametrize(("pool", "hosts"), [("", "ac"), ("bulk", "b"), ("gone", "ac")])
def test_a_pool_has_the_relays_that_name_it_and_nobody_else_has(pool: str, hosts: str) -> None:
    assert "".join(each.host[0] for each in routes.in_pool(RELAYS, pool)) == hosts


def test_where_every_relay_is_in_a_pool_they_take_what_names_none() -> None:
    alone = (Relay("b.example", 25, pool="bulk"),)

    assert routes.in_pool(alone, "") == alone
    assert routes.in_pool(alone, "other") == alone


def test_no_other_relay_stands_in_for_a_pool_that_is_dead() -> None:
    leased = LeasedBatch(7, 1, 1, "other")

    chosen = routes.choose(RELAYS, leased, lambda relay: relay.pool == "bulk", "bulk")

    assert chosen is None


def own(mailing_id: int, **columns: str) -> None:
    """Give the digests of a mailing's publication something of their own."""
    with transaction() as tx:
        mailing = ledger.find(tx, mailing_id)
        assert mailing is not None
        publication_id = mailing.publication_id or tx.scalars(select(Publication.id)).first()
        mailing.publication_id = publication_id
        streams.add(tx, MailStream(publication_id=publication_id, slug=Stream.DIGEST, **columns))


def waits_until(mailing_id: int) -> dt.datetime | None:
    with transaction() as tx:
        return tx.scalar(select(Batch.not_before).where(Batch.mailing_id == mailing_id))


@pytest.mark.usefixtures("database")
def test_a_stream_leaves_by_its_own_relay_and_waits_for_it(
    relay: FaultRelay, settings_env: pytest.MonkeyPatch
) -> None:
    with FaultRelay() as bulk:
        settings_env.setenv("SYNDICATE_RELAY_URL", f"{relay.url} {bulk.url}?pool=bulk")
        settings.load.cache_clear()
        mailing_id = begin(Plan(audience=20, batch_size=5))
        own(mailing_id, pool="bulk")
        send()
        assert counts(mailing_id) == {"audience": 20, "accepted": 20}
        assert (len(relay.accepted), len(bulk.accepted)) == (0, 20)
    again = begin(Plan(audience=5, batch_size=5))
    with transaction() as tx:
        owner = select(MailStream.publication_id).scalar_subquery()
        tx.execute(update(Mailing).values(publication_id=owner))

    send()

    assert counts(again) == {"audience": 5, "remaining": 5}
    assert relay.accepted == []
    until = waits_until(again)
    assert until is not None
    assert until > clock.now()
    settings_env.setenv("SYNDICATE_RELAY_URL", relay.url)  # nobody is in the pool any more
    settings.load.cache_clear()
    make_due(again)
    send()
    assert counts(again) == {"audience": 5, "accepted": 5}


@pytest.mark.usefixtures("database")
def test_a_dead_pool_is_asked_again_when_its_relay_is_and_no_sooner(
    relay: FaultRelay, settings_env: pytest.MonkeyPatch
) -> None:
    with FaultRelay() as bulk:
        gone = bulk.url
    settings_env.setenv("SYNDICATE_RELAY_URL", f"{relay.url} {gone}?pool=bulk")
    settings.load.cache_clear()
    mailing_id = begin(Plan(audience=15, batch_size=5))
    own(mailing_id, pool="bulk")
    breaker = pace.breaker(gone.removeprefix("smtp://"))
    for _ in range(6):
        breaker.trip()
    began = clock.now()

    send()

    with transaction() as tx:
        query = select(Batch.not_before).where(Batch.mailing_id == mailing_id)
        waits = [until for until in tx.scalars(query) if until is not None]
    assert len(waits) == 3
    assert min(waits) > began + dt.timedelta(seconds=pace.LONGEST_PAUSE_S - 5)
    assert max(waits) < clock.now() + dt.timedelta(seconds=pace.LONGEST_PAUSE_S)


@pytest.mark.usefixtures("database", "valkey_url", "relay")
def test_a_stream_has_a_pace_of_its_own() -> None:
    mailing_id = begin(Plan(audience=5))
    own(mailing_id, pace="1/h")

    send()

    assert counts(mailing_id) == {"audience": 5, "accepted": 1, "remaining": 4}
    until = waits_until(mailing_id)
    assert until is not None
    assert dt.timedelta(minutes=50) < until - clock.now() <= dt.timedelta(hours=1)


@pytest.mark.usefixtures("database", "relay")
def test_a_stream_warms_up_by_itself() -> None:
    mailing_id = begin(Plan(audience=30))
    own(mailing_id, warm_up=f"{clock.now().date().isoformat()} 12 50")

    send()

    assert counts(mailing_id) == {"audience": 30, "accepted": 12, "remaining": 18}
    until = waits_until(mailing_id)
    assert until is not None
    assert until.time() == dt.time(0)


@pytest.mark.usefixtures("database", "relay")
def test_a_pace_that_nobody_can_read_holds_no_mail() -> None:
    mailing_id = begin(Plan(audience=3))
    own(mailing_id, pace="fast", warm_up="soon")

    send()

    assert counts(mailing_id) == {"audience": 3, "accepted": 3}
