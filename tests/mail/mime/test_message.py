"""One recipient's message: the checklist of headers, stable bytes, and signatures that verify."""

import datetime as dt
import email
import email.policy
import re
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from hypothesis import given
from hypothesis import strategies as st

from syndicate import signing
from syndicate.bounces.keeping import verp
from syndicate.errors import BadAddressError, SettingsError
from syndicate.mail.mime import dkim as own_dkim
from syndicate.mail.mime.dkim import Signer
from syndicate.mail.mime.message import (
    NEVER,
    PREFERENCES,
    UNSUBSCRIBE,
    Writer,
    content_rows,
    frozen_headers,
)
from syndicate.mail.mime.senders import Sender
from syndicate.mail.mime.signers import Key, KeyName, Signers
from syndicate.mail.relay.supply import Envelope
from syndicate.master_key import MasterKey
from syndicate.render.email import render
from syndicate.render.merge import Content
from syndicate.store.sending.batch_leases import DueDelivery
from syndicate.store.sending.mailings import Mailing
from syndicate.vocabulary.sending import KeyState, MailingKind

NOW = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)
KEY = MasterKey(bytes(range(32)))
BASE = "https://news.daily.example"
MAILING = Mailing(id=42, kind=MailingKind.DIGEST, message="digest")
DUE = DueDelivery(3, 1001, "reader001@example.com", 77, 1, "en", 0, None)
SINGLE = DueDelivery(0, 1001, "reader001@example.com", None, 0, "en", 0, None)


def content(
    subject: str = "Morning", language: str = "en", name: str = "The Daily", reply_to: str = ""
) -> Content:
    context = {
        "publication": {"name": "The Daily", "postal_address": "1 Press Square, Exampletown"},
        "newsletter": {"name": "Morning", "description": "Über alles, was geschah. "},
        "issue": {"number": 7, "local_date": NOW.date()},
        "sections": [],
        "zone": "UTC",
    }
    headers = frozen_headers(
        subject=subject,
        from_name=name,
        sender=Sender("news@daily.example", reply_to),
        now=NOW,
    )
    headers |= {
        "list_name": "Morning digest",
        "list_id": "morning.daily.example",
        "list_help": "/newsletters/morning",
    }
    return Content.load(content_rows(render("digest", language, context), headers))


def confirmation() -> Content:
    """A mail to one reader, on no list."""
    return Content.load(
        content_rows(
            render(
                "confirmation",
                "en",
                {
                    "publication": {"name": "The Daily", "postal_address": "1 Press Square"},
                    "newsletter": {"name": "Morning"},
                },
            ),
            frozen_headers(subject="s", from_name="n", sender=Sender("news@daily.example"), now=NOW)
            | {"slots": {"confirm_url": "https://daily.example/confirm/x"}},
        )
    )


def envelope(
    due: DueDelivery = DUE, made: Content | None = None, signer: Signer | None = None
) -> Envelope:
    signed = made or content()
    if signer is None:
        return Writer(MAILING, KEY, BASE).envelope(due, signed)
    name = KeyName(signer.domain, signer.selector)
    own = Key(name, KeyState.IN_USE, lambda: signer)
    signed = replace(signed, headers={**signed.headers, "dkim": name.as_json()})
    return Writer(MAILING, KEY, BASE, Signers((own,), own)).envelope(due, signed)


def parsed(sent: Envelope) -> EmailMessage:
    return email.message_from_bytes(
        b"".join(sent.message), _class=EmailMessage, policy=email.policy.default
    )


def test_each_singleton_stands_once_and_the_list_headers_are_there() -> None:
    message = parsed(envelope())

    names = [name.lower() for name in message.keys()]  # noqa: SIM118 - a message repeats its keys
    assert len(names) == len(set(names))
    assert {
        "from", "to", "subject", "date", "message-id", "mime-version", "content-type",
        "content-language", "list-id", "list-unsubscribe", "list-unsubscribe-post", "list-help",
        "feedback-id", "auto-submitted", "precedence",
    } == set(names)  # fmt: skip
    assert message["To"] == "reader001@example.com"
    assert message["Date"] == "Tue, 24 Nov 2026 08:00:00 +0000"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Id"] == "Morning digest <morning.daily.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "en"
    assert message["Feedback-ID"] == "m42:n0:digest:syndicate"


def test_the_body_is_text_first_then_html_both_utf8() -> None:
    message = parsed(envelope())

    assert message.get_content_type() == "multipart/alternative"
    parts = list(message.iter_parts())
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
    assert {part.get_content_charset() for part in parts} == {"utf-8"}
    assert "/unsubscribe/" in parts[0].get_content()
    assert message.defects == []


