"""A mailbox of returned mails on a real Dovecot: taken once, put aside, cut off in the middle."""

import datetime as dt
import imaplib
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import func, select
from structlog.testing import capture_logs

from syndicate import settings
from syndicate.bounces.doors import imap, mailboxes
from syndicate.bounces.doors.intake import Intake
from syndicate.bounces.doors.place import LARGEST, Visit
from syndicate.bounces.keeping import record
from syndicate.errors import NotFoundError, TemporaryError
from syndicate.store.ground.session import transaction
from syndicate.store.sending.events import DeliveryEvent
from tests.authority import Authority
from tests.bounces.doors.dovecot import PASSWORD, USER, Dovecot, is_root
from tests.bounces.doors.test_mailboxes import noting
from tests.bounces.reading.test_classify import DSN

pytestmark = [
    pytest.mark.debian("dovecot"),
    pytest.mark.skipif(not is_root(), reason="Dovecot is started as root here"),
]
LUNCH = b"From: reader001@example.com\r\nSubject: Lunch?\r\n\r\nAt one.\r\n"


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="syndicate-imap-", dir="/tmp"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def authority(folder: Path) -> Authority:
    return Authority(folder)


@pytest.fixture(scope="module")
def server(folder: Path, authority: Authority) -> Iterator[Dovecot]:
    dovecot = Dovecot(folder, authority.issue("127.0.0.1"))
    dovecot.start()
    yield dovecot
    dovecot.stop()


@pytest.fixture
def dovecot(
    server: Dovecot, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Dovecot]:
    """An empty one, whose certificate is trusted as an operator would have it trusted."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    yield server
    server.empty()


def url(dovecot: Dovecot, *, password: str = PASSWORD, folder: str = "INBOX") -> str:
    return f"imaps://{USER}:{quote(password, safe='')}@127.0.0.1:{dovecot.port}/{folder}"


def report(number: int) -> bytes:
    """Of a delivery that is none of ours: an event of its own, about nobody."""
    text = DSN.format(
        address=f"reader{number:03}@example.com",
        action="failed",
        status="5.1.1",
        diagnostic="550 5.1.1 User unknown",
        words="",
    )
    return text.encode()


def events() -> int:
    with transaction() as tx:
        return tx.scalar(select(func.count()).select_from(DeliveryEvent)) or 0


@pytest.mark.usefixtures("database")
def test_reports_are_kept_and_gone_and_the_rest_is_put_aside(dovecot: Dovecot) -> None:
    dovecot.put(*(report(number) for number in range(60)), LUNCH, report(60))
    intake = Intake()

    visit = mailboxes.collect(url(dovecot), intake)

    assert visit == Visit(taken=62, aside=1, left=0)
    assert (intake.counted["reports"], intake.counted["events"], events()) == (61, 61, 61)
    assert dovecot.holds() == []
    (aside,) = dovecot.holds(f".{imap.ASIDE}")
    assert aside.replace(b"\r\n", b"\n") == LUNCH.replace(b"\r\n", b"\n")
    assert mailboxes.collect(url(dovecot), intake) == Visit(0, 0, 0)


@pytest.mark.long
@pytest.mark.usefixtures("database")
def test_a_visit_that_was_killed_is_made_again_and_counts_nothing_twice(
    dovecot: Dovecot, tmp_path: Path
) -> None:
    dovecot.put(*(report(number) for number in range(120)))
    program = tmp_path / "visit.py"
    program.write_text(
        "import os, signal, sys\n"
        "from syndicate.bounces.doors import mailboxes\n"
        "from syndicate.bounces.doors.intake import Intake\n"
        "intake = Intake()\n"
        "def take(raw):\n"
        "    understood = intake(raw)\n"
        "    if intake.counted['mails'] == 70:\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return understood\n"
        "mailboxes.collect(sys.argv[1], take)\n"
    )

    killed = subprocess.run([sys.executable, program, url(dovecot)], check=False)

    assert killed.returncode == -signal.SIGKILL
    assert (events(), len(dovecot.holds())) == (70, 70)
    intake = Intake()
    assert mailboxes.collect(url(dovecot), intake) == Visit(taken=70, aside=0, left=0)
    assert (intake.counted["events"], intake.counted["known"], events()) == (50, 20, 120)


@pytest.mark.usefixtures("database")
def test_a_mail_over_which_we_stumble_stops_nobody_and_is_put_aside(dovecot: Dovecot) -> None:
    def stumble(raw: bytes, now: dt.datetime) -> Sequence[record.Kept]:
        if b"stumble" in raw:
            raise ValueError("reader001@example.com")
        return record.ingest(raw, now)

    dovecot.put(report(1), b"Subject: stumble\r\n\r\n", report(2))
    intake = Intake(stumble)

    with capture_logs() as logged:
        visit = mailboxes.collect(url(dovecot), intake)

    assert (visit, events()) == (Visit(taken=3, aside=1, left=0), 2)
    assert [line["event"] for line in logged if line["log_level"] == "error"] == [
        "returned_mail_unreadable"
    ]
    assert "reader001" not in str(logged)


def test_a_huge_mail_is_read_no_further_than_it_can_matter(dovecot: Dovecot) -> None:
    dovecot.put(LUNCH + b"x" * 70 + b"\r\n" + (b"y" * 78 + b"\r\n") * 150_000)
    seen: list[bytes] = []

    visit = mailboxes.collect(url(dovecot), noting(seen))

    assert ([len(raw) for raw in seen], visit.left) == ([LARGEST], 0)


def test_another_folder_is_read_and_a_missing_one_is_said(dovecot: Dovecot) -> None:
    mailbox = imaplib.IMAP4("127.0.0.1", dovecot.plain_port)
    mailbox.authenticate("PLAIN", lambda _: f"\0{USER}\0{PASSWORD}".encode())
    mailbox.create("INBOX.Returned")
    mailbox.append("INBOX.Returned", "", "", LUNCH)
    mailbox.logout()
    seen: list[bytes] = []

    visit = mailboxes.collect(url(dovecot, folder="INBOX.Returned"), noting(seen))

    assert (visit.taken, seen) == (1, [LUNCH])
    with pytest.raises(NotFoundError, match="no folder Elsewhere"):
        mailboxes.collect(url(dovecot, folder="Elsewhere"), lambda _raw: True)


def test_neither_a_refusal_nor_a_log_shows_the_password(dovecot: Dovecot) -> None:
    wrong = f"{PASSWORD} but secret"

    with capture_logs() as logged, pytest.raises(TemporaryError, match="cannot be read") as refused:
        mailboxes.collect(url(dovecot, password=wrong), lambda _raw: True)

    assert "secret" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert "secret" not in str(logged)


def test_a_server_that_nobody_vouches_for_gets_no_password(
    dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(Authority(tmp_path).file))

    with pytest.raises(TemporaryError, match="certificate"):
        mailboxes.collect(url(dovecot), lambda _raw: True)


@pytest.mark.usefixtures("database")
def test_the_command_empties_it(dovecot: Dovecot, settings_env: pytest.MonkeyPatch) -> None:
    from workers import bounces  # noqa: PLC0415 - the workers need the settings of this test

    settings_env.setenv("SYNDICATE_BOUNCE_MAILBOX_URL", url(dovecot))
    settings.load.cache_clear()
    dovecot.put(report(1))

    bounces.fetch()

    assert (events(), dovecot.holds()) == (1, [])
