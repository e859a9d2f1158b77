"""`syndicate web`: the web server, one process; more of them share the socket or the proxy."""

import socket
from typing import Annotated

import typer
import uvicorn

from syndicate import settings
from syndicate.alarms import heart
from syndicate.alarms.sentry import Sentry
from syndicate.embedded import listening, places
from syndicate.store.platform.heartbeats import HeartKind

# Long enough for a page, short enough for a supervisor that waits.
_GRACE_S = 5
# Its doors close what is idle sooner (syndicate.web.doors).
_IDLE_S = 600


def web(
    *,
    fd: Annotated[
        int | None,
        typer.Option(help="An open listening socket to serve, instead of host and port."),
    ] = None,
    proxies: Annotated[
        str, typer.Option(help="Addresses of proxies whose X-Forwarded-For is trusted.")
    ] = "127.0.0.1",
) -> None:
    """Run the web server."""
    places.say_if_root("web")
    own = settings.load()
    config = uvicorn.Config(
        "syndicate.web.app:app",
        host=own.host,
        port=own.port,
        # uvicorn's own, with an end to everything that a client can draw out.
        http="syndicate.web.connection:Connection",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        forwarded_allow_ips=proxies,
        timeout_keep_alive=_IDLE_S,
        timeout_graceful_shutdown=_GRACE_S,
    )
    if fd is None:
        own.need_servers()
        listener = listening.listen(own.host, own.port)
    else:
        listener = socket.socket(fileno=fd)
    heart.start(HeartKind.WEB, socket.gethostname())
    Sentry().start()
    uvicorn.Server(config).run(sockets=[listener])
