"""Which process this is, and whether another one of this machine is surely dead.

A process is named by the place in which its number counts (boot of the machine, pid namespace), its
number, and when it started: no other process ever has the same three. Where one of them cannot be
told (no /proc), a process has a name nobody can derive, and is never called dead.

Source: proc_pid_stat(5), https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html;
pid_namespaces(7), https://man7.org/linux/man-pages/man7/pid_namespaces.7.html.
"""

import hashlib
import os
import uuid
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_PROC = Path("/proc")
_STATE, _STARTED = 0, 19  # fields 3 and 22 of /proc/PID/stat, counted after the name in brackets
# Ended, and kept only until its parent has asked how: zombie and dead.
_OVER = frozenset({"Z", "X"})


@dataclass(frozen=True)
class Process:
    """One process.

    Attributes:
        place: where its number counts; "" where nobody can tell.
        pid: its number there.
        started: when it began, in clock ticks since the boot; None where nobody can tell.
    """

    place: str
    pid: int
    started: int | None

    @property
    def id(self) -> uuid.UUID:
        """Its name in leases."""
        return uuid.uuid5(uuid.NAMESPACE_OID, f"{self.place} {self.pid} {self.started}")

    def is_surely_dead(self) -> bool:
        """Whether it is proven to be no more; False wherever there is any doubt."""
        if not self.place or self.started is None or self.place != _place():
            return False
        try:
            os.kill(self.pid, 0)  # asks, and sends nothing
        except ProcessLookupError:
            return True
        except PermissionError:
            pass  # it is there, and somebody else's
        stat = _stat(_PROC / str(self.pid))
        if stat is None:  # hidden from us, or gone since
            return False
        return stat[_STARTED] != str(self.started) or self._is_over(stat[_STATE])

    def _is_over(self, state: str) -> bool:
        """Whether no thread of it runs: the first one may have ended before the others."""
        if state not in _OVER:
            return False
        tasks = _PROC / str(self.pid) / "task"
        try:
            stats = [_stat(each) for each in tasks.iterdir()]
        except OSError:
            return False
        return all(stat is not None and stat[_STATE] in _OVER for stat in stats)


def own() -> Process:
    """This process."""
    return _own(os.getpid())


def named(pid: int) -> Process:
    """Another process of this machine, while it runs."""
    stat = _stat(_PROC / str(pid))
    return Process(_place(), pid, int(stat[_STARTED]) if stat else None)


@cache
def _own(pid: int) -> Process:
    found = named(pid)
    if found.place and found.started is not None:
        return found
    return Process(uuid.uuid4().hex, pid, None)


@cache
def _place() -> str:
    """The boot of this machine and the namespaces in which numbers and start times count."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
        numbers = str((_PROC / "self/ns/pid").readlink())
    except OSError:
        return ""
    parts = [boot, numbers]
    for more in (_PROC / "self/ns/time", Path("/etc/machine-id")):
        try:
            parts.append(str(more.readlink()) if "/ns/" in str(more) else more.read_text().strip())
        except OSError:
            parts.append("")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def _stat(process: Path) -> list[str] | None:
    """What the kernel says of a process or thread, from its state on; None where it says nothing.

    The name before it stands in brackets, and may hold blanks and brackets itself.
    """
    try:
        fields = (process / "stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    return fields if len(fields) > _STARTED else None
