"""Log files rotate while a process writes: no line is lost or torn, and no disk fills up."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from syndicate.embedded import child, log_files
from syndicate.embedded.child import Recipe

COUNT = 40_000
SCRIPT = f"i=0; while [ $i -lt {COUNT} ]; do i=$((i+1)); echo line $i of many; done"


def run(folder: Path, script: str) -> child.Process:
    recipe = Recipe(
        name="one",
        argv=["/bin/sh", "-c", script],
        env={"PATH": "/usr/bin:/bin"},
        log_file=folder / "one.log",
    )
    return child.start(recipe)


def kept(folder: Path) -> list[Path]:
    """From the oldest to the newest."""
    old = sorted(folder.glob("one.log.*"), key=lambda path: -int(path.suffix[1:]))
    return [*old, folder / "one.log"]


def test_a_process_that_writes_while_its_log_rotates_loses_and_tears_no_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_files, "BYTES", 200_000)
    monkeypatch.setattr(log_files, "KEPT", 20)

    process = run(tmp_path, SCRIPT)
    process.wait(60)

    files = kept(tmp_path)
    lines = "".join(path.read_text() for path in files).splitlines()
    assert lines == [f"line {number} of many" for number in range(1, COUNT + 1)]
    assert len(files) >= 3
    assert max(path.stat().st_size for path in files) <= 200_000
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}


def test_a_process_that_floods_its_log_fills_no_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_files, "BYTES", 70_000)
    monkeypatch.setattr(log_files, "KEPT", 2)

    run(tmp_path, SCRIPT).wait(60)

    files = kept(tmp_path)
    lines = "".join(path.read_text() for path in files).splitlines()
    first = COUNT - len(lines) + 1
    assert len(files) == 3
    assert sum(path.stat().st_size for path in files) <= 3 * 70_000
    assert lines == [f"line {number} of many" for number in range(first, COUNT + 1)]


def test_two_that_write_into_one_log_tear_no_line(tmp_path: Path) -> None:
    part = "for i in $(seq 5000); do echo {0}{0}{0}{0}{0}{0}{0}{0}; done"

    run(tmp_path, f"({part.format('a')}) & ({part.format('b')}) & wait").wait(60)

    lines = (tmp_path / "one.log").read_text().splitlines()
    assert {re.sub(r"^(.)\1{7}$", "whole", line) for line in lines} == {"whole"}
    assert len(lines) == 10_000


def test_half_a_line_of_the_run_before_stays_alone(tmp_path: Path) -> None:
    (tmp_path / "one.log").write_text("cut o")

    run(tmp_path, "echo next; printf 'no end'").wait(60)

    assert (tmp_path / "one.log").read_text() == "cut o\nnext\nno end\n"


def test_bytes_that_are_no_text_are_kept_as_they_are(tmp_path: Path) -> None:
    run(tmp_path, r"printf 'a\377\000\303b\n'").wait(60)

    assert (tmp_path / "one.log").read_bytes() == b"a\xff\x00\xc3b\n"


def test_a_full_disk_costs_lines_and_stops_no_process(tmp_path: Path) -> None:
    (tmp_path / "one.log").symlink_to("/dev/full")
    began = time.monotonic()

    assert run(tmp_path, SCRIPT).wait(60) == 0

    assert time.monotonic() - began < 30
    (tmp_path / "one.log").unlink()
    run(tmp_path, "echo there is room again").wait(10)
    assert (tmp_path / "one.log").read_text() == "there is room again\n"


def test_a_supervisor_that_stands_still_holds_up_no_process(tmp_path: Path) -> None:
    log = log_files.LogFile(tmp_path / "one.log")  # nobody reads
    script = "import sys\nfor _ in range(30_000): sys.stderr.write('x' * 99 + '\\n')\nprint('done')"

    done = subprocess.run(
        [sys.executable, "-u", "-c", script],
        stdout=subprocess.PIPE,
        stderr=log.write_end,
        check=True,
        timeout=60,
    )

    assert done.stdout == b"done\n"
    os.close(log.write_end)
    log.run()
    lines = (tmp_path / "one.log").read_text().splitlines()
    assert set(lines) == {"x" * 99}
    assert 500 < len(lines) < 30_000
