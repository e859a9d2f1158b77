"""The data folder: one stack at a time, and a record of what runs in it."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from syndicate.embedded import folder
from syndicate.errors import RefusedError, SecondStackError

HOLDER = """
import sys, pathlib
from syndicate.embedded.folder import FolderLock
lock = FolderLock(pathlib.Path(sys.argv[1]))
lock.take()
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def made(data_dir: Path) -> Path:
    folder.make(data_dir)
    return data_dir


def test_a_data_folder_is_its_owners_alone(made: Path) -> None:
    assert stat.S_IMODE(made.stat().st_mode) == 0o700
    assert stat.S_IMODE((made / "logs").stat().st_mode) == 0o700


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(RefusedError, match=r"cannot be written .* SYNDICATE_DATA_DIR"):
        folder.make(tmp_path / "file" / "data")


def test_a_second_lock_is_refused_and_names_the_first(made: Path) -> None:
    first, second = folder.FolderLock(made), folder.FolderLock(made)
    first.take()

    with pytest.raises(SecondStackError, match=rf"process {os.getpid()}\) already runs in {made}"):
        second.take()

    first.release()
    second.take()
    second.release()


def test_the_kernel_takes_the_lock_back_from_a_killed_holder(made: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(made)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(SecondStackError, match=f"process {holder.pid}"):
            folder.refuse_if_held(made)
        holder.kill()

    assert not folder.is_held(made)


def test_asking_who_holds_a_folder_makes_nothing(data_dir: Path) -> None:
    assert not folder.is_held(data_dir)
    assert not data_dir.exists()


def test_what_runs_is_written_whole_and_for_the_owner_alone(made: Path) -> None:
    folder.write_run(made, {"stack": "s1"})
    folder.write_run(made, {"stack": "s2"})

    assert folder.read_run(made) == {"stack": "s2"}
    assert stat.S_IMODE((made / folder.RUN).stat().st_mode) == 0o600
    assert sorted(path.name for path in made.iterdir()) == ["logs", "run.json"]


def test_clearing_forgets_sockets_but_nothing_else(made: Path, tmp_path: Path) -> None:
    ours, other = tmp_path / "syndicate-pg-x", tmp_path / "somebodys"
    ours.mkdir()
    other.mkdir()
    folder.write_run(made, {"socket_dirs": [str(ours), str(other)]})

    folder.clear_run(made)
    folder.clear_run(made)

    assert (ours.exists(), other.exists()) == (False, True)
    assert folder.read_run(made) is None


@pytest.mark.parametrize("content", ["", "{", json.dumps({"stack": "x"})[:-1]])
def test_a_record_cut_short_counts_as_none(made: Path, content: str) -> None:
    (made / folder.RUN).write_text(content)

    assert folder.read_run(made) is None


def test_the_usual_folder_is_roots_or_follows_the_desktop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    as_root = folder.default_data_dir()
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("XDG_DATA_HOME", "/srv/share")
    as_user = folder.default_data_dir()
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setenv("HOME", "/home/reader")
    at_home = folder.default_data_dir()

    assert as_root == Path("/var/lib/syndicate/main")
    assert as_user == Path("/srv/share/syndicate")
    assert at_home == Path("/home/reader/.local/share/syndicate")
