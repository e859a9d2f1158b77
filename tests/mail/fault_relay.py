"""A small SMTP server of our own that can do everything wrong, for tests of the client.

    with FaultRelay(fault) as relay: …      fault(Event) -> None, bytes to answer, or raises

A fault sees each step before the normal answer is given: "connect", "EHLO", "HELO", "MAIL",
"RCPT", "DATA", "midway" (some of a body has been read), "refuse" (a whole body has, nothing is kept
yet), "body" (the message is kept, the 250 is not yet said).
"""

import re
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

from syndicate.mail.relay.addresses import Relay

OFFERED = ("PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES", "SMTPUTF8", "CHUNKING")
_LAX_END = re.compile(rb"(?:\A|\r\n|\n|\r)\.(?:\r\n|\n|\r)")
WITHOUT_PIPELINING = ("8BITMIME", "ENHANCEDSTATUSCODES")


class HangUp(Exception):  # noqa: N818 - an order, not an error
    """Cut the connection with a reset."""


@dataclass(frozen=True)
class Taken:
    """A message that the server kept."""

    mail_from: str
    rcpt: str
    content: bytes


@dataclass(frozen=True)
class Event:
    """What just happened on a connection."""

    step: str
    argument: str
    connection: int  # the first is 0
    taken: int  # messages kept so far


Fault = Callable[[Event], bytes | None]


@dataclass
class FaultRelay:
    """The server; `accepted` is what it kept, whether it said so or not."""

    fault: Fault = lambda _event: None
    offered: tuple[str, ...] = OFFERED
    tls: ssl.SSLContext | None = None
    is_tls_from_start: bool = False
    accepted: list[Taken] = field(default_factory=list)
    segments: list[bytes] = field(default_factory=list)  # as they arrived, in order
    connections: int = 0
    lines: list[str] = field(default_factory=list)
    host: str = "127.0.0.1"
    is_lax: bool = False  # takes any line end for one, as servers did until 2023

    def __enter__(self) -> Self:
        self._stopping = threading.Event()
        self._listener = socket.create_server((self.host, 0))
        # Else some kernels take a message of megabytes before we have read any of it.
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        self._threads = [threading.Thread(target=self._accept)]
        self._open: list[socket.socket] = []
        self._threads[0].start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stopping.set()
        with socket.create_connection(self._listener.getsockname()):
            pass
        self._listener.close()
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
        for thread in self._threads:
            thread.join(10)

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    @property
    def url(self) -> str:
        return f"smtp://{self.host}:{self.port}"

    def relay(self, **more: object) -> Relay:
        return Relay(self.host, self.port, **more)  # type: ignore[arg-type]

    def recipients(self) -> list[str]:
        return [taken.rcpt for taken in self.accepted]

    def pause(self, seconds: float) -> None:
        """Say nothing for a while, or until the test is over."""
        self._stopping.wait(seconds)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return  # the test is over
            if self._stopping.is_set():
                connection.close()
                return
            number = self.connections
            self.connections += 1
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._open.append(connection)
            thread = threading.Thread(target=self._talk, args=(connection, number))
            self._threads.append(thread)
            thread.start()

    def _talk(self, connection: socket.socket, number: int) -> None:
        dialogue = _Dialogue(self, connection, number)
        try:
            dialogue.run()
        except HangUp:
            linger = struct.pack("ii", 1, 0)
            dialogue.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        except (OSError, ValueError):
            pass
        finally:
            dialogue.sock.close()


