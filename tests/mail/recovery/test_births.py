"""When a file was made: kept by a new name, and by no copy, whatever times it is given."""

import datetime as dt
import shutil
import time
from pathlib import Path

from syndicate import clock
from syndicate.mail.recovery import births


def born_at(path: Path) -> dt.datetime:
    with path.open("rb") as file:
        found = births.born_at(file.fileno())
    assert found is not None
    return found


def test_a_new_name_is_no_new_birth_and_a_copy_is(tmp_path: Path) -> None:
    path, copy = tmp_path / "accept.log", tmp_path / "copy.log"
    path.write_text("a line\n")
    born = born_at(path)
    time.sleep(0.05)
    path.write_text("another line\n")
    shutil.copy2(path, copy)
    path.rename(tmp_path / "accept.log.1")

    assert abs(clock.now() - born) < dt.timedelta(seconds=30)
    assert born_at(tmp_path / "accept.log.1") == born
    assert copy.stat().st_mtime_ns == (tmp_path / "accept.log.1").stat().st_mtime_ns
    assert born_at(copy) > born


def test_where_nobody_knows_nothing_is_said() -> None:
    with Path("/proc/self/status").open("rb") as file:
        assert births.born_at(file.fileno()) is None
