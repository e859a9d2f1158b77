"""The servers that Syndicate leans on (PostgreSQL, Valkey, a relay), embedded unless one is set.

The order of starting is the order of the class; stopping goes backwards, so that nobody loses what
it stands on.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from syndicate import logs
from syndicate.embedded import accounts, listening, plan
from syndicate.embedded.member import Member
from syndicate.embedded.postgres import Postgres
from syndicate.embedded.valkey import Valkey
from syndicate.errors import RefusedError, SyndicateError
from syndicate.settings import Settings

log = logs.get(__name__)

ACCEPT_LOG = "accept.log"


class StackBrokenError(SyndicateError):
    """A part without which nothing works has died."""


@dataclass
class Servers:
    """The embedded servers of one stack.

    Attributes:
        settings: which of them are somebody else's.
        ground: what the stack's processes share; its environment gets each server's address.
        report: told each step in a few words.
        postgres: None when it is somebody else's, or not started; likewise the others.
    """

    settings: Settings
    ground: plan.Ground
    report: Callable[[str], None]
    postgres: Postgres | None = None
    valkey: Valkey | None = None
    mailbox: Member | None = None
    processes: dict[str, int] = field(default_factory=dict)

    def start(self, mailbox_port: int | None) -> None:
        """Start those that are ours and put their addresses into the environment.

        Args:
            mailbox_port: a free port; None when the relay is somebody else's.
        """
        if self.settings.database_url is None:
            self._start_postgres()
        if self.settings.redis_url is None:
            self._start_valkey()
        if mailbox_port is not None:
            self._start_mailbox(mailbox_port)

    def tend(self) -> bool:
        """Start again what died.

        Returns:
            Whether anything was.

        Raises:
            StackBrokenError: PostgreSQL died; what it stood for is safe in its log.
        """
        if self.postgres and self.postgres.process and self.postgres.process.poll() is not None:
            raise StackBrokenError(
                f"PostgreSQL ended by itself; its log {self.postgres.log_file} ends: "
                f"{self.postgres.process.log.last_lines()}; "
                "nothing that was stored is lost, start again."
            )
        restarted = self.mailbox is not None and self.mailbox.tend()
        if self.valkey and self.valkey.process and self.valkey.process.poll() is not None:
            log.error("process_died", process="valkey", status=self.valkey.process.returncode)
            self.valkey.start()
            restarted = True
        return restarted

    def stop(self, *, now: bool = False) -> None:
        """Stop those that are ours; safe to call twice.

        Args:
            now: without waiting for what they have in hand.
        """
        if self.mailbox:
            self.mailbox.end(now=now)
        if self.valkey:
            self.valkey.stop()
        if self.postgres:
            self.postgres.stop(now=now)

    def socket_dirs(self) -> list[str]:
        """The folders of their sockets."""
        servers = (self.postgres, self.valkey)
        return [str(server.socket_dir) for server in servers if server and server.socket_dir]

    def pids(self) -> dict[str, int]:
        """Which process is which."""
        servers = {"postgres": self.postgres, "valkey": self.valkey, "mailbox": self.mailbox}
        return {
            name: server.process.pid
            for name, server in servers.items()
            if server and server.process
        }

    def _start_postgres(self) -> None:
        self.report("PostgreSQL")
        self.postgres = Postgres(
            self.ground.data_dir,
            stack_id=self.ground.stack_id,
            log_file=self.ground.log_file("postgres"),
        )
        self.ground.env["SYNDICATE_DATABASE_URL"] = self.postgres.start()

    def _start_valkey(self) -> None:
        self.report("Valkey")
        self.valkey = Valkey(
            self.ground.data_dir,
            stack_id=self.ground.stack_id,
            log_file=self.ground.log_file("valkey"),
            account=self.ground.account,
        )
        self.ground.env["SYNDICATE_REDIS_URL"] = self.valkey.start()

    def _start_mailbox(self, port: int) -> None:
        self.report("mailbox")
        mailbox_dir(self.ground.data_dir).mkdir(mode=0o700, exist_ok=True)
        self.mailbox = plan.mailbox(self.ground, port)
        self.mailbox.start()
        self.mailbox.wait_until_ready()
        self.ground.env["SYNDICATE_RELAY_URL"] = f"smtp://127.0.0.1:{port}"
        # The mailbox logs before each 250, so that nothing stays ambiguous for long.
        accept_log = mailbox_dir(self.ground.data_dir) / "accept.log"
        accept_log.touch(mode=0o600)
        accounts.give(accept_log, self.ground.account)
        self.ground.env.setdefault("SYNDICATE_RELAY_ACCEPT_LOG", str(accept_log))
        self.ground.env.setdefault("SYNDICATE_RELAY_ACCEPT_LAG_S", "5")


def mailbox_dir(data_dir: Path) -> Path:
    """Where the embedded mailbox of a data folder keeps what it accepted."""
    return data_dir / "mailbox"


def refuse_production(settings: Settings) -> None:
    """Refuse embedded servers in production.

    Raises:
        RefusedError: the environment is production and one of the addresses is empty.
    """
    names = ("database_url", "redis_url", "relay_url")
    empty = [f"SYNDICATE_{name.upper()}" for name in names if getattr(settings, name) is None]
    if settings.environment == "production" and empty:
        raise RefusedError(
            "The environment is production, and the embedded servers are for trials and small "
            f"sites; set {' and '.join(empty)}, or another SYNDICATE_ENVIRONMENT."
        )


def free_mailbox_port(settings: Settings) -> int | None:
    """A port for the mailbox, known to be free; None when the relay is somebody else's.

    Raises:
        PortInUseError: the port that is set is taken.
    """
    if settings.relay_url is not None:
        return None
    with listening.listen("127.0.0.1", settings.mailbox_port) as probe:
        return listening.port_of(probe)
