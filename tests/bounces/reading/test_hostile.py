"""Mails that somebody made to hurt: each is read through, and none takes the next one's time.

Hung is hung for minutes: before they were cut and their patterns made straight, each of these took
more than twenty seconds, or as long as a machine lives.
"""

import time

import pytest
from sqlalchemy import select

from syndicate.bounces.keeping import record, verp
from syndicate.bounces.reading.classify import classify
from syndicate.bounces.reading.parts import MAX_BLOCKS, read
from syndicate.master_key import MasterKey
from syndicate.store.ground.session import transaction
from syndicate.store.sending.events import DeliveryEvent
from tests import matrix
from tests.newsletters.paper import NOW

SIZE = 400_000
REPORT = "From: MAILER-DAEMON@mx.example\r\nSubject: Undelivered mail\r\nContent-Type: "
IN_PARTS = (
    'multipart/report; boundary="b"\r\n\r\n--b\r\n\r\nSorry.\r\n'
    "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
)
REPEATED = {
    "words without an address": "a",
    "addresses in addresses": "a@",
    "dots": "a.",
    "angles": "<",
    "ends of angles": ">",
    "tags that never end": "<a",
    "line breaks that never end": "<br ",
    "styles that never end": "<style>",
    "comments that never end": "<!--",
    "half entities": "&#",
    "blank lines": "\r\n",
    "almost blank lines": " \r\n",
    "blanks": " ",
    "rules of dashes": "-",
    "quotes of quotes": "\t> *",
    "half encoded words": "=?utf-8?q?",
    "users": "user",
    "mailboxes": "mailbox ",
    "names of ours": "b+1-1-000000000000@x ",
    "digits": "1",
}


def report(kind: str, piece: str) -> bytes:
    return (REPORT + kind + piece * (SIZE // len(piece))).encode()


KINDS = ["text/plain\r\n\r\n", "text/html\r\n\r\n", IN_PARTS, "x\r\nX: "]


@pytest.mark.timeout(120)
@pytest.mark.parametrize("kind", matrix.rows(KINDS, every=3))
def test_no_repetition_holds_the_next_mail_up(kind: str) -> None:
    for piece in REPEATED.values():
        raw = report(kind, piece)

        assert isinstance(classify(raw), tuple)
        assert verp.find(raw, MasterKey(b"k" * 32)) is None


IN_HUNDREDS = "".join(
    f"multipart/mixed; boundary=b{depth}\r\n\r\n--b{depth}\r\nContent-Type: "
    for depth in range(400)
)


@pytest.mark.parametrize(
    ("kind", "piece"),
    [
        ('multipart/report; "', ";"),
        ('text/plain; a="', ';\\"'),
        ("text/plain; charset=punycode\r\n\r\n", "9"),
        (f"{IN_HUNDREDS}text/plain\r\n\r\n", "a\n"),
    ],
    ids=["parameters", "quoted parameters", "punycode", "parts in parts"],
)
def test_no_mail_takes_more_than_two_seconds(kind: str, piece: str) -> None:
    raw = report(kind, piece)

    began = time.process_time()
    classify(raw)

    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain; charset*0=utf-8; charset*=x",
        "multipart/mixed; boundary*0=b; boundary*=c",
        "text/plain; charset=idna",
        "text/plain; charset=undefined",
        "text/plain; charset=punycode",
        "text/plain; charset=base64",
    ],
)
def test_parameters_that_make_no_sense_leave_the_words(kind: str) -> None:
    raw = f"{REPORT}{kind}\r\n\r\n<reader001@example.com>: 550 5.1.1 User unknown é\r\n"

    (verdict,) = classify(raw.encode())

    assert verdict.recipient == "reader001@example.com"
    assert verdict.is_hard


@pytest.mark.timeout(120)
def test_a_report_about_thousands_is_believed_about_the_first() -> None:
    block = "Final-Recipient: rfc822; reader{:05}@example.com\r\nStatus: 5.1.1\r\n\r\n"
    blocks = "".join(block.format(number) for number in range(5000))

    for kind in ("text/plain\r\n\r\n", IN_PARTS):
        verdicts = classify((REPORT + kind + blocks).encode())

        assert [each.recipient for each in verdicts][:2] == [
            "reader00000@example.com",
            "reader00001@example.com",
        ]
        assert len(verdicts) <= MAX_BLOCKS


@pytest.mark.timeout(120)
def test_parts_in_parts_in_parts_leave_the_headers() -> None:
    raw = REPORT.removesuffix("Content-Type: ") + "".join(
        f'Content-Type: multipart/mixed; boundary="{depth}"\r\n\r\n--{depth}\r\n'
        for depth in range(2000)
    )

    assert read(raw.encode()).headers["subject"] == "Undelivered mail"


def test_a_field_that_is_folded_for_ever_ends() -> None:
    raw = REPORT + IN_PARTS + "Final-Recipient: rfc822; a@b.example\r\nStatus: 5.1.1\r\n"
    raw += "Diagnostic-Code: smtp; 550\r\n" + " 5.1.1 no such user\r\n" * 2000

    (verdict,) = classify(raw.encode())

    assert verdict.is_hard


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("odd", ["\x00", "\x1b[2J", "\x7f"])
def test_what_the_database_cannot_hold_is_kept_without_it(odd: str) -> None:
    raw = f"{REPORT}text/plain\r\n\r\n<reader001@example.com>: 550 5.1.1 User {odd}unknown\r\n"

    (kept,) = record.ingest(raw.encode(), NOW)

    assert kept.is_new
    with transaction() as tx:
        assert tx.scalar(select(DeliveryEvent.detail)) == (
            f"<(address)>: 550 5.1.1 User {' ' + odd[1:]}unknown"
        )
