"""Whatever mail comes to a door, each is counted once, and none is a fault of ours."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syndicate.bounces.doors.intake import Intake, IntakeOutcome
from tests.bounces.keeping.test_record import sealed
from tests.bounces.reading.test_classify import ARF, DSN

LIMITS = settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
LINES = [
    *("From: a@example.com", "To: {seal}", "Delivered-To: {seal}", "Subject: =?utf-8?b?4pyT", ""),
    *("Content-Type: multipart/report; boundary=b", "Content-Type: message/delivery-status"),
    *("--b", "--b--", "Final-Recipient: rfc822; {seal}", "Action: failed", "Status: 5.1.1"),
    *("Feedback-Type: abuse", "Original-Mail-From: <{seal}>", "Auto-Submitted: auto-replied"),
    *(
        "550 5.1.1 User unknown",
        "Diagnostic-Code: smtp; \x00",
        "Content-Type: text/html; charset=x",
    ),
    *("Content-Transfer-Encoding: base64", "X-Failed-Recipients: {seal}", "\ufeff", "\udcff"),
]


def told(mail: bytes) -> None:
    first, again = Intake(), Intake()

    outcome = first.take(mail)

    assert outcome is not IntakeOutcome.UNREADABLE
    assert first.counted["mails"] == 1
    assert first.counted["reports"] == (outcome is IntakeOutcome.KEPT)
    assert again.take(mail) is outcome
    assert again.counted["events"] == 0, "the same mail again is no new event"
    assert again.counted["known"] == first.counted["known"] + first.counted["events"]


@LIMITS
@given(
    lines=st.lists(st.sampled_from(LINES) | st.text(max_size=20), max_size=20),
    end=st.sampled_from(["\r\n", "\n", "\r"]),
)
def test_any_lines_are_a_report_or_a_strangers_mail(
    mailing_id: int, lines: list[str], end: str
) -> None:
    seal = sealed(mailing_id, 1)
    said = end.join(lines).replace("{seal}", seal)
    told(said.encode(errors="surrogateescape"))


@LIMITS
@given(raw=st.binary(max_size=60), at=st.integers(0, 900), which=st.sampled_from([DSN, ARF]))
def test_any_bytes_in_a_report_are_read_past(
    mailing_id: int, raw: bytes, at: int, which: str
) -> None:
    said = {"address": "reader002@example.com", "action": "failed", "status": "5.1.1"}
    report = which.format(**said, diagnostic="550 5.1.1", words="x", kind="abuse")
    for ours in ("b+1-2-abcdefghijkl@daily.example", "fbl@daily.example"):
        report = report.replace(ours, sealed(mailing_id, 2))
    mail = report.encode()
    told(mail[:at] + raw + mail[at:])
