"""The door for mail servers in a thread of its own, and a client that says what it is told."""

import asyncio
import re
import socket
import threading

from syndicate import settings
from syndicate.bounces.doors import lmtp
from syndicate.bounces.doors.intake import Intake
from tests.bounces.reading.test_classify import DSN

LOOP = "loop@daily.example"


class Server:
    """The door of the house, in a thread of its own."""

    def __init__(self, desk: lmtp.Reception) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._run, args=[desk])
        self._thread.start()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(60)
        assert not self._thread.is_alive()

    def _run(self, desk: lmtp.Reception) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(lmtp.serve(self._listener, desk, self._stop))


class Client:
    """A client that says what it is told, and reads reply by reply."""

    def __init__(self, server: Server) -> None:
        self.connection = socket.create_connection(("127.0.0.1", server.port), timeout=60)
        self.file = self.connection.makefile("rb")
        assert self.reply().startswith("220")

    def say(self, *lines: str) -> None:
        self.connection.sendall("".join(f"{line}\r\n" for line in lines).encode())

    def reply(self) -> str:
        line = self.file.readline().decode()
        return self.reply() if line[3:4] == "-" else line.strip()

    def replies(self, number: int) -> list[str]:
        """Code and status of the next ones."""
        return [" ".join(self.reply().split()[:2]) for _ in range(number)]

    def hand_over(self, text: str, *recipients: str) -> list[str]:
        self.say("MAIL FROM:<>", *(f"RCPT TO:<{each}>" for each in recipients), "DATA")
        assert self.replies(len(recipients) + 2)[-1].startswith("354")
        self.say(re.sub(r"\A\.|(?<=\r\n)\.", "..", text) + ".")
        return self.replies(len(recipients))

    def close(self) -> None:
        self.file.close()
        self.connection.close()


def desk(take: lmtp.Take | None = None, aside: list[bytes] | None = None) -> lmtp.Reception:
    put_aside = None if aside is None else aside.append
    return lmtp.Reception(take or Intake().take, settings.load().key(), {LOOP}, put_aside)


def report(recipient_id: int) -> str:
    text = DSN.format(
        address=f"reader{recipient_id:03}@example.com",
        action="failed",
        status="5.1.1",
        diagnostic="550 5.1.1 User unknown",
        words="",
    )
    return text.replace("\r\n", "\n").replace("\n", "\r\n")
