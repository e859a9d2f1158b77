"""Returned mails of our own making, one for each rule."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.bounces.reading.classify import classify
from syndicate.bounces.reading.reasons import cause_of
from syndicate.bounces.reading.verdict import Kind, Reason, Verdict

DSN = """\
From: MAILER-DAEMON@mx.daily.example (Mail Delivery System)
To: b+1-2-abcdefghijkl@daily.example
Subject: Undelivered Mail Returned to Sender
Return-Path: <>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain

This is the mail system at mx.daily.example.

{words}

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.daily.example

Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {diagnostic}

--b1
Content-Type: message/rfc822

From: The Daily <news@daily.example>
To: {address}
Subject: Morning

Hello.
--b1--
"""
ARF = """\
From: feedback@receiver.example
To: fbl@daily.example
Subject: FW: Morning
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b1"

--b1
Content-Type: text/plain

This is an email abuse report.

--b1
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: receiver/1.0
Version: 1
Original-Rcpt-To: <reader001@example.com>

--b1
Content-Type: message/rfc822

From: The Daily <news@daily.example>
To: reader001@example.com
Message-ID: <m1.2.abcdefghijklmnop@daily.example>

Hello.
--b1--
"""
QMAIL = """\
Return-Path: <>
From: MAILER-DAEMON@relay.example
To: b+1-2-abcdefghijkl@daily.example
Subject: failure notice

Hi. This is the qmail-send program at relay.example.

<reader001@example.com>:
192.0.2.1 does not like recipient.
Remote host said: 550 5.1.1 No such user
Giving up on 192.0.2.1.

<reader002@example.com>:
192.0.2.1 does not like recipient.
Remote host said: 452 4.2.2 Mailbox full

--- Below this line is a copy of the message.

From: The Daily <news@daily.example>
To: reader003@example.com

Hello.
"""
VACATION = """\
From: reader001@example.com
To: news@daily.example
Subject: Out of office: Morning
Auto-Submitted: auto-replied

