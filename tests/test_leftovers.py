"""The next run removes what a killed one has left, and nothing of one that lives."""

import os
import tempfile
from pathlib import Path

import pytest

from syndicate.embedded import places
from tests import leftovers


@pytest.fixture
def temp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(places, "ROOT_FOLDER", tmp_path / "var")
    return tmp_path


def left(temp: Path, name: str, *, is_locked: bool) -> tuple[Path, Path]:
    """The folder of a killed run, and the room of its database."""
    folder, room = temp / f"{leftovers.PREFIX}{name}", places.ROOT_FOLDER / f"postgres-{name}"
    for path in (folder, room / "data"):
        path.mkdir(parents=True)
    if is_locked:
        (folder / "held").touch()
    (folder / places.POINTER).write_text(f"{room}\n")
    return folder, room


def test_what_a_killed_run_has_left_is_gone_with_its_database(temp: Path) -> None:
    folder, room = left(temp, "dead", is_locked=True)

    leftovers.sweep()

    assert (folder.exists(), room.exists()) == (False, False)


@pytest.mark.usefixtures("temp")
def test_a_run_that_lives_keeps_its_folder() -> None:
    with leftovers.folder() as made:
        leftovers.sweep()

        assert made.exists()
    assert not made.exists()


def test_a_folder_without_a_lock_is_kept_for_a_day(temp: Path) -> None:
    young, _ = left(temp, "young", is_locked=False)
    old, room = left(temp, "old", is_locked=False)
    os.utime(old, (0, 0))

    leftovers.sweep()

    assert (young.exists(), old.exists(), room.exists()) == (True, False, False)


def test_nothing_elsewhere_is_removed_whatever_a_pointer_says(temp: Path) -> None:
    folder, _ = left(temp, "dead", is_locked=True)
    (temp / "precious").mkdir()
    (folder / places.POINTER).write_text(f"{temp / 'precious'}\n")
    (temp / f"{leftovers.PREFIX}link").symlink_to(temp / "precious")

    leftovers.sweep()

    assert (folder.exists(), (temp / "precious").exists()) == (True, True)


def test_a_database_that_still_runs_is_left_alone(temp: Path) -> None:
    folder, room = left(temp, "running", is_locked=True)
    (room / "data" / "postmaster.pid").write_text(f"{os.getpid()}\n")

    leftovers.sweep()

    assert (folder.exists(), room.exists()) == (True, True)
