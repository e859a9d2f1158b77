"""The name in a relay's greeting, and none where it does not greet."""

import socket

from syndicate.mail.relay import banner
from syndicate.mail.relay.addresses import Relay
from tests.mail.fault_relay import Event, FaultRelay


def test_a_greeting_names_the_relay() -> None:
    with FaultRelay() as relay:
        assert banner.name_of(relay.relay()) == "relay.example"


def test_a_relay_that_is_busy_or_away_has_no_name() -> None:
    def busy(event: Event) -> bytes | None:
        return b"421 relay.example is busy\r\n" if event.step == "connect" else None

    with FaultRelay(fault=busy) as relay:
        assert banner.name_of(relay.relay()) == ""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        assert banner.name_of(Relay("127.0.0.1", unused.getsockname()[1])) == ""
