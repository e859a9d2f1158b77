"""Which relays take our mail, read from their addresses, with blanks between them.

    smtp://user:secret@mx1.example:587?starttls=required&weight=3 smtp://mx2.example

Each relay gets its weight's share of the mail; while one is dead the others have it all.
"""

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from syndicate.errors import SettingsError
from syndicate.settings import Settings

StartTls = Literal["auto", "required", "off"]
_PORTS = {"smtp": 25, "smtps": 465}
_STARTTLS: dict[str, StartTls] = {"auto": "auto", "required": "required", "off": "off"}
_OPTIONS = frozenset({"starttls", "chunking", "weight", "connections", "pool"})
_POOL = re.compile(r"[a-z0-9-]{1,40}", re.ASCII)
_MAX_WEIGHT = 1000


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
        weight: its share of the mail, against the other relays' weights.
        connections: that one worker opens to it; None means the setting.
        pool: of those that streams name; "" takes the mail that names none.
    """

    host: str
    port: int
    is_tls: bool = False
    starttls: StartTls = "auto"
    user: str | None = None
    secret: str | None = None
    is_chunking: bool = False
    weight: int = 1
    connections: int | None = None
    pool: str = ""

    @property
    def name(self) -> str:
        """How logs and screens call it: host and port, no secret."""
        return f"{self.host}:{self.port}"


def parse_all(text: str) -> tuple[Relay, ...]:
    """Read the addresses of all relays, blanks between them.

    Raises:
        SettingsError: there is none, one is unusable, or two are the same.
    """
    relays = tuple(parse(url) for url in text.split())
    names = {each.name for each in relays}
    if not relays or len(names) < len(relays):
        raise SettingsError("SYNDICATE_RELAY_URL names no relay, or one of them twice.")
    return relays


def to_operators(configured: Settings) -> Relay:
    """The relay that mail to operators goes by: its own, or the first of the readers'.

    Raises:
        SettingsError: there is none, or its address cannot be used.
    """
    own = configured.operators_relay_url
    if own is None:
        return parse_all(configured.need("relay_url"))[0]
    return parse(own.get_secret_value(), named="SYNDICATE_OPERATORS_RELAY_URL")


def parse(url: str, named: str = "SYNDICATE_RELAY_URL") -> Relay:
    """Read one relay's address.

    Args:
        url: the address.
        named: the setting that it stands in.

    Raises:
        SettingsError: it is not one, or names an option that does not exist.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:  # half a pair of brackets, a port beyond 65535
        raise _unusable(named) from error
    options = dict(parse_qsl(parts.query))
    is_host = bool(parts.hostname) and not set(", ") & set(str(parts.hostname))
    if parts.scheme not in _PORTS or not is_host or not options.keys() <= _OPTIONS:
        raise _unusable(named)
    starttls = _STARTTLS.get(options.get("starttls", "auto"))
    if starttls is None:
        raise SettingsError(f"{named}: starttls is one of auto, required and off.")
    return Relay(
        host=str(parts.hostname),
        port=port or _PORTS[parts.scheme],
        is_tls=parts.scheme == "smtps",
        starttls=starttls,
        user=unquote(parts.username) if parts.username else None,
        secret=unquote(parts.password) if parts.password else None,
        is_chunking=options.get("chunking") == "1",
        weight=_number(options, "weight", named) or 1,
        connections=_number(options, "connections", named),
        pool=_pool(options, named),
    )


def _unusable(named: str) -> SettingsError:
    return SettingsError(
        f"{named} is not usable; write smtp://HOST:PORT or smtps://HOST:PORT, "
        "with ?starttls=required|off, chunking=1, weight=N, connections=N or pool=NAME if need be."
    )


def _pool(options: dict[str, str], named: str) -> str:
    text = options.get("pool", "")
    if text and not _POOL.fullmatch(text):
        raise SettingsError(f"{named}: pool is a name of small letters, digits and hyphens.")
    return text


def _number(options: dict[str, str], name: str, named: str) -> int | None:
    text = options.get(name)
    if text is None:
        return None
    if not text.isdecimal() or not 1 <= int(text) <= _MAX_WEIGHT:
        raise SettingsError(f"{named}: {name} is a number from 1 to {_MAX_WEIGHT}.")
    return int(text)
