"""Relays are asked whether mail may leave by them, and what they answer is written down."""

import pytest

from syndicate import clock, settings
from syndicate.alarms import heart
from syndicate.store.ground.session import transaction
from syndicate.store.platform import heartbeats
from syndicate.store.platform.heartbeats import HeartKind
from tests.mail.fault_relay import Event, FaultRelay

pytestmark = pytest.mark.usefixtures("database")


def said_of(url: str, env: pytest.MonkeyPatch, **more: str) -> str | None:
    """What is written down about the only relay; None where all is well."""
    for name, value in {"SYNDICATE_RELAY_URL": url, **more}.items():
        env.setenv(name, value)
    settings.load.cache_clear()
    heart.ask_relays()
    with transaction() as tx:
        (only,) = heartbeats.known(tx, HeartKind.RELAY, clock.now())
    return only.said


def test_a_relay_from_which_the_network_took_starttls_is_told_of_and_told_nothing(
    settings_env: pytest.MonkeyPatch,
) -> None:
    with FaultRelay(offered=("AUTH PLAIN",)) as relay:
        name = relay.relay().name
        why = said_of(relay.url, settings_env, SYNDICATE_RELAY_TLS="required")
        lines = list(relay.lines)
        well = said_of(relay.url, settings_env, SYNDICATE_RELAY_TLS="offered")
        secret = relay.url.replace("smtp://", "smtp://user:hunter2@")
        unsaid = said_of(secret, settings_env)

    assert why is not None
    assert f"The relay {name} offers no STARTTLS" in why
    assert lines == ["EHLO localhost"]
    assert well is None
    assert unsaid is not None
    assert "password is not sent" in unsaid
    assert not any("AUTH" in line for line in relay.lines)


def test_a_relay_that_takes_our_name_from_nobody_answers_and_one_that_is_away_does_not(
    settings_env: pytest.MonkeyPatch,
) -> None:
    def strict(event: Event) -> bytes | None:
        return b"550 5.7.1 Who?\r\n" if event.step in {"EHLO", "HELO"} else None

    with FaultRelay(strict) as relay:
        url = relay.url
        assert said_of(url, settings_env) is None
    assert "cannot be reached" in (said_of(url, settings_env) or "")
