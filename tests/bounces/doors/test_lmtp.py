"""The door at which a mail server hands returned mails over: by hand, and by a real Postfix."""

import mailbox
import os
import queue
import shutil
import smtplib
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from syndicate import settings
from syndicate.bounces.doors import lmtp
from syndicate.bounces.doors.intake import IntakeOutcome
from syndicate.bounces.doors.place import LARGEST
from syndicate.bounces.keeping import verp
from syndicate.store.ground.session import dispose, transaction
from syndicate.store.sending import events
from tests.bounces.doors.door import LOOP, Client, Server, desk, report
from tests.bounces.keeping.test_record import sealed
from tests.bounces.reading.test_classify import ARF
from tests.mail.postfix import Postfix

LUNCH = "Subject: Lunch?\r\n\r\nAt one.\r\n"


def counted(mailing: int) -> dict[str, int]:
    with transaction() as tx:
        return dict(events.counts(tx, mailing).get("google", {}))


def test_each_recipient_has_an_answer_of_its_own(
    mailing_id: int, opened: Callable[[lmtp.Reception], Client]
) -> None:
    client = opened(desk())
    client.say("LHLO mx.example")
    assert client.reply().startswith("250")

    answers = client.hand_over(report(1), sealed(mailing_id, 1), sealed(mailing_id, 2))

    assert answers == ["250 2.0.0", "250 2.0.0"]
    assert counted(mailing_id) == {"bounced": 2}
    assert client.hand_over(report(1), sealed(mailing_id, 1)) == ["250 2.0.0"]
    assert counted(mailing_id) == {"bounced": 2}


def test_what_cannot_be_kept_stays_with_the_mail_server(
    mailing_id: int, opened: Callable[[lmtp.Reception], Client], settings_env: pytest.MonkeyPatch
) -> None:
    client, where = opened(desk()), settings.load().need("database_url")
    recipient = sealed(mailing_id, 1)

    def move(url: str) -> None:
        settings_env.setenv("SYNDICATE_DATABASE_URL", url)
        settings.load.cache_clear()
        dispose()

    move("postgresql://nobody@127.0.0.1:1/none")
    assert client.hand_over(report(1), recipient) == ["451 4.3.0"]
    move(where)

    assert client.hand_over(report(1), recipient) == ["250 2.0.0"]
    assert counted(mailing_id) == {"bounced": 1}


def test_only_names_that_we_sealed_are_taken(opened: Callable[[lmtp.Reception], Client]) -> None:
    client = opened(desk())
    name = sealed(1, 1)
    digits = name.rpartition("-")[2][:12]
    forged = name.replace(digits, digits[::-1] if digits != digits[::-1] else "0" * 12)

    client.say(
        "EHLO mx.example",
        "RCPT TO:<x@y.example>",
        "DATA",
        "MAIL FROM:<> SIZE=5 BODY=8BITMIME",
        "MAIL FROM:<>",
        f"RCPT TO:<{forged}>",
        "RCPT TO:<reader001@example.com>",
        "RCPT TO: nobody",
        f"RCPT TO:<{name}>",
        f"RCPT TO:<{LOOP.upper()}>",
        "RSET",
        "DATA",
        "QUIT",
    )

    assert client.replies(13) == [
        "500 5.5.1", "503 5.5.1", "503 5.5.1", "250 2.1.0", "503 5.5.1", "550 5.1.1", "550 5.1.1",
        "501 5.5.4", "250 2.1.5", "250 2.1.5", "250 2.0.0", "503 5.5.1", "221 2.0.0",
    ]  # fmt: skip


@pytest.mark.usefixtures("database")
def test_a_complaint_comes_to_the_address_of_a_feedback_loop_and_lunch_goes_aside(
    opened: Callable[[lmtp.Reception], Client],
) -> None:
    aside: list[bytes] = []
    client = opened(desk(aside=aside))

    assert client.hand_over(ARF.replace("\n", "\r\n"), LOOP) == ["250 2.0.0"]
    assert aside == []
    assert client.hand_over(LUNCH, LOOP) == ["250 2.0.0"]
    assert aside == [f"Delivered-To: {LOOP}\r\n{LUNCH}".encode()]


def test_a_mail_comes_as_it_was_and_cut_where_nobody_reads_on(
    opened: Callable[[lmtp.Reception], Client],
) -> None:
    came: queue.Queue[bytes] = queue.Queue()

    def take(raw: bytes) -> IntakeOutcome:
        came.put(raw.partition(b"\r\n")[2])
        return IntakeOutcome.KEPT

    client = opened(desk(take))
    mails = ["", "a\r\n", ".\r\n", "..\r\n\r\n.x\r\n", "\n.\n\r\nbare\r\n", "y" * 70_000 + "\r\n"]

    for text in mails:
        assert client.hand_over(text, LOOP) == ["250 2.0.0"]
        assert came.get(timeout=60).decode() == text
    assert client.hand_over("z" * 70 + "\r\n" + "y" * 3_000_000 + "\r\n", LOOP) == ["250 2.0.0"]
    assert len(came.get(timeout=60)) == LARGEST


