"""Each publication's mail is signed by its own domain; a new key signs once DNS shows it."""

import datetime as dt
import email
from collections.abc import Iterator
from pathlib import Path

import dkim
import pytest
from sqlalchemy import select, text

from syndicate import settings
from syndicate.alarms import ringing
from syndicate.alarms.outgoing import SENDERS
from syndicate.bounces.keeping import verp
from syndicate.errors import UsageError
from syndicate.mail import single
from syndicate.mail.mime import dkim as own_dkim
from syndicate.mail.mime import sealed, senders
from syndicate.mail.sender import check, steering
from syndicate.master_key import MasterKey
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import publications, sender_checks, streams
from syndicate.store.newsroom.sender_checks import Sender
from syndicate.store.newsroom.streams import MailStream
from syndicate.store.readers import recipients
from syndicate.store.sending import dkim_keys
from syndicate.store.sending.dkim_keys import DkimKey
from syndicate.vocabulary.sending import KeyState, Lane, RecordState, SenderRecord, Stream
from tests import rows
from tests.acting import TESTER
from tests.mail.confirmation import PUBLICATION
from tests.mail.fault_relay import Event, FaultRelay
from tests.mail.sender import nameserver
from tests.mail.sender.nameserver import Nameserver
from tests.mail.steps import make_due, send
from tests.rows import NOW

DAY = dt.timedelta(days=1)
PEM = own_dkim.new_key()
DOMAINS = {"daily": "news.daily.example", "courier": "courier.example"}


@pytest.fixture
def server(settings_env: pytest.MonkeyPatch) -> Iterator[Nameserver]:
    """DNS that knows no key yet."""
    with nameserver.running() as found:
        settings_env.setenv("SYNDICATE_DNS_RESOLVER", found.address)
        settings.load.cache_clear()
        yield found


@pytest.fixture(autouse=True)
def papers(database: str) -> None:
    assert database
    with transaction() as tx:
        for slug, domain in DOMAINS.items():
            rows.publication(tx, slug, sender_address=f"news@{domain}")


def publish(server: Nameserver, found: Sender) -> None:
    """Put every key that is wanted into DNS."""
    for row in found.records:
        if row.record is SenderRecord.DKIM and row.about:
            name, _, said = row.wanted.partition(" TXT ")
            server.zone["TXT", name] = [said]  # read as a zone file is


def into_use(server: Nameserver, slug: str, now: dt.datetime = NOW) -> None:
    publish(server, steering.rotate(slug, actor=TESTER, now=now))
    steering.check(slug, actor=TESTER, now=now)


def queue(slug: str, key: str, now: dt.datetime = NOW) -> int:
    """One mail in a publication's name; the mailing's id."""
    with transaction() as tx:
        found = publications.by_slug(tx, slug)
        assert found is not None
        sender = senders.of(tx, found, "confirmation")
    prepared = single.prepare(
        "confirmation",
        language="en",
        context={"publication": PUBLICATION, "newsletter": {"name": "Morning"}},
        from_name="The Daily",
        sender=sender,
        now=now,
        slots={"confirm_url": "https://daily.example/confirm/abc"},
    )
    with transaction() as tx:
        mailing_id = single.queue(
            tx,
            prepared,
            recipients.upsert(tx, "reader001@example.com"),
            dedupe_key=key,
            publication_id=found.id,
            scope="confirmation",
            now=now,
            expires_in=dt.timedelta(days=30_000),
        )
    assert mailing_id is not None
    return mailing_id


def signed_by(server: Nameserver, raw: bytes) -> tuple[str, str] | None:
    """Domain and selector of a signature that verifies."""
    if b"DKIM-Signature:" not in raw:
        return None

    def ask(name: bytes, **_more: object) -> bytes:
        (record,) = server.zone["TXT", name.decode().rstrip(".")]
        return record.replace('"', "").replace(" p=", "p=").replace(" ", "").encode()

    assert dkim.verify(raw, dnsfunc=ask)
    tags = dkim.util.parse_tag_value(raw.partition(b"DKIM-Signature:")[2].partition(b"\r\n\r\n")[0])
    return tags[b"d"].decode(), tags[b"s"].decode()


def dkim_rows(slug: str) -> list[tuple[str, RecordState]]:
    with transaction() as tx:
        found = next(each for each in sender_checks.every(tx) if each.slug == slug)
    return [(row.about, row.state) for row in found.records if row.record is SenderRecord.DKIM]


def end_keys(now: dt.datetime) -> None:
    with transaction() as tx:
        dkim_keys.finish(tx, now)


def states() -> dict[str, KeyState]:
    with transaction() as tx:
        return {row.selector: row.state for row in tx.scalars(select(DkimKey))}


