"""Mails that come back and are no bounce: machines' answers, receipts, good news, second thoughts.

Each of them once looked like one, and a few of them cost a reader the paper.
"""

import base64

import pytest

from syndicate.bounces.reading.classify import classify
from syndicate.bounces.reading.providers import ses
from syndicate.bounces.reading.verdict import Kind, Reason
from tests.bounces.reading.test_classify import ARF, DSN

AWAY = """\
From: Desk <reader001@example.com>
To: b+1-2-abcdefghijkl@daily.example
Subject: {subject}
Return-Path: <>
{header}
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

{words}
"""
RECEIPT = """\
From: reader001@example.com
To: b+1-2-abcdefghijkl@daily.example
Subject: Delivered: Morning
Return-Path: <>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=disposition-notification; boundary="b1"

--b1
Content-Type: text/plain

Your message to reader001@example.com has been delivered and displayed.

--b1
Content-Type: message/disposition-notification

Final-Recipient: rfc822; reader001@example.com
Original-Message-ID: <m1.2.abc@daily.example>
Disposition: manual-action/MDN-sent-manually; displayed

--b1--
"""
GOOD_NEWS = """\
From: Mail Delivery Subsystem <MAILER-DAEMON@mx.example>
To: b+1-2-abcdefghijkl@daily.example
Subject: Delivery Notification: Delivery has been successful
Return-Path: <>

Your message was successfully delivered to the following recipients:

   reader001@example.com
"""


def encoded(text: str) -> str:
    return f"=?utf-8?b?{base64.b64encode(text.encode()).decode()}?="


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: Delivery problems in the harbour",
        encoded("رد تلقائي: Delivery problems in the harbour"),
        encoded("الرد التلقائي: خارج المكتب"),
        encoded("Réponse automatique : Delivery failure"),
        encoded("Automatische Antwort: Undelivered parcels"),
        "Abwesenheitsnotiz: Returned mail of the week",
        encoded("Respuesta automática: Mail failure"),
        encoded("Автоответ: Undeliverable"),
    ],
)
@pytest.mark.parametrize("header", ["Auto-Submitted: auto-generated", "X-Loop: no"])
def test_who_is_away_has_not_bounced_in_any_language(subject: str, header: str) -> None:
    words = "The mailbox is full of letters; write to reader002@example.com: 550 of us are here."

    found = classify(AWAY.format(subject=subject, header=header, words=words).encode())

    assert [(each.kind, each.reason) for each in found] == [(Kind.AUTO_REPLIED, Reason.VACATION)]


def test_a_program_that_wants_no_answer_is_a_readers_and_no_mail_server() -> None:
    mail = AWAY.format(
        subject="Delivery times this week",
        header="X-Auto-Response-Suppress: All\nAuto-Submitted: auto-generated",
        words="I could not be reached before Monday.",
    )

    assert [each.kind for each in classify(mail.encode())] == [Kind.AUTO_REPLIED]


def test_a_receipt_is_no_bounce() -> None:
    assert [each.kind for each in classify(RECEIPT.encode())] == [Kind.AUTO_REPLIED]


def test_good_news_in_words_is_no_bounce() -> None:
    found = classify(GOOD_NEWS.encode())

    assert [(each.kind, each.recipient) for each in found] == [
        (Kind.DELIVERED, "reader001@example.com")
    ]
    bad = GOOD_NEWS.replace("\n\n   reader", "\n\n   none. Not to:\n\n   550 5.1.1 reader")
    assert [each.kind for each in classify(bad.encode())] == [Kind.BOUNCED]


def test_a_reader_who_says_it_is_no_spam_does_not_complain() -> None:
    (verdict,) = classify(ARF.format(kind="not-spam").encode())

    assert (verdict.kind, verdict.recipient) == (Kind.DELIVERED, "reader001@example.com")


@pytest.mark.parametrize(
    ("feedback", "expected"),
    [
        ("abuse", (Kind.COMPLAINED, Reason.FEEDBACK)),
        (None, (Kind.COMPLAINED, Reason.FEEDBACK)),
        ("not-spam", (Kind.DELIVERED, Reason.DELIVERED)),
        ("auth-failure", (Kind.BOUNCED, Reason.AUTHENTICATION)),
        ("virus", (Kind.BOUNCED, Reason.VIRUS)),
    ],
)
def test_feedback_means_the_same_from_a_provider(
    feedback: str | None, expected: tuple[Kind, Reason]
) -> None:
    event = {
        "notificationType": "Complaint",
        "complaint": {
            "complainedRecipients": [{"emailAddress": "reader001@example.com"}],
            "complaintFeedbackType": feedback,
        },
    }

    (told,) = ses(event)

    assert (told.verdict.kind, told.verdict.reason) == expected


def test_a_report_in_arabic_is_read_by_its_fields() -> None:
    words = "تعذر تسليم رسالتك إلى صندوق البريد لأنه غير موجود."
    text = DSN.format(
        address="reader001@example.com",
        action="failed",
        status="5.1.1",
        diagnostic="550 5.1.1 المستخدم غير معروف",
        words=words,
    ).replace("Content-Type: text/plain\n", "Content-Type: text/plain; charset=utf-8\n")

    (verdict,) = classify(text.encode())

    assert (verdict.kind, verdict.reason, verdict.is_hard) == (
        Kind.BOUNCED,
        Reason.USER_UNKNOWN,
        True,
    )
    assert verdict.detail == "smtp; 550 5.1.1 المستخدم غير معروف"
