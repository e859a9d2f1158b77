"""Children that never outlive us, whoever of us is killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from syndicate.embedded import child
from syndicate.embedded.child import ChildDiedError, Recipe
from tests.embedded.processes import of_stack, wait_for

# Starts a child that starts a child of its own, says so, and waits to be killed.
PARENT = """
import pathlib, sys, time
from syndicate.embedded import child
recipe = child.Recipe(
    name="sleeper",
    argv=[sys.executable, "-c", "import time; time.sleep(300)"],
    env={"SYNDICATE_STACK": sys.argv[1]},
    log_file=pathlib.Path(sys.argv[2]),
)
process = child.start(recipe)
print(process.pid, flush=True)
time.sleep(300)
"""


def recipe(tmp_path: Path, script: str, **more: object) -> Recipe:
    return Recipe(
        name="probe",
        argv=["/bin/sh", "-c", script],
        env={"PATH": "/usr/bin:/bin", "SYNDICATE_STACK": str(more.get("mark", "none"))},
        log_file=tmp_path / "probe.log",
    )


def test_a_killed_parent_takes_its_child_along(tmp_path: Path) -> None:
    mark = f"test-{os.getpid()}-parent"
    argv = [sys.executable, "-c", PARENT, mark, str(tmp_path / "log")]
    with subprocess.Popen(argv, stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        pid = int(parent.stdout.readline())
        assert pid in of_stack(mark)
        parent.kill()

    assert wait_for(lambda: not of_stack(mark), seconds=5)


def test_ending_reaches_what_the_child_started(tmp_path: Path) -> None:
    mark = f"test-{os.getpid()}-family"
    process = child.start(recipe(tmp_path, "sleep 300 & sleep 300 & wait", mark=mark))
    assert wait_for(lambda: len(of_stack(mark)) == 3, seconds=5)

    child.end(process, ((signal.SIGTERM, 5.0),))

    assert wait_for(lambda: not of_stack(mark), seconds=5)


def test_one_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    process = child.start(recipe(tmp_path, "trap '' TERM; echo ready; while :; do sleep 0.1; done"))
    assert wait_for(lambda: "ready" in (tmp_path / "probe.log").read_text(), seconds=5)

    child.end(process, ((signal.SIGTERM, 0.2),))

    assert process.returncode == -signal.SIGKILL


def test_one_that_dies_early_is_reported_with_its_last_words(tmp_path: Path) -> None:
    wanted = recipe(tmp_path, "echo one; echo the disk is full >&2; exit 3")
    process = child.start(wanted)

    with pytest.raises(
        ChildDiedError, match=r"probe ended with status 3 .* one \| the disk is full"
    ):
        child.wait_until(lambda: False, process, wanted)


def test_one_that_is_not_ready_in_time_says_what_next_and_nothing_of_the_run_before(
    tmp_path: Path,
) -> None:
    wanted = recipe(tmp_path, "echo loading; sleep 300")
    wanted.log_file.write_text("the disk is full\n")
    process = child.start(wanted)

    with pytest.raises(ChildDiedError) as told:
        child.wait_until(lambda: False, process, wanted, patience_s=1)

    child.end(process, ())
    assert str(told.value) == (
        "probe did not become ready within 1 s; start it again, what was set up stays; "
        f"{wanted.log_file} ends: loading"
    )


def test_its_environment_is_what_it_is_given_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOMEBODYS_SECRET", "x")

    process = child.start(recipe(tmp_path, "env"))

    assert process.wait(10) == 0
    assert "SOMEBODYS_SECRET" not in (tmp_path / "probe.log").read_text()
