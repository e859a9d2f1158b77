"""What a child writes, kept in files that are put aside by size while it goes on writing.

    logs/web.log  web.log.1 … web.log.5      the newest without a number; the oldest is deleted

A child writes into a pipe, and a thread of the supervisor reads it: so a line is in one file and
whole, and a child needs no right on the folder. A disk that is full or hangs, and a supervisor that
stands still, cost lines and hold up nobody: where the pipe is full, a child writes past it.
"""

import contextlib
import fcntl
import io
import logging
import logging.handlers
import os
import threading
from collections import deque
from pathlib import Path

BYTES = 10_000_000
KEPT = 5
_PIECE_BYTES = 65_536
# Room for what a child writes while the supervisor is busy; the most that anybody gets.
_PIPE_BYTES = 1_048_576
# A line without an end is written in pieces.
_LINE_BYTES = 1_000_000
_LAST_LINES = 5
_UNTIL_KEPT_S = 2.0


class LogFile(threading.Thread):
    """Reads what a child writes until the last of its family has closed the pipe.

    Args:
        path: the newest file, which others are named after.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(name=f"log of {path.name}", daemon=True)
        self._read_end, self.write_end = os.pipe()
        with contextlib.suppress(OSError):  # a user may have no more room for pipes
            fcntl.fcntl(self.write_end, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        # Of the end that a child writes to alone: to be read, the other one waits.
        os.set_blocking(self.write_end, False)
        self._files = _Files(path)
        self._last: deque[str] = deque(maxlen=_LAST_LINES)

    def finish(self) -> None:
        """Wait until all that an ended child wrote is kept; safe to call twice."""
        if self.is_alive():
            self.join(_UNTIL_KEPT_S)

    def last_lines(self) -> str:
        """The end of what the child wrote on one line, for messages."""
        said = [line.strip() for line in self._last if line.strip()]
        return " | ".join(said) or "(nothing)"

    def run(self) -> None:
        """Keep lines until the pipe is closed at the other end."""
        rest = b""
        with os.fdopen(self._read_end, "rb", buffering=0) as pipe:
            while piece := pipe.read(_PIECE_BYTES):
                whole, end, begun = (rest + piece).rpartition(b"\n")
                if len(begun) > _LINE_BYTES:
                    whole, end, begun = whole + end, begun, b""
                self._keep(whole + end)
                rest = begun
        self._keep(rest + b"\n" if rest else b"")
        with contextlib.suppress(OSError):
            self._files.close()

    def _keep(self, lines: bytes) -> None:
        if lines:
            text = lines.decode(errors="surrogateescape")
            self._last.extend(text.splitlines()[-_LAST_LINES:])
            self._files.handle(logging.makeLogRecord({"msg": text}))


class _Files(logging.handlers.RotatingFileHandler):
    """The files of one child, for the eyes of their owner alone."""

    terminator = ""

    def __init__(self, path: Path) -> None:
        super().__init__(
            path, maxBytes=BYTES, backupCount=KEPT, encoding="utf-8", errors="surrogateescape"
        )

    def _open(self) -> io.TextIOWrapper:
        handle = os.open(self.baseFilename, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        size_bytes = os.fstat(handle).st_size
        if size_bytes and os.pread(handle, 1, size_bytes - 1) != b"\n":
            os.write(handle, b"\n")  # half a line: the disk was full, or the machine went down
        return os.fdopen(handle, "a", encoding=self.encoding, errors=self.errors)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802 - logging's name
        """Leave out what the disk does not take, and begin anew with the next line."""
        with contextlib.suppress(OSError, ValueError):
            if self.stream is not None:
                self.stream.close()
        self.stream = None
