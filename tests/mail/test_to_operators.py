"""Operators are told of the console by mail, each of each thing once, whatever is stopped."""

import datetime as dt
import email
import email.policy
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlalchemy import func, select, update

from syndicate import settings
from syndicate.errors import SettingsError
from syndicate.mail import steering, to_operators
from syndicate.newsroom import operators as acting
from syndicate.newsroom import sessions
from syndicate.newsroom.making import operators
from syndicate.newsroom.making.acts import Key
from syndicate.store.ground.session import transaction
from syndicate.store.platform import audit, installation, notices
from syndicate.store.platform import operators as rows_of
from syndicate.store.platform.notices import NoticeKind, OperatorNotice
from syndicate.store.platform.sessions import SignedInBy
from syndicate.store.platform.tokens import Actor, Grant, Permission
from syndicate.vocabulary.sending import Lane
from tests import rows
from tests.acting import TESTER
from tests.journeys import running
from tests.mail import confirmation
from tests.mail.fault_relay import Event, FaultRelay, HangUp
from tests.mail.steps import send, use

pytestmark = pytest.mark.usefixtures("database")
NOW = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
MAY_ADD = Grant(Permission.OPERATORS)


@pytest.fixture
def house(database: str) -> None:
    """A publication, with somebody who may add operators and one who may only read."""
    assert database
    with transaction() as tx:
        publication_id = rows.publication(tx, name="The Daily", sender_address="news@daily.example")
        chief = rows.operator(tx, "chief", languages=["fr", "ar"], zone="Asia/Qatar").id
        rows_of.grant(tx, chief, [MAY_ADD])
        desk = rows.operator(tx, "desk", name="World desk").id
        rows_of.grant(tx, desk, [Grant(Permission.READ)])
        elsewhere = rows.operator(tx, "elsewhere").id
        rows_of.grant(tx, elsewhere, [Grant(Permission.OPERATORS, publication_id.id)])
        rows_of.grant(tx, rows.operator(tx, "gone", retired_at=NOW).id, [MAY_ADD])


def actor(slug: str = "desk") -> Actor:
    with transaction() as tx:
        found = rows_of.actor_of(tx, acting.named(tx, slug))
    assert found is not None
    return found


def sign_in(by: SignedInBy = SignedInBy.LINK, who: Actor | None = None) -> None:
    who = who or actor()
    with transaction() as tx:
        sessions.sign_in(tx, by=by, ends_at=NOW + 60 * MINUTE, actor=who, now=NOW)


def note(what: str) -> None:
    about = actor()
    with transaction() as tx:
        notices.note(tx, NoticeKind.PASSKEY, about=about, what=what, now=NOW)


def mails(server: FaultRelay) -> dict[str, EmailMessage]:
    """What the relay took, by recipient; nobody has two."""
    found = {
        taken.rcpt: email.message_from_bytes(taken.content, policy=email.policy.SMTP)
        for taken in server.accepted
    }
    assert len(found) == len(server.accepted)
    return found


def text(mail: EmailMessage, kind: str = "plain") -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def waiting() -> int:
    with transaction() as tx:
        undone = select(func.count()).where(OperatorNotice.done_at.is_(None))
        return tx.scalar(undone) or 0


@pytest.mark.usefixtures("house")
def test_a_link_is_told_to_its_operator_and_to_who_may_add_operators(relay: FaultRelay) -> None:
    sign_in()

    assert to_operators.tell(NOW) == 2

    told = mails(relay)
    assert sorted(told) == ["chief@example.com", "desk@example.com"]
    desk, chief = told["desk@example.com"], told["chief@example.com"]
    said = "World desk signed in to the console with a one-time link"
    assert desk["Subject"] == said
    assert text(desk).startswith(said)
    assert "24 Nov 2026" in text(desk)
    assert "/console/me" in text(desk)
    assert "/console/audit" not in text(desk)
    assert chief["Subject"] == "دخول إلى لوحة التحكم باسم World desk برابط يصلح لمرة واحدة"
    assert '<html lang="ar" dir="rtl">' in text(chief, "html")
    assert "/console/audit" in text(chief)
    assert (to_operators.tell(NOW), to_operators.tell(NOW + 6 * MINUTE)) == (0, 0)
    assert len(relay.accepted) == 2


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize(
    ("by", "is_told"),
    [(SignedInBy.CODE, True), (SignedInBy.PASSKEY, False), (SignedInBy.TOKEN, False)],
)
def test_only_what_needs_no_device_is_told(by: SignedInBy, is_told: bool) -> None:
    sign_in(by)

    assert waiting() == (2 if is_told else 0)


@pytest.mark.usefixtures("house")
def test_a_link_that_names_no_operator_is_told_to_who_may_add_them(relay: FaultRelay) -> None:
    sign_in(who=Actor("console:admin", frozenset(Permission)))

    assert to_operators.tell(NOW) == 1
    assert relay.recipients() == ["chief@example.com"]


