"""A relay's address as operators write it."""

import re

import pytest

from syndicate import settings
from syndicate.errors import SettingsError
from syndicate.mail.relay import addresses
from syndicate.mail.relay.addresses import Relay

SECRET = "s/cret"  # noqa: S105 - of nobody
CASES = [
    ("smtp://relay.example", Relay("relay.example", 25)),
    ("smtps://relay.example", Relay("relay.example", 465, is_tls=True)),
    (
        "smtp://me%40x:s%2Fcret@10.0.0.1:2525?starttls=required&chunking=1",
        Relay("10.0.0.1", 2525, starttls="required", user="me@x", secret=SECRET, is_chunking=True),
    ),
    ("smtp://relay.example?starttls=offered", Relay("relay.example", 25, starttls="offered")),
    ("smtp://relay.example?starttls=auto", Relay("relay.example", 25, starttls="offered")),
    ("smtp://relay.example?starttls=off", Relay("relay.example", 25, starttls="never")),
    (
        "smtp://u:p@relay.example?password=clear",
        Relay("relay.example", 25, user="u", secret="p", is_secret_clear=True),  # noqa: S106
    ),
]


@pytest.mark.parametrize(("url", "expected"), CASES)
def test_parse(url: str, expected: Relay) -> None:
    assert addresses.parse(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "",
        "relay.example",
        "http://relay.example",
        "smtp://",
        "smtp://x?tls=1",
        "smtp://x?starttls=maybe",
        "smtp://x?password=hunter2",
        "smtp://a.example smtp://b.example",
    ],
)
def test_parse_refuses_what_is_no_relay(url: str) -> None:
    with pytest.raises(SettingsError):
        addresses.parse(url)


def test_the_name_holds_no_secret() -> None:
    assert addresses.parse("smtp://me:secret@relay.example:587").name == "relay.example:587"


def test_parse_all_reads_several_with_their_weights() -> None:
    first, second = addresses.parse_all(
        "smtp://a.example?weight=3&connections=8\n smtp://b.example:2525"
    )

    assert (first.name, first.weight, first.connections) == ("a.example:25", 3, 8)
    assert (second.name, second.weight, second.connections) == ("b.example:2525", 1, None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "smtp://a smtp://a:25",
        "smtp://a?weight=0",
        "smtp://a?weight=x",
        "smtp://a, smtp://b",
    ],
)
def test_parse_all_refuses_what_is_no_set_of_relays(text: str) -> None:
    with pytest.raises(SettingsError):
        addresses.parse_all(text)


@pytest.mark.parametrize(
    "written", ["pa#ss", "pa?ss", "pa/ss", "pa ss", "[pass", "pass@[", "p:a:ss#"]
)
def test_a_password_that_is_not_written_for_an_address_is_in_no_sentence(written: str) -> None:
    with pytest.raises(SettingsError) as caught:
        addresses.parse_all(f"smtp://user:{written}@mx.example:587")

    said = str(caught.value)
    assert "write smtp://HOST:PORT" in said
    assert not {part for part in re.split(r"[^a-z]", written) if part} & set(re.split(r"\W", said))
    # Nor in what a traceback would tell of.
    assert caught.value.__cause__ is None or written not in str(caught.value.__cause__)


def test_the_setting_rules_the_relays_that_say_nothing(settings_env: pytest.MonkeyPatch) -> None:
    settings_env.setenv("SYNDICATE_RELAY_URL", "smtp://a.example smtp://b.example?starttls=never")
    settings_env.setenv("SYNDICATE_OPERATORS_RELAY_URL", "smtp://c.example")
    settings_env.setenv("SYNDICATE_RELAY_TLS", "offered")
    settings.load.cache_clear()
    own = settings.load()

    ruled = [*addresses.of_readers(own), addresses.to_operators(own)]

    assert [each.starttls for each in ruled] == ["offered", "never", "offered"]
