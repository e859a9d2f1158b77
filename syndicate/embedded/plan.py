"""Which processes of Syndicate's own a stack runs, and with what programs, for the supervisor.

The same programs as in docker-compose.yml: each queue's worker is a process of its own, so that a
newsletter to millions never delays an alert.
"""

import os
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from syndicate.embedded import probes
from syndicate.embedded.child import Account, Recipe
from syndicate.embedded.member import Member

# Worker process -> the queues it serves, as in docker-compose.yml (guard test).
WORKERS: Mapping[str, tuple[str, ...]] = {
    "urgent": ("urgent",),
    "bulk": ("bulk",),
    "collect": ("collect",),
    "build": ("build", "tick"),
    "hub": ("hub",),
}
# The longest a worker may need to give back what it has in hand: one chunk and its replies.
_WORKER_PATIENCE_S = 30.0
_WEB_PATIENCE_S = 8.0
_PATHS = (
    "SYNDICATE_CONFIG",
    "SYNDICATE_SECRETS_DIR",
    "SYNDICATE_DKIM_KEY_FILE",
    "SYNDICATE_TAKEDOWN_LOG",
    "SYNDICATE_JOURNAL",
)


@dataclass(frozen=True)
class Ground:
    """What the processes of one stack share.

    Attributes:
        env: their environment.
        data_dir: the data folder.
        run_dir: 0700 folder for their sockets.
        stack_id: the mark that each process carries in SYNDICATE_STACK.
        account: who the processes are; None means as we are.
    """

    env: dict[str, str]
    data_dir: Path
    run_dir: Path
    stack_id: str
    account: Account | None = None

    def log_file(self, name: str) -> Path:
        """Where a process writes."""
        return self.data_dir / "logs" / f"{name}.log"


@dataclass(frozen=True)
class Extra:
    """A process beyond Syndicate's own that a stack looks after, as the sample newsroom's server.

    Attributes:
        name: what it is called in run.json, logs and messages.
        argv: program and arguments; it runs in `/` with the stack's environment.
        is_ready: the probe that tells when it is.
        patience_s: how long it may take to end when told to.
    """

    name: str
    argv: Sequence[str]
    is_ready: Callable[[], bool]
    patience_s: float = 5.0


@dataclass(frozen=True)
class Address:
    """Where the web server listens.

    Attributes:
        host: address of this machine.
        port: never 0.
        listener: the open socket, which every web process inherits.
    """

    host: str
    port: int
    listener: socket.socket

    def url(self) -> str:
        """The address for a browser."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"


def mailbox_argv(port: int, folder: Path) -> list[str]:
    """The embedded mailbox: an SMTP server on loopback."""
    module = "syndicate.embedded.mailbox"
    return [sys.executable, "-m", module, "--port", str(port), "--dir", str(folder)]


def worker_argv(name: str, queues: tuple[str, ...]) -> list[str]:
    """A Celery worker: one process, one task at a time (workers.app says why)."""
    return [
        *_celery(),
        "worker",
        f"--hostname={name}@%h",
        f"--queues={','.join(queues)}",
        "--pool=solo",
        "--concurrency=1",
        "--prefetch-multiplier=1",
        "--without-gossip",
        "--without-mingle",
    ]


def beat_argv() -> list[str]:
    """Celery's clock. What is due stands in rows, so it remembers nothing between runs."""
    return [*_celery(), "beat", "--scheduler=workers.beat:SteadyScheduler"]


def mailbox(ground: Ground, port: int) -> Member:
    """The embedded mailbox."""
    return Member(
        Recipe(
            name="mailbox",
            argv=mailbox_argv(port, ground.data_dir / "mailbox"),
            env=ground.env,
            log_file=ground.log_file("mailbox"),
            account=ground.account,
        ),
        is_ready=lambda: probes.smtp_is_ready("127.0.0.1", port),
    )


def further(ground: Ground, wanted: Extra) -> Member:
    """A process of somebody else's choice."""
    return Member(
        Recipe(
            name=wanted.name,
            argv=wanted.argv,
            env=ground.env,
            log_file=ground.log_file(wanted.name),
            account=ground.account,
        ),
        is_ready=wanted.is_ready,
        patience_s=wanted.patience_s,
    )


def web(ground: Ground, address: Address, *, processes: int) -> list[Member]:
    """The web server's processes, all on one open socket."""
    listener = address.listener.fileno()
    return [
        Member(
            Recipe(
                name=name,
                argv=[sys.executable, "-m", "syndicate.cli", "web", "--fd", str(listener)],
                env=ground.env,
                log_file=ground.log_file(name),
                account=ground.account,
                pass_fds=(listener,),
            ),
            is_ready=lambda: probes.web_is_ready(address.host, address.port),
            patience_s=_WEB_PATIENCE_S,
        )
        for name in ["web", *(f"web-{number}" for number in range(2, processes + 1))]
    ]


def workers(ground: Ground) -> list[Member]:
    """One worker for each group of queues."""
    return [
        _celery_member(ground, f"worker-{name}", worker_argv(name, queues), _WORKER_PATIENCE_S)
        for name, queues in WORKERS.items()
    ]


def beat(ground: Ground) -> Member:
    """The clock."""
    return _celery_member(ground, "beat", beat_argv(), _WEB_PATIENCE_S)


def base_env(stack_id: str) -> dict[str, str]:
    """Our own environment with the stack's mark; paths made whole, as children run in `/`."""
    env = dict(os.environ)
    env["SYNDICATE_STACK"] = stack_id
    env["PYTHONUNBUFFERED"] = "1"
    env.setdefault("SYNDICATE_CONFIG", "syndicate.toml")
    for name in _PATHS:
        if env.get(name):
            env[name] = str(Path(env[name]).absolute())
    return env


def _celery() -> list[str]:
    return [sys.executable, "-m", "celery", "--app=workers.app", "--quiet"]


def _celery_member(ground: Ground, name: str, argv: list[str], patience_s: float) -> Member:
    ready = probes.ReadySocket(ground.run_dir / f"{name}.ready")
    return Member(
        Recipe(
            name=name,
            argv=argv,
            env={**ground.env, "NOTIFY_SOCKET": str(ready.path)},
            log_file=ground.log_file(name),
            account=ground.account,
        ),
        is_ready=ready.said_ready,
        patience_s=patience_s,
    )
