"""The name that a relay calls itself, as its greeting says it: usually its HELO to receivers too.

Source: RFC 5321 4.2 and 4.3.1.
"""

import socket
import ssl

from syndicate.mail.relay.addresses import Relay

_GREETS_S = 3.0
_READY = "220"


def name_of(relay: Relay) -> str:
    """What a relay's greeting calls it; "" where it does not greet in time."""
    try:
        with socket.create_connection((relay.host, relay.port), timeout=_GREETS_S) as sock:
            said = (_encrypted(sock, relay) if relay.is_tls else sock).recv(1024)
    except OSError:
        return ""
    words = said.decode("ascii", "replace").splitlines()[:1]
    code, _, rest = (words[0] if words else "").replace("-", " ", 1).partition(" ")
    return rest.split()[0] if code == _READY and rest.split() else ""


def _encrypted(sock: socket.socket, relay: Relay) -> ssl.SSLSocket:
    # What is read is a name that anybody may read; nothing of ours goes there.
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(sock, server_hostname=relay.host)
