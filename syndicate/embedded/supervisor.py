"""The small supervisor of the all-in-one: starts all in order, keeps it up, stops it in order.

    with Stack(data_dir) as stack:      # PostgreSQL, Valkey, mailbox, schema, web, workers, beat
        print(stack.web_url)
        stack.watch()                   # until Ctrl-C

A part whose address is set (`SYNDICATE_DATABASE_URL`, `_REDIS_URL`, `_RELAY_URL`) is not started.
Nothing is written before the port is ours and the folder is known to be free. While a stack runs,
this process's own settings are the stack's, so that `store` works here as in the children. A second
Ctrl-C during the stop ends everything at once.
"""

import os
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from syndicate import clock, logs, settings
from syndicate.embedded import accounts, folder, keys, listening, plan, servers
from syndicate.embedded.child import Account
from syndicate.embedded.member import Member
from syndicate.embedded.postgres import make_socket_dir
from syndicate.embedded.running import Adoption
from syndicate.embedded.servers import Servers, StackBrokenError
from syndicate.journal import lines, lives, readers, takedowns
from syndicate.mail.recovery import copy_check, deaths
from syndicate.processes import Process
from syndicate.store.ground.session import DatabaseDownError
from syndicate.store.maintenance import migrate

log = logs.get(__name__)

_WATCH_S = 0.25
# Told to nobody but the children: run.json holds the rest.
_SECRET = "SYNDICATE_MASTER_KEY"  # noqa: S105 - a name
_STACK = "SYNDICATE_STACK"
# Files of settings that our processes read for themselves.
_READ = (
    "SYNDICATE_CONFIG",
    "SYNDICATE_SECRETS_DIR",
    "SYNDICATE_DKIM_KEY_FILE",
    "SYNDICATE_RELAY_ACCEPT_LOG",
)


@dataclass(frozen=True, kw_only=True)
class Options:
    """How a stack differs from what the settings say.

    Attributes:
        host: address of the web server; None takes the setting.
        port: its port, 0 for a free one; None takes the setting.
        env: more settings for every process, as environment variables.
        keep_database: False deletes the database at the stop (mailbox and logs stay).
        extras: more processes, ready before the first worker runs and stopped after the last.
        prepare: called once the database is there, before anything of ours works on it.
        report: told each step in a few words.
        is_all_restored: an operator's word that everything is a copy of before.
        is_servers_only: nothing of ours is started, and no row is read: a backup is brought back.
    """

    host: str | None = None
    port: int | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    keep_database: bool = True
    extras: Sequence[plan.Extra] = ()
    prepare: Callable[[], None] = lambda: None
    report: Callable[[str], None] = lambda _step: None
    is_all_restored: bool = False
    is_servers_only: bool = False