class _Dialogue:
    def __init__(self, server: FaultRelay, sock: socket.socket, number: int) -> None:
        self.server = server
        self.sock = sock
        self.number = number
        self.mail_from: str | None = None
        self.rcpt: str | None = None
        self.buffer = b""

    def run(self) -> None:
        if self.server.is_tls_from_start:
            self._encrypt()
        self._say("connect", "", b"220 relay.example ESMTP\r\n")
        while True:
            line = self._line()
            self.server.lines.append(line)
            verb, _, argument = line.partition(" ")
            if verb.upper() == "QUIT":
                self.sock.sendall(b"221 2.0.0 Bye\r\n")
                return
            self._command(verb.upper(), argument)

    def _command(self, verb: str, argument: str) -> None:
        known = {
            "EHLO": self._ehlo,
            "HELO": self._helo,
            "LHLO": self._ehlo,  # RFC 2033: the same, for a relay that hands us one recipient
            "STARTTLS": self._start_tls,
            "AUTH": self._log_in,
            "MAIL": self._mail,
            "RCPT": self._recipient,
            "DATA": self._data,
            "BDAT": self._chunk,
            "RSET": self._reset,
        }
        if verb in known:
            known[verb](argument)
        else:
            self._say(verb, argument, b"500 5.5.2 What?\r\n")

    def _start_tls(self, argument: str) -> None:
        if self._say("STARTTLS", argument, b"220 2.0.0 Go ahead\r\n"):
            self._encrypt()

    def _mail(self, argument: str) -> None:
        if self._say("MAIL", argument, b"250 2.1.0 OK\r\n"):
            self.mail_from = _path(argument)

    def _recipient(self, argument: str) -> None:
        answer = b"250 2.1.5 OK\r\n" if self.mail_from is not None else b"503 5.5.1 No\r\n"
        if self._say("RCPT", argument, answer):
            self.rcpt = _path(argument)

    def _reset(self, argument: str) -> None:
        self.mail_from = self.rcpt = None
        self._say("RSET", argument, b"250 2.0.0 OK\r\n")

    def _helo(self, argument: str) -> None:
        self._say("HELO", argument, b"250 relay.example\r\n")

    def _ehlo(self, argument: str) -> None:
        words = [word for word in self.server.offered if word != "STARTTLS" or not self._is_tls()]
        lines = ["relay.example", *words]
        answer = b"".join(b"250-%b\r\n" % line.encode() for line in lines[:-1])
        self._say("EHLO", argument, answer + b"250 %b\r\n" % lines[-1].encode())

    def _log_in(self, argument: str) -> None:
        method, _, token = argument.partition(" ")
        while method == "LOGIN" and token.count(" ") < 2:
            self.sock.sendall(b"334 VXNlcm5hbWU6\r\n")
            token += " " + self._line()
            self.server.lines.append(token)
            if token.count(" ") == 2:
                break
        self._say("AUTH", f"{method} {token}", b"235 2.7.0 Welcome\r\n")

    def _data(self, argument: str) -> None:
        if self.rcpt is None:
            self._say("DATA", argument, b"503 5.5.1 No recipients\r\n")
            return
        if not self._say("DATA", argument, b"354 Go on\r\n"):
            return
        self._keep(self._until_dot())

    def _chunk(self, argument: str) -> None:
        size = int(argument.split(maxsplit=1)[0])
        while len(self.buffer) < size:
            self._read()
        content, self.buffer = self.buffer[:size], self.buffer[size:]
        if self.rcpt is None:
            self._say("DATA", argument, b"503 5.5.1 No recipients\r\n")
        else:
            self._keep(content)

    def _until_lax_dot(self) -> bytes:
        while (found := _LAX_END.search(self.buffer)) is None:
            self._read()
        content, self.buffer = self.buffer[: found.start()], self.buffer[found.end() :]
        return content + b"\r\n"

    def _until_dot(self) -> bytes:
        if self.server.is_lax:
            return self._until_lax_dot()
        self._midway()
        while not (self.buffer.startswith(b".\r\n") or b"\r\n.\r\n" in self.buffer):
            self._read()
            self._midway()
        if self.buffer.startswith(b".\r\n"):
            self.buffer = self.buffer[3:]
            return b""
        content, _, self.buffer = self.buffer.partition(b"\r\n.\r\n")
        return content + b"\r\n"

    def _midway(self) -> None:
        if len(self.buffer) > 0:
            self._event("midway", "")

    def _keep(self, content: bytes) -> None:
        taken = Taken(self.mail_from or "", self.rcpt or "", content)
        rcpt, self.mail_from, self.rcpt = self.rcpt or "", None, None
        answer = self._event("refuse", rcpt)
        if answer is not None:
            self.sock.sendall(answer)
            return
        self.server.accepted.append(taken)
        self._say("body", rcpt, b"250 2.0.0 Kept\r\n")

    def _say(self, step: str, argument: str, answer: bytes) -> bool:
        told = self._event(step, argument)
        reply = answer if told is None else told
        self.sock.sendall(reply)
        if reply[:3] == b"421":
            raise HangUp
        return reply[:1] in b"23"

    def _event(self, step: str, argument: str) -> bytes | None:
        event = Event(step, argument, self.number, len(self.server.accepted))
        return self.server.fault(event)

    def _line(self) -> str:
        while b"\n" not in self.buffer:
            self._read()
        line, _, self.buffer = self.buffer.partition(b"\n")
        return line.decode("utf-8").strip()

    def _read(self) -> None:
        received = self.sock.recv(1 << 20)
        if not received:
            raise OSError("the client hung up")
        self.server.segments.append(received)
        self.buffer += received

    def _encrypt(self) -> None:
        assert self.server.tls is not None
        self.sock = self.server.tls.wrap_socket(self.sock, server_side=True)

    def _is_tls(self) -> bool:
        return isinstance(self.sock, ssl.SSLSocket)


def _path(argument: str) -> str:
    return argument[argument.index("<") + 1 : argument.index(">")]
