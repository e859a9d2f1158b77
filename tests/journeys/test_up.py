"""One installation with `syndicate up`: first start, refusals, second start, sudden death."""

import subprocess
from pathlib import Path

import pytest

from tests.embedded.processes import of_stack, wait_for
from tests.journeys.running import SYNDICATE, Running, clean_env, fresh_folder, running

pytestmark = pytest.mark.stack


@pytest.mark.long
def test_an_installation_keeps_its_newsroom_and_leaves_nothing_running() -> None:
    with fresh_folder() as data_dir:
        argv = [*SYNDICATE, "up", "--json", "--port", "0", "--data-dir", str(data_dir)]
        with running(argv, data_dir) as program:
            _has_a_newsroom(program)
            _refuses_a_second_stack(program)
            stored = _articles(program)
            assert program.end() == 0
        _refuses_another_postgresql(data_dir)
        with running(argv, data_dir) as program:
            _keeps(program, stored)
            _can_be_removed(program)
            _dies_whole(program)


def _has_a_newsroom(program: Running) -> None:
    assert program.json_of("collect", "run")["failed"] == 0
    [(publications, articles, readers)] = program.rows(
        "SELECT (SELECT count(*) FROM publication), (SELECT count(*) FROM article), "
        "(SELECT count(*) FROM subscription WHERE state = 'active')"
    )
    assert (publications, articles, readers) == (2, 28, 199)


def _refuses_a_second_stack(program: Running) -> None:
    second = _syndicate("up", "--port", "0", "--data-dir", str(program.data_dir))
    demo = _syndicate("demo", "--once", "--data-dir", str(program.data_dir))
    assert (second.returncode, demo.returncode) == (4, 4)
    assert "already runs in" in second.stderr


def _refuses_another_postgresql(data_dir: Path) -> None:
    pointer = data_dir / "postgres.path"
    room = Path(pointer.read_text().strip()) if pointer.exists() else data_dir / "postgres"
    [version] = room.glob("**/data/PG_VERSION")
    own = version.read_text()
    version.write_text("17\n")
    done = _syndicate("up", "--port", "0", "--data-dir", str(data_dir))
    version.write_text(own)
    assert done.returncode == 4
    assert "PostgreSQL 17" in done.stderr.splitlines()[-1]


def _keeps(program: Running, stored: list[tuple[int, str]]) -> None:
    done = program.json_of("collect", "run")
    assert "newsroom" in program.run_file()["processes"]
    assert (done["articles"], done["revisions"], done["failed"]) == (0, 0, 0)
    assert _articles(program) == stored


def _can_be_removed(program: Running) -> None:
    program.json_of("newsletters", "send", "morning-harbour")
    assert program.json_of("sample", "remove", "--yes") == {"subscribers": 199}
    left = [
        program.rows(query)
        for query in (
            "SELECT id FROM publication",
            "SELECT id FROM article",
            "SELECT id FROM feed",
            "SELECT id FROM source",
            "SELECT id FROM newsletter",
            "SELECT id FROM mailing",
            "SELECT id FROM subscriber",
        )
    ]
    assert left == [[]] * len(left)


def _dies_whole(program: Running) -> None:
    stack = program.run_file()["stack"]
    assert len(of_stack(stack)) > 8
    program.process.kill()
    assert wait_for(lambda: not of_stack(stack), seconds=5), of_stack(stack)


def _articles(program: Running) -> list[tuple[int, str]]:
    return [(row[0], row[1]) for row in program.rows("SELECT id, url FROM article ORDER BY id")]


def _syndicate(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*SYNDICATE, *arguments],
        env=clean_env(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