def test_links_carry_ids_and_verify_for_their_purpose_only() -> None:
    message = parsed(envelope())

    url = re.fullmatch(r"<(https://[^>]+)>", message["List-Unsubscribe"])
    assert url is not None
    assert url[1].startswith(f"{BASE}/unsubscribe/")
    token = url[1].rpartition("/")[2]
    assert signing.verify(KEY, UNSUBSCRIBE, token) == "77"
    with pytest.raises(signing.BadTokenError):
        signing.verify(KEY, PREFERENCES, token)
    assert "reader001" not in url[1]


def test_leaving_by_mail_is_named_behind_the_link_where_a_door_stands() -> None:
    way = re.compile(
        r"<https://[^>]+>, <mailto:(b\+0-77-[0-9a-f]{20})@daily\.example\?subject=unsubscribe>"
    )
    made = content()

    sent = envelope(made=replace(made, headers={**made.headers, "leave_by_mail": True}))
    without = envelope(made=replace(made, headers={**made.headers, "leave_by_mail": False}))

    found = way.fullmatch(parsed(sent)["List-Unsubscribe"])
    assert found is not None
    assert verp.leaving(f"{found[1]}@daily.example", KEY) == 77
    assert verp.find(b"".join(sent.message[:20]), KEY) == verp.Name(42, 1001)
    assert without.message == envelope(made=made).message


def test_a_single_message_offers_never_and_no_list_headers() -> None:
    writer = Writer(MAILING, KEY, BASE)

    message = parsed(writer.envelope(SINGLE, confirmation()))

    assert message["List-Unsubscribe"] is None
    token = writer.slots(SINGLE)["never_url"].rpartition("/")[2]
    assert signing.verify(KEY, NEVER, token) == "1001"


@pytest.mark.parametrize(
    ("reply_to", "header"),
    [
        ("", None),
        ("reader001@example.com", "reader001@example.com"),
        ("o'brien@example.com", "o'brien@example.com"),
        ("jürgen@example.com", None),
    ],
)
def test_answers_go_to_the_reader_who_asked_for_one_and_the_header_is_signed(
    reply_to: str, header: str | None
) -> None:
    made = content(reply_to=reply_to)

    sent = envelope(made=made, signer=Signer("daily.example", "s1", RSA))

    raw = b"".join(sent.message)
    assert raw.partition(b"\r\n\r\n")[0].isascii()
    assert parsed(sent)["Reply-To"] == header
    assert not sent.is_utf8
    assert verifies(raw, RSA)
    assert not verifies(b"Reply-To: other@example.org\r\n" + raw, RSA)


@pytest.mark.parametrize("address", ["a@b.example\r\nBcc: c@d.example", "a b@c.example", "@c.d"])
def test_answers_to_what_is_no_address_are_refused_before_anything_is_frozen(address: str) -> None:
    with pytest.raises(BadAddressError):
        frozen_headers(
            subject="s",
            from_name="n",
            sender=Sender("news@daily.example", address),
            now=NOW,
        )


def test_message_ids_are_unique_stable_and_on_our_domain() -> None:
    writer = Writer(MAILING, KEY, BASE)
    ids = {writer.message_id(recipient, "daily.example") for recipient in range(1000)}

    assert len(ids) == 1000
    assert writer.message_id(7, "daily.example") == writer.message_id(7, "daily.example")
    assert all(re.fullmatch(r"<m42\.\d+\.[0-9a-f]{16}@daily\.example>", each) for each in ids)


def test_the_envelope_sender_is_sealed_and_short_enough() -> None:
    big = Writer(Mailing(id=2**40, message="digest"), KEY, BASE)
    due = DueDelivery(0, 2**40, "reader001@example.com", 1, 0, "en", 0, None)

    sender = big.bounce_address(due, "daily.example")

    local, _, domain = sender.partition("@")
    assert len(local) <= 64  # RFC 5321 4.5.3.1.1
    assert domain == "daily.example"
    assert sender != Writer(MAILING, MasterKey(bytes(32)), BASE).bounce_address(
        due, "daily.example"
    )


def test_a_retry_has_the_same_bytes() -> None:
    signer = Signer("daily.example", "s1", RSA)

    first, second = (b"".join(envelope(signer=signer).message) for _ in range(2))

    assert first == second


def test_an_address_beyond_ascii_asks_for_smtputf8() -> None:
    due = DueDelivery(0, 1, "قارئ@example.com", 1, 0, "en", 0, None)

    assert envelope(due).is_utf8
    assert not envelope().is_utf8


RSA = generate_private_key(public_exponent=65537, key_size=2048)
ED25519 = Ed25519PrivateKey.generate()


