"""The door to DNS, against a real server on loopback: what is there, what is not, and silence."""

import time
from collections.abc import Iterator

import pytest

from syndicate.mail.sender.lines import Answer
from syndicate.mail.sender.resolver import Resolver
from tests.mail.sender import nameserver
from tests.mail.sender.nameserver import Nameserver


@pytest.fixture
def server() -> Iterator[Nameserver]:
    with nameserver.running() as found:
        yield found


def test_records_are_read_as_text(server: Nameserver) -> None:
    server.zone["TXT", "daily.example"] = ['"v=spf1 " "-all"', '"b\\007ell"']
    server.hold("MX", "daily.example", "10 mx.other.example.", "0 .")
    server.hold("PTR", "10.2.0.192.in-addr.arpa", "mail.daily.example.")
    ask = Resolver(server.address).ask

    assert ask("TXT", "daily.example").found == ("b ell", "v=spf1 -all")
    assert ask("MX", "Daily.Example").found == ("0", "10 mx.other.example")
    assert ask("PTR", "192.0.2.10").found == ("mail.daily.example",)
    assert ask("A", "daily.example") == ask("A", "gone.example") == Answer()


def test_a_question_is_asked_once(server: Nameserver) -> None:
    ask = Resolver(server.address).ask

    assert ask("TXT", "daily.example") == ask("TXT", "DAILY.example")
    assert server.asked == [("TXT", "daily.example")]


@pytest.mark.parametrize("name", ["broken.example", "x" * 64 + ".example", "a..example"])
def test_what_cannot_be_answered_is_unknown(server: Nameserver, name: str) -> None:
    server.broken.add("broken.example")

    found = Resolver(server.address).ask("TXT", name)

    assert found.found == ()
    assert found.trouble.startswith(f"{server.address} did not say: ")


def test_a_server_that_is_silent_is_left_alone_soon(server: Nameserver) -> None:
    server.silent.add("*")
    resolver = Resolver(server.address)
    began = time.monotonic()

    found = {resolver.ask("TXT", f"n{number}.example").trouble for number in range(9)}

    assert found == {f"No answer from {server.address}."}
    assert time.monotonic() - began < 6
    assert {name for _, name in server.asked} == {"n0.example", "n1.example"}


def test_a_check_ends_in_time(server: Nameserver) -> None:
    assert Resolver(server.address, budget_s=0).ask("A", "daily.example").trouble
    assert server.asked == []
