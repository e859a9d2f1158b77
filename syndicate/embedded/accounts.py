"""Who a stack's processes are when root starts it: an account that is not root, as PostgreSQL is.

    <data>            root, passable for the account's group
    <data>/logs, secrets, lock, run.json    root's: the supervisor trusts what is there
    <data>/journal, mailbox, valkey, sample, and the DKIM key    the account's

Python or a folder of settings may be where that account cannot go, as under /root. Then its
processes keep one of root's rights, to read any file (CAP_DAC_READ_SEARCH), and nothing else of
root's. Where the kernel does not give it, or a journal is in a folder that the account cannot
write, they go on as root and say so.

Source: https://man7.org/linux/man-pages/man7/capabilities.7.html
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from syndicate import logs
from syndicate.embedded import child, keys, places
from syndicate.embedded.child import Account
from syndicate.journal import lines, lives, readers, takedowns

log = logs.get(__name__)

FOLDERS = (lines.FOLDER, "mailbox", "valkey", "sample")
_PASSABLE = 0o710
_OWN = 0o700
# By doing it: what `access` says leaves out the right to read all.
_TRY = """
import os, sys, tempfile
n = 2 + int(sys.argv[1])
for path in sys.argv[2:n]:
    os.listdir(path) if os.path.isdir(path) else open(path, "rb").close()
for path in sys.argv[n:]:
    tempfile.TemporaryFile(dir=path).close()
"""
_PATIENCE_S = 120.0


def settle(data_dir: Path, *, read: Sequence[Path], written: Sequence[Path]) -> Account | None:
    """Find the account of a stack's processes, and give it what it needs. Safe to run twice.

    Args:
        data_dir: the installation's data folder, which exists.
        read: files and folders that the processes read, of those that there are.
        written: folders outside the data folder in which they write.

    Returns:
        None for as we are: an ordinary user, or root where there is no other way.
    """
    if os.geteuid() != 0:
        return None
    account = places.account_for_root()
    _give_folders(data_dir, account)
    code = [Path(__file__).parents[1], Path(sys.prefix)]
    wanted = [path for path in (*code, *read) if path.exists()]
    for each in (account, replace(account, reads_all=True)):
        if _can(each, wanted, [data_dir / FOLDERS[0], *written]):
            return each
    log.warning("processes_run_as_root", account=account.uid, folders=list(map(str, written)))
    return None


def give(path: Path, account: Account | None) -> None:
    """Let a file or folder, with all that is in it, be an account's; no link is followed."""
    if account is None or path.lstat().st_uid == account.uid:
        return
    if path.is_dir() and not path.is_symlink():
        for _, folders, files, here in os.fwalk(path, follow_symlinks=False):
            for name in (*folders, *files):
                os.chown(name, account.uid, account.gid, dir_fd=here, follow_symlinks=False)
    # Last, so that what was broken off is done again.
    os.chown(path, account.uid, account.gid, follow_symlinks=False)


def _give_folders(data_dir: Path, account: Account) -> None:
    os.chown(data_dir, -1, account.gid)
    data_dir.chmod(_PASSABLE)
    for name in FOLDERS:
        (data_dir / name).mkdir(mode=_OWN, exist_ok=True)
    # Where they were before processes had an account.
    for name in (takedowns.NAME, lives.NAME, readers.NAME):
        for old in data_dir.glob(f"{name}*"):
            old.rename(data_dir / FOLDERS[0] / old.name)
            give(data_dir / FOLDERS[0] / old.name, account)
    for name in FOLDERS:
        give(data_dir / name, account)
    secrets = data_dir / keys.FOLDER
    if secrets.is_dir():
        os.chown(secrets, -1, account.gid)
        secrets.chmod(_PASSABLE)
        for key in secrets.glob("*.pem"):
            give(key, account)


def _can(account: Account, read: Sequence[Path], written: Sequence[Path]) -> bool:
    """Whether a Python of ours runs as an account, and can read and write there."""
    argv = [sys.executable, "-c", _TRY, str(len(read)), *map(str, (*read, *written))]
    try:
        done = subprocess.run(  # noqa: S603 - argv is ours
            argv,
            env={"PATH": "/usr/bin:/bin"},
            cwd="/",
            capture_output=True,
            check=False,
            timeout=_PATIENCE_S,
            preexec_fn=child.becoming(account),
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0
