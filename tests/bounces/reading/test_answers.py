"""What readers' own programs answer, and readers themselves: none of it costs anybody the paper.

What a program declares comes first. Words alone, in whatever language and however much of our own
mail or of a real report they repeat, are no report where a reader's mailbox sent them.
"""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from syndicate.bounces.keeping import record
from syndicate.bounces.reading.classify import classify
from syndicate.bounces.reading.verdict import Kind, Reason
from syndicate.store.ground.session import transaction
from syndicate.store.readers import subscribers
from syndicate.store.readers.recipients import Recipient, Suppression
from syndicate.vocabulary.newsletters import SubscriptionState
from tests import matrix
from tests.bounces.keeping.test_record import DAY, is_suppressed, sealed
from tests.bounces.reading.test_classify import DSN
from tests.mail import confirmation
from tests.newsletters.paper import NOW

READER = "Reader <reader001@example.com>"
NULL = "Return-Path: <>\n"
OURS = """\
From: The Daily <news@daily.example>
To: reader001@example.com
Subject: Delivery failure: the post that never arrived
Message-ID: <m1.1.abcdefghijklmnop@daily.example>

550 5.1.1 <reader001@example.com>: User unknown, says the headline.
"""
REAL_REPORT = """\
Final-Recipient: rfc822; reader001@example.com
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 User unknown
"""
# What vacation notices and rules of mailboxes say, each in the words of its trade.
NOTICES = [
    ("Poissa toimistosta", "Olen lomalla. I am on leave and can be reached on my mobile."),
    ("Automatická odpověď: Morning", "Jsem mimo kancelář. You can reach my colleague."),
    ("Thank you for your message", "She no longer works here; it could not be delivered to her."),
    ("Kiitos", "She can be reached at her new desk.\n550 Main Street\nExampletown"),
    ("We have moved", "This address has moved. The user has moved to reader002@example.com."),
    ("New address", "reader001@example.com is no longer valid. Mailbox does not exist any more."),
    ("Mailbox not monitored", "This mailbox is inactive. Your message was not delivered."),
    ("Please confirm your message", "It has not been delivered yet: a spam filter. Click here."),
    ("Ticket 5.1.1 opened", "Your message 550-5.1.1 was filed. User unknown to the help desk."),
    ("خارج المكتب", "أنا في إجازة. The mailbox is full and cannot be reached."),
    ("Absent", "Je suis absente. Votre message n'a pas été remis. 550 5.1.1 User unknown"),
    ("Undeliverable", "I have left the company. Delivery has failed permanently. 5.1.6"),
    ("Re: Delivery failure: the post that never arrived", "On leave.\n\n> " + OURS),
    ("SV: Mail failure", f"Away.\n\n-----Original Message-----\n{OURS}"),
    ("Message not delivered", f"Away until Monday.\n\n{REAL_REPORT}"),
]
# The same notice as the mail programs of the world begin its subject.
SUBJECTS = [
    "Automatic reply: x", "Abwesenheitsnotiz: x", "Réponse automatique : x", "Autosvar: x",
    "Automatisk svar: x", "Automaattinen vastaus: x", "Odpowiedź automatyczna: x",
    "Automatická odpověď: x", "Automatická odpoveď: x", "Automatikus válasz: x",
    "Răspuns automat: x", "Αυτόματη απάντηση: x", "Автоматический ответ: x",
    "Otomatik Yanıt: x",  # noqa: RUF001 - Turkish
    "Автоматична відповідь: x", "Автоматичен отговор: x", "Automatski odgovor: x",
    "Samodejni odgovor: x", "Automātiskā atbilde: x", "Automaatvastus: x", "رد تلقائي: x",
    "پاسخ خودکار: x", "מענה אוטומטי: x", "自动答复: x", "自動応答: x", "자동 회신: x",
    "Trả lời tự động: x", "ตอบกลับอัตโนมัติ: x", "Balasan otomatis: x", "Resposta automática: x",
]  # fmt: skip
DECLARED = [
    "Auto-Submitted: auto-replied",
    'Auto-Submitted: Auto-Replied; owner-email="reader001@example.com"',
    "Auto-Submitted: auto-notified",
    "Auto-Submitted: auto-generated\nX-Auto-Response-Suppress: All",
    "X-Autoreply: yes",
    "X-Autorespond: away",
    "X-Auto-Reply: 1",
    "Precedence: auto_reply",
    "Precedence: auto-reply",
    "X-Apple-Action: VACATION",
    "X-MS-Exchange-Inbox-Rules-Loop: reader001@example.com",
    "X-Mailer: vacation 1.2.7",
    "Delivered-To: Autoresponder",
]


