"""Whether a process is ready, asked of the process itself, for the supervisor.

A file or a pid proves nothing (a stale socket file lied on a restart): the web server is asked over
HTTP, the mailbox over SMTP, and Celery's processes say `READY=1` to a socket, as systemd's
`Type=notify` services do (`workers.app` sends it; the same line serves a systemd unit).
"""

import contextlib
import socket
from pathlib import Path

_PATIENCE_S = 2.0


def web_is_ready(host: str, port: int) -> bool:
    """Whether `/readyz` answers 200: the process, its database and its broker."""
    request = b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    return _answer(host, port, request).startswith(b"HTTP/1.1 200 ")


def smtp_is_ready(host: str, port: int) -> bool:
    """Whether an SMTP server greets."""
    return _answer(host, port, b"").startswith(b"220")


class ReadySocket:
    """Where a child says that it is ready.

    Args:
        path: the socket to make, in a folder of our own.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        path.chmod(0o666)  # the folder is for the child alone, who may be of another account
        self._socket.setblocking(False)

    def said_ready(self) -> bool:
        """Whether the child has said so since we asked last."""
        with contextlib.suppress(BlockingIOError):
            return b"READY=1" in self._socket.recv(1024).split(b"\n")
        return False

    def close(self) -> None:
        """Stop listening."""
        self._socket.close()


def _answer(host: str, port: int, request: bytes) -> bytes:
    """The first bytes of a server's answer; empty if there is none in time."""
    target = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - dialled, not bound
    try:
        with socket.create_connection((target, port), timeout=_PATIENCE_S) as connection:
            connection.sendall(request)
            return connection.recv(256)
    except OSError:
        return b""