I am away until Monday.
"""


def dsn(
    diagnostic: str, *, status: str = "5.0.0", action: str = "failed", words: str = ""
) -> Verdict:
    text = DSN.format(
        address="reader001@example.com",
        action=action,
        status=status,
        diagnostic=diagnostic,
        words=words,
    )
    (verdict,) = classify(text.encode())
    assert verdict.recipient == "reader001@example.com"
    return verdict


RCPT = "<reader001@example.com>: host mx said: 550 no (in reply to RCPT TO command)"
DATA = "<reader001@example.com>: host mx said: 550 no (in reply to end of DATA command)"


@pytest.mark.parametrize(
    ("diagnostic", "status", "words", "reason", "is_hard"),
    [
        ("550 5.1.1 User unknown", "5.1.1", "", Reason.USER_UNKNOWN, True),
        ("550 User unknown", "5.0.0", RCPT, Reason.USER_UNKNOWN, True),
        # a filter's answer, and one without anything to bear it out
        ("550 User unknown", "5.0.0", DATA, Reason.FILTERED, False),
        ("550 User unknown", "5.0.0", "", Reason.FILTERED, False),
        ("550 5.7.1 User unknown", "5.7.1", RCPT, Reason.FILTERED, False),
        ("450 4.1.1 User unknown, try later", "4.1.1", RCPT, Reason.USER_UNKNOWN, False),
        ("550 5.1.2 Host unknown", "5.1.2", "", Reason.HOST_UNKNOWN, True),
        ("556 5.1.10 Domain has a null MX", "5.1.10", "", Reason.NOT_ACCEPTED, True),
        ("552 5.2.2 Mailbox full", "5.2.2", "", Reason.MAILBOX_FULL, False),
        ("550 5.2.1 This mailbox is disabled", "5.2.1", "", Reason.SUSPENDED, False),
        ("550 5.7.1 blocked using a list of bad hosts", "5.7.1", "", Reason.BLOCKED, False),
        ("550-5.7.26 did not pass DMARC", "5.7.26", "", Reason.AUTHENTICATION, False),
        ("550 5.7.25 no PTR record", "5.7.25", "", Reason.REVERSE_DNS, False),
        ("421 4.7.28 unusual rate of mail", "4.7.28", "", Reason.RATE, False),
        ("554 5.7.1 Relay access denied", "5.7.1", "", Reason.RELAYING, False),
        ("554 5.6.0 virus found", "5.6.0", "", Reason.VIRUS, False),
        ("550 5.1.8 Sender address unknown", "5.1.8", "", Reason.REJECTED, False),
        ("451 4.4.1 Connection timed out", "4.4.1", "", Reason.EXPIRED, False),
        (
            "550 5.4.1 Recipient address rejected: Access denied",
            "5.4.1",
            "",
            Reason.USER_UNKNOWN,
            True,
        ),
        ("421 4.7.0 deferred due to user complaints", "4.7.0", "", Reason.RATE, False),
        ("550 5.1.10 RecipientNotFound", "5.1.10", "", Reason.NOT_ACCEPTED, True),
        ("500 gibberish", "5.0.0", "", Reason.UNDEFINED, False),
    ],
)
def test_only_what_speaks_of_the_address_counts_against_it(
    diagnostic: str, status: str, words: str, reason: Reason, *, is_hard: bool
) -> None:
    verdict = dsn(diagnostic, status=status, words=words)

    assert (verdict.kind, verdict.reason, verdict.is_hard) == (Kind.BOUNCED, reason, is_hard)


def test_delayed_is_not_bounced() -> None:
    verdict = dsn("451 4.4.1 will retry", status="4.4.1", action="delayed")

    assert (verdict.kind, verdict.is_hard) == (Kind.DELAYED, False)


def test_two_voices_that_disagree_cost_nobody_the_paper() -> None:
    verdict = dsn("550 5.1.1 User unknown", status="5.1.1", words="The mailbox is over quota.")

    assert (verdict.reason, verdict.is_hard) == (Reason.MAILBOX_FULL, False)


def test_what_is_said_of_several_recipients_speaks_against_none_of_them() -> None:
    # No blank line between two recipients, as some relays write it, and both reasons in one text.
    second = (
        "Final-Recipient: rfc822; reader002@example.com\nAction: failed\nStatus: 5.2.2\n"
        "Diagnostic-Code: smtp; 552 5.2.2 Mailbox full\n"
    )
    diagnostic = "550 5.1.1 User unknown"
    text = DSN.format(
        address="reader001@example.com",
        action="failed",
        status="5.1.1",
        diagnostic=f"{diagnostic}\n{second.rstrip()}",
        words="Some mailboxes are full, and some users unknown.",
    )

    found = [(each.recipient, each.reason, each.is_hard) for each in classify(text.encode())]

    assert found == [
        ("reader001@example.com", Reason.USER_UNKNOWN, True),
        ("reader002@example.com", Reason.MAILBOX_FULL, False),
    ]


LOOKED_UP = "The recipient name is not recognized."


@pytest.mark.parametrize(
    ("sender", "headers", "words", "is_hard"),
    [
        ("MAILER-DAEMON@mx.example", "", LOOKED_UP, True),
        ("MAILER-DAEMON@mx.example", "", "User not listed in our public address book", True),
        ("postmaster@mx.example", "Return-Path: <>\n", LOOKED_UP, True),
        # a person may sit there; and a server that does not say that it looked
        ("postmaster@mx.example", "", LOOKED_UP, False),
        ("MAILER-DAEMON@mx.example", "", "User unknown", False),
    ],
)
def test_without_a_code_who_looked_into_its_own_book_is_believed(
    sender: str, headers: str, words: str, *, is_hard: bool
) -> None:
    raw = (
        f"{headers}From: {sender}\nTo: b+1-2-abcdefghijkl@daily.example\nSubject: Undeliverable\n\n"
        f"Your message did not reach:\n\nreader001@example.com\n    {words}\n"
    )

    (verdict,) = classify(raw.encode())

    assert (verdict.recipient, verdict.reason, verdict.is_hard) == (
        "reader001@example.com",
        Reason.USER_UNKNOWN,
        is_hard,
    )


@pytest.mark.parametrize("end", ["\r", "\r\n", "\r\r\n"])
@pytest.mark.parametrize("first", ["", "From MAILER-DAEMON Tue Nov 24 08:00:00 2026\n"])
def test_lines_may_end_as_they_like(end: str, first: str) -> None:
    raw = f"{first}{QMAIL}"

    assert classify(raw.replace("\n", end).encode()) == classify(QMAIL.encode())


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("abuse", (Kind.COMPLAINED, Reason.FEEDBACK)),
        ("opt-out", (Kind.COMPLAINED, Reason.FEEDBACK)),
        ("auth-failure", (Kind.BOUNCED, Reason.AUTHENTICATION)),
    ],
)
def test_a_complaint_is_a_readers_and_a_failed_check_is_not(
    kind: str, expected: tuple[Kind, Reason]
) -> None:
    (verdict,) = classify(ARF.format(kind=kind).encode())

    assert (verdict.kind, verdict.reason) == expected
    assert (verdict.recipient, verdict.feedback) == ("reader001@example.com", kind)
    assert not verdict.is_hard


def test_a_report_in_words_is_read_recipient_by_recipient() -> None:
    found = [(each.recipient, each.reason, each.is_hard) for each in classify(QMAIL.encode())]

    assert found == [
        ("reader001@example.com", Reason.USER_UNKNOWN, True),
        ("reader002@example.com", Reason.MAILBOX_FULL, False),
    ]


def test_somebody_on_holiday_has_not_bounced() -> None:
    (verdict,) = classify(VACATION.encode())

    assert (verdict.kind, verdict.is_hard) == (Kind.AUTO_REPLIED, False)


@pytest.mark.parametrize(
    "text",
    [
        "From: reader001@example.com\nSubject: Re: Delivery problem\n\nNothing was delivered.",
        "From: shop@example.com\nReturn-Path: <shop@example.com>\nSubject: Delivery\n\nSoon.",
        "From: news@daily.example\nSubject: Morning\n\n550 5.1.1 User unknown is our headline.",
        "From: cron@example.com\nSubject: backup\nAuto-Submitted: auto-generated\n\ndone",
        "",
    ],
)
def test_other_mail_has_no_verdict(text: str) -> None:
    assert classify(text.encode()) == ()


@given(raw=st.binary(max_size=400))
def test_no_bytes_upset_it(raw: bytes) -> None:
    classify(raw)


@given(
    words=st.text(max_size=80),
    status=st.sampled_from(["", "5.1.1", "4.2.2"]),
    cut=st.integers(0, 900),
)
def test_no_report_upsets_it(words: str, status: str, cut: int) -> None:
    text = DSN.format(address=words, action="failed", status=status, diagnostic=words, words=words)
    classify(text.encode("utf-8", "surrogatepass"))
    classify(text.encode("utf-8", "surrogatepass")[:cut])


@given(words=st.text(max_size=200))
def test_words_alone_without_a_code_never_name_a_code(words: str) -> None:
    cause = cause_of(words.translate({ord(digit): None for digit in "0123456789"}))

    assert (cause.status, cause.code) == ("", None)
