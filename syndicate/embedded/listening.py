"""Taking a port before anything else happens, for the supervisor.

So one in use is said at once and nothing is half-written. The web server inherits the open socket:
no race for the port, and no refused request while it restarts.
"""

import errno
import os
import socket

from syndicate.errors import PortInUseError, RefusedError, SettingsError, UnknownHostError

_BACKLOG = 256


def listen(host: str, port: int) -> socket.socket:
    """Open a listening socket.

    Args:
        host: address or name to listen on.
        port: its port; 0 takes a free one.

    Raises:
        PortInUseError: another program listens there.
        UnknownHostError: the host name does not resolve.
        SettingsError: the address is not one of this machine's.
        RefusedError: this account may not use the port.
    """
    family, address = _resolve(host, port)
    try:
        return socket.create_server(address, family=family, backlog=_BACKLOG)
    except OSError as error:
        raise _sentence(host, port, error) from error


def port_of(listener: socket.socket) -> int:
    """The port that a socket listens on."""
    return int(listener.getsockname()[1])


def _resolve(host: str, port: int) -> tuple[socket.AddressFamily, tuple[str, int]]:
    # Asked apart: create_server would blur "no such host" into an OSError like any other.
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        raise UnknownHostError(
            f"The host {host} does not resolve; set SYNDICATE_HOST to an address of this machine."
        ) from error
    family, _, _, _, address = found[0]
    return family, (str(address[0]), port)


def _sentence(host: str, port: int, error: OSError) -> RefusedError | SettingsError:
    match error.errno:
        case errno.EADDRINUSE:
            return PortInUseError(
                f"Another program listens on {host}:{port}; stop it, or choose another port with "
                "--port or SYNDICATE_PORT (0 takes a free one).",
                port=port,
            )
        case errno.EADDRNOTAVAIL:
            return SettingsError(
                f"{host} is not an address of this machine; set SYNDICATE_HOST to one that is."
            )
        case _:
            return RefusedError(
                f"Cannot listen on {host}:{port} ({os.strerror(error.errno or 0)}); "
                "choose another port."
            )
