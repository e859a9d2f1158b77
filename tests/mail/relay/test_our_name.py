"""What a relay hears in EHLO: a name that it can look up, and never "localhost" from afar."""

import socket
from collections.abc import Iterator

import pytest
from sqlalchemy import select, update

from syndicate import settings
from syndicate.errors import SettingsError
from syndicate.mail.relay import our_name
from syndicate.mail.relay.smtp import Session
from syndicate.mail.relay.supply import Envelope
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom.publications import Publication
from syndicate.store.sending.mailings import Mailing
from tests.mail import steps
from tests.mail.campaign import start
from tests.mail.fault_relay import FaultRelay

ENVELOPE = Envelope(0, "b@news.example", "reader001@example.com", (b"A: b\r\n\r\nhello\r\n",))


def own_address() -> str:
    """An address of this machine that is not a loopback one; nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            sock.connect(("198.51.100.1", 25))
        except OSError:
            pytest.skip("this machine has no address but its loopback ones")
        return str(sock.getsockname()[0])


@pytest.fixture
def far() -> Iterator[FaultRelay]:
    """A relay that is not reached by a loopback address."""
    with FaultRelay(host=own_address()) as server:
        yield server


def heard(server: FaultRelay, *, helo: str | None = None, sender_domain: str = "") -> str:
    """The name in EHLO, of a message that is really sent."""
    with Session(server.relay(), connections=1, helo=helo) as session:
        session.sender_domain = sender_domain
        session.send(iter([ENVELOPE]), lambda _result: None, lambda: float("inf"))
    (greeting,) = [line for line in server.lines if line.startswith("EHLO")]
    return greeting.removeprefix("EHLO ").strip()


def test_a_relay_on_this_machine_is_told_localhost() -> None:
    with FaultRelay() as server:
        assert heard(server, sender_domain="courier.example") == "localhost"


def test_the_setting_stands_before_everything(far: FaultRelay) -> None:
    assert (
        heard(far, helo="out.courier.example", sender_domain="x.example") == "out.courier.example"
    )


def test_a_relay_elsewhere_hears_a_name_of_this_machine_or_of_the_sender(far: FaultRelay) -> None:
    assert heard(far, sender_domain="courier.example") == (
        our_name.host_name() or "courier.example"
    )


def test_without_any_name_it_hears_an_address(far: FaultRelay) -> None:
    assert heard(far) == (our_name.host_name() or f"[{far.host}]")


@pytest.mark.usefixtures("database")
def test_a_campaign_greets_in_the_name_of_its_sender(settings_env: pytest.MonkeyPatch) -> None:
    with FaultRelay(host=own_address()) as server:
        steps.use(server, settings_env)
        mailing_id = start()
        with transaction() as tx:
            paper = select(Publication.id).scalar_subquery()
            tx.execute(update(Mailing).where(Mailing.id == mailing_id).values(publication_id=paper))
        steps.send()

    greetings = {line.strip() for line in server.lines if line.startswith("EHLO")}
    assert greetings == {f"EHLO {our_name.host_name() or 'daily.example'}"}
    assert server.accepted


@pytest.mark.parametrize(
    ("ours", "theirs", "domain", "name"),
    [
        ("127.0.0.1", "127.0.0.1", "courier.example", "localhost"),
        ("::1", "::1", "courier.example", "localhost"),
        ("::ffff:127.0.0.1", "::ffff:127.0.0.1", "", "localhost"),
        ("192.0.2.7", "192.0.2.9", "courier.example", "courier.example"),
        ("192.0.2.7", "192.0.2.9", "bücher.example", "xn--bcher-kva.example"),
        ("192.0.2.7", "192.0.2.9", "localhost", "[192.0.2.7]"),
        ("192.0.2.7", "192.0.2.9", "news.localhost", "[192.0.2.7]"),
        ("192.0.2.7", "192.0.2.9", "", "[192.0.2.7]"),
        ("2001:db8::7", "2001:db8::9", "", "[IPv6:2001:db8::7]"),
        ("fe80::7%eth0", "fe80::9%eth0", "", "[IPv6:fe80::7]"),
        ("::ffff:192.0.2.7", "::ffff:192.0.2.9", "", "[192.0.2.7]"),
    ],
)
def test_a_name_is_found_in_this_order(ours: str, theirs: str, domain: str, name: str) -> None:
    found = our_name.our_name(ours, theirs, sender_domain=domain)

    assert found in {name, our_name.host_name()}
    assert found != "localhost" or name == "localhost"


@pytest.mark.parametrize("name", ["localhost", "no-such-name.invalid", "a" * 300, ""])
def test_a_name_that_only_this_machine_knows_does_not_count(name: str) -> None:
    assert not our_name.resolves(name)


@pytest.mark.parametrize(
    "said", ["mail.courier.example", "[192.0.2.7]", "[IPv6:2001:db8::7]", "xn--bcher-kva.example"]
)
def test_a_name_or_an_address_can_be_set(settings_env: pytest.MonkeyPatch, said: str) -> None:
    settings_env.setenv("SYNDICATE_RELAY_HELO", said)
    settings.load.cache_clear()

    assert settings.load().relay_helo == said


@pytest.mark.parametrize(
    "said",
    ["localhost", "mail", "a b.example", "[nowhere]", "x.localdomain", "bücher.example", "a..b"],
)
def test_what_no_relay_could_look_up_is_refused(
    settings_env: pytest.MonkeyPatch, said: str
) -> None:
    settings_env.setenv("SYNDICATE_RELAY_HELO", said)
    settings.load.cache_clear()

    with pytest.raises(SettingsError, match="relay_helo is not usable: it is neither a host name"):
        settings.load()
