"""Starting and ending child processes that never outlive us, for everything in `embedded`.

Each child gets a session of its own (a Ctrl-C at the terminal reaches only the supervisor, which
then stops all in order) and a parent-death signal, so that a `kill -9` of the supervisor leaves
nothing behind. The kernel ties that signal to the *thread* that started the child and clears it on
setuid; so it is set after setuid, and children are started from a thread that lives as long as they
may.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from syndicate.embedded.log_files import LogFile
from syndicate.errors import TemporaryError

# Source: https://man7.org/linux/man-pages/man2/prctl.2.html
_PR_SET_PDEATHSIG = 1
_PR_SET_KEEPCAPS = 8
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
# Source: https://man7.org/linux/man-pages/man2/capget.2.html
_CAPABILITY_VERSION_3 = 0x20080522
_CAP_DAC_READ_SEARCH = 2
_POLL_S = 0.02
# A busy machine of one core needs minutes to load what a newer one loads in three seconds.
_PATIENCE_S = 180.0
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Account:
    """A system account that a process runs as.

    Attributes:
        uid: its number.
        gid: of its group, the only one that the process has.
        reads_all: whether the process may read any file, as root may.
    """

    uid: int
    gid: int
    reads_all: bool = False


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How to start one child.

    Attributes:
        name: what it is called in logs and messages ("postgres").
        argv: program and arguments.
        env: its whole environment.
        log_file: where its stdout and stderr go, appended (`log_files` says how).
        account: who it runs as; None means as we do.
        death_signal: what the kernel sends it when we die.
        pass_fds: open files that it inherits.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    log_file: Path
    account: Account | None = None
    death_signal: signal.Signals = signal.SIGKILL
    pass_fds: Sequence[int] = field(default_factory=tuple)


class Process(subprocess.Popen[bytes]):
    """A child that runs.

    Attributes:
        log: what it writes.
    """

    log: LogFile

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended, and what it wrote is kept."""
        status = super().wait(timeout)
        self.log.finish()
        return status


class ChildDiedError(TemporaryError):
    """A child ended before it was ready, or did not become ready."""


def start(recipe: Recipe) -> Process:
    """Start a child by its recipe.

    Raises:
        OSError: the program cannot be run.
    """
    log = LogFile(recipe.log_file)
    log.start()
    try:
        made = Process(
            list(recipe.argv),
            env=dict(recipe.env),
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=log.write_end,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=tuple(recipe.pass_fds),
            preexec_fn=_die_with(os.getpid(), recipe.death_signal, recipe.account),
        )
    finally:
        os.close(log.write_end)
    made.log = log
    return made


def wait_until(
    ready: Callable[[], bool], process: Process, recipe: Recipe, *, patience_s: float = _PATIENCE_S
) -> None:
    """Wait until a child answers a real probe.

    Raises:
        ChildDiedError: it ended, or did not answer in time; the message shows its last lines.
    """
    deadline = time.monotonic() + patience_s
    while not ready():
        if process.poll() is not None:
            raise ChildDiedError(
                f"{recipe.name} ended with status {process.returncode} before it was ready; "
                f"{_last_words(process, recipe)}"
            )
        if time.monotonic() > deadline:
            raise ChildDiedError(
                f"{recipe.name} did not become ready within {patience_s:.0f} s; start it again, "
                f"what was set up stays; {_last_words(process, recipe)}"
            )
        time.sleep(_POLL_S)


def end(process: Process, signals: Sequence[tuple[signal.Signals, float]]) -> None:
    """End a child: each signal in turn with its patience in seconds, then kill its session."""
    for number, patience_s in signals:
        if process.poll() is not None:
            break
        process.send_signal(number)
        give_time(process, patience_s)
    kill_session(process)
    process.wait()


def give_time(process: Process, patience_s: float) -> None:
    """Wait until a child has ended, or its patience is over."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(patience_s)


def kill_session(process: Process) -> None:
    """SIGKILL to whatever is left in the child's session."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _last_words(process: Process, recipe: Recipe) -> str:
    """What a child wrote since it was started; what an earlier one wrote is no news."""
    if process.poll() is not None:
        process.log.finish()
    return f"{recipe.log_file} ends: {process.log.last_lines()}"


def becoming(account: Account) -> Callable[[], None]:
    """What a child of root does before it runs its program, to be an account from then on."""

    def become() -> None:
        _check(not account.reads_all or _libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0) == 0)
        os.setgroups([])
        os.setresgid(account.gid, account.gid, account.gid)
        os.setresuid(account.uid, account.uid, account.uid)
        if account.reads_all:
            _keep_reading()

    return become


def _keep_reading() -> None:
    """Have the one right of root's that is left, also in the program that comes."""
    head = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    # Effective, permitted, inheritable: of the first 32 rights, then of the others.
    rights = (ctypes.c_uint32 * 6)(*[1 << _CAP_DAC_READ_SEARCH] * 3, 0, 0, 0)
    _check(_libc.capset(head, rights) == 0)
    raised = _libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, _CAP_DAC_READ_SEARCH, 0, 0)
    _check(raised == 0)


def _check(is_done: bool) -> None:
    if not is_done:
        raise OSError(ctypes.get_errno(), "the kernel refused")


def _die_with(
    parent_pid: int, number: signal.Signals, account: Account | None
) -> Callable[[], None]:
    become = becoming(account) if account else None

    def ask_kernel() -> None:
        if become is not None:  # first: who becomes another forgets what was asked
            become()
        _libc.prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        if os.getppid() != parent_pid:  # the parent died before the line above
            os._exit(1)

    return ask_kernel
