"""The embedded mailbox as a relay: what it says yes to is on disk, once, with its log line."""

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from syndicate.embedded.mailbox_files import MailboxFolder
from syndicate.errors import NotFoundError
from syndicate.mail.relay.addresses import Relay
from syndicate.mail.relay.conversation import EnvelopeOutcome, Result
from syndicate.mail.relay.smtp import Session
from syndicate.mail.relay.supply import Envelope

MAILBOX = [sys.executable, "-m", "syndicate.embedded.mailbox", "--port", "0", "--dir"]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A running mailbox."""
    argv = [*MAILBOX, str(tmp_path)]
    with running(argv, tmp_path) as folder:
        yield folder


@contextmanager
def running(argv: Sequence[str], folder: Path) -> Iterator[Path]:
    """A mailbox while it runs, by its command line."""
    process = subprocess.Popen(argv)
    deadline = time.monotonic() + 20
    while not (folder / "port").exists():
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)
    yield folder
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0


def port(folder: Path) -> int:
    return int((folder / "port").read_text())


def envelope(key: int, size: int = 1000) -> Envelope:
    head = f"Message-ID: <{key}@daily.example>\r\nSubject: Number {key}\r\n\r\n".encode()
    return Envelope(
        key, "b@daily.example", f"reader{key:03}@example.com", (head, b"a line\r\n" * (size // 8))
    )


def deliver(
    folder: Path, count: int, *, is_chunking: bool = False, size: int = 1000
) -> list[Result]:
    results: list[Result] = []
    relay = Relay("127.0.0.1", port(folder), is_chunking=is_chunking)
    with Session(relay, connections=4) as session:
        session.send(
            (envelope(key, size) for key in range(count)), results.append, lambda: float("inf")
        )
    return results


@pytest.mark.parametrize("is_chunking", [False, True])
def test_every_accepted_message_is_one_file_and_one_log_line(
    folder: Path, is_chunking: bool
) -> None:
    results = deliver(folder, 60, is_chunking=is_chunking)

    assert [result.outcome for result in results] == [EnvelopeOutcome.ACCEPTED] * 60
    lines = [json.loads(line) for line in (folder / "accept.log").read_text().splitlines()]
    assert sorted(line["message_id"] for line in lines) == sorted(
        f"<{key}@daily.example>" for key in range(60)
    )
    assert len(list((folder / "messages").glob("*.eml"))) == 60
    for line in lines:
        content = (folder / "messages" / line["file"]).read_bytes()
        key = int(line["rcpt"][0][6:9])
        assert content == b"".join(envelope(key).message)
        assert line["bytes"] == len(content)
        assert line["mail_from"] == "b@daily.example"


def test_a_message_that_the_disk_does_not_take_is_put_off_and_the_next_ones_are_taken(
    tmp_path: Path,
) -> None:
    # The kernel refuses to let a file grow over 40 KiB, as a full disk would at any size.
    argv = [*MAILBOX, str(tmp_path)]
    with running(["sh", "-c", 'ulimit -f 80; exec "$@"', "sh", *argv], tmp_path) as folder:
        refused = deliver(folder, 8, size=80_000)
        taken = deliver(folder, 8)

    assert {(each.outcome, each.code) for each in refused} == {(EnvelopeOutcome.DEFERRED, 452)}
    assert {each.outcome for each in taken} == {EnvelopeOutcome.ACCEPTED}
    assert len(list((folder / "messages").iterdir())) == 8
    assert len((folder / "accept.log").read_text().splitlines()) == 8


def test_a_large_message_is_kept_whole(folder: Path) -> None:
    deliver(folder, 2, size=3_000_000)

    sizes = {path.stat().st_size for path in (folder / "messages").glob("*.eml")}
    assert sizes == {len(b"".join(envelope(0, 3_000_000).message))}


def dialogue(folder: Path, *lines: bytes) -> list[bytes]:
    with socket.create_connection(("127.0.0.1", port(folder)), timeout=10) as sock:
        file = sock.makefile("rb")
        replies = [file.readline()]
        for line in lines:
            sock.sendall(line)
            reply = file.readline()
            while reply[3:4] == b"-":
                reply = file.readline()
            replies.append(reply)
        return replies


def codes(replies: list[bytes]) -> list[int]:
    return [int(reply[:3]) for reply in replies]


DIALOGUES: list[tuple[list[bytes], list[int]]] = [
    ([b"EHLO x\r\n", b"QUIT\r\n"], [220, 250, 221]),
    ([b"RCPT TO:<a@b>\r\n"], [220, 503]),
    ([b"DATA\r\n"], [220, 503]),
    ([b"MAIL FROM:<a@b>\r\n", b"MAIL FROM:<a@b>\r\n"], [220, 250, 503]),
    ([b"MAIL FROM:nobody\r\n"], [220, 501]),
    ([b"MAIL FROM:<>\r\n", b"RCPT TO:<>\r\n"], [220, 250, 501]),
    ([b"BURP\r\n", b"NOOP\r\n"], [220, 500, 250]),
    ([b"BDAT 5 LAST\r\nhello"], [220, 503]),
    ([b"BDAT many LAST\r\n"], [220, 501]),
    ([b"BDAT -1 LAST\r\n"], [220, 501]),
    ([b"BDAT 99999999999 LAST\r\n"], [220, 552]),
    (
        [b"MAIL FROM:<a@b>\r\n", b"RCPT TO:<c@d>\r\n", b"DATA\r\n", b".\r\n"],
        [220, 250, 250, 354, 250],
    ),
    (
        [b"MAIL FROM:<a@b>\r\n", b"RCPT TO:<c@d>\r\n", b"BDAT 2\r\nab", b"BDAT 0 LAST\r\n"],
        [220, 250, 250, 250, 250],
    ),
]


def test_each_command_has_its_answer(folder: Path) -> None:
    said = [codes(dialogue(folder, *lines)) for lines, _ in DIALOGUES]

    assert said == [expected for _, expected in DIALOGUES]


def test_dots_at_line_starts_are_unstuffed(folder: Path) -> None:
    dialogue(
        folder,
        b"MAIL FROM:<a@b>\r\n",
        b"RCPT TO:<c@d>\r\n",
        b"DATA\r\n",
        b"..first\r\nmid.dle\r\n..\r\n.\r\n",
    )

    (path,) = (folder / "messages").glob("*.eml")
    assert path.read_bytes() == b".first\r\nmid.dle\r\n.\r\n"


def test_the_folder_lists_newest_first_and_reads_by_id(tmp_path: Path, folder: Path) -> None:
    deliver(folder, 3)
    mailbox = MailboxFolder(tmp_path)

    listed = mailbox.newest(2)

    assert len(listed) == 2
    assert listed[0].id > listed[1].id
    assert listed[0].subject.startswith("Number ")
    assert mailbox.read(listed[0].id)["Subject"] == listed[0].subject
    for bad in ("../accept", "0-0", "*"):
        with pytest.raises(NotFoundError):
            mailbox.read(bad)


def memory_kib(pid: int) -> int:
    """What a process holds in memory."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0])


