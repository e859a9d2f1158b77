"""Arabic as it is, where the relay takes it: hardly more bytes than English, the same words."""

import email
import email.policy
import re
from email.message import EmailMessage

import pytest
from sqlalchemy import text

from syndicate import settings
from syndicate.mail.mime.message import Writer, content_rows, frozen_headers
from syndicate.mail.mime.senders import Sender
from syndicate.mail.mime.signers import KeyName
from syndicate.mail.relay.supply import Envelope
from syndicate.render.email import render
from syndicate.render.encode import EIGHT_BIT, encode
from syndicate.render.merge import Content
from syndicate.store.ground.session import transaction
from syndicate.store.sending import ledger
from syndicate.store.sending.batch_leases import DueDelivery
from syndicate.store.sending.mailings import Mailing, MailingContent
from tests.mail.campaign import Plan
from tests.mail.fault_relay import FaultRelay
from tests.mail.mime.test_message import BASE, KEY, NOW
from tests.mail.steps import begin, counts, send
from tests.render.test_email import context

ALL = 63
SENDER = Sender("news@daily.example")
SIGNED = Sender("news@daily.example", dkim=KeyName("daily.example", "s1"))


def content(language: str, sender: Sender = SENDER) -> Content:
    headers = frozen_headers(subject="s", from_name="The Daily", sender=sender, now=NOW)
    headers |= {"list_name": "Morning", "list_id": "m.daily.example", "list_help": "/m"}
    rendered = render("digest", language, context(language=language, repeat=4))
    return Content.load(content_rows(rendered, headers))


def envelope(made: Content) -> Envelope:
    due = DueDelivery(0, 1001, "reader001@example.com", 77, ALL, "ar", 0, None)
    return Writer(Mailing(id=42, message="digest"), KEY, BASE).envelope(due, made)


def parts(sent: Envelope) -> dict[str, str]:
    message = email.message_from_bytes(
        b"".join(sent.message), _class=EmailMessage, policy=email.policy.default
    )
    assert message.defects == []
    return {part.get_content_type(): part.get_content() for part in message.iter_parts()}


def shown(page: str) -> int:
    """Characters that a reader sees."""
    words = re.sub(r"(?s)<head>.*?</head>|<[^>]*>", "", page)
    return len(re.sub(r"\s+", " ", words))


def encodings(made: Content) -> set[str]:
    return {made.headers["text_encoding"], made.headers["html_encoding"]}


def test_arabic_costs_little_more_on_the_wire_per_character_shown_than_english() -> None:
    costs = {}
    for language in ("en", "ar"):
        sent = envelope(content(language))
        page = parts(sent)["text/html"]
        costs[language] = sum(len(piece) for piece in sent.message) / shown(page)

    assert costs["ar"] <= 1.3 * costs["en"]


def test_arabic_is_eight_bit_and_says_so_to_the_relay() -> None:
    made = content("ar")

    assert encodings(made) == {"8bit"}
    assert envelope(made).is_eight_bit
    assert not envelope(content("en")).is_eight_bit
    raw = b"".join(envelope(made).message)
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))


def test_a_relay_that_takes_no_eight_bit_gets_the_same_words_in_base64() -> None:
    eight = content("ar")
    seven = eight.seven_bit()

    assert encodings(seven) == {"base64"}
    assert b"".join(envelope(seven).message).isascii()
    for kind in ("text/plain", "text/html"):
        assert parts(envelope(seven))[kind].split() == parts(envelope(eight))[kind].split()


def test_where_we_sign_nothing_is_eight_bit() -> None:
    assert "8bit" not in encodings(content("ar", SIGNED))


def test_where_it_is_switched_off_nothing_is_eight_bit(settings_env: pytest.MonkeyPatch) -> None:
    settings_env.setenv("SYNDICATE_MAIL_EIGHT_BIT", "false")
    settings.load.cache_clear()

    assert "8bit" not in encodings(content("ar"))


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("offered", [("PIPELINING",), ("PIPELINING", "8BITMIME")])
def test_a_mail_in_arabic_goes_as_the_relay_takes_it(
    relay: FaultRelay, offered: tuple[str, ...]
) -> None:
    relay.offered = offered
    mailing_id = begin(Plan(audience=3))
    with transaction() as tx:
        rows = ledger.content(tx, mailing_id, 1, "en")
        tx.execute(text("DELETE FROM mailing_content"))
        ledger.add_content(tx, mailing_id, 1, [in_arabic(row) for row in rows])

    send()

    assert counts(mailing_id) == {"audience": 3, "accepted": 3}
    takes_eight_bit = "8BITMIME" in offered
    for taken in relay.accepted:
        assert taken.content.isascii() is not takes_eight_bit
        message = email.message_from_bytes(taken.content)
        payloads = [part.get_payload(decode=True) for part in message.walk()]
        assert any("مرحبا".encode() in raw for raw in payloads if isinstance(raw, bytes))
    said = [line for line in relay.lines if line.startswith("MAIL")]
    assert all(("BODY=8BITMIME" in line) is takes_eight_bit for line in said)


def in_arabic(row: MailingContent) -> ledger.ContentRow:
    """A stored block that says one word in Arabic, as 8bit."""
    words = encode("مرحبا slot\n", EIGHT_BIT)
    changed = {"html_encoding": EIGHT_BIT, "text_encoding": EIGHT_BIT}
    headers = None if row.headers is None else {**row.headers, **changed}
    return ledger.ContentRow(
        "en", row.kind, row.position, row.mask, words, words, headers, row.format
    )


@pytest.mark.parametrize("words", ["新的渡轮时刻表" * 80, "قال" * 400], ids=["chinese", "arabic"])
def test_a_text_without_blanks_makes_no_line_longer_than_a_mails_may_be(words: str) -> None:
    issue = context(language="ar", repeat=4)
    issue["sections"][0]["stories"][0]["standfirst"] = words
    rendered = render("digest", "ar", issue)
    headers = frozen_headers(subject="s", from_name="The Daily", sender=SENDER, now=NOW)
    headers |= {"list_name": "Morning", "list_id": "m.daily.example", "list_help": "/m"}

    sent = envelope(Content.load(content_rows(rendered, headers)))

    assert max(len(line) for line in b"".join(sent.message).split(b"\r\n")) <= 998
    assert all(words in part for part in parts(sent).values())


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_text_part_has_no_runs_of_blanks_and_one_signature(language: str) -> None:
    for made in (content(language), content(language).seven_bit()):
        lines = parts(envelope(made))["text/plain"].splitlines()

        assert [line for line in lines if "  " in line] == []
        assert [line for line in lines if line.endswith(" ")] == ["-- "]