@pytest.mark.usefixtures("house")
def test_headers_say_who_when_and_that_no_person_wrote(relay: FaultRelay) -> None:
    sign_in()
    to_operators.tell(NOW)

    mail = mails(relay)["desk@example.com"]
    assert [taken.mail_from for taken in relay.accepted] == ["news@daily.example"] * 2
    assert mail["From"] == '"Syndicate, The Daily" <news@daily.example>'
    assert mail["To"] == "World desk <desk@example.com>"
    assert mail["Date"] == "Tue, 24 Nov 2026 08:00:00 +0000"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"].endswith("@daily.example>")
    assert len({each["Message-ID"] for each in mails(relay).values()}) == 2
    assert mail.get_content_type() == "multipart/alternative"
    assert not mail.defects
    for name in ("Reply-To", "List-Unsubscribe", "List-Id", "Precedence", "DKIM-Signature"):
        assert mail[name] is None, name


@pytest.mark.usefixtures("house")
def test_it_is_signed_where_we_sign(
    relay: FaultRelay, settings_env: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (tmp_path / "key.pem").write_bytes(pem)
    use(relay, settings_env, dkim_domain="daily.example", dkim_key_file=str(tmp_path / "key.pem"))
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    record = b"v=DKIM1; k=rsa; p=" + b"".join(public.splitlines()[1:-1])

    sign_in()
    to_operators.tell(NOW)

    for taken in relay.accepted:
        assert dkim.verify(taken.content, dnsfunc=lambda _name, **_more: record)


@pytest.mark.usefixtures("house")
def test_what_a_device_is_called_breaks_neither_header_nor_page(relay: FaultRelay) -> None:
    note("<b>old</b>\r\nBcc: reader001@example.com")

    to_operators.tell(NOW)

    mail = mails(relay)["desk@example.com"]
    assert mail["Bcc"] is None
    assert mail["Subject"].endswith("<b>old</b> Bcc: reader001@example.com")
    assert "<b>" not in text(mail, "html")
    assert "&lt;b&gt;old" in text(mail, "html")


@pytest.mark.usefixtures("house")
def test_two_workers_tell_each_operator_once(relay: FaultRelay) -> None:
    for _ in range(5):
        sign_in()

    with ThreadPoolExecutor(4) as workers:
        told = list(workers.map(to_operators.tell, [NOW] * 4))

    assert sum(told) == len(relay.accepted) == 10
    assert len({taken.content for taken in relay.accepted}) == 10
    assert waiting() == 0


@pytest.mark.usefixtures("house")
def test_what_a_dead_relay_did_not_take_is_told_after_five_minutes(
    relay: FaultRelay, settings_env: pytest.MonkeyPatch
) -> None:
    use(relay, settings_env, operators_relay_url="smtp://127.0.0.1:1")
    sign_in()
    assert to_operators.tell(NOW) == 0
    use(relay, settings_env, operators_relay_url=relay.url)

    assert to_operators.tell(NOW + 4 * MINUTE) == 0
    assert to_operators.tell(NOW + 5 * MINUTE) == 2


@pytest.mark.usefixtures("house", "valkey_url")
def test_stop_everything_holds_readers_mail_and_not_operators(relay: FaultRelay) -> None:
    steering.stop_everything("wrong list", actor=TESTER, now=NOW)
    confirmation.queue("confirmation:1", now=NOW)
    sign_in()

    assert send(lane=Lane.URGENT) == 0
    assert to_operators.tell(NOW) == 2
    assert sorted(relay.recipients()) == ["chief@example.com", "desk@example.com"]


@pytest.mark.usefixtures("house")
def test_it_goes_by_its_own_relay_else_by_the_first_of_the_readers(
    relay: FaultRelay, settings_env: pytest.MonkeyPatch
) -> None:
    with FaultRelay() as second, FaultRelay() as own:
        settings_env.setenv("SYNDICATE_RELAY_URL", f"{relay.url} {second.url}")
        settings.load.cache_clear()
        sign_in()
        to_operators.tell(NOW)
        settings_env.setenv("SYNDICATE_OPERATORS_RELAY_URL", own.url)
        settings.load.cache_clear()
        sign_in()
        to_operators.tell(NOW)

        taken = [len(each.accepted) for each in (relay, second, own)]

    assert taken == [2, 0, 2]


@pytest.mark.usefixtures("house")
def test_the_mailbox_of_a_trial_takes_it(tmp_path: Path, settings_env: pytest.MonkeyPatch) -> None:
    with running.mailbox(tmp_path / "mailbox") as port:
        settings_env.setenv("SYNDICATE_RELAY_URL", f"smtp://127.0.0.1:{port}")
        settings.load.cache_clear()
        sign_in()
        assert to_operators.tell(NOW) == 2

        found = running.mails_in(tmp_path / "mailbox")

    assert sorted(each["To"].addresses[0].addr_spec for each in found) == [
        "chief@example.com",
        "desk@example.com",
    ]


@pytest.mark.usefixtures("house", "relay")
@pytest.mark.parametrize("url", ["mx.example", "smtp://mx1.example smtp://mx2.example"])
def test_an_address_that_is_none_is_said_in_one_sentence(
    settings_env: pytest.MonkeyPatch, url: str
) -> None:
    settings_env.setenv("SYNDICATE_OPERATORS_RELAY_URL", url)
    settings.load.cache_clear()
    sign_in()

    with pytest.raises(SettingsError, match=r"^SYNDICATE_OPERATORS_RELAY_URL is not usable; "):
        to_operators.tell(NOW)
    assert waiting() == 2


def refusing(reply: bytes, address: str = "chief@example.com") -> FaultRelay:
    def fault(event: Event) -> bytes | None:
        return reply if event.step == "RCPT" and address in event.argument else None

    return FaultRelay(fault)


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize(
    ("reply", "left"), [(b"550 5.1.1 no such user\r\n", 0), (b"451 4.7.1 later\r\n", 1)]
)
def test_one_who_is_refused_keeps_nobody_else_waiting(
    settings_env: pytest.MonkeyPatch, reply: bytes, left: int
) -> None:
    with transaction() as tx:
        rows_of.grant(tx, rows.operator(tx, "deputy").id, [MAY_ADD])
    with refusing(reply) as server:
        use(server, settings_env)
        sign_in()
        assert to_operators.tell(NOW) == 2
        assert waiting() == left
        server.fault = lambda _event: None

        assert to_operators.tell(NOW + 5 * MINUTE) == left
        told = sorted(mails(server))

    assert told == [*["chief@example.com"] * left, "deputy@example.com", "desk@example.com"]
    assert waiting() == 0


@pytest.mark.usefixtures("house")
def test_a_mail_whose_reply_was_lost_is_not_sent_again(settings_env: pytest.MonkeyPatch) -> None:
    def hang_up(event: Event) -> None:
        if event.step == "body":
            raise HangUp

    with FaultRelay(hang_up) as server:
        use(server, settings_env)
        sign_in()
        to_operators.tell(NOW)
        server.fault = lambda _event: None
        to_operators.tell(NOW + 5 * MINUTE)
        to_operators.tell(NOW + 10 * MINUTE)

        assert sorted(mails(server)) == ["chief@example.com", "desk@example.com"]
    assert waiting() == 0


def test_where_there_is_nobody_to_tell_nothing_is_sent_and_nothing_fails(
    settings_env: pytest.MonkeyPatch,
) -> None:
    settings_env.delenv("SYNDICATE_RELAY_URL", raising=False)
    settings.load.cache_clear()

    sign_in(who=Actor("console:admin", frozenset(Permission)))

    assert (waiting(), to_operators.tell(NOW)) == (0, 0)
    with transaction() as tx:
        assert not notices.has_due(tx, NOW)
        assert audit.has(tx, actor="console:admin", subject="console")


@pytest.mark.usefixtures("house")
def test_who_left_meanwhile_is_told_nothing(relay: FaultRelay) -> None:
    sign_in()
    with transaction() as tx:
        operators.end(tx, Key("desk"), actor=TESTER, now=NOW)

    assert to_operators.tell(NOW) == 1
    assert relay.recipients() == ["chief@example.com"]
    with transaction() as tx:
        assert not notices.has_due(tx, NOW + 5 * MINUTE)


@pytest.mark.usefixtures("house")
def test_after_two_days_it_is_no_news(relay: FaultRelay) -> None:
    sign_in()

    assert to_operators.tell(NOW + dt.timedelta(days=2)) == 0
    assert relay.connections == 0


@pytest.mark.usefixtures("house")
def test_another_environment_tells_its_allow_list_alone(
    relay: FaultRelay, settings_env: pytest.MonkeyPatch
) -> None:
    with transaction() as tx:
        tx.execute(update(installation.Installation).values(environment="production"))
    use(relay, settings_env, mail_allow_list='["chief@example.com"]')
    sign_in()

    assert to_operators.tell(NOW) == 1
    assert relay.recipients() == ["chief@example.com"]


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://news.example", "syndicate@news.example"),
        ("http://127.0.0.1:8080", "syndicate@[127.0.0.1]"),
    ],
)
def test_a_house_without_a_publication_writes_in_its_hosts_name(
    relay: FaultRelay, settings_env: pytest.MonkeyPatch, url: str, address: str
) -> None:
    use(relay, settings_env, public_url=url)
    with transaction() as tx:
        rows.operator(tx, "desk")
    note("laptop")

    assert to_operators.tell(NOW) == 1
    assert mails(relay)["desk@example.com"]["From"] == f"Syndicate <{address}>"
    assert [taken.mail_from for taken in relay.accepted] == [address]
