"""A server that takes every connection and never answers, at as many addresses as one likes."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def running() -> Iterator[int]:
    """Its port, on every address of this machine, until the block ends."""
    held: list[socket.socket] = []

    def take() -> None:
        with contextlib.suppress(OSError):
            while True:
                held.append(listening.accept()[0])

    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    listening = socket.create_server(("0.0.0.0", port), backlog=512)  # noqa: S104 - 127.0.0.2 too
    thread = threading.Thread(target=take)
    thread.start()
    try:
        yield port
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join()
        for each in held:
            each.close()
