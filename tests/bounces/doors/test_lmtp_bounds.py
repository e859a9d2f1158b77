"""What a client of the door for mail servers cannot do: cost memory, or smuggle a mail in."""

import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from syndicate.bounces.doors import lmtp
from syndicate.bounces.doors.intake import IntakeOutcome
from tests.bounces.doors.door import LOOP, Client, desk, report
from tests.embedded.test_mailbox import memory_kib

LINES = b"a line of a text that is sent again and again to and fro\r\n" * 17_900  # a megabyte


def hand_over_big(port: int, megabytes: int) -> bytes:
    """The answer to a report so long, from a server that does not say so before."""
    with socket.create_connection(("127.0.0.1", port), timeout=300) as sock:
        file = sock.makefile("rb")
        sock.sendall(f"MAIL FROM:<>\r\nRCPT TO:<{LOOP}>\r\nDATA\r\n".encode())
        sock.sendall(report(1).encode())
        for _ in range(megabytes):
            sock.sendall(LINES)
        sock.sendall(b".\r\n")
        return [file.readline() for _ in range(5)][-1]


def test_big_mails_many_at_once_cost_no_memory(command: tuple[int, int]) -> None:
    pid, port = command
    assert hand_over_big(port, 0).startswith(b"250 2.0.0")
    before = memory_kib(pid)
    most = [before]
    with ThreadPoolExecutor(12) as pool:
        asked = [
            pool.submit(hand_over_big, port, 100 if number % 3 else 30) for number in range(12)
        ]
        while not all(each.done() for each in asked):
            most.append(memory_kib(pid))
            time.sleep(0.02)

    answers = [each.result().split()[:2] for each in asked]
    assert answers == [
        [b"552", b"5.3.4"] if number % 3 else [b"250", b"2.0.0"] for number in range(12)
    ]
    assert max(most) - before <= 40 * 1024, (before, max(most))


def test_a_mail_that_says_it_is_endless_is_refused_before_it_comes(
    opened: Callable[[lmtp.Reception], Client],
) -> None:
    client = opened(desk())

    client.say("LHLO mx.example", "MAIL FROM:<> SIZE=104857600", "MAIL FROM:<> SIZE=1000")

    assert client.replies(3)[1:] == ["552 5.3.4", "250 2.1.0"]


@pytest.mark.parametrize("end", ["\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r", "\r\n.\r", "\r.\r\n"])
def test_no_end_of_a_mail_but_one_lets_a_second_one_in(
    opened: Callable[[lmtp.Reception], Client], end: str
) -> None:
    came: list[bytes] = []

    def take(raw: bytes) -> IntakeOutcome:
        came.append(raw)
        return IntakeOutcome.KEPT

    client = opened(desk(take))
    smuggled = f"MAIL FROM:<>\r\nRCPT TO:<{LOOP}>\r\nDATA\r\nSubject: Fraud\r\n"
    client.say("MAIL FROM:<>", f"RCPT TO:<{LOOP}>", "DATA", f"At one.{end}{smuggled}.", "QUIT")

    assert client.replies(5) == ["250 2.1.0", "250 2.1.5", "354 Go", "250 2.0.0", "221 2.0.0"]
    assert len(came) == 1


def test_a_client_that_only_costs_is_shown_out(opened: Callable[[lmtp.Reception], Client]) -> None:
    client = opened(desk())

    client.say(*["EHLO mx.example"] * 30)

    assert client.replies(22)[-1] == "421 4.7.0"
