"""The client against a real Exim, as a second opinion beside Postfix."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from syndicate.mail.relay.addresses import Relay
from syndicate.mail.relay.conversation import EnvelopeOutcome, Result
from syndicate.mail.relay.smtp import Session
from syndicate.mail.relay.supply import Envelope

# Exim and Postfix cannot both be installed on Debian: .ci/run unpacks this one beside it.
PROGRAM = "exim4-apart"
pytestmark = [
    pytest.mark.debian(PROGRAM),
    pytest.mark.skipif(os.getuid() != 0, reason="Exim reads a configuration of ours as root only"),
]
_CONFIG = """\
primary_hostname = relay.example
exim_user = Debian-exim
exim_group = Debian-exim
spool_directory = {folder}/spool
log_file_path = {folder}/%slog
pid_file_path = {folder}/exim.pid
keep_environment =
pipelining_advertise_hosts = *
chunking_advertise_hosts = *
smtputf8_advertise_hosts = *
smtp_accept_max = 0
smtp_enforce_sync = true
acl_smtp_rcpt = check_rcpt
queue_only = true
begin acl
check_rcpt:
  deny local_parts = nobody
       message = 5.1.1 No such reader
  defer local_parts = later
       message = 4.2.1 Come again
  accept
begin routers
nowhere:
  driver = redirect
  data = :blackhole:
"""


@pytest.fixture(scope="module")
def exim() -> Iterator[int]:
    """The port of a running Exim."""
    folder = Path(tempfile.mkdtemp(prefix="syndicate-exim-", dir="/tmp"))
    shutil.chown(folder, "Debian-exim")
    config = folder / "exim.conf"
    config.write_text(_CONFIG.format(folder=folder))
    program = shutil.which(PROGRAM, path=f"{os.environ['PATH']}:/usr/local/sbin:/usr/sbin")
    assert program is not None
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    process = subprocess.Popen([program, "-C", config, "-bdf", "-oX", f"127.0.0.1.{port}"])
    deadline = time.monotonic() + 30
    while not _answers(port):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.1)
    yield port
    process.terminate()
    process.wait(20)
    shutil.rmtree(folder)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            return connection.recv(512).startswith(b"220")
    except OSError:
        return False


def envelope(key: int, address: str | None = None, size: int = 2000) -> Envelope:
    address = address or f"reader{key:03}@example.com"
    head = f"Message-ID: <{key}@daily.example>\r\nFrom: a@daily.example\r\nTo: {address}\r\n\r\n"
    return Envelope(
        key,
        "b@daily.example",
        address,
        (head.encode(), b"a line\r\n" * (size // 8)),
        not address.isascii(),
    )


def send(port: int, *envelopes: Envelope, is_chunking: bool = False) -> list[Result]:
    results: list[Result] = []
    with Session(Relay("127.0.0.1", port, is_chunking=is_chunking), connections=2) as session:
        session.send(envelopes, results.append, lambda: float("inf"))
    return sorted(results, key=lambda result: result.key)


@pytest.mark.parametrize("is_chunking", [False, True])
def test_exim_takes_every_message(exim: int, is_chunking: bool) -> None:
    results = send(
        exim, *(envelope(key, size=70_000) for key in range(20)), is_chunking=is_chunking
    )

    assert [result.outcome for result in results] == [EnvelopeOutcome.ACCEPTED] * 20, results[0]


@pytest.mark.parametrize("is_chunking", [False, True])
def test_exim_refuses_one_and_takes_the_others(exim: int, is_chunking: bool) -> None:
    addresses = [None, "nobody@example.com", None, "later@example.com", None]

    results = send(
        exim,
        *(envelope(key, address) for key, address in enumerate(addresses)),
        is_chunking=is_chunking,
    )

    accepted = EnvelopeOutcome.ACCEPTED
    assert [result.outcome for result in results] == [
        accepted, EnvelopeOutcome.FAILED, accepted, EnvelopeOutcome.DEFERRED, accepted,
    ]  # fmt: skip
