"""Which relay takes our mail, read from one address: `smtp://user:secret@host:25?starttls=required`."""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from syndicate.errors import SettingsError

StartTls = Literal["auto", "required", "off"]
_PORTS = {"smtp": 25, "smtps": 465}
_STARTTLS: dict[str, StartTls] = {"auto": "auto", "required": "required", "off": "off"}
_OPTIONS = frozenset({"starttls", "chunking"})


@dataclass(frozen=True)
class Relay:
    """A mail server that takes mail from us.

    Attributes:
        host: name or address.
        port: TCP port.
        is_tls: TLS from the first byte (`smtps://`).
        starttls: "auto" uses it where offered, "required" refuses to go on without.
        user: for AUTH; None sends none.
        secret: for AUTH.
        is_chunking: use BDAT (RFC 3030) instead of DATA where the relay offers it.
    """

    host: str
    port: int
    is_tls: bool = False
    starttls: StartTls = "auto"
    user: str | None = None
    secret: str | None = None
    is_chunking: bool = False

    @property
    def name(self) -> str:
        """How logs and screens call it: host and port, no secret."""
        return f"{self.host}:{self.port}"


def parse(url: str) -> Relay:
    """Read a relay's address.

    Raises:
        SettingsError: it is not one, or names an option that does not exist.
    """
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    if parts.scheme not in _PORTS or not parts.hostname or not options.keys() <= _OPTIONS:
        raise SettingsError(
            "SYNDICATE_RELAY_URL is not usable; write smtp://HOST:PORT or smtps://HOST:PORT, "
            "with ?starttls=required|off or ?chunking=1 if need be."
        )
    starttls = _STARTTLS.get(options.get("starttls", "auto"))
    if starttls is None:
        raise SettingsError("SYNDICATE_RELAY_URL: starttls is one of auto, required and off.")
    return Relay(
        host=parts.hostname,
        port=parts.port or _PORTS[parts.scheme],
        is_tls=parts.scheme == "smtps",
        starttls=starttls,
        user=unquote(parts.username) if parts.username else None,
        secret=unquote(parts.password) if parts.password else None,
        is_chunking=options.get("chunking") == "1",
    )