def mail(subject: str, words: str, *, headers: str = "", sender: str = READER) -> bytes:
    """What comes back to our sealed address from somebody's mailbox."""
    return (
        f"{headers}From: {sender}\nTo: b+1-2-abcdefghijkl@daily.example\nSubject: {subject}\n"
        f"In-Reply-To: <m1.1.abcdefghijklmnop@daily.example>\nMIME-Version: 1.0\n"
        f"Content-Type: text/plain; charset=utf-8\n\n{words}\n"
    ).encode()


def kinds(raw: bytes) -> list[Kind]:
    return [each.kind for each in classify(raw)]


@pytest.mark.parametrize("null", matrix.rows([NULL, ""], every=4))
@pytest.mark.parametrize(("subject", "words"), NOTICES)
@pytest.mark.parametrize("declared", DECLARED)
def test_an_automatic_answer_ends_nobody(
    declared: str, subject: str, words: str, null: str
) -> None:
    assert kinds(mail(subject, words, headers=f"{null}{declared}\n")) == [Kind.AUTO_REPLIED]


@pytest.mark.parametrize(("subject", "words"), NOTICES)
def test_an_answer_that_declares_nothing_but_an_empty_return_path_ends_nobody(
    subject: str, words: str
) -> None:
    assert kinds(mail(subject, words, headers=NULL)) == [Kind.AUTO_REPLIED]


@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize(
    "sender", matrix.rows(["postmaster@example.com", "MAILER-DAEMON@example.com", "<>"], every=4)
)
@pytest.mark.parametrize("headers", ["", NULL, "Auto-Submitted: auto-generated\n"])
def test_an_answer_in_any_language_ends_nobody_whoever_it_says_it_is_from(
    headers: str, sender: str, subject: str
) -> None:
    words = f"550 5.1.1\n\n> {OURS}"

    assert kinds(mail(subject, words, headers=headers, sender=sender)) == [Kind.AUTO_REPLIED]


REPORTS = [
    ("PostMaster@qq.com", "来自qq.com的退信", "host[192.0.2.1] said: 550 Mailbox not found."),
    ("Postmaster@163.com", "系统退信/Systems bounce", "SMTP error, RCPT TO: 550 User not found"),
    ("postmaster@example.com", "Niedostarczona wiadomość", "550 5.1.1 User unknown"),
    ("postmaster@example.com", "Недоставленное сообщение", "replied: 550 no such user here"),
    ("postmaster@example.com", "تعذر تسليم الرسالة", "550 5.1.1 User unknown"),
]


@pytest.mark.parametrize(("sender", "subject", "words"), REPORTS)
def test_a_postmasters_report_in_another_language_is_heard(
    sender: str, subject: str, words: str
) -> None:
    assert kinds(mail(subject, words, sender=sender)) == [Kind.BOUNCED]


@pytest.mark.parametrize(("subject", "words"), [each[1:] for each in REPORTS])
def test_the_same_words_of_a_reader_end_nobody(subject: str, words: str) -> None:
    assert kinds(mail(subject, words)) == []


