"""A process that dies comes back: at once at first, then with growing pauses."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from syndicate.embedded.child import ChildDiedError, Recipe
from syndicate.embedded.member import Member
from tests.embedded.processes import wait_for


@pytest.fixture
def members() -> Iterator[list[Member]]:
    made: list[Member] = []
    yield made
    for member in made:
        member.end(now=True)


def member(tmp_path: Path, script: str, made: list[Member]) -> Member:
    log_file = tmp_path / "one.log"
    recipe = Recipe(
        name="one", argv=["/bin/sh", "-c", script], env={"PATH": "/usr/bin:/bin"}, log_file=log_file
    )
    found = Member(recipe, is_ready=lambda: log_file.exists() and "up" in log_file.read_text())
    made.append(found)
    return found


def test_one_that_was_killed_comes_back(tmp_path: Path, members: list[Member]) -> None:
    one = member(tmp_path, "echo up; exec sleep 300", members)
    one.start()
    one.wait_until_ready()
    assert one.process is not None
    first = one.process
    first.kill()
    first.wait(10)

    assert not one.tend()  # it notes the death and pauses
    assert wait_for(one.tend, seconds=5)

    assert one.process.pid != first.pid
    assert one.process.poll() is None


def test_one_that_cannot_be_started_is_tried_again(tmp_path: Path, members: list[Member]) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    one = member(folder, "echo up; exec sleep 300", members)
    one.start()
    one.wait_until_ready()
    assert one.process is not None
    one.process.kill()
    one.process.wait(10)
    folder.rename(tmp_path / "away")  # no log can be written, as on a full disk

    one.tend()
    time.sleep(0.6)
    assert not one.tend()
    (tmp_path / "away").rename(folder)

    assert wait_for(one.tend, seconds=5)
    assert one.process.poll() is None


def test_one_that_lives_is_left_alone(tmp_path: Path, members: list[Member]) -> None:
    one = member(tmp_path, "echo up; exec sleep 300", members)
    one.start()
    one.wait_until_ready()

    assert not one.tend()


def test_one_that_keeps_dying_comes_back_ever_later(tmp_path: Path, members: list[Member]) -> None:
    one = member(tmp_path, "exit 1", members)
    one._started_at = 99.0
    pauses = []
    for _ in range(4):
        one._note_death(100.0, 1)
        assert one._again_at is not None
        pauses.append(one._again_at - 100.0)

    one._note_death(200.0, 1)  # it ran well for a hundred seconds
    assert pauses == [0.0, 1.0, 2.0, 5.0]
    assert one._again_at == 200.0


def test_one_that_never_gets_ready_is_an_error(tmp_path: Path, members: list[Member]) -> None:
    one = member(tmp_path, "echo no; exit 7", members)
    one.start()

    with pytest.raises(ChildDiedError, match="one ended with status 7"):
        one.wait_until_ready()


def test_asked_to_stop_it_finishes_what_it_has(tmp_path: Path, members: list[Member]) -> None:
    script = "trap 'echo finished; exit 0' TERM; echo up; while :; do sleep 0.05; done"
    one = member(tmp_path, script, members)
    one.start()
    one.wait_until_ready()
    process = one.process
    assert process is not None

    one.ask_to_stop()
    one.end()
    one.end()

    assert process.returncode in {0, -signal.SIGTERM}
    assert "finished" in (tmp_path / "one.log").read_text()


def test_asked_to_stop_it_is_told_once(tmp_path: Path, members: list[Member]) -> None:
    script = "trap 'echo told' TERM; echo up; for turn in 1 2 3 4 5 6; do sleep 0.1; done"
    one = member(tmp_path, script, members)
    one.start()
    one.wait_until_ready()

    log_file = tmp_path / "one.log"
    one.ask_to_stop()
    assert wait_for(lambda: "told" in log_file.read_text(), seconds=5)
    one.end()

    assert log_file.read_text().count("told") == 1


def test_several_that_do_not_listen_take_no_longer_than_one(
    tmp_path: Path, members: list[Member]
) -> None:
    deaf = "trap '' TERM; echo up; while :; do sleep 0.05; done"
    several = [member(tmp_path, deaf, members) for _ in range(4)]
    for each in several:
        each.patience_s = 1.0
        each.start()
        each.wait_until_ready()

    began = time.monotonic()
    for each in several:
        each.ask_to_stop()
    for each in several:
        each.end()

    assert time.monotonic() - began < 3.0
