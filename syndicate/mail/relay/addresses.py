"""Which relays take our mail, read from their addresses, with blanks between them.

    smtp://user:secret@mx1.example:587?starttls=required&weight=3 smtp://mx2.example

Each relay gets its weight's share of the mail; while one is dead the others have it all.
"""

import re
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from syndicate.errors import SettingsError
from syndicate.settings import Settings

StartTls = Literal["required", "offered", "never"]
_PORTS = {"smtp": 25, "smtps": 465}
# The last two are how earlier versions called them.
_STARTTLS: dict[str, StartTls] = {
    "required": "required",
    "offered": "offered",
    "never": "never",
    "auto": "offered",
    "off": "never",
}
_OPTIONS = frozenset({"starttls", "password", "chunking", "weight", "connections", "pool"})
_POOL = re.compile(r"[a-z0-9-]{1,40}", re.ASCII)
_MAX_WEIGHT = 1000


@dataclass(frozen=True)
class Relay:
    """A mail server that takes mail from us.

    Attributes:
        host: name or address.
        port: TCP port.
        is_tls: TLS from the first byte (`smtps://`).
        starttls: "required" refuses to go on without, "offered" uses it where it is; None depends
            on where the relay is (`mail.relay.privacy`).
        user: for AUTH; None sends none.
        secret: for AUTH.
        is_secret_clear: whether it may be sent for anyone on the way to read.
        is_chunking: use BDAT (RFC 3030) instead of DATA where the relay offers it.
        weight: its share of the mail, against the other relays' weights.
        connections: that one worker opens to it; None means the setting.
        pool: of those that streams name; "" takes the mail that names none.
    """

    host: str
    port: int
    is_tls: bool = False
    starttls: StartTls | None = None
    user: str | None = None
    secret: str | None = None
    is_secret_clear: bool = False
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


def of_readers(configured: Settings) -> tuple[Relay, ...]:
    """The relays that mail to readers goes by.

    Raises:
        SettingsError: there is none, or an address cannot be used.
    """
    return tuple(_ruled(each, configured) for each in parse_all(configured.need("relay_url")))


def to_operators(configured: Settings) -> Relay:
    """The relay that mail to operators goes by: its own, or the first of the readers'.

    Raises:
        SettingsError: there is none, or its address cannot be used.
    """
    own = configured.operators_relay_url
    if own is None:
        return of_readers(configured)[0]
    return _ruled(parse(own.get_secret_value(), named="SYNDICATE_OPERATORS_RELAY_URL"), configured)


def _ruled(relay: Relay, configured: Settings) -> Relay:
    """A relay by the setting for all whose address says nothing of encryption."""
    return replace(relay, starttls=relay.starttls or configured.relay_tls)


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
    starttls = _STARTTLS.get(options["starttls"]) if "starttls" in options else None
    if "starttls" in options and starttls is None:
        raise SettingsError(f"{named}: starttls is one of required, offered and never.")
    if options.get("password", "clear") != "clear":
        raise SettingsError(
            f"{named}: password=clear is all that can be said there; the password itself stands "
            "before the host, smtp://USER:PASSWORD@HOST."
        )
    return Relay(
        host=str(parts.hostname),
        port=port or _PORTS[parts.scheme],
        is_tls=parts.scheme == "smtps",
        starttls=starttls,
        user=unquote(parts.username) if parts.username else None,
        secret=unquote(parts.password) if parts.password else None,
        is_secret_clear="password" in options,
        is_chunking=options.get("chunking") == "1",
        weight=_number(options, "weight", named) or 1,
        connections=_number(options, "connections", named),
        pool=_pool(options, named),
    )


def _unusable(named: str) -> SettingsError:
    return SettingsError(
        f"{named} is not usable; write smtp://HOST:PORT or smtps://HOST:PORT, "
        "with ?starttls=required|offered|never, chunking=1, weight=N, connections=N or pool=NAME "
        "if need be. Before the host write # as %23, ? as %3F, / as %2F and @ as %40."
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
