"""A relay's address as operators write it."""

import pytest

from syndicate.errors import SettingsError
from syndicate.mail import relay
from syndicate.mail.relay import Relay

SECRET = "s/cret"  # noqa: S105 - of nobody
CASES = [
    ("smtp://relay.example", Relay("relay.example", 25)),
    ("smtps://relay.example", Relay("relay.example", 465, is_tls=True)),
    (
        "smtp://me%40x:s%2Fcret@10.0.0.1:2525?starttls=required&chunking=1",
        Relay("10.0.0.1", 2525, starttls="required", user="me@x", secret=SECRET, is_chunking=True),
    ),
]


@pytest.mark.parametrize(("url", "expected"), CASES)
def test_parse(url: str, expected: Relay) -> None:
    assert relay.parse(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "",
        "relay.example",
        "http://relay.example",
        "smtp://",
        "smtp://x?tls=1",
        "smtp://x?starttls=maybe",
    ],
)
def test_parse_refuses_what_is_no_relay(url: str) -> None:
    with pytest.raises(SettingsError):
        relay.parse(url)


def test_the_name_holds_no_secret() -> None:
    assert relay.parse("smtp://me:secret@relay.example:587").name == "relay.example:587"