def test_two_publications_sign_as_their_own_domains(server: Nameserver, relay: FaultRelay) -> None:
    for slug in DOMAINS:
        into_use(server, slug)
    for slug in DOMAINS:
        queue(slug, slug)

    send(lane=Lane.URGENT)

    found = {signed_by(server, each.content) for each in relay.accepted}
    assert found == {(domain, "s20261124") for domain in DOMAINS.values()}


def test_a_sender_without_a_key_is_unsigned_and_that_is_said(
    server: Nameserver, relay: FaultRelay
) -> None:
    into_use(server, "daily")
    told = steering.check("courier", actor=TESTER, now=NOW)
    queue("courier", "1")

    send(lane=Lane.URGENT)

    (line,) = (row for row in told.records if row.record is SenderRecord.DKIM)
    assert line.state is RecordState.WRONG
    assert line.found == "None of our keys is; mail from courier.example is not signed."
    (taken,) = relay.accepted
    assert signed_by(server, taken.content) is None


def test_a_new_key_signs_once_it_is_seen_and_the_old_one_until_its_mail_is_done(
    server: Nameserver, relay: FaultRelay
) -> None:
    into_use(server, "courier")
    relay.fault = lambda event: b"451 4.3.0 later\r\n" if event.step == "RCPT" else None
    waits = queue("courier", "before")
    send(lane=Lane.URGENT)
    relay.fault = lambda _event: None

    later = NOW + DAY
    fresh = steering.rotate("courier", actor=TESTER, now=later)
    queue("courier", "between", later)
    assert states() == {"s20261124": KeyState.IN_USE, "s20261125": KeyState.WAITING}
    publish(server, fresh)
    assert check.check_due(later + 2 * DAY) == 2
    assert states() == {"s20261124": KeyState.LEAVING, "s20261125": KeyState.IN_USE}
    queue("courier", "after", later)
    end_keys(later + 3 * DAY)
    assert states()["s20261124"] is KeyState.LEAVING
    make_due(waits)
    send(lane=Lane.URGENT)

    found = [signed_by(server, each.content) for each in relay.accepted]
    old, new = ("courier.example", "s20261124"), ("courier.example", "s20261125")
    assert sorted(filter(None, found)) == [old, old, new]
    end_keys(later + 3 * DAY)
    with transaction() as tx:
        assert tx.session.scalar(text("SELECT count(*) FROM dkim_key WHERE sealed IS NULL")) == 1
    assert states() == {"s20261124": KeyState.DONE, "s20261125": KeyState.IN_USE}


def test_a_domain_that_is_named_gets_a_key_of_its_own_and_no_other_does(
    server: Nameserver, relay: FaultRelay
) -> None:
    into_use(server, "courier")
    with transaction() as tx:
        paper = publications.by_slug(tx, "courier")
        assert paper is not None
        for slug, address in (
            (Stream.CONFIRMATION, "hello@bücher.courier.example"),
            (Stream.ALERT, "alerts@alerts.evening.example"),
        ):
            own = {"slug": slug, "sender_address": address}
            streams.add(tx, MailStream(publication_id=paper.id, **own))
    for domain in ("evening.example", "example", "-", "daily.example"):
        with pytest.raises(UsageError, match=r"choose one of courier\.example, .*bcher"):
            steering.rotate("courier", domain, actor=TESTER, now=NOW)

    publish(server, steering.rotate("courier", "Bücher.courier.example", actor=TESTER, now=NOW))
    steering.check("courier", actor=TESTER, now=NOW)

    queue("courier", "1")
    send(lane=Lane.URGENT)
    (taken,) = relay.accepted
    assert signed_by(server, taken.content) == ("xn--bcher-kva.courier.example", "s20261124")
    with transaction() as tx:
        found = [(row.domain, row.state) for row in dkim_keys.every(tx)]
    assert found == [
        ("courier.example", KeyState.IN_USE),
        ("xn--bcher-kva.courier.example", KeyState.IN_USE),
    ]


def test_a_first_key_that_is_seen_within_a_run_signs_what_is_frozen_from_then_on(
    server: Nameserver, relay: FaultRelay
) -> None:
    queue("daily", "before")

    def meanwhile(event: Event) -> None:
        if event.step == "body" and not states():
            into_use(server, "courier")
            queue("courier", "after")

    relay.fault = meanwhile
    send(lane=Lane.URGENT)

    signed = [signed_by(server, each.content) for each in relay.accepted]
    assert signed == [None, ("courier.example", "s20261124")]


def keep_unusable(domain: str) -> None:
    """A key in use that another master key made."""
    with transaction() as tx:
        hidden = sealed.seal(MasterKey(bytes(32)), f"s1._domainkey.{domain}", PEM)
        dkim_keys.add(tx, domain, "s1", hidden, now=NOW)
        dkim_keys.see(tx, domain, "s1", now=NOW)


