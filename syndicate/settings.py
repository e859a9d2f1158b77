"""What differs between one installation and the next: servers, limits and paths (brands are rows).

Read, strongest first: environment (`SYNDICATE_PORT=8081`), secret files (a folder named by
`SYNDICATE_SECRETS_DIR`, one file per setting), a TOML file (`SYNDICATE_CONFIG`, else
`./syndicate.toml`). An unknown name is refused with the nearest known one: a misspelt setting that
is silently ignored is found out on the worst night.
"""

import contextlib
import difflib
import ipaddress
import os
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from pydantic_settings import SettingsError as UnparsableError

from syndicate.errors import SettingsError

PREFIX = "SYNDICATE_"
# What `syndicate up` starts where no address of it is set.
_SERVERS = frozenset({"database_url", "redis_url", "relay_url"})
_STARTS_ITSELF = ", or run `syndicate up`, which starts everything itself"
# A name as DNS holds it, in lower case, with a dot in it; nothing ends in the names that only this
# machine knows (RFC 5321 2.3.5, RFC 6761 6.3).
HOST_NAME = re.compile(
    r"(?=.{4,253}\Z)(?!.*\.(?:localhost|localdomain)\Z)"
    r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])"
)
_LITERAL = re.compile(r"\[(?:IPv6:)?([0-9A-Fa-f:.]+)\]")
_WITH_PORT = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([0-9.]+))(?::([0-9]{1,5}))?")
DNS_PORT = 53
_PORT_NUMBERS = range(1, 65_536)
# Set by the supervisor and the shell, read before there are settings: not settings themselves.
NOT_SETTINGS = frozenset({"SYNDICATE_STACK", "SYNDICATE_CONFIG", "SYNDICATE_SECRETS_DIR"})


