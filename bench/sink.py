"""A relay that takes everything as fast as Python can, for faults and figures.

    python -m bench.sink --port 0 --dir FOLDER [--drop 0.0005 --seed 1] [--keep sign-up.example]

Before each 250 a line of `FOLDER/accept.log` stands in the kernel (our accept log, see
docs/operations.md); it survives a kill of this process. `--drop` is the share of messages that are
kept, and logged, and whose 250 is never said: the connection is cut. `FOLDER/port` holds the port.
While it runs, `FOLDER/manner` may hold another share ({"drop": 0.01}) and a storm
({"is_storm": true}: 421 to every command, and the connection is closed). Messages to a domain named
by `--keep` are kept whole in `FOLDER/kept`. Speaks PIPELINING, CHUNKING, 8BITMIME and SMTPUTF8.
"""

import argparse
import datetime as dt
import json
import os
import random
import selectors
import signal
import socket
from dataclasses import dataclass, field
from pathlib import Path

_EHLO = (
    b"250-sink.invalid\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n"
    b"250-ENHANCEDSTATUSCODES\r\n250 CHUNKING\r\n"
)
_END = b"\r\n.\r\n"
_AT_ONCE = 1 << 20


@dataclass
class Client:
    """One connection."""

    sock: socket.socket
    buffer: bytearray = field(default_factory=bytearray)
    out: bytearray = field(default_factory=bytearray)
    rcpt: bytes = b""
    is_data: bool = False
    is_over: bool = False
    chunk_left: int | None = None  # of BDAT
    scanned: int = 0