MEGABYTE = b"a line of a text that is sent again and again to and fro\r\n" * 17_900


def send_big(folder: Path, megabytes: int, *, is_chunking: bool) -> bytes:
    """The answer to a mail of so many megabytes that does not say its size."""
    with socket.create_connection(("127.0.0.1", port(folder)), timeout=120) as sock:
        file = sock.makefile("rb")
        sock.sendall(b"MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n")
        if is_chunking:
            sock.sendall(b"BDAT %d LAST\r\n" % (megabytes * len(MEGABYTE)))
        else:
            sock.sendall(b"DATA\r\n")
        for _ in range(megabytes):
            sock.sendall(MEGABYTE)
        sock.sendall(b"" if is_chunking else b".\r\n")
        replies = [file.readline() for _ in range(4 if is_chunking else 5)]
        sock.sendall(b"NOOP\r\n")
        assert file.readline().startswith(b"250")
        return replies[-1]


def test_big_mails_many_at_once_cost_no_memory_and_are_refused(tmp_path: Path) -> None:
    process = subprocess.Popen([*MAILBOX, str(tmp_path)])
    try:
        while not (tmp_path / "port").exists():
            time.sleep(0.02)
        deliver(tmp_path, 50, size=20_000)
        before = memory_kib(process.pid)
        most = [before]
        with ThreadPoolExecutor(6) as pool:
            asked = [
                pool.submit(send_big, tmp_path, 100, is_chunking=bool(number % 2))
                for number in range(6)
            ]
            while not all(each.done() for each in asked):
                most.append(memory_kib(process.pid))
                time.sleep(0.02)
        answers = {each.result() for each in asked}
    finally:
        process.terminate()
        process.wait(10)

    assert answers == {b"552 5.3.4 Too big\r\n"}
    assert max(most) - before <= 40 * 1024
    assert len(list((tmp_path / "messages").iterdir())) == 50


