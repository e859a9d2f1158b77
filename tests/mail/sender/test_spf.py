"""SPF as receivers evaluate it: who may send, and when they give up."""

import ipaddress

import pytest

from syndicate.mail.sender import spf
from tests.mail.sender.nameserver import zone_of

RELAY = ipaddress.ip_address("192.0.2.10")
SIX = ipaddress.ip_address("2001:db8::10")
HELD = {
    ("A", "daily.example"): ("192.0.2.10",),
    ("MX", "daily.example"): ("10 mx.daily.example",),
    ("A", "mx.daily.example"): ("192.0.2.25",),
    ("AAAA", "mx.daily.example"): ("2001:db8::10",),
    ("TXT", "provider.example"): ("v=spf1 ip4:192.0.2.0/24 -all",),
    ("TXT", "loop.example"): ("v=spf1 include:loop.example -all",),
    ("TXT", "bare.example"): ("hello",),
}


def verdict(record: str, address: spf.Address | None = RELAY) -> tuple[str, str]:
    held = {**HELD, ("TXT", "daily.example"): tuple(record.split("|"))}
    found = spf.check("daily.example", address, zone_of(held, "away.example"))
    return found.outcome, found.why


@pytest.mark.parametrize(
    ("record", "outcome"),
    [
        ("hello", "none"),
        ("v=spf10 ip4:192.0.2.10", "none"),
        ("v=spf1 ip4:192.0.2.10 -all", "pass"),
        ("V=SPF1 IP4:192.0.2.0/28 -ALL", "pass"),
        ("v=spf1 ip4:192.0.2.11 -all", "fail"),
        ("v=spf1 ~all", "softfail"),
        ("v=spf1 ?all", "neutral"),
        ("v=spf1 ip6:2001:db8::/32", "neutral"),
        ("v=spf1 a -all", "pass"),
        ("v=spf1 mx -all", "fail"),
        ("v=spf1 mx/24 -all", "pass"),
        ("v=spf1 a:mx.daily.example/24//64 -all", "pass"),
        ("v=spf1 -ip4:192.0.2.10 +all", "fail"),
        ("v=spf1 include:provider.example -all", "pass"),
        ("v=spf1 redirect=provider.example", "pass"),
        ("v=spf1 exp=why.example -all", "fail"),
        ("v=spf1 exists:daily.example -all", "pass"),
        ("v=spf1 include:%{d}.provider.example -all", "unknown"),
        ("v=spf1 ptr -all", "unknown"),
        ("v=spf1 ptr ip4:192.0.2.10 -all", "pass"),
        ("v=spf1 include:away.example -all", "unknown"),
        ("v=spf1 a -all|v=spf1 mx -all", "broken"),
        ("v=spf1 include:bare.example -all", "broken"),
        ("v=spf1 redirect=bare.example", "broken"),
        ("v=spf1 include:loop.example -all", "broken"),
        ("v=spf1 ip4:192.0.2.300 -all", "broken"),
        ("v=spf1 ipv4:192.0.2.10 -all", "broken"),
        ("v=spf1 a:g1.example a:g2.example a:g3.example -all", "broken"),
    ],
)
def test_outcome(record: str, outcome: str) -> None:
    assert verdict(record)[0] == outcome


def test_an_address_of_the_newer_kind_is_compared_with_its_own() -> None:
    assert verdict("v=spf1 mx -all", SIX)[0] == "pass"
    assert verdict("v=spf1 mx//128 ip4:0.0.0.0/0 -all", SIX)[0] == "pass"
    assert verdict("v=spf1 ip4:0.0.0.0/0 -all", SIX)[0] == "fail"


def test_eleven_lookups_are_one_too_many() -> None:
    ten, eleven = (" ".join(["a:daily.example"] * number) for number in (10, 11))

    assert verdict(f"v=spf1 {ten} -all", None) == ("neutral", "")
    assert verdict(f"v=spf1 {eleven} -all", None) == (
        "broken",
        "It takes more than 10 lookups, at which receivers give up.",
    )


def test_what_is_broken_is_told() -> None:
    assert verdict("v=spf1 a -all|v=spf1 mx -all")[1] == (
        "daily.example has 2 SPF records; it can have only one."
    )
    assert verdict("v=spf1 include:away.example -all")[1] == "No answer from DNS."
