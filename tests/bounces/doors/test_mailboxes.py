"""Returned mails wherever they lie, and a POP3 server of our own that gives and deletes them."""

import json
import mailbox
import re
import socketserver
import threading
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from syndicate.bounces.doors import mailboxes
from syndicate.bounces.doors.place import LARGEST, Take, Visit
from syndicate.cli import build
from syndicate.errors import NotFoundError, TemporaryError, UsageError
from tests.bounces.reading.test_classify import QMAIL, VACATION

MAILS = [b"Subject: one\r\n\r\nfirst\r\n.dot\r\n", b"Subject: two\r\n\r\nsecond\r\n"]


class Pop3(socketserver.StreamRequestHandler):
    """As much of RFC 1939 as a visitor needs; deletes when the visitor takes its leave."""

    server: "PopServer"

    def handle(self) -> None:
        self._say("+OK ready")
        marked: set[int] = set()
        while line := self.rfile.readline().decode().split():
            command, arguments = line[0].upper(), line[1:]
            self.server.commands.append(command)
            if command == "PASS" and arguments != ["secret"]:
                self._say("-ERR wrong password")
            elif command in ("USER", "PASS"):
                self._say("+OK")
            elif command == "STAT":
                self._say(f"+OK {len(self.server.mails)} 100")
            elif command == "RETR":
                self._retrieve(self.server.mails[int(arguments[0]) - 1])
            elif command == "DELE":
                marked.add(int(arguments[0]))
                self._say("+OK")
            elif command == "QUIT":
                self.server.mails = [
                    mail
                    for place, mail in enumerate(self.server.mails, start=1)
                    if place not in marked
                ]
                self._say("+OK bye")
                return
            else:
                self._say("-ERR unknown")

    def _retrieve(self, raw: bytes) -> None:
        self._say("+OK")
        self.wfile.write(raw.replace(b"\r\n.", b"\r\n.."))
        for _ in range(20 if b"Subject: big" in raw else 0):
            self.wfile.write(self.server.filler)
        self._say(".")

    def _say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")


class EndlessImap(socketserver.StreamRequestHandler):
    """A server that answers each command with short lines that have no end."""

    def handle(self) -> None:
        try:
            self.wfile.write(b"* OK ready\r\n")
            self.rfile.readline()
            while True:
                self.wfile.write(b"* OK not yet\r\n" * 5_000)
        except OSError:
            return


class PopServer(socketserver.TCPServer):
    allow_reuse_address = True
    mails: list[bytes]
    filler = b""
    commands: list[str]


@pytest.fixture
def pop() -> Iterator[PopServer]:
    with PopServer(("127.0.0.1", 0), Pop3) as server:
        server.mails, server.commands = list(MAILS), []
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def noting(kept: list[bytes]) -> Take:
    """Understands every mail."""

    def take(raw: bytes) -> bool:
        kept.append(raw)
        return True

    return take


def url(server: PopServer, password: str = "secret") -> str:  # noqa: S107 - of this test's server
    return f"pop3://bounces:{password}@127.0.0.1:{server.server_address[1]}"


def test_a_mailbox_is_emptied_and_its_mails_come_as_they_are(pop: PopServer) -> None:
    kept: list[bytes] = []

    assert mailboxes.collect(url(pop), noting(kept)) == Visit(2, 0, 0)

    assert [mail.rstrip(b"\r\n") for mail in kept] == [mail.rstrip(b"\r\n") for mail in MAILS]
    assert mailboxes.collect(url(pop), noting(kept)) == Visit(0, 0, 0)


def test_a_big_mail_costs_no_memory_and_a_long_line_stops_no_visit(pop: PopServer) -> None:
    long = b"Subject: long\r\n\r\n" + b"x" * 5_000 + b"\r\n"
    pop.mails, pop.filler = [b"Subject: big\r\n\r\n", long], (b"x" * 78 + b"\r\n") * 12_500
    kept: list[bytes] = []
    tracemalloc.start()

    assert mailboxes.collect(url(pop), noting(kept)) == Visit(2, 0, 0)

    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [len(raw) for raw in kept] == [LARGEST, len(long)]
    assert most < 10_000_000