def test_a_mail_over_which_we_stumble_waits_for_a_version_that_does_not(
    opened: Callable[[lmtp.Reception], Client],
) -> None:
    client = opened(desk(lambda _raw: IntakeOutcome.UNREADABLE))

    assert client.hand_over(LUNCH, LOOP) == ["451 4.3.5"]


def test_a_mail_in_hand_is_answered_before_the_door_closes() -> None:
    begun, may_end = threading.Event(), threading.Event()

    def take(_raw: bytes) -> IntakeOutcome:
        begun.set()
        may_end.wait(60)
        return IntakeOutcome.KEPT

    server = Server(desk(take))
    client = Client(server)
    client.say("MAIL FROM:<>", f"RCPT TO:<{LOOP}>", "DATA", "x", ".", "QUIT")
    assert begun.wait(60)

    threading.Timer(0.2, may_end.set).start()
    server.stop()

    assert client.replies(5)[3:] == ["250 2.0.0", "221 2.0.0"]
    client.close()


_ROUTES = """\
relay_domains = daily.example
transport_maps = regexp:{{
    {{/^b\\+[0-9]+-[0-9]+-[0-9a-f]+@daily\\.example$$/ lmtp:inet:127.0.0.1:{port}}} }}
smtpd_recipient_restrictions = reject_unauth_destination
smtpd_relay_restrictions = reject_unauth_destination
"""


@pytest.fixture
def door(command: tuple[int, int]) -> int:
    return command[1]


@pytest.fixture
def postfix(door: int) -> Iterator[Postfix]:
    folder = Path(tempfile.mkdtemp(prefix="syndicate-pf-", dir="/tmp"))
    folder.chmod(0o755)
    server = Postfix(folder, _ROUTES.format(port=door))
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder)


@pytest.mark.long
@pytest.mark.debian("postfix")
@pytest.mark.skipif(os.getuid() != 0, reason="Postfix starts as root only")
def test_postfix_hands_returned_mails_over_to_the_command(
    mailing_id: int, postfix: Postfix, tmp_path: Path
) -> None:
    with smtplib.SMTP("127.0.0.1", postfix.port, timeout=60) as client:
        client.sendmail("", [sealed(mailing_id, 1)], report(1).encode())
        client.sendmail("", [sealed(mailing_id, 2)], LUNCH.encode())

    box = mailbox.Maildir(tmp_path / "aside")
    deadline = time.monotonic() + 60
    while postfix.log.read_text().count("status=sent (250 2.0.0") < 2:
        assert time.monotonic() < deadline, postfix.log.read_text()
        time.sleep(0.1)
    assert (counted(mailing_id), len(box)) == ({"bounced": 1}, 1)


@pytest.mark.usefixtures("settings_env")
def test_a_socket_in_a_folder_will_do_and_an_old_one_is_no_hindrance() -> None:
    folder = Path(tempfile.mkdtemp(prefix="syndicate-lmtp-"))
    path = folder / "lmtp.sock"
    with socket.socket(socket.AF_UNIX) as gone:
        gone.bind(str(path))
    argv = [sys.executable, "-m", "syndicate.cli", "bounces", "listen", "--lmtp", f"unix:{path}"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert str(path) in process.stdout.readline()
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(path))
            assert client.recv(512).startswith(b"220 ")
            again = subprocess.run(argv, check=False, capture_output=True, text=True)
        process.terminate()
        assert process.wait(60) == 0
    assert (again.returncode, path.exists()) == (4, False)
    folder.rmdir()


def test_the_address_for_leaving_is_taken_but_of_no_program(
    opened: Callable[[lmtp.Reception], Client],
) -> None:
    told: list[bytes] = []

    def take(raw: bytes) -> IntakeOutcome:
        told.append(raw)
        return IntakeOutcome.KEPT

    client = opened(desk(take))
    name = f"{verp.leaving_name(settings.load().key(), 77)}@daily.example"

    for sender in ("reader001@example.com", ""):
        client.say(f"MAIL FROM:<{sender}>", f"RCPT TO:<{name}>", "DATA")
        assert client.replies(3) == ["250 2.1.0", "250 2.1.5", "354 Go"]
        client.say("Subject: unsubscribe", "", ".")
        assert client.replies(1) == ["250 2.0.0"]

    client.say("MAIL FROM:<>", f"RCPT TO:<{name.replace('-77-', '-78-')}>")
    assert client.replies(2) == ["250 2.1.0", "550 5.1.1"]
    marked = [b"Return-Path: <>\r\n" in raw for raw in told]
    assert marked == [False, True]