class Stack:
    """Everything that an installation needs, on one data folder.

    Args:
        data_dir: its folder; None takes the setting, else a folder under the home folder.
        options: how it differs from the settings.
    """

    def __init__(self, data_dir: Path | None = None, options: Options | None = None) -> None:
        self.settings = settings.load()
        self.options = options or Options()
        self.data_dir = folder.chosen(data_dir or self.settings.data_dir)
        self.id = secrets.token_hex(8)
        self.web_url = ""
        self.held_why: str | None = None
        self.servers: Servers | None = None
        # Stopped in this order: web and beat, the workers, whatever else there is.
        self.groups: list[list[Member]] = []
        self.extras: list[Member] = []
        self._lock = folder.FolderLock(self.data_dir)
        self._address: plan.Address | None = None
        self._run_dir: Path | None = None
        self._adoption: Adoption | None = None
        self._has_old_run = False

    def __enter__(self) -> Self:
        """Start everything and wait until it is ready."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop everything in order."""
        self.stop()

    @property
    def mailbox_dir(self) -> Path | None:
        """Where the mailbox keeps what it accepted; None with a relay of one's own."""
        if self.settings.relay_url is not None:
            return None
        return servers.mailbox_dir(self.data_dir)

    @property
    def accept_log(self) -> Path | None:
        """The mailbox's list of what it accepted; None with a relay of one's own."""
        return self.mailbox_dir / servers.ACCEPT_LOG if self.mailbox_dir else None

    def start(self) -> None:
        """Start everything and wait until it is ready, or start nothing.

        Raises:
            RefusedError: one of its kinds: port in use, second stack, other PostgreSQL version,
                newer schema, embedded servers in production.
            SettingsError: an address or a key cannot be one.
            ChildDiedError: a process did not become ready.
        """
        servers.refuse_production(self.settings)
        if self.settings.master_key is not None:
            self.settings.key()
        folder.refuse_if_held(self.data_dir)
        try:
            self._address = self._listen()
            mailbox_port = servers.free_mailbox_port(self.settings)
            self._take_folder()
            self._start_all(self._address, mailbox_port)
        except BaseException:
            self.stop()
            raise

    def add(self, wanted: plan.Extra) -> None:
        """Start one more process, look after it from now on, and wait until it is ready.

        Raises:
            StackBrokenError: this stack is not running.
            ChildDiedError: the process did not become ready.
        """
        if self.servers is None:
            raise StackBrokenError(f"{wanted.name} cannot join a stack that does not run.")
        member = plan.further(self.servers.ground, wanted)
        self.extras.append(member)
        member.start()
        member.wait_until_ready()
        if self.groups:
            self._write_run()

    def watch(self, should_end: Callable[[], bool] = lambda: False) -> None:
        """Keep everything up until `should_end` says so, or Ctrl-C.

        Raises:
            StackBrokenError: PostgreSQL died.
        """
        while not should_end():
            self.tend()
            time.sleep(_WATCH_S)

    def tend(self) -> None:
        """Look after everything once: start again what died. Call it often while waiting.

        Raises:
            StackBrokenError: PostgreSQL died.
        """
        restarted = self.servers.tend() if self.servers else False
        was_dead = {member.dead for member in self._members()}
        # A list, not a generator: each one is tended, whatever the one before it did.
        if any([member.tend() for member in self._members()] + [restarted, self._has_old_run]):
            self._write_run()
        for member in self._members():
            if member.dead is not None and member.dead not in was_dead:
                # Apart: a database that is slow must not keep anybody from being started again.
                threading.Thread(target=_report, args=(member.dead,), daemon=True).start()

    def stop(self) -> None:
        """Stop everything: web and beat, workers, mailbox, Valkey, PostgreSQL. Safe to call twice.

        A Ctrl-C meanwhile ends everything at once.
        """
        try:
            self._stop_in_order()
        except KeyboardInterrupt:
            log.warning("stop_hurried")
            self._end_now()
        finally:
            self._leave_folder()

    def _listen(self) -> plan.Address:
        host = self.options.host or self.settings.host
        port = self.settings.port if self.options.port is None else self.options.port
        listener = listening.listen(host, port)
        return plan.Address(host, listening.port_of(listener), listener)

    def _take_folder(self) -> None:
        folder.make(self.data_dir)
        self._lock.take()
        folder.clear_run(self.data_dir)

    def _start_all(self, address: plan.Address, mailbox_port: int | None) -> None:
        self.web_url = address.url()
        env = {**plan.base_env(self.id), **self.options.env, **self._own_env(address)}
        account = self._settle_account(env)
        self._run_dir = make_socket_dir("syndicate-run-", account)
        ground = plan.Ground(
            env=env,
            data_dir=self.data_dir,
            run_dir=self._run_dir,
            stack_id=self.id,
            account=account,
        )
        self.servers = Servers(self.settings, ground, self.options.report)
        self.servers.start(mailbox_port)
        known = {f"{settings.PREFIX}{name.upper()}" for name in settings.FIELDS}
        self._adoption = Adoption({k: v for k, v in ground.env.items() if k in known})
        if self.options.is_servers_only:
            self._write_run()
            return
        self.options.report("schema")
        migrate.upgrade()
        self._compare()
        self.options.prepare()
        for wanted in self.options.extras:
            self.options.report(wanted.name)
            self.add(wanted)
        self._start_members(ground, address)

    def _settle_account(self, env: Mapping[str, str]) -> Account | None:
        """Who our processes are, by what the settings say that they read and write."""
        own = self.settings
        read = [Path(env[name]) for name in _READ if env.get(name)]
        read += [path for each in read if each.is_dir() for path in each.iterdir()]
        set_apart = [path for path in (own.takedown_log, own.journal) if path is not None]
        written = {path if path.is_dir() else path.absolute().parent for path in set_apart}
        return accounts.settle(self.data_dir, read=read, written=sorted(written))

    def _compare(self) -> None:
        """Ask what stands beside the database what it has forgotten, before anything works."""
        own, now = settings.load(), clock.now()
        if (path := takedowns.path_of(own)) is not None:
            takedowns.replay(path, now)
            takedowns.keep(path, is_whole=True)
        word = self.options.is_all_restored
        self.held_why = copy_check.wake(now, is_start=True, is_all_restored=word)
        if (path := lives.path_of(own)) is not None:
            lives.keep(path)
        if (path := readers.path_of(own)) is not None:
            readers.keep(path)

    def _own_env(self, address: plan.Address) -> dict[str, str]:
        """The settings of every process that come from the data folder and the socket."""
        env = {
            "SYNDICATE_HOST": address.host,
            "SYNDICATE_PORT": str(address.port),
            "SYNDICATE_DATA_DIR": str(self.data_dir),
        }
        if self.settings.master_key is None:
            env[_SECRET] = keys.master_key(self.data_dir)
        if self.settings.dkim_key_file is None:
            env["SYNDICATE_DKIM_KEY_FILE"] = str(keys.dkim_key_file(self.data_dir))
        return env

    def _start_members(self, ground: plan.Ground, address: plan.Address) -> None:
        web = plan.web(ground, address, processes=self.settings.web_workers)
        beat, workers = plan.beat(ground), plan.workers(ground)
        self.groups = [[*web, beat], workers]
        # A slow machine loads one program at a time as fast as it can, and eight not at all.
        self.options.report("web server")
        _start(web)
        self.options.report("workers, clock")
        _start([beat, *workers])
        self._write_run()

    def _write_run(self) -> None:
        try:
            folder.write_run(self.data_dir, self.run())
        except OSError as error:  # a full disk is no reason to stop what runs
            if not self._has_old_run:
                log.warning("run_file_not_written", reason=str(error))
            self._has_old_run = True
        else:
            self._has_old_run = False

    def run(self) -> dict[str, Any]:
        """What this stack is made of, as run.json holds it."""
        pids = {member.name: member.process.pid for member in self._members() if member.process}
        env = self.servers.ground.env if self.servers else {}
        return {
            "stack": self.id,
            "pid": os.getpid(),
            "web_url": self.web_url,
            "mailbox_dir": str(self.mailbox_dir) if self.mailbox_dir else None,
            "accept_log": str(self.accept_log) if self.accept_log else None,
            "processes": (self.servers.pids() if self.servers else {}) | pids,
            "socket_dirs": [
                str(self._run_dir),
                *(self.servers.socket_dirs() if self.servers else []),
            ],
            "has_made_key": self.settings.master_key is None,
            "signs": settings.load().key().ids[0] if _SECRET in env else None,
            "settings": self._named_database()
            | {
                name: value
                for name, value in env.items()
                if name.startswith(settings.PREFIX) and name not in {_SECRET, _STACK}
            },
        }

    def _named_database(self) -> dict[str, str]:
        """The database where a file of settings names it: by it others know that they are ours."""
        named = self.settings.database_url
        return {"SYNDICATE_DATABASE_URL": named} if named else {}

    def _members(self) -> list[Member]:
        return [member for group in [*self.groups, self.extras] for member in group]

    def _stop_in_order(self) -> None:
        for group in [*self.groups, self.extras]:
            for member in group:
                member.ask_to_stop()
            for member in group:
                member.end()
        if self.servers:
            self.servers.stop()

    def _end_now(self) -> None:
        for member in self._members():
            member.end(now=True)
        if self.servers:
            self.servers.stop(now=True)

    def _leave_folder(self) -> None:
        if self._adoption:
            self._adoption.undo()
        if self._address:
            self._address.listener.close()
        if self._run_dir:
            shutil.rmtree(self._run_dir, ignore_errors=True)
        if self.servers and self.servers.postgres and not self.options.keep_database:
            self.servers.postgres.remove()
            home = lines.home(self.data_dir)
            lives.forget(home / lives.NAME)
            (home / readers.NAME).unlink(missing_ok=True)
        if self._lock.is_ours:
            folder.clear_run(self.data_dir)
            self._lock.release()


def _report(dead: Process) -> None:
    """Have what a process held taken back: nobody knows better that it ended than its parent."""
    try:
        deaths.report(dead, clock.now())
    except DatabaseDownError as error:
        # Workers look once a second, and find it gone.
        log.warning("death_not_reported", pid=dead.pid, reason=type(error).__name__)


def _start(members: Sequence[Member]) -> None:
    """Start processes together, and wait until all of them are ready."""
    for member in members:
        member.start()
    for member in members:
        member.wait_until_ready()
