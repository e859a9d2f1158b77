"""What differs between one installation and the next: servers, limits and paths (brands are rows).

Read, strongest first (`configured`): environment (`SYNDICATE_PORT=8081`), secret files (a folder
named by `SYNDICATE_SECRETS_DIR`, one file per setting), a TOML file (`SYNDICATE_CONFIG`, else
`./syndicate.toml`).
"""

import dataclasses
import os
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

from syndicate import configured, hosts, orchestrators, uris, values
from syndicate.errors import SettingsError
from syndicate.master_key import MasterKey, NoKeyError
from syndicate.master_key import read as read_key
from syndicate.values import SecretStr, setting

PREFIX = configured.PREFIX
# What `syndicate up` starts where no address of it is set.
_SERVERS = frozenset({"database_url", "redis_url", "relay_url"})
_STARTS_ITSELF = ", or run `syndicate up`, which starts everything itself"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Settings:
    """Every setting, with its default. docs/operations.md explains each one (guard test)."""

    environment: Literal["development", "production", "test"] = setting(
        "development", description="stamped into the database; production refuses embedded servers"
    )
    database_url: str | None = setting(
        None, description="postgresql://… of the database; empty starts the embedded PostgreSQL"
    )
    redis_url: str | None = setting(
        None, description="redis://, rediss:// or unix:// of the broker; empty starts Valkey"
    )
    relay_url: SecretStr | None = setting(
        None, description="smtp:// or smtps:// of the relay; empty starts the embedded mailbox"
    )
    operators_relay_url: SecretStr | None = setting(
        None,
        description="smtp:// or smtps:// of the relay for mail to operators, which a stop of "
        "everything does not touch; empty takes the first of SYNDICATE_RELAY_URL",
    )
    data_dir: Path | None = setting(
        None, description="folder of the embedded servers; empty picks one under the home folder"
    )
    takedown_log: Path | None = setting(
        None, description="journal of takedowns, outside the database; else in the data folder"
    )
    journal: Path | None = setting(
        None,
        description="journal of what was sent, outside the database: a restored one is known by it",
    )
    master_key: SecretStr | None = setting(
        None,
        description="64 hex digits that sign every link, and the keys before them; an embedded "
        "installation makes its own",
    )
    host: str = setting("127.0.0.1", description="address that the web server listens on")
    port: int = setting(
        8080, ge=0, le=65535, description="port of the web server; 0 takes a free one"
    )
    mailbox_port: int = setting(
        0, ge=0, le=65535, description="port of the embedded mailbox; 0 takes a free one"
    )
    public_url: str | None = setting(
        None, description="where readers reach this installation; empty means http://host:port"
    )
    further_hosts: list[str] = setting(
        [],
        description="host names under which this installation is asked for too, besides those of "
        "public_url and of publications",
    )
    hsts_s: int = setting(
        31_536_000,
        ge=0,
        description="seconds for which browsers ask for pages by HTTPS alone, where public_url is "
        "https; 0 takes that back",
    )
    log_format: Literal["auto", "json", "text"] = setting(
        "auto", description="json for machines, text for people; auto depends on the terminal"
    )
    log_level: Literal["debug", "info", "warning", "error"] = setting(
        "info", description="the least serious event that is logged"
    )
    mail_allow_list: list[str] = setting(
        [],
        description="addresses or @domains that may be mailed when the database belongs to another "
        "environment",
    )
    relay_tls: Literal["required", "offered", "never"] | None = setting(
        None,
        description="encryption on the way to relays whose address says nothing of it; empty means "
        "required, with a certificate that is vouched for, but offered on this machine",
    )
    relay_greeting_s: int = setting(
        60, ge=5, le=90, description="seconds that all of a relay's greeting may take"
    )
    relay_reply_s: int = setting(
        30, ge=2, le=90, description="seconds that each reply of a relay's greeting may take"
    )
    relay_helo: str | None = setting(
        None,
        then=hosts.named,
        description="name that relays are told in EHLO; empty takes this host's name in DNS, else "
        "the domain that the mail comes from",
    )
    relay_addresses: list[str] = setting(
        [],
        then=hosts.addresses,
        description="addresses from which the relay sends to receivers, for the sender check; "
        "empty takes those of its name in DNS",
    )
    relay_accept_log: str | None = setting(
        None,
        description="file in which the relay says what it accepted, or `pushed` where "
        "`syndicate mailings accepts …` brings it; settles what a crash left ambiguous",
    )
    relay_accept_lag_s: int = setting(
        60, ge=1, le=3600, description="seconds from the relay's 250 to its line in that log"
    )
    mail_pace: dict[str, str] = setting(
        {},
        description='rates and connections by receiver group or relay: {"google": "10/s 5"}; '
        "shared by all workers",
    )
    mail_pace_share: int = setting(
        8,
        ge=1,
        le=1000,
        description="by how many workers a rate is divided while Redis is unreachable",
    )
    mail_warmup: str | None = setting(
        None, description='first day and messages of each day: "2026-11-24 50 100 500 1000"'
    )
    mail_window: str | None = setting(
        None, description='hours in which bulk mail is sent: "06:00-22:00 Asia/Qatar"'
    )
    mail_pause_bounces: float = setting(
        0.05,
        ge=0,
        le=1,
        description="share of refused readers that pauses a mailing; 0 never pauses it",
    )
    mail_pause_complaints: float = setting(
        0.001,
        ge=0,
        le=1,
        description="share of complaints that pauses a mailing; 0 never pauses it",
    )
    bounce_mailbox_url: SecretStr | None = setting(
        None,
        description="imaps://user:password@host/FOLDER or pop3s://user:password@host of the "
        "mailbox that returned mails go to; emptied every ten minutes",
    )
    leave_by_mail: bool | None = setting(
        None,
        description="whether mails also name an address for leaving, at the sender's domain; "
        "empty: where a mailbox of returned mails is set",
    )
    hook_sns_topics: list[str] = setting(
        [],
        description="ARNs of the Amazon SNS topics whose SES events are trusted; empty: none",
    )
    hook_postmark_password: SecretStr | None = setting(
        None, description="password in the address that Postmark's webhook calls; empty: no hook"
    )
    hook_mailgun_key: SecretStr | None = setting(
        None, description="Mailgun's HTTP webhook signing key; empty: no hook"
    )
    hook_sendgrid_key: str | None = setting(
        None, description="SendGrid's public verification key, base64; empty: no hook"
    )
    mail_connections: int = setting(
        4, ge=1, le=64, description="SMTP connections that one sending worker opens to the relay"
    )
    mail_batch_size: int = setting(
        500, ge=1, le=500, description="deliveries in one batch, leased by one worker"
    )
    mail_chunk_size: int = setting(
        50,
        ge=1,
        le=500,
        description="deliveries in hand at once; a killed worker leaves at most that many in doubt",
    )
    mail_eight_bit: bool = setting(
        True,
        description="send text beyond ASCII as it is where the relay takes it (8BITMIME) and signs",
    )
    alerts_per_hour: int = setting(
        4, ge=0, description="alerts of one newsletter in an hour; the rest are held"
    )
    alerts_per_day: int = setting(
        12, ge=0, description="alerts of one newsletter in 24 hours; the rest are held"
    )
    dkim_domain: str | None = setting(
        None, description="domain that signs; empty leaves signing to the relay"
    )
    dkim_selector: str = setting("syndicate", description="DKIM selector of the key file")
    dkim_key_file: Path | None = setting(None, description="PEM file of the DKIM private key")
    dns_resolver: str | None = setting(
        None,
        then=hosts.resolver,
        description="address, or address:port, of the DNS server that the sender check asks; "
        "empty asks those of this machine",
    )
    collect_concurrency: int = setting(
        50, ge=1, le=500, description="sources that one collecting worker fetches at once"
    )
    hub_allow_origins: list[str] = setting(
        [],
        description="exact IP:port of in-house WebSub callbacks that the hub may call",
    )
    hub_url: str | None = setting(
        None,
        pattern="^https?://",
        description="an outside WebSub hub that feeds name; empty means our own /hub",
    )
    bell_webhooks: SecretStr | None = setting(
        None,
        description="web addresses that each ring is told to, blanks between them: https://… gets "
        "signed JSON, slack+https://…, teams+https://… and pagerduty+https://KEY@… what those read",
    )
    bell_webhook_key: SecretStr | None = setting(
        None,
        description="whsec_… that signs what https://… webhooks get; two while one follows the "
        "other, the new one first",
    )
    bell_allow_origins: list[str] = setting(
        [],
        description="exact IP:port, or private network, of in-house servers that rings and the "
        "dead-man's ping may go to",
    )
    bell_mail: list[str] = setting(
        [],
        description="addresses that each ring is mailed to; empty: every operator who may add "
        "operators",
    )
    bell_dead_man_url: SecretStr | None = setting(
        None,
        description="web address outside that is pinged while all is well with the watch; it tells "
        "somebody when no ping comes",
    )
    bell_dead_man_every_s: int = setting(
        60, ge=10, le=3600, description="seconds from one such ping to the next"
    )
    bell_issue_begins_within_s: int = setting(
        30, ge=5, le=86_400, description="seconds after it is due in which an issue has begun"
    )
    bell_issue_done_within_s: int = setting(
        900, ge=60, le=604_800, description="seconds that an issue may always take to be sent"
    )
    bell_alert_within_s: int = setting(
        300, ge=10, le=86_400, description="seconds in which an alert is whole with the relays"
    )
    bell_silent_after_s: int = setting(
        3600, ge=600, le=604_800, description="seconds of silence that a newsroom may always have"
    )
    own_feed_paid: bool = setting(
        False,
        description="whether readers' own feeds contain paid articles; only where readers pay to "
        "sign up",
    )
    web_workers: int = setting(1, ge=1, le=64, description="web server processes")
    email_article: bool = setting(
        True, description="whether readers may email an article to a friend"
    )

    def key(self) -> MasterKey:
        """The master key: the one that signs, and those before it.

        Raises:
            SettingsError: it is missing, or is none.
        """
        text = self.master_key.get_secret_value() if self.master_key else ""
        if not text:
            raise SettingsError(
                "SYNDICATE_MASTER_KEY is not set; set this installation's key (64 hex digits, once "
                "made with `openssl rand -hex 32`), or run `syndicate up`, which keeps its own."
            )
        try:
            return read_key(text)
        except NoKeyError as error:
            raise SettingsError(f"SYNDICATE_MASTER_KEY {error}") from error

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
        """The public address as a URI, without a trailing slash."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        said = (self.public_url or f"http://{host}:{self.port}").strip()
        return (uris.uri(said) or said).rstrip("/")

    def is_https(self) -> bool:
        """Whether readers reach this installation by HTTPS."""
        return (self.public_url or "").strip().lower().startswith("https:")

    def can_leave_by_mail(self) -> bool:
        """Whether mail to `b+…` at the senders' domains comes to us, and may end a subscription."""
        if self.leave_by_mail is not None:
            return self.leave_by_mail
        return self.bounce_mailbox_url is not None

    def console_url(self) -> str:
        """The same for operators: by a name where there is one, as browsers want for passkeys."""
        return hosts.by_name(self.base_url())


