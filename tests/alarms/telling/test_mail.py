"""Rings by mail: past stops, windows and a main relay that is gone; read by a person at night."""

import email
import email.policy
from email.message import EmailMessage

import pytest

from syndicate import settings
from syndicate.alarms.telling.ring import Outcome
from syndicate.mail import steering
from syndicate.store.ground.session import transaction
from syndicate.store.platform import operators
from syndicate.store.platform.tokens import Grant, Permission
from tests import rows
from tests.acting import TESTER
from tests.alarms.telling.steps import NOW, OVER, S, health, ring, tell, use
from tests.mail.fault_relay import Event, FaultRelay

WHOLE_NIGHT = "00:00-00:01 UTC"


def mails(server: FaultRelay) -> list[tuple[str, EmailMessage]]:
    return [
        (each.rcpt, email.message_from_bytes(each.content, policy=email.policy.SMTP))
        for each in server.accepted
    ]


def body(mail: EmailMessage, kind: str = "plain") -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def test_a_ring_is_mailed_as_somebody_reads_it_at_night(relay: FaultRelay) -> None:
    with transaction() as tx:
        rows.publication(tx, slug="courier", name="The Courier", sender_address="n@courier.example")

    assert tell(ring())[7] == [Outcome("mail", NOW)]

    [(to, mail)] = mails(relay)
    assert to == "night@example.com"
    assert mail["Subject"] == (
        "Ringing: held issues (courier): No. 7 of Morning is held: <the picture> is wrong & old."
    )
    assert mail["From"] == '"Syndicate, The Courier" <n@courier.example>'
    assert mail["Auto-Submitted"] == "auto-generated"
    text = body(mail).replace("\r\n", "\n")
    assert text.startswith(
        "Ringing: held issues (courier)\n\n"
        "No. 7 of Morning is held: <the picture> is wrong & old.\n\n"
        "Since: 24 Nov 2026 09:12 UTC\n"
        "For: night desk\n\n"
        "Look into it:\nhttps://news.example/console/issues/7\n"
    )
    page = body(mail, "html")
    assert "&lt;the picture&gt;" in page
    assert "<img" not in page
    assert page.count("http") == text.count("http") * 2  # no address but those that are read


def test_a_ring_is_told_while_everything_is_stopped_and_no_mail_has_its_hours(
    relay: FaultRelay, settings_env: pytest.MonkeyPatch
) -> None:
    use(settings_env, mail_window=WHOLE_NIGHT)
    steering.stop_everything("a test", actor=TESTER, now=NOW)

    tell(ring())
    tell(ring(state=OVER), 1 * S)

    said = [mail["Subject"].partition(" (")[0] for _, mail in mails(relay)]
    assert said == ["Ringing: held issues", "Over: held issues"]


def test_the_operators_relay_tells_when_the_main_one_is_gone(
    relay: FaultRelay, settings_env: pytest.MonkeyPatch
) -> None:
    use(settings_env, relay_url="smtp://127.0.0.1:1", operators_relay_url=relay.url)

    assert tell(ring())[7] == [Outcome("mail", NOW)]


def test_a_relay_that_is_gone_fails_the_mail_way_and_gets_each_ring_once_when_it_is_back(
    relay: FaultRelay, settings_env: pytest.MonkeyPatch
) -> None:
    use(settings_env, relay_url="smtp://127.0.0.1:1")
    [outcome] = tell([ring(1), ring(2)])[1]
    assert outcome.told_at is None
    assert "127.0.0.1:1" in outcome.error
    assert health("mail").failing_since == NOW
    use(settings_env, relay_url=relay.url)

    for second in (20, 30, 40):
        tell([ring(1), ring(2)], second * S)

    assert [mail["Message-ID"][:16] for _, mail in mails(relay)] == [
        "<ring-1-ringing-",
        "<ring-2-ringing-",
    ]


def test_one_address_that_is_refused_costs_the_others_nothing(
    relay: FaultRelay, settings_env: pytest.MonkeyPatch
) -> None:
    use(settings_env, bell_mail='["gone@example.com", "night@example.com"]')

    def fault(event: Event) -> bytes | None:
        is_gone = event.step == "RCPT" and "gone@" in event.argument
        return b"550 5.1.1 no gone@example.com\r\n" if is_gone else None

    relay.fault = fault

    tell(ring())
    tell(ring(), 60 * S)

    assert [to for to, _ in mails(relay)] == ["night@example.com"]
    assert health("mail").failing_since is None


@pytest.mark.usefixtures("relay")
def test_without_a_list_who_may_add_operators_is_told(
    relay: FaultRelay, settings_env: pytest.MonkeyPatch
) -> None:
    use(settings_env, bell_mail="")
    with transaction() as tx:
        for slug, permission in (("chief", Permission.OPERATORS), ("desk", Permission.READ)):
            operators.grant(tx, rows.operator(tx, slug).id, [Grant(permission)])

    tell(ring())

    assert [to for to, _ in mails(relay)] == ["chief@example.com"]
    assert settings.load().bell_mail == []
