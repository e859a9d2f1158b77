"""What was asked of the web server while things died, and how it answered."""

import http.client
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_TIMEOUT_S = 20.0


@dataclass(frozen=True)
class Answer:
    """One answer; status 0 where none came."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def is_trouble(self) -> bool:
        """Whether whoever asked got nothing out of it."""
        return self.status == 0 or self.status >= http.HTTPStatus.INTERNAL_SERVER_ERROR


class Asker:
    """One connection that is kept, by one thread.

    Args:
        url: of the web server.
        network: first three numbers of the address that its proxy says it comes from.
    """

    def __init__(self, url: str, network: str = "198.51.100") -> None:
        self.host = urlsplit(url).netloc
        self.network = network
        self._connection: http.client.HTTPConnection | None = None

    def ask(
        self,
        path: str,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Ask once; a POST where there is a body."""
        sent = {"X-Forwarded-For": f"{self.network}.7", **(headers or {})}
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection(self.host, timeout=_TIMEOUT_S)
            self._connection.request("GET" if body is None else "POST", path, body, sent)
            answer = self._connection.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, found, answer.read())
        except (OSError, http.client.HTTPException):
            self.close()
            return Answer(0)

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


@dataclass
class Tally:
    """How often each status came, and when there was trouble (seconds of the soak)."""

    began: float
    statuses: Counter[int] = field(default_factory=Counter)
    troubles: list[tuple[float, int, str]] = field(default_factory=list)
    took: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, answer: Answer, path: str, seconds: float) -> None:
        """Count one answer."""
        with self.lock:
            self.statuses[answer.status] += 1
            self.took.append(seconds)
            if answer.is_trouble:
                at = time.monotonic() - self.began
                self.troubles.append((round(at, 1), answer.status, path))
