"""What must be encrypted on the way to a relay, and who must vouch for it."""

from typing import Any

import pytest

from syndicate.mail.relay import privacy
from syndicate.mail.relay.addresses import Relay

SECRET: dict[str, Any] = {"user": "newsroom", "secret": "s3cret"}
CLEAR = {**SECRET, "is_secret_clear": True}
# wants TLS, needs it, needs proof
CASES: list[tuple[dict[str, Any], bool, tuple[bool, bool, bool]]] = [
    ({}, True, (True, False, False)),
    ({}, False, (True, True, True)),
    ({"starttls": "offered"}, False, (True, False, False)),
    ({"starttls": "never"}, False, (False, False, False)),
    ({"starttls": "required"}, True, (True, True, True)),
    (SECRET, True, (True, False, False)),
    (SECRET, False, (True, True, True)),
    ({**SECRET, "starttls": "offered"}, False, (True, False, True)),
    ({**SECRET, "starttls": "never"}, False, (True, False, True)),
    ({**CLEAR, "starttls": "never"}, False, (False, False, False)),
    ({**CLEAR, "starttls": "offered"}, False, (True, False, False)),
    (CLEAR, False, (True, True, True)),
    ({"is_tls": True, "starttls": "never"}, True, (False, False, True)),
]


@pytest.mark.parametrize(("said", "is_here", "expected"), CASES)
def test_what_each_relay_must_encrypt_and_prove(
    said: dict[str, Any], is_here: bool, expected: tuple[bool, bool, bool]
) -> None:
    rule = privacy.rule(Relay("mx.example", 587, **said), is_here=is_here)

    assert (rule.wants_tls, rule.needs_tls, rule.needs_proof) == expected


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        ("127.0.0.1", "127.0.0.1", True),
        ("::1", "::1", True),
        ("::ffff:127.0.0.1", "::ffff:127.0.0.2", True),
        ("192.0.2.7", "192.0.2.7", True),
        ("fe80::1%eth0", "fe80::1%eth0", True),
        ("192.0.2.7", "192.0.2.8", False),
        ("10.0.0.7", "10.0.0.8", False),
        ("172.18.0.3", "172.18.0.2", False),
        ("fe80::1%eth0", "fe80::2%eth0", False),
    ],
)
def test_a_private_network_is_not_this_machine(ours: str, theirs: str, expected: bool) -> None:
    assert privacy.is_here(ours, theirs) is expected
