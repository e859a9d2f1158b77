"""A small TCP proxy between a sending worker and the mailbox, which writes down what passes.

What came from the worker is kept as it arrived, piece by piece, with the number of replies that the
mailbox had been allowed to give on that connection by then.
"""

import socket
import threading
from dataclasses import dataclass, field

_BYTES = 262_144


@dataclass
class Talk:
    """One connection: (what the worker sent, replies it had seen before) pairs, in order."""

    pieces: list[tuple[bytes, int]] = field(default_factory=list)
    replies: int = 0

    def sent(self) -> bytes:
        """Everything the worker sent."""
        return b"".join(piece for piece, _ in self.pieces)


class Recorder:
    """Listens on a free port and passes everything on to another one."""

    def __init__(self, target: int) -> None:
        self.talks: list[Talk] = []
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Listen no more."""
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._target))
            for each in (near, far):
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            talk = Talk()
            self.talks.append(talk)
            for pump in (self._forth, self._back):
                threading.Thread(target=pump, args=(near, far, talk), daemon=True).start()

    def _forth(self, near: socket.socket, far: socket.socket, talk: Talk) -> None:
        while piece := _received(near):
            talk.pieces.append((piece, talk.replies))
            _passed(far, piece)
        _ended(far)
        near.close()

    def _back(self, near: socket.socket, far: socket.socket, talk: Talk) -> None:
        while piece := _received(far):
            talk.replies += piece.count(b"\r\n")
            _passed(near, piece)
        _ended(near)
        far.close()


def _received(end: socket.socket) -> bytes:
    try:
        return end.recv(_BYTES)
    except OSError:
        return b""


def _passed(end: socket.socket, piece: bytes) -> None:
    try:
        end.sendall(piece)
    except OSError:
        return


def _ended(end: socket.socket) -> None:
    try:
        end.shutdown(socket.SHUT_WR)
    except OSError:
        return
