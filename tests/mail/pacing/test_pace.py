"""Reading what the operator allows, and when mail may leave."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.errors import SettingsError
from syndicate.mail.pacing import pace, routes
from syndicate.mail.pacing.pace import Breaker
from syndicate.mail.relay.addresses import Relay
from syndicate.paces import Limit, WarmUp
from syndicate.store.sending.batch_leases import LeasedBatch

NOW = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("value", "limit"),
    [
        ("10/s 5", Limit(10, 5)),
        ("90/min", Limit(1.5, None)),
        ("3600/h", Limit(1, None)),
        ("5", Limit(None, 5)),
        ("", Limit()),
    ],
)
def test_read_limits(value: str, limit: Limit) -> None:
    assert pace.read_limits({"google": value}) == {"google": limit}


@pytest.mark.parametrize("value", ["fast", "10/s 5 x", "0/s", "10/week", "-1", "0"])
def test_read_limits_refuses_what_is_no_limit(value: str) -> None:
    with pytest.raises(SettingsError, match="MAIL_PACE"):
        pace.read_limits({"a": value})


@pytest.mark.parametrize(
    ("day", "most"), [(-1, None), (0, 50), (1, 100), (2, 500), (3, None), (400, None)]
)
def test_a_warm_up_has_numbers_for_its_days(day: int, most: int | None) -> None:
    plan = pace.read_warm_up("2026-11-24 50 100 500")

    assert plan == WarmUp(dt.date(2026, 11, 24), (50, 100, 500))
    assert plan is not None
    assert plan.most(NOW + dt.timedelta(days=day)) == most


@pytest.mark.parametrize("setting", ["", "tomorrow 50", "2026-11-24 many"])
def test_a_warm_up_that_is_none_is_refused(setting: str) -> None:
    with pytest.raises(SettingsError, match="WARMUP"):
        pace.read_warm_up(setting)


@pytest.mark.parametrize(
    ("setting", "moment", "is_open"),
    [
        ("06:00-22:00 UTC", "05:59", False),
        ("06:00-22:00 UTC", "06:00", True),
        ("06:00-22:00 UTC", "22:00", False),
        ("22:00-06:00 UTC", "23:00", True),
        ("22:00-06:00 UTC", "05:59", True),
        ("22:00-06:00 UTC", "06:00", False),
        ("06:00-22:00 Asia/Qatar", "03:00", True),
        ("06:00-22:00 Asia/Qatar", "19:00", False),
    ],
)
def test_a_window_is_open_in_its_zone(setting: str, moment: str, is_open: bool) -> None:
    window = pace.read_window(setting)

    assert window is not None
    now = dt.datetime.fromisoformat(f"2026-11-24T{moment}:00+00:00")
    assert window.is_open(now) is is_open


@pytest.mark.parametrize("setting", ["", "6-22 UTC", "25:00-26:00 UTC", "06:00-22:00 Nowhere/At"])
def test_a_window_that_is_none_is_refused(setting: str) -> None:
    with pytest.raises(SettingsError, match="WINDOW"):
        pace.read_window(setting)


def test_nothing_set_limits_nothing() -> None:
    assert pace.read_limits({}) == {}
    assert pace.read_warm_up(None) is None
    assert pace.read_window(None) is None


def test_a_breaker_waits_longer_each_time_and_a_minute_at_most() -> None:
    breaker = Breaker()

    pauses = [breaker.trip() for _ in range(7)]

    assert pauses == [2, 4, 8, 16, 32, 60, 60]
    assert breaker.is_open()
    breaker.close()
    assert not breaker.is_open()
    assert breaker.trip() == 2


def test_a_relay_that_was_left_is_heard_out_longer_each_time_and_five_minutes_at_most() -> None:
    pace.BREAKERS.clear()
    relay, leased = Relay("slow.example", 25), LeasedBatch(7, 0, 1, "other")
    breaker, granted = pace.breaker(relay.name), []

    with routes.Routes([relay], connections=1) as found:
        session = found.session(leased)
        assert session
        for _ in range(6):
            granted.append(session.patience.first_s)
            breaker.trip()
            breaker._open_until = 0.0  # its pause is over
            assert found.session(leased) is session
        breaker.close()
        found.session(leased)

    assert granted == [30, 60, 120, 240, 300, 300]
    assert session.patience.first_s == 30


RELAYS = (Relay("a.example", 25, weight=3), Relay("b.example", 25), Relay("c.example", 25))


def test_batches_go_to_relays_by_weight() -> None:
    chosen = [
        routes.choose(RELAYS, LeasedBatch(7, number, 1, "other"), lambda _relay: False)
        for number in range(5000)
    ]

    shares = [sum(1 for each in chosen if each is relay) / 5000 for relay in RELAYS]
    assert shares == pytest.approx([0.6, 0.2, 0.2], abs=0.03)


@given(st.integers(1, 2**40), st.integers(0, 20_000))
def test_a_batch_never_goes_to_a_dead_relay(mailing_id: int, number: int) -> None:
    leased = LeasedBatch(mailing_id, number, 1, "other")

    chosen = routes.choose(RELAYS, leased, lambda relay: relay.host != "b.example")

    assert chosen is RELAYS[1]
    assert routes.choose(RELAYS, leased, lambda _relay: True) is None
