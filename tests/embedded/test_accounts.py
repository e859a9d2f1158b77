"""As root, only the supervisor is root: what speaks to strangers can write nothing but its own."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from syndicate.embedded import accounts, child, places
from syndicate.embedded.child import Account, Recipe
from syndicate.journal import lives, takedowns

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user has no other account")


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every account may pass."""
    made = Path(tempfile.mkdtemp(prefix="syndicate-accounts-", dir="/tmp"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


def said(folder: Path, account: Account, script: str) -> str:
    recipe = Recipe(
        name="one",
        argv=["/bin/sh", "-c", script],
        env={"PATH": "/usr/bin:/bin"},
        log_file=folder / "one.log",
        account=account,
    )
    child.start(recipe).wait(10)
    return (folder / "one.log").read_text()


def test_a_process_that_may_read_all_can_write_nothing_of_roots(tmp_path: Path) -> None:
    nobody = places.account_for_root()
    secret = tmp_path / "secret"
    secret.write_text("roots own")
    secret.chmod(0o600)
    ask = f"id -u; id -G; cat {secret} 2>&1; echo x 2>/dev/null >{secret} || echo not written"

    bare = said(tmp_path, nobody, ask)
    (tmp_path / "one.log").unlink()
    reading = said(tmp_path, Account(nobody.uid, nobody.gid, reads_all=True), ask)

    first = f"{nobody.uid}\n{nobody.gid}\n"
    assert bare.startswith(first)
    assert "roots own" not in bare
    assert reading == f"{first}roots ownnot written\n"
    assert secret.read_text() == "roots own"


def test_what_is_given_is_given_whole_and_no_link_is_followed(tmp_path: Path) -> None:
    account = places.account_for_root()
    outside = tmp_path / "outside"
    outside.write_text("")
    folder = tmp_path / "mailbox"
    (folder / "messages").mkdir(parents=True)
    (folder / "messages" / "1.eml").write_text("")
    (folder / "link").symlink_to(outside)

    accounts.give(folder, account)

    every = [folder, folder / "link", *(folder / "messages").iterdir(), folder / "messages"]
    assert {path.lstat().st_uid for path in every} == {account.uid}
    assert outside.stat().st_uid == 0


def test_journals_of_before_are_where_the_processes_can_write_them(open_folder: Path) -> None:
    data = open_folder / "data"
    data.mkdir(mode=0o700)
    names = (takedowns.NAME, lives.NAME, f"{lives.NAME}.mark")
    for name in names:
        (data / name).write_text("{}\n")

    account = accounts.settle(data, read=[], written=[])

    assert account is not None
    assert sorted(path.name for path in (data / "journal").iterdir()) == sorted(names)
    assert {path.stat().st_uid for path in (data / "journal").iterdir()} == {account.uid}
    assert accounts.settle(data, read=[], written=[]) == account


def test_where_a_journal_cannot_be_written_processes_stay_root_and_say_so(
    open_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, apart = open_folder / "data", open_folder / "apart"
    data.mkdir()
    apart.mkdir(mode=0o700)

    assert accounts.settle(data, read=[], written=[apart]) is None
    assert "processes_run_as_root" in capsys.readouterr().out
