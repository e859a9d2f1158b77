"""A sender is looked at with real DNS and a real relay, and what was found is kept for a day."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from syndicate import settings
from syndicate.mail.mime import signers
from syndicate.mail.mime.signers import Signers
from syndicate.mail.sender import check
from syndicate.mail.sender.resolver import Resolver
from syndicate.settings import Settings
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import sender_checks
from syndicate.store.newsroom.publications import Publication
from syndicate.store.newsroom.streams import Origin
from syndicate.values import SecretStr
from syndicate.vocabulary.sending import RecordState, SenderRecord
from tests import rows
from tests.mail.fault_relay import FaultRelay
from tests.mail.sender import nameserver
from tests.mail.sender.nameserver import Nameserver
from tests.rows import DAY, NOW

SPF, DKIM, DMARC, MX, REVERSE, HELO = SenderRecord
SENDER = "desk@daily.example"


@pytest.fixture
def server() -> Iterator[Nameserver]:
    """A domain that has everything, for a relay at 192.0.2.10."""
    with nameserver.running() as found:
        found.hold("TXT", "daily.example", "v=spf1 ip4:192.0.2.10 -all")
        found.hold("TXT", "_dmarc.daily.example", "v=DMARC1; p=reject")
        found.hold("MX", "daily.example", "10 mx.daily.example.")
        found.hold("A", "mx.daily.example", "192.0.2.25")
        found.hold("A", "mail.daily.example", "192.0.2.10")
        found.hold("PTR", "10.2.0.192.in-addr.arpa", "mail.daily.example.")
        yield found


def configured(server: Nameserver, **more: Any) -> Settings:
    relay = more.pop("relay_url", None)
    said: dict[str, Any] = {} if relay is None else {"relay_url": SecretStr(relay)}
    return Settings(dns_resolver=server.address, **said, **more)


def known(configured: Settings) -> Signers:
    """The key of the settings."""
    own = signers._of_settings(configured)
    return Signers() if own is None else Signers((own,), own)


def states(configured: Settings, sender: str = SENDER) -> dict[SenderRecord, RecordState]:
    return {
        each.record: each.state
        for each in check.look([Origin(sender)], configured, known(configured))
    }


@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
def test_a_key_that_stands_as_it_is_wanted_is_good(
    server: Nameserver, tmp_path: Path, kind: str
) -> None:
    key = generate_private_key(65537, 2048) if kind == "rsa" else Ed25519PrivateKey.generate()
    file = tmp_path / "dkim.pem"
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    own = configured(server, dkim_domain="daily.example", dkim_key_file=file)
    before = {each.record: each for each in check.look([Origin(SENDER)], own, known(own))}[DKIM]
    assert (before.state, before.found) == (RecordState.WRONG, "nothing")

    name, _, said = before.wanted.partition(" TXT ")
    server.zone["TXT", name] = [said]  # read as a zone file is

    assert states(own)[DKIM] is RecordState.GOOD


def test_the_relay_is_known_by_its_name_its_greeting_and_its_address(server: Nameserver) -> None:
    with FaultRelay() as relay:
        found = {
            each.record: each
            for each in check.look(
                [Origin(SENDER)],
                configured(server, relay_url=relay.url, relay_addresses=["192.0.2.10"]),
                Signers(),
            )
        }

    good = {each for each, line in found.items() if line.state is RecordState.GOOD}
    assert good == {SPF, DMARC, MX, REVERSE}
    assert (found[HELO].state, found[HELO].found) == (RecordState.WRONG, "relay.example no address")


@pytest.mark.parametrize(
    ("relay_url", "is_known"),
    [
        ("smtp://mail.daily.example:25", True),
        ("smtp://192.0.2.10:25", True),
        ("smtp://mail.daily.example:587", False),
        ("smtp://user:secret@mail.daily.example:25", False),
        ("smtp://127.0.0.1:25", False),
        ("smtp://10.1.2.3:25", False),
        ("smtp://postfix:25", False),
    ],
)
def test_addresses_that_receivers_see_are_those_of_a_relay_that_sends_itself(
    server: Nameserver, relay_url: str, is_known: bool
) -> None:
    own = configured(server, relay_url=relay_url)
    relays = check._relays(own)

    seen, hidden = check._seen(relays, own, Resolver(server.address).ask)

    assert seen == (("192.0.2.10",) if is_known else ())
    assert bool(hidden) is not is_known


def test_a_name_for_examples_is_asked_for_at_a_resolver_of_ones_own_alone() -> None:
    found = check.look([Origin(SENDER)], Settings(), Signers())

    assert {each.state for each in found} == {RecordState.UNKNOWN}
    assert {each.found for each in found} == {
        "daily.example is reserved for examples and belongs to nobody, so it is not looked up."
    }


@pytest.mark.parametrize("sender", ["", "desk", "desk@", "desk@..", "desk@-.example"])
def test_a_sender_without_a_domain_is_unknown(sender: str) -> None:
    assert set(states(Settings(), sender).values()) == {RecordState.UNKNOWN}


def test_what_is_due_is_asked_once_a_day_and_after_a_new_sender(
    database: str, server: Nameserver, settings_env: pytest.MonkeyPatch
) -> None:
    assert database
    settings_env.setenv("SYNDICATE_DNS_RESOLVER", server.address)
    settings.load.cache_clear()
    with transaction() as tx:
        publication_id = rows.publication(tx, sender_address=SENDER).id

    assert check.check_due(NOW) == 1
    assert check.check_due(NOW) == check.check_due(NOW + DAY) == 0
    assert check.check_due(NOW + DAY * 1.01) == 1

    with transaction() as tx:
        tx.session.get_one(Publication, publication_id).sender_address = "desk@other.example"
        assert sender_checks.every(tx)[0].records == ()
        assert sender_checks.is_due(tx, NOW + DAY * 1.01)
    assert check.check_due(NOW + DAY * 1.01) == 1
    with transaction() as tx:
        (found,) = sender_checks.wrong(tx)
    assert [row.record for row in found.records] == [SPF, DMARC, MX]
