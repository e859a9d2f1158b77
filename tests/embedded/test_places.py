"""Where PostgreSQL stands: as root under an account of the machine, else in the data folder."""

import os
import stat
import threading
from pathlib import Path

import pytest

from syndicate.embedded import places
from syndicate.embedded.child import Account
from syndicate.errors import RefusedError

IS_ROOT = os.geteuid() == 0


def test_the_wheels_programs_run_and_say_their_version() -> None:
    programs = places.wheel_programs()

    assert {"postgres", "initdb", "pg_dump"} <= {path.name for path in programs.iterdir()}
    assert (places.version_of(programs, None) or "").split(".")[0] == "18"


def test_programs_that_do_not_run_have_no_version(tmp_path: Path) -> None:
    (tmp_path / "postgres").write_text("#!/bin/sh\nexit 3\n")
    (tmp_path / "postgres").chmod(0o755)

    assert places.version_of(tmp_path, None) is None
    assert places.version_of(tmp_path / "none", None) is None


def test_the_programs_get_no_secret_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNDICATE_MASTER_KEY", "ab" * 32)

    assert set(places.program_env("id")) == {"PATH", "LC_ALL", "TZ", "SYNDICATE_STACK"}


def test_an_ordinary_users_database_stands_in_the_data_folder(data_dir: Path) -> None:
    data_dir.mkdir(mode=0o700)

    room = places._own_room(data_dir)

    assert room == data_dir / "postgres"
    assert stat.S_IMODE(room.stat().st_mode) == 0o700


def test_an_ordinary_user_does_not_begin_anew_where_root_has_a_database(data_dir: Path) -> None:
    data_dir.mkdir()
    (data_dir / places.POINTER).write_text("/var/lib/syndicate/postgres-x\n")

    with pytest.raises(RefusedError, match=r"was made by root .* run Syndicate as root again"):
        places._own_room(data_dir)

    assert sorted(path.name for path in data_dir.iterdir()) == [places.POINTER]


class TestRootsRoom:
    @pytest.fixture(autouse=True)
    def _root_folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(places, "ROOT_FOLDER", tmp_path / "var")

    @property
    def account(self) -> Account:
        return Account(os.geteuid(), os.getegid())

    def test_it_is_made_once_and_found_by_its_pointer(self, data_dir: Path) -> None:
        data_dir.mkdir()

        room = places._room_beside(data_dir, self.account)

        assert room.parent == places.ROOT_FOLDER
        assert places._room_beside(data_dir, self.account) == room
        assert (room / "belongs-to").read_text().strip() == str(data_dir.resolve())
        assert stat.S_IMODE(room.stat().st_mode) == 0o700
        assert stat.S_IMODE(places.ROOT_FOLDER.stat().st_mode) == 0o755

    def test_two_data_folders_have_two_rooms(self, tmp_path: Path) -> None:
        (tmp_path / "a").mkdir()
        (tmp_path / "b").mkdir()

        rooms = {places._room_beside(tmp_path / name, self.account) for name in ("a", "b")}

        assert len(rooms) == 2

    def test_one_that_is_gone_is_not_begun_anew_in_silence(self, data_dir: Path) -> None:
        data_dir.mkdir()
        (data_dir / places.POINTER).write_text("/nonexistent/postgres-x\n")

        with pytest.raises(RefusedError, match=r"postgres-x, which is gone; bring it back"):
            places._room_beside(data_dir, self.account)

    def test_an_ordinary_users_database_is_left_to_that_user(self, data_dir: Path) -> None:
        (data_dir / "postgres").mkdir(parents=True)

        with pytest.raises(RefusedError, match="made by an ordinary user; run Syndicate as that"):
            places._room_beside(data_dir, self.account)

    def test_copied_programs_run_for_everybody_whatever_the_umask(self) -> None:
        before = os.umask(0o077)
        try:
            programs = places._copy_programs(places.wheel_programs())
        finally:
            os.umask(before)

        assert places._copy_programs(places.wheel_programs()) == programs
        assert stat.S_IMODE((programs / "postgres").stat().st_mode) == 0o755
        assert (places.version_of(programs, None) or "")[:3] == "18."

    def test_two_that_copy_at_once_end_with_one_copy(self) -> None:
        found: list[Path] = []
        both = [
            threading.Thread(
                target=lambda: found.append(places._copy_programs(places.wheel_programs()))
            )
            for _ in range(2)
        ]

        for thread in both:
            thread.start()
        for thread in both:
            thread.join()

        assert len(set(found)) == 1
        assert len(found) == 2
        assert len(list(places.ROOT_FOLDER.iterdir())) == 1


@pytest.mark.skipif(not IS_ROOT, reason="only root has to become somebody else")
def test_as_root_it_runs_as_an_account_that_exists(data_dir: Path) -> None:
    data_dir.mkdir(mode=0o700)

    place = places.settle(data_dir)

    assert place.account is not None
    assert place.account.uid != 0
    assert places.version_of(place.programs, place.account) == place.version
    assert place.data.parent.stat().st_uid == place.account.uid
    assert stat.S_IMODE(data_dir.stat().st_mode) == 0o700


def test_a_database_whose_data_folder_is_gone_is_an_orphan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "ROOT_FOLDER", tmp_path)
    rooms = {name: tmp_path / f"postgres-{name}" for name in ("gone", "other", "kept", "runs")}
    for name, room in rooms.items():
        (room / "data").mkdir(parents=True)
        (room / "belongs-to").write_text(f"{tmp_path / name}\n")
    (tmp_path / "postgres-new").mkdir()
    (rooms["runs"] / "data" / "postmaster.pid").write_text(f"{os.getpid()}\n")
    for name, points_to in (("kept", "kept"), ("other", "kept")):
        (tmp_path / name).mkdir()
        (tmp_path / name / places.POINTER).write_text(f"{rooms[points_to]}\n")

    assert [(each.room, each.owner) for each in places.orphans()] == [
        (rooms["gone"], tmp_path / "gone"),
        (rooms["other"], tmp_path / "other"),
    ]