@pytest.mark.parametrize(("subject", "words"), NOTICES)
@pytest.mark.parametrize(
    "sender",
    matrix.rows(
        [
            READER,
            "Bouncer Desk <bouncer.desk@example.com>",
            "Mail Delivery Desk <reader001@example.com>",
            "Postmaster Desk <desk@postmaster.example.com>",
            "Complaints Desk <complaints@example.com>",
            "Abuse <abuse@example.com>",
            "reader001@bounce.example.com",
            "reader001@mailer-daemon.example.com",
        ],
        every=4,
    ),
)
def test_what_a_reader_writes_ends_nobody(sender: str, subject: str, words: str) -> None:
    found = kinds(mail(subject, words, sender=sender))

    assert found in ([], [Kind.AUTO_REPLIED])


@pytest.mark.parametrize("kind", ["message/rfc822", "text/rfc822-headers"])
@pytest.mark.parametrize("declared", ["Auto-Submitted: auto-replied\n", NULL, ""])
@pytest.mark.parametrize("sender", [READER, "abuse@example.com", "complaints@example.com"])
def test_an_answer_that_encloses_our_whole_mail_ends_nobody(
    sender: str, declared: str, kind: str
) -> None:
    parts = (
        "--b1\nContent-Type: text/plain\n\nOlen lomalla. I could not be reached.\n\n"
        f"--b1\nContent-Type: {kind}\n\n{OURS}\n--b1--\n"
    )
    raw = mail("Poissa", parts, headers=declared, sender=sender).replace(
        b"text/plain; charset=utf-8", b'multipart/mixed; boundary="b1"'
    )

    found = kinds(raw)

    if declared:
        assert found == [Kind.AUTO_REPLIED]
    else:
        # A receiver's own desk that passes a mail on does so because somebody complained.
        assert found == ([] if sender == READER else [Kind.COMPLAINED])


@given(
    words=st.lists(
        st.sampled_from(
            [*(words for _, words in NOTICES), REAL_REPORT, OURS, "550 5.1.1", "\n\n", "> ", "\n"]
        )
        | st.text(max_size=20),
        max_size=8,
    ),
    subject=st.sampled_from([subject for subject, _ in NOTICES]),
    headers=st.sets(st.sampled_from([*DECLARED, NULL.strip(), "Precedence: bulk"]), max_size=4),
)
def test_no_words_of_a_readers_mailbox_are_a_report(
    words: list[str], subject: str, headers: set[str]
) -> None:
    raw = mail(subject, "".join(words), headers="".join(f"{each}\n" for each in sorted(headers)))

    assert set(kinds(raw)) <= {Kind.AUTO_REPLIED}


@pytest.mark.parametrize(
    ("subject", "words", "headers", "is_report"),
    [
        # Somebody who reads the postmaster's mail, and is away.
        ("Poissa", "I am on leave and could not be reached.", NULL, False),
        ("Re: Delivery failure", "I could not reach the crossword.", "", False),
        ("Antwort: Delivery failure", "It was not delivered.", "", False),
        ("Undeliverable", "I am on leave.", "Auto-Submitted: auto-replied\n", False),
        # A server that says so.
        ("Undeliverable mail", "550 5.1.1 User unknown", "", True),
        ("Undeliverable mail", "550 5.1.1 User unknown", "Auto-Submitted: auto-replied\n", True),
    ],
)
def test_a_postmaster_is_believed_where_a_server_speaks(
    subject: str, words: str, headers: str, *, is_report: bool
) -> None:
    found = kinds(mail(subject, words, headers=headers, sender="postmaster@example.com"))

    assert (Kind.BOUNCED in found) == is_report


def test_where_a_person_may_have_written_it_words_without_a_code_end_nothing() -> None:
    words = "Undeliverable.\n\n<reader001@example.com>: the user has moved, no forwarding address."

    from_server = classify(mail("Undeliverable", words, sender="mailer-daemon@example.com"))
    from_role = classify(mail("Undeliverable", words, sender="postmaster@example.com"))

    assert [(each.reason, each.is_hard) for each in from_server] == [(Reason.HAS_MOVED, True)]
    assert [(each.reason, each.is_hard) for each in from_role] == [(Reason.HAS_MOVED, False)]