class Sink:
    """The server.

    Args:
        folder: of the log and the port.
        drop: share of messages whose 250 is never said.
        seed: of the choice of those.
        keep: the domain whose messages are kept whole; empty: none.
    """

    def __init__(self, folder: Path, *, drop: float, seed: int, keep: str = "") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.drop = self.usual_drop = drop
        self.is_storm = False
        self.keep = f"@{keep}".encode() if keep else b""
        self.kept = 0
        self.random = random.Random(seed)  # noqa: S311 - chance, not secrecy
        self.log = os.open(folder / "accept.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self.lines: list[bytes] = []
        self.selector = selectors.DefaultSelector()
        self.is_stopping = False

    def serve(self, port: int) -> None:
        """Serve until SIGTERM or SIGINT."""
        listener = socket.create_server(("127.0.0.1", port), backlog=256)
        listener.setblocking(False)
        self.selector.register(listener, selectors.EVENT_READ)
        partial = self.folder / "port.part"
        partial.write_text(f"{listener.getsockname()[1]}\n")
        partial.replace(self.folder / "port")
        while not self.is_stopping:
            ready = self.selector.select(0.5)
            self._mind_manner()
            served = [key.data for key, _ in ready if key.data is not None and self._read(key.data)]
            self._write_log()
            for client in served:
                self._answer(client)
            if any(key.data is None for key, _ in ready):
                self._accept(listener)

    def _mind_manner(self) -> None:
        try:
            said = json.loads((self.folder / "manner").read_text())
        except FileNotFoundError:
            said = {}
        self.drop = float(said.get("drop", self.usual_drop))
        self.is_storm = bool(said.get("is_storm", False))

    def stop(self, *_signal: object) -> None:
        """End after this round."""
        self.is_stopping = True

    def _accept(self, listener: socket.socket) -> None:
        sock, _ = listener.accept()
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.send(b"220 sink.invalid ESMTP\r\n")
        self.selector.register(sock, selectors.EVENT_READ, Client(sock))

    def _read(self, client: Client) -> bool:
        try:
            received = client.sock.recv(_AT_ONCE)
        except BlockingIOError:
            return False
        except OSError:
            received = b""
        if not received:
            self._close(client)
            return False
        client.buffer += received
        while self._step(client):
            pass
        return True

    def _step(self, client: Client) -> bool:
        """Take one command or one body; False when more must arrive first."""
        if client.is_data:
            return self._body(client)
        if client.chunk_left is not None:
            return self._chunk(client)
        end = client.buffer.find(b"\n")
        if end < 0:
            return False
        line = bytes(client.buffer[:end]).strip()
        del client.buffer[: end + 1]
        self._command(client, line[:4].upper(), line)
        return True

    def _command(self, client: Client, verb: bytes, line: bytes) -> None:
        if self.is_storm:
            client.out += b"421 4.7.0 Too busy, come back later\r\n"
            client.is_over = True
        elif verb == b"EHLO":
            client.out += _EHLO
        elif verb == b"RCPT":
            client.rcpt = line[line.index(b"<") + 1 : line.rindex(b">")]
            client.out += b"250 2.1.5 OK\r\n"
        elif verb == b"DATA":
            client.is_data, client.scanned = True, 0
            client.out += b"354 Go on\r\n"
        elif verb == b"BDAT":
            client.chunk_left = int(line.split()[1])
        elif verb == b"QUIT":
            client.out += b"221 2.0.0 Bye\r\n"
        else:
            client.out += b"250 2.0.0 OK\r\n"

    def _body(self, client: Client) -> bool:
        end = client.buffer.find(_END, max(0, client.scanned - len(_END)))
        if end < 0:
            client.scanned = len(client.buffer)
            return False
        client.is_data = False
        self._keep(client, end + len(_END))
        return True

    def _chunk(self, client: Client) -> bool:
        size = client.chunk_left or 0
        if len(client.buffer) < size:
            return False
        client.chunk_left = None
        self._keep(client, size)
        return True

    def _keep(self, client: Client, size: int) -> None:
        head = bytes(client.buffer[:4096])
        if self.keep and client.rcpt.endswith(self.keep):
            self._store(bytes(client.buffer[:size]))
        del client.buffer[:size]
        start = head.find(b"Message-ID: ") + 12
        message_id = head[start : head.find(b"\r\n", start)]
        at = dt.datetime.now(dt.UTC).isoformat()  # noqa: TID251 - this is no part of the program
        self.lines.append(
            b'{"at": "%b", "message_id": "%b", "rcpt": ["%b"], "bytes": %d}\n'
            % (at.encode(), message_id, client.rcpt, size)
        )
        if self.drop and self.random.random() < self.drop:
            client.out.clear()
            client.out += b"DROP"
        else:
            client.out += b"250 2.0.0 Kept\r\n"

    def _store(self, message: bytes) -> None:
        folder = self.folder / "kept"
        folder.mkdir(exist_ok=True)
        self.kept += 1
        partial = folder / f"{self.kept:06}.part"
        partial.write_bytes(message.replace(b"\r\n..", b"\r\n.").removesuffix(_END))
        partial.replace(folder / f"{os.getpid()}-{self.kept:06}.eml")

    def _write_log(self) -> None:
        if self.lines:
            os.write(self.log, b"".join(self.lines))
            self.lines.clear()

    def _answer(self, client: Client) -> None:
        if client.out.startswith(b"DROP"):
            with (self.folder / "dropped.log").open("ab") as log:
                log.write(client.rcpt + b"\n")
            self._close(client)
            return
        try:
            client.sock.send(client.out)
        except OSError:
            self._close(client)
        client.out.clear()
        if client.is_over:
            self._close(client)

    def _close(self, client: Client) -> None:
        try:
            self.selector.unregister(client.sock)
        except KeyError:
            return
        client.sock.close()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(description="A relay that takes everything.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--dir", type=Path, required=True)
    parser.add_argument("--drop", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", default="")
    asked = parser.parse_args()
    sink = Sink(asked.dir, drop=asked.drop, seed=asked.seed, keep=asked.keep)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, sink.stop)
    sink.serve(asked.port)


if __name__ == "__main__":
    main()