def rung() -> list[str]:
    with transaction() as tx:
        return [each.text for each in ringing.look_into(SENDERS, tx, NOW)]


def test_a_key_of_another_master_key_rings_at_once_and_the_settings_own_signs(
    server: Nameserver, relay: FaultRelay, settings_env: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    keep_unusable("courier.example")
    said = "The key s1._domainkey.courier.example cannot sign the mail of "
    assert [each[: len(said)] for each in rung()] == [said]
    queue("courier", "nobody signs")
    (tmp_path / "dkim.pem").write_bytes(PEM)
    settings_env.setenv("SYNDICATE_DKIM_DOMAIN", "courier.example")
    settings_env.setenv("SYNDICATE_DKIM_KEY_FILE", str(tmp_path / "dkim.pem"))
    settings.load.cache_clear()
    queue("courier", "the settings sign")
    publish(server, steering.check("courier", actor=TESTER, now=NOW))

    send(lane=Lane.URGENT)

    signed = [signed_by(server, each.content) for each in relay.accepted]
    assert signed == [("courier.example", "syndicate")] * 2
    assert dkim_rows("courier")[:2] == [
        ("syndicate._domainkey.courier.example", RecordState.WRONG),
        ("s1._domainkey.courier.example", RecordState.WRONG),
    ]
    into_use(server, "courier")
    steering.check("courier", actor=TESTER, now=NOW)
    assert dkim_rows("courier") == [("s20261124._domainkey.courier.example", RecordState.GOOD)]
    assert not any(said in each for each in rung())


def test_a_key_that_waits_and_cannot_be_opened_is_replaced(server: Nameserver) -> None:
    with transaction() as tx:
        dkim_keys.add(tx, "courier.example", "s1", b"", now=NOW)

    into_use(server, "courier")

    assert states() == {"s1": KeyState.DONE, "s20261124": KeyState.IN_USE}


def test_asked_twice_one_key_waits_and_the_audit_holds_no_secret(server: Nameserver) -> None:
    first = steering.rotate("courier", actor=TESTER, now=NOW)
    again = steering.rotate("courier", actor=TESTER, now=NOW + DAY)

    wanted = [row.wanted for row in first.records if row.about]
    assert [row.wanted for row in again.records if row.about] == wanted
    assert len(wanted) == 1
    publish(server, again)
    steering.check("courier", actor=TESTER, now=NOW + DAY)
    with transaction() as tx:
        lines = tx.session.execute(text("SELECT action, detail FROM audit ORDER BY id")).all()
    name = "s20261124._domainkey.courier.example"
    assert [(act, detail.get("key")) for act, detail in lines] == [
        ("sender-rotate", name),
        ("sender-key", name),
        ("sender-check", None),
    ]


def test_the_record_is_told_where_dns_is_not_asked() -> None:
    told = steering.rotate("courier", actor=TESTER, now=NOW)

    (line,) = (row for row in told.records if row.record is SenderRecord.DKIM)
    assert line.wanted.startswith('s20261124._domainkey.courier.example TXT "v=DKIM1; k=rsa; p=')
    assert dkim_rows("courier") == [("s20261124._domainkey.courier.example", RecordState.UNKNOWN)]


def test_a_stream_has_its_own_sender_key_and_returned_mail(
    server: Nameserver, relay: FaultRelay
) -> None:
    into_use(server, "courier")
    with transaction() as tx:
        paper = publications.by_slug(tx, "courier")
        assert paper is not None
        own = {"sender_address": "hello@mail.evening.example", "return_domain": "back.example"}
        streams.add(tx, MailStream(publication_id=paper.id, slug=Stream.CONFIRMATION, **own))
    told = steering.rotate("courier", actor=TESTER, now=NOW)
    publish(server, told)
    found = steering.check("courier", actor=TESTER, now=NOW)
    queue("courier", "1")

    send(lane=Lane.URGENT)

    (taken,) = relay.accepted
    assert signed_by(server, taken.content) == ("mail.evening.example", "s20261124")
    assert taken.mail_from.endswith("@back.example")
    mail = email.message_from_bytes(taken.content)
    assert mail["From"] == "The Daily <hello@mail.evening.example>"
    assert mail["Message-ID"].endswith("@back.example>")
    assert verp.find(taken.mail_from, settings.load().key()) == verp.find(
        mail["Message-ID"], settings.load().key()
    )
    about = {(row.record.value, row.about) for row in found.records}
    assert {("spf", "back.example"), ("mx", "back.example")} <= about
    assert ("dmarc", "mail.evening.example") in about
    assert sum("._domainkey." in row.about for row in told.records) == 2
    assert states() == {"s20261124": KeyState.IN_USE}  # of both domains