def dns_record(key: RSAPrivateKey | Ed25519PrivateKey) -> bytes:
    import base64  # noqa: PLC0415 - only here

    public = key.public_key()
    if isinstance(key, RSAPrivateKey):
        raw = public.public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return b"v=DKIM1; k=rsa; p=" + base64.b64encode(raw)
    raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return b"v=DKIM1; k=ed25519; p=" + base64.b64encode(raw)


def verifies(raw: bytes, key: RSAPrivateKey | Ed25519PrivateKey) -> bool:
    return bool(dkim.verify(raw, dnsfunc=lambda _name, **_more: dns_record(key)))


HOSTILE = st.text(st.characters() | st.sampled_from(list("\r\n=?<>.أ \t")), max_size=120)


@pytest.mark.parametrize("key", [RSA, ED25519], ids=["rsa", "ed25519"])
@given(title=HOSTILE, name=HOSTILE)
def test_signatures_verify_for_any_title_and_no_header_is_injected(
    key: RSAPrivateKey | Ed25519PrivateKey, title: str, name: str
) -> None:
    made = content(title, "ar", name)

    raw = b"".join(envelope(made=made, signer=Signer("daily.example", "s1", key)).message)

    assert verifies(raw, key)
    names = [each.lower() for each in email.message_from_bytes(raw).keys()]  # noqa: SIM118
    assert len(names) == len(set(names)) == 16


@pytest.mark.parametrize("key", [RSA, ED25519], ids=["rsa", "ed25519"])
def test_what_is_changed_or_added_on_the_way_breaks_the_signature(
    key: RSAPrivateKey | Ed25519PrivateKey,
) -> None:
    raw = b"".join(envelope(signer=Signer("daily.example", "s1", key)).message)

    assert verifies(raw, key)
    assert not verifies(raw.replace(b"Subject: Morning", b"Subject: Evening"), key)
    assert not verifies(b"Subject: Second\r\n" + raw, key)
    assert not verifies(b"From: other@daily.example\r\n" + raw, key)
    assert not verifies(raw.replace(b"/unsubscribe/", b"/unsubscribf/", 1), key)
    assert not verifies(raw.replace(b"=One-Click", b"=Two-Click", 1), key)


def test_content_that_older_code_froze_has_the_bytes_that_it_had() -> None:
    made = content()
    del made.headers["language"]  # type: ignore[attr-defined]  # frozen in real life

    assert parsed(envelope(made=made))["Content-Language"] is None


@pytest.mark.parametrize(
    "added",
    [
        "Cc: other@example.org",
        "Content-Type: text/html",
        "Date: Wed, 25 Nov 2026 08:00:00 +0000",
        "List-Id: Other <other.example.org>",
        "List-Unsubscribe: <https://example.org/>",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        "MIME-Version: 1.0",
        "Message-ID: <other@example.org>",
        "Reply-To: other@example.org",
        "Sender: other@example.org",
        "To: other@example.org",
    ],
)
@pytest.mark.parametrize("is_listed", [True, False], ids=["newsletter", "single"])
def test_nobody_can_add_a_header_that_programs_act_on(added: str, *, is_listed: bool) -> None:
    due, made = (DUE, content()) if is_listed else (SINGLE, confirmation())
    raw = b"".join(envelope(due, made, Signer("daily.example", "s1", RSA)).message)

    assert verifies(raw, RSA)
    assert not verifies(added.encode() + b"\r\n" + raw, RSA)


def test_the_one_click_headers_are_signed() -> None:
    raw = b"".join(envelope(signer=Signer("daily.example", "s1", RSA)).message)

    signature = str(email.message_from_bytes(raw)["DKIM-Signature"])
    signed = re.search(r"h=([^;]+);", signature)
    assert signed is not None
    assert {"list-unsubscribe", "list-unsubscribe-post"} <= set(signed[1].split(":"))
    assert signed[1].split(":").count("from") == 2


def test_a_key_file_is_read_or_refused(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.pem", tmp_path / "bad.pem"
    good.write_bytes(
        ED25519.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    bad.write_text("no key")

    assert own_dkim.load("daily.example", "s1", good).selector == "s1"
    for path in (bad, tmp_path / "missing.pem"):
        with pytest.raises(SettingsError):
            own_dkim.load("daily.example", "s1", path)


@pytest.mark.parametrize("address", ["news@daily.example", "news@bücher.example"])
def test_the_whole_message_keeps_to_the_line_length(address: str) -> None:
    made = content("أ" * 300, "ar")
    made.headers["from_address"] = address  # type: ignore[index]  # frozen in real life

    raw = b"".join(envelope(made=made).message)

    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert not re.search(rb"^\.", raw, re.MULTILINE)