class Settings(BaseSettings):
    """Every setting, with its default. docs/operations.md explains each one (guard test)."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="forbid")

    environment: Literal["development", "production", "test"] = Field(
        "development", description="stamped into the database; production refuses embedded servers"
    )
    database_url: str | None = Field(
        None, description="postgresql://… of the database; empty starts the embedded PostgreSQL"
    )
    redis_url: str | None = Field(
        None, description="redis://, rediss:// or unix:// of the broker; empty starts Valkey"
    )
    relay_url: SecretStr | None = Field(
        None, description="smtp:// or smtps:// of the relay; empty starts the embedded mailbox"
    )
    data_dir: Path | None = Field(
        None, description="folder of the embedded servers; empty picks one under the home folder"
    )
    takedown_log: Path | None = Field(
        None, description="journal of takedowns, outside the database; else in the data folder"
    )
    journal: Path | None = Field(
        None,
        description="journal of what was sent, outside the database: a restored one is known by it",
    )
    master_key: SecretStr | None = Field(
        None,
        description="64 hex digits that sign every link; embedded installations make their own",
    )
    host: str = Field("127.0.0.1", description="address that the web server listens on")
    port: int = Field(
        8080, ge=0, le=65535, description="port of the web server; 0 takes a free one"
    )
    mailbox_port: int = Field(
        0, ge=0, le=65535, description="port of the embedded mailbox; 0 takes a free one"
    )
    public_url: str | None = Field(
        None, description="where readers reach this installation; empty means http://host:port"
    )
    log_format: Literal["auto", "json", "text"] = Field(
        "auto", description="json for machines, text for people; auto depends on the terminal"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="the least serious event that is logged"
    )
    mail_allow_list: list[str] = Field(
        default_factory=list,
        description="addresses or @domains that may be mailed when the database belongs to another "
        "environment",
    )
    relay_helo: str | None = Field(
        None,
        description="name that relays are told in EHLO; empty takes this host's name in DNS, else "
        "the domain that the mail comes from",
    )
    relay_addresses: list[str] = Field(
        default_factory=list,
        description="addresses from which the relay sends to receivers, for the sender check; "
        "empty takes those of its name in DNS",
    )
    relay_accept_log: str | None = Field(
        None,
        description="file in which the relay says what it accepted, or `pushed` where "
        "`syndicate mailings accepts` brings it; settles what a crash left ambiguous",
    )
    relay_accept_lag_s: int = Field(
        60, ge=1, le=3600, description="seconds from the relay's 250 to its line in that log"
    )
    mail_pace: dict[str, str] = Field(
        default_factory=dict,
        description='rates and connections by receiver group or relay: {"google": "10/s 5"}; '
        "shared by all workers",
    )
    mail_pace_share: int = Field(
        8,
        ge=1,
        le=1000,
        description="by how many workers a rate is divided while Redis is unreachable",
    )
    mail_warmup: str | None = Field(
        None, description='first day and messages of each day: "2026-11-24 50 100 500 1000"'
    )
    mail_window: str | None = Field(
        None, description='hours in which bulk mail is sent: "06:00-22:00 Asia/Qatar"'
    )
    mail_pause_bounces: float = Field(
        0.05,
        ge=0,
        le=1,
        description="share of refused readers that pauses a mailing; 0 never pauses it",
    )
    mail_pause_complaints: float = Field(
        0.001,
        ge=0,
        le=1,
        description="share of complaints that pauses a mailing; 0 never pauses it",
    )
    bounce_mailbox_url: SecretStr | None = Field(
        None,
        description="imaps://user:password@host/FOLDER or pop3s://user:password@host of the "
        "mailbox that returned mails go to; emptied every ten minutes",
    )
    hook_sns_topics: list[str] = Field(
        default_factory=list,
        description="ARNs of the Amazon SNS topics whose SES events are trusted; empty: none",
    )
    hook_postmark_password: SecretStr | None = Field(
        None, description="password in the address that Postmark's webhook calls; empty: no hook"
    )
    hook_mailgun_key: SecretStr | None = Field(
        None, description="Mailgun's HTTP webhook signing key; empty: no hook"
    )
    hook_sendgrid_key: str | None = Field(
        None, description="SendGrid's public verification key, base64; empty: no hook"
    )
    mail_connections: int = Field(
        4, ge=1, le=64, description="SMTP connections that one sending worker opens to the relay"
    )
    mail_batch_size: int = Field(
        500, ge=1, le=500, description="deliveries in one batch, leased by one worker"
    )
    mail_chunk_size: int = Field(
        50,
        ge=1,
        le=500,
        description="deliveries in hand at once; a killed worker leaves at most that many in doubt",
    )
    mail_eight_bit: bool = Field(
        True,
        description="send text beyond ASCII as it is where the relay takes it (8BITMIME) and signs",
    )
    alerts_per_hour: int = Field(
        4, ge=0, description="alerts of one newsletter in an hour; the rest are held"
    )
    alerts_per_day: int = Field(
        12, ge=0, description="alerts of one newsletter in 24 hours; the rest are held"
    )
    dkim_domain: str | None = Field(
        None, description="domain that signs; empty leaves signing to the relay"
    )
    dkim_selector: str = Field("syndicate", description="DKIM selector of the key file")
    dkim_key_file: Path | None = Field(None, description="PEM file of the DKIM private key")
    dns_resolver: str | None = Field(
        None,
        description="address, or address:port, of the DNS server that the sender check asks; "
        "empty asks those of this machine",
    )
    collect_concurrency: int = Field(
        50, ge=1, le=500, description="sources that one collecting worker fetches at once"
    )
    hub_allow_origins: list[str] = Field(
        default_factory=list,
        description="exact IP:port of in-house WebSub callbacks that the hub may call",
    )
    hub_url: str | None = Field(
        None,
        pattern="^https?://",
        description="an outside WebSub hub that feeds name; empty means our own /hub",
    )
    own_feed_paid: bool = Field(
        False,
        description="whether readers' own feeds contain paid articles; only where readers pay to "
        "sign up",
    )
    web_workers: int = Field(1, ge=1, le=64, description="web server processes")
    email_article: bool = Field(
        True, description="whether readers may email an article to a friend"
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is pydantic's
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order of the places a setting may come from, strongest first."""
        toml = TomlConfigSettingsSource(settings_cls, toml_file=_config_file())
        return init_settings, env_settings, file_secret_settings, toml

    @model_validator(mode="before")
    @classmethod
    def _pass_over_blanks(cls, said: dict[str, Any]) -> dict[str, Any]:
        """An empty secret file, or `journal = ""`: a path of it would be the folder we stand in."""
        return {name: value for name, value in said.items() if not _is_blank(value)}

    @field_validator("relay_helo")
    @classmethod
    def _name_a_host(cls, said: str | None) -> str | None:
        """A name that a relay can look up, or an address in brackets (RFC 5321 4.1.1.1)."""
        if said is None or HOST_NAME.fullmatch(said.lower()):
            return said
        literal = _LITERAL.fullmatch(said)
        with contextlib.suppress(ValueError):
            if literal and ipaddress.ip_address(literal[1]):
                return said
        raise ValueError("it is neither a host name with a dot in it nor an [address]")

    @field_validator("relay_addresses")
    @classmethod
    def _name_addresses(cls, said: list[str]) -> list[str]:
        """Each in the one form that DNS is compared with."""
        try:
            return [str(ipaddress.ip_address(each.strip())) for each in said]
        except ValueError as error:
            raise ValueError("each is an IP address, such as 192.0.2.10") from error

    @field_validator("dns_resolver")
    @classmethod
    def _name_a_resolver(cls, said: str | None) -> str | None:
        """A name would have to be looked up first, at whom nobody knows."""
        if said is not None and address_and_port(said, DNS_PORT) is None:
            raise ValueError("it is neither an IP address nor one with a port, as 192.0.2.53:53")
        return said

    def key(self) -> bytes:
        """The master key as 32 bytes.

        Raises:
            SettingsError: it is missing or is not 64 hex digits.
        """
        text = self.master_key.get_secret_value() if self.master_key else ""
        try:
            raw = bytes.fromhex(text)
        except ValueError:
            raw = b""
        if not text:
            raise SettingsError(
                "SYNDICATE_MASTER_KEY is not set; set this installation's key (64 hex digits, once "
                "made with `openssl rand -hex 32`), or run `syndicate up`, which keeps its own."
            )
        if len(raw) != 32:  # noqa: PLR2004 - HMAC-SHA256's key length
            raise SettingsError(
                "SYNDICATE_MASTER_KEY must be 64 hex digits; "
                "make one with `openssl rand -hex 32` and keep it: old links depend on it."
            )
        return raw

    def need(self, name: str) -> str:
        """A setting that a process beyond the all-in-one cannot do without.

        Raises:
            SettingsError: it is not set.
        """
        value = getattr(self, name)
        if value is None:
            instead = _STARTS_ITSELF if name in _SERVERS else " first"
            raise SettingsError(f"{PREFIX}{name.upper()} is not set; set it{instead}.")
        return value.get_secret_value() if isinstance(value, SecretStr) else str(value)

    def need_servers(self) -> None:
        """Make sure that a process beyond the all-in-one knows database and broker.

        Raises:
            SettingsError: one of them is not set.
        """
        for name in ("database_url", "redis_url"):
            self.need(name)

    def base_url(self) -> str:
        """The public address without a trailing slash."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")


@cache
def load() -> Settings:
    """The settings of this process, read once.

    Raises:
        SettingsError: a name is unknown or a value is malformed; the sentence names it.
    """
    secrets_dir = os.environ.get("SYNDICATE_SECRETS_DIR")
    _refuse_unknown_names(Path(secrets_dir) if secrets_dir else None)
    try:
        return Settings(_secrets_dir=secrets_dir)
    except ValidationError as error:
        raise SettingsError(_sentence(error)) from error
    except UnparsableError as error:
        # Its own words name the field and never the value.
        raise SettingsError(
            f"A setting that is a list or a table is not JSON ({error}); "
            'docs/operations.md describes it: ["@example.com"], {"google": "10/s 5"}.'
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{_config_file()} is not valid TOML: {error}.") from error


def address_and_port(said: str, port: int) -> tuple[str, int] | None:
    """An address and a port as `192.0.2.53`, `192.0.2.53:53` or `[2001:db8::53]:53` says them.

    Args:
        said: what was written.
        port: where it says none.

    Returns:
        None where it is none of these.
    """
    host, number = said.strip(), str(port)
    if bracketed := _WITH_PORT.fullmatch(host):
        host, number = bracketed[1] or bracketed[2], bracketed[3] or number
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return None
    return (str(found), int(number)) if int(number) in _PORT_NUMBERS else None


def _config_file() -> Path:
    return Path(os.environ.get("SYNDICATE_CONFIG") or "syndicate.toml")


def _is_blank(value: object) -> bool:
    return isinstance(value, str) and not value.strip()


def _refuse_unknown_names(secrets_dir: Path | None) -> None:
    if secrets_dir is not None and not secrets_dir.is_dir():
        raise SettingsError(
            f"SYNDICATE_SECRETS_DIR names {secrets_dir}, which is not a folder; create it, with "
            "one file per secret setting, or unset it."
        )
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields} | NOT_SETTINGS
    files = [path.name for path in secrets_dir.iterdir()] if secrets_dir else []
    for name in [*os.environ, *files]:
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            raise SettingsError(_unknown(name, known))


def _unknown(name: str, known: set[str] | frozenset[str]) -> str:
    near = difflib.get_close_matches(name.upper(), {each.upper() for each in known}, n=1)
    spelt = near[0].lower() if near and name.islower() else "".join(near)
    hint = f"did you mean {spelt}?" if near else "docs/operations.md lists them all."
    return f"There is no setting {name}; {hint}"


def _sentence(error: ValidationError) -> str:
    first: Any = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return _unknown(name, frozenset(Settings.model_fields))
    why = str(first["msg"]).removeprefix("Value error, ")  # pydantic's name for ours
    return f"The setting {name} is not usable: {why}; docs/operations.md describes it."