def test_a_mail_that_says_it_is_too_big_is_refused_before_it_comes(folder: Path) -> None:
    said = b"MAIL FROM:<a@b> BODY=8BITMIME SIZE=104857600\r\n"

    replies = dialogue(folder, b"EHLO x\r\n", said, b"MAIL FROM:<a@b> SIZE=1000\r\n")

    assert replies[2:] == [b"552 5.3.4 Too big\r\n", b"250 2.1.0 OK\r\n"]


# What servers have taken for the end of a mail (SMTP smuggling, 2023), and what then follows.
ENDS = [
    b"\n.\n",
    b"\n.\r\n",
    b"\r\n.\n",
    b"\r.\r",
    b"\r\n.\r",
    b"\n.\r",
    b"\r\0\n.\r\n",
    b"\r.\r\n",
]
SMUGGLED = (
    b"MAIL FROM:<chief@daily.example>\r\nRCPT TO:<c@d>\r\nDATA\r\nSubject: Fraud\r\n\r\nx\r\n"
)


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("is_chunking", [False, True])
def test_no_end_of_a_mail_but_one_lets_a_second_one_in(
    folder: Path, end: bytes, is_chunking: bool
) -> None:
    body = b"Subject: Lunch\r\n\r\nAt one." + end + SMUGGLED
    last = b"BDAT %d LAST\r\n" % len(body) if is_chunking else b"DATA\r\n"

    replies = dialogue(folder, b"MAIL FROM:<a@b>\r\n", b"RCPT TO:<c@d>\r\n")
    with socket.create_connection(("127.0.0.1", port(folder)), timeout=10) as sock:
        sock.sendall(b"MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n" + last + body)
        sock.sendall(b"QUIT\r\n" if is_chunking else b".\r\nQUIT\r\n")
        replies = list(sock.makefile("rb"))

    expected = [220, 250, 250, 550, 221] if is_chunking else [220, 250, 250, 354, 550, 221]
    assert codes(replies) == expected
    assert list((folder / "messages").iterdir()) == []


@pytest.mark.parametrize(
    ("said", "last"),
    [
        (b"NOOP\n", b"500 5.5.2 Bare <LF>\r\n"),
        (b"NOOP " + b"x" * 5_000 + b"\r\n", b"500 5.5.2 Line too long\r\n"),
        (b"x" * 100_000, b"500 5.5.2 Line too long\r\n"),
        (b"BURP\r\n" * 100, b"421 4.7.0 Too many mistakes\r\n"),
        (b"NOOP\r\n" * 600, b"421 4.7.0 Too many commands\r\n"),
    ],
)
def test_a_client_that_only_costs_is_shown_out(folder: Path, said: bytes, last: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port(folder)), timeout=10) as sock:
        sock.sendall(said)
        with suppress(ConnectionResetError):
            replies = list(sock.makefile("rb"))

    assert replies[-1] == last


def test_a_hundred_and_first_connection_or_recipient_is_told_to_wait(folder: Path) -> None:
    recipients = [b"RCPT TO:<c@d>\r\n"] * 101
    assert dialogue(folder, b"MAIL FROM:<a@b>\r\n", *recipients)[-1].startswith(b"452 4.5.3")

    with ExitStack() as stack:
        for _ in range(100):
            sock = stack.enter_context(socket.create_connection(("127.0.0.1", port(folder))))
            assert sock.recv(100).startswith(b"220")
        late = stack.enter_context(socket.create_connection(("127.0.0.1", port(folder))))
        assert late.recv(100).startswith(b"421 4.3.2")