def test_a_mail_that_could_not_be_kept_stays(pop: PopServer) -> None:
    def fail(_raw: bytes) -> bool:
        raise LookupError

    with pytest.raises(LookupError):
        mailboxes.collect(url(pop), fail)

    assert mailboxes.collect(url(pop), lambda _raw: True).taken == 2


def test_a_wrong_password_is_said_so(pop: PopServer) -> None:
    with pytest.raises(TemporaryError, match="wrong password"):
        mailboxes.collect(url(pop, "guess"), lambda _raw: True)


@pytest.mark.parametrize(
    "address",
    [
        "https://bounces:secret@mail.example",
        "imaps://bounces:sec/ret@mail.example",
        "imaps://mail.example",
        "imaps://bounces:secret@mail.example/Zur%C3%BCck",
    ],
)
def test_another_address_is_a_usage_error_that_shows_none_of_it(address: str) -> None:
    with pytest.raises(UsageError, match="imaps://") as refused:
        mailboxes.collect(address, lambda _raw: True)

    assert not {"sec", "secret", "mail.example"} & set(re.split(r"[^a-z.]", str(refused.value)))
    assert refused.value.__cause__ is None


def test_beyond_this_machine_no_password_is_sent_without_tls(pop: PopServer) -> None:
    # The same server, but by a name of which nobody knows that it is this machine's.
    elsewhere = url(pop).replace("127.0.0.1", "127.1")

    with pytest.raises(TemporaryError, match="cannot be read"):
        mailboxes.collect(elsewhere, lambda _raw: True)

    assert pop.commands == ["CAPA", "QUIT"]


def test_files_folders_maildirs_and_mboxes_are_read(tmp_path: Path) -> None:
    one = tmp_path / "one.eml"
    one.write_bytes(MAILS[0])
    maildir = mailbox.Maildir(tmp_path / "maildir")
    box = mailbox.mbox(tmp_path / "box")
    for raw in MAILS:
        maildir.add(raw)
        box.add(raw)
    box.close()

    def names(path: Path) -> list[str]:
        return [name for name, _ in mailboxes.messages(path)]

    assert names(one) == ["one.eml"]
    assert names(tmp_path / "box") == ["box#1", "box#2"]
    assert len(names(tmp_path / "maildir")) == 2
    assert names(tmp_path) == ["box", "one.eml"]
    with pytest.raises(NotFoundError):
        names(tmp_path / "nothing")


def test_one_mail_behind_a_from_line_stays_one(tmp_path: Path) -> None:
    line = b"From MAILER-DAEMON Tue Nov 24 08:00:00 2026\n"
    text = b"Subject: one\n\nHello.\n\nFrom now on, all is well.\n"
    (tmp_path / "one.eml").write_bytes(line + text)

    assert list(mailboxes.messages(tmp_path)) == [("one.eml", line + text)]


def test_the_command_classifies_without_a_database(tmp_path: Path) -> None:
    (tmp_path / "qmail.eml").write_text(QMAIL)
    (tmp_path / "away.eml").write_text(VACATION)
    (tmp_path / "other.eml").write_text("Subject: Lunch?\n\nAt one.")
    files = [str(tmp_path / name) for name in ("qmail.eml", "away.eml", "other.eml")]

    arguments = ["bounces", "classify", *files, "--json"]
    result = CliRunner().invoke(build(arguments), arguments)

    assert result.exit_code == 0, result.output
    mails = json.loads(result.stdout.splitlines()[-1])["mails"]
    assert [(mail["file"], [row["reason"] for row in mail["verdicts"]]) for mail in mails] == [
        ("qmail.eml", ["userunknown", "mailboxfull"]),
        ("away.eml", ["vacation"]),
        ("other.eml", []),
    ]
    assert [row["is_hard"] for row in mails[0]["verdicts"]] == [True, False]


def test_an_imap_server_whose_short_lines_have_no_end_fills_no_memory() -> None:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), EndlessImap) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        address = f"imap://us:secret@127.0.0.1:{server.server_address[1]}"

        with pytest.raises(TemporaryError, match="longer than what was asked for"):
            mailboxes.collect(address, lambda _raw: True)
        server.shutdown()
