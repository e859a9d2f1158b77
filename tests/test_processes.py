"""A process is called dead only where nothing else can be true."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest

from syndicate import processes

SLEEPER = [sys.executable, "-c", "import time; time.sleep(300)"]


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(SLEEPER) as made:
        yield made
        made.kill()


def test_a_process_that_runs_is_not_dead(child: subprocess.Popen[bytes]) -> None:
    assert not processes.named(child.pid).is_surely_dead()
    assert not processes.own().is_surely_dead()
    assert processes.own() == processes.named(os.getpid())


def test_a_frozen_process_is_not_dead(child: subprocess.Popen[bytes]) -> None:
    found = processes.named(child.pid)

    child.send_signal(signal.SIGSTOP)

    assert not found.is_surely_dead()


def test_a_killed_process_is_dead_before_and_after_its_parent_asked(
    child: subprocess.Popen[bytes],
) -> None:
    found = processes.named(child.pid)
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)

    assert found.is_surely_dead()
    child.wait()
    assert found.is_surely_dead()


def test_a_number_that_was_given_again_is_another_process(child: subprocess.Popen[bytes]) -> None:
    found = processes.named(child.pid)
    assert found.started is not None
    before = replace(found, started=found.started - 1)

    assert before.is_surely_dead()
    assert before.id != found.id


@pytest.mark.parametrize("place", ["", "0" * 32])
def test_nobody_elses_process_is_ever_called_dead(
    child: subprocess.Popen[bytes], place: str
) -> None:
    found = replace(processes.named(child.pid), place=place)
    child.kill()
    child.wait()

    assert not found.is_surely_dead()


def test_a_process_of_unknown_start_is_never_called_dead(child: subprocess.Popen[bytes]) -> None:
    found = replace(processes.named(child.pid), started=None)
    child.kill()
    child.wait()

    assert not found.is_surely_dead()
