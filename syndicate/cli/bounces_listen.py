"""`syndicate bounces listen`: the door at which a mail server hands returned mails over."""

import asyncio
import mailbox
import os
import signal
import socket
import sys
import threading
from pathlib import Path
from typing import Annotated

import typer

from syndicate import settings
from syndicate.bounces.doors import intake, lmtp
from syndicate.embedded import listening
from syndicate.errors import RefusedError, UsageError

_UNIX = "unix:"
# Postfix's processes are of another account; a shared group opens the socket to them.
_MODE = 0o660
_LAST_PORT = 65_535


def listen(
    *,
    where: Annotated[
        str, typer.Option("--lmtp", help="HOST:PORT or unix:/path to listen on; port 0 is any.")
    ] = "127.0.0.1:2424",
    also: Annotated[
        list[str] | None,
        typer.Option(help="Another address to accept mail for, such as a feedback loop's."),
    ] = None,
    aside: Annotated[
        Path | None,
        typer.Option(
            help="Maildir for mail that could not be understood; without it, such mail is dropped."
        ),
    ] = None,
) -> None:
    """Accept returned mails from a mail server over LMTP, until told to stop."""
    desk = lmtp.Reception(
        take=intake.Intake().take,
        key=settings.load().key(),
        others=frozenset(address.lower() for address in also or ()),
        put_aside=_Aside(aside) if aside else None,
    )
    listener, name = _opened(where)
    sys.stdout.write(f"Accepting returned mail at {name}.\n")
    sys.stdout.flush()
    asyncio.run(_serve(listener, desk))
    if where.startswith(_UNIX):
        Path(where.removeprefix(_UNIX)).unlink(missing_ok=True)


class _Aside:
    """A Maildir that several threads put mails into.

    Args:
        folder: of the Maildir, made where there is none.
    """

    def __init__(self, folder: Path) -> None:
        self._box = mailbox.Maildir(folder)
        self._turn = threading.Lock()

    def __call__(self, raw: bytes) -> None:
        """Put one mail in; a second copy after a lost reply is a person's to throw away."""
        with self._turn:
            self._box.add(raw)


async def _serve(listener: socket.socket, desk: lmtp.Reception) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await lmtp.serve(listener, desk, stop)


def _opened(where: str) -> tuple[socket.socket, str]:
    if where.startswith(_UNIX):
        return _opened_path(Path(where.removeprefix(_UNIX))), where
    host, _, port = where.rpartition(":")
    if not host or not port.isdecimal() or int(port) > _LAST_PORT:
        raise UsageError("Say where to listen: --lmtp HOST:PORT or --lmtp unix:/path.")
    listener = listening.listen(host.strip("[]"), int(port))
    return listener, f"{host}:{listening.port_of(listener)}"


def _opened_path(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX)
    try:
        if path.is_socket() and listener.connect_ex(str(path)) != 0:
            # Whoever listened there is gone.
            path.unlink()
        listener.close()
        listener = socket.socket(socket.AF_UNIX)
        before = os.umask(0o777 & ~_MODE)
        try:
            listener.bind(str(path))
        finally:
            os.umask(before)
        listener.listen()
    except OSError as error:
        listener.close()
        # A path longer than a socket's name may be has no number of the system's.
        raise RefusedError(f"Cannot listen on {path}: {error.strerror or error}.") from error
    return listener