def test_a_report_in_due_form_is_one_though_it_calls_itself_automatic() -> None:
    text = DSN.format(
        address="reader001@example.com",
        action="failed",
        status="5.1.1",
        diagnostic="550 5.1.1 User unknown",
        words="",
    )

    (verdict,) = classify(f"Auto-Submitted: auto-replied\n{text}".encode())

    assert (verdict.kind, verdict.is_hard) == (Kind.BOUNCED, True)


@pytest.mark.parametrize(
    "declared", ["", "Auto-Submitted: auto-replied\n", f"{NULL}X-Vacation: 1\n"]
)
def test_who_forwards_somebody_elses_report_part_by_part_reports_nothing(declared: str) -> None:
    report = DSN.format(
        address="reader001@example.com",
        action="failed",
        status="5.1.1",
        diagnostic="550 5.1.1 User unknown",
        words="",
    )
    parts = report.partition("\n\n")[2]
    raw = mail("Fwd: Undelivered Mail Returned to Sender", parts, headers=declared).replace(
        b"text/plain; charset=utf-8", b'multipart/mixed; boundary="b1"'
    )

    assert kinds(raw) == ([Kind.AUTO_REPLIED] if declared else [])


@pytest.mark.parametrize(
    ("sender", "kind"), [("<>", Kind.BOUNCED), ("MAILER-DAEMON <>", Kind.BOUNCED), ("Ann <>", None)]
)
def test_an_address_that_is_empty_is_a_servers(sender: str, kind: Kind | None) -> None:
    found = kinds(mail("Delivery Status", "550 5.1.1 User unknown", sender=sender))

    assert found == ([kind] if kind else [])


@pytest.mark.parametrize(
    "headers", ["X-Apple-Unsubscribe: true\nAuto-Submitted: auto-replied\n", ""]
)
def test_who_has_a_program_unsubscribe_opts_out(headers: str) -> None:
    (verdict,) = classify(mail("unsubscribe", "Apple Mail sent this email.", headers=headers))

    assert (verdict.kind, verdict.feedback) == (Kind.COMPLAINED, "opt-out")


def test_a_reader_who_is_away_all_month_keeps_the_paper(mailing_id: int) -> None:
    for day, (subject, words) in enumerate(NOTICES * 2):
        raw = mail(subject, words, headers=f"{NULL}Auto-Submitted: auto-replied\n").replace(
            b"b+1-2-abcdefghijkl@daily.example", sealed(mailing_id + day * 1000, 1).encode()
        )

        kept = record.ingest(raw, NOW + day * DAY)

        assert [(each.is_ours, each.suppressed) for each in kept] == [(True, False)]
    assert not is_suppressed(1)


@pytest.mark.usefixtures("mailing_id")
def test_who_opts_out_of_a_single_message_keeps_the_newsletter() -> None:
    single_id = confirmation.queue("confirmation:1", now=NOW)
    assert single_id is not None
    raw = mail("unsubscribe", "", headers="X-Apple-Unsubscribe: true\n").replace(
        b"b+1-2-abcdefghijkl@daily.example", sealed(single_id, 1).encode()
    )

    (kept,) = record.ingest(raw, NOW + dt.timedelta(hours=1))

    assert kept.is_ours
    assert not is_suppressed(1)
    with transaction() as tx:
        recipient = tx.get(Recipient, 1)
        subscription = subscribers.of(tx, 1, 1)
        assert recipient is not None
        assert subscription is not None
        mine = Suppression.address_hash == recipient.address_hash
        scopes = tx.scalars(select(Suppression.scope).where(mine)).all()
    assert scopes == ["confirmation"]
    assert subscription.state is SubscriptionState.ACTIVE
