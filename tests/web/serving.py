"""A web server on loopback as `syndicate web` runs one, in this process."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from syndicate.embedded import listening
from syndicate.web.connection import Connection
from syndicate.web.doors import Limits


@contextmanager
def served(app: ASGIApp, limits: Limits | None = None, proxies: str = "127.0.0.1") -> Iterator[int]:
    """The port of a server.

    Args:
        app: what it serves.
        limits: what it bears; as much as `syndicate web` by default.
        proxies: whose word on the client's address it takes.
    """
    listener = listening.listen("127.0.0.1", 0)
    config = uvicorn.Config(
        app,
        http=type("Bounded", (Connection,), {"limits": limits}),
        ws="none",
        log_config=None,
        access_log=False,
        forwarded_allow_ips=proxies,
        timeout_keep_alive=600,
        timeout_graceful_shutdown=2,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield listening.port_of(listener)
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()