FIELDS: Mapping[str, dataclasses.Field[Any]] = {
    each.name: each for each in dataclasses.fields(Settings)
}


_ORIGIN = re.compile(r"https?://[^/?#@\\\s]{1,260}/?", re.IGNORECASE)


@cache
def load() -> Settings:
    """The settings of this process, read once.

    Raises:
        SettingsError: a name is unknown or a value is malformed; the sentence names it.
    """
    said = configured.written(FIELDS, orchestrators.without(os.environ))
    found = Settings(**{name: _value(name, written) for name, written in said.items()})
    _refuse_no_origin(found.public_url)
    return found


def _refuse_no_origin(public_url: str | None) -> None:
    """Links and forms of pages begin at the root of their host: under a path none would lead on."""
    if public_url is None:
        return
    found = _ORIGIN.fullmatch(public_url.strip())
    if found is None or uris.uri(public_url) is None:
        raise SettingsError(
            "The setting public_url is not usable: it is the address of a host of its own, without "
            "a path or a name and password, such as https://news.example; docs/operations.md "
            "describes it."
        )


def _value(name: str, written: object) -> Any:
    try:
        return values.read(FIELDS[name], written)
    except values.NoJsonError as error:
        raise SettingsError(
            f"A setting that is a list or a table is not JSON ({name}); "
            'docs/operations.md describes it: ["@example.com"], {"google": "10/s 5"}.'
        ) from error
    except ValueError as error:
        raise SettingsError(
            f"The setting {name} is not usable: {error}; docs/operations.md describes it."
        ) from error
