"""The master key of a running newsroom is rotated: killed in the middle, started again, ended."""

from pathlib import Path
from typing import Any

import pytest

from syndicate import master_key, signing
from syndicate.embedded import keys
from syndicate.mail.mime.message import UNSUBSCRIBE
from syndicate.master_key import MasterKey
from syndicate.sample import visitor
from tests.embedded.processes import of_stack, wait_for
from tests.journeys.running import SYNDICATE, Running, fresh_folder, running

pytestmark = [pytest.mark.stack, pytest.mark.long]


def test_a_rotation_of_the_master_key_outlives_a_kill_and_two_restarts() -> None:
    with fresh_folder() as data_dir:
        argv = [*SYNDICATE, "up", "--json", "--port", "0", "--data-dir", str(data_dir)]
        with running(argv, data_dir) as program:
            old, link, pushed = _begin(program, data_dir)
            _die(program)
        with running(argv, data_dir) as program:
            _go_on(program, data_dir, old, link, pushed)
            assert program.end() == 0
        with running(argv, data_dir) as program:
            assert _opens(program, link) is False
            assert _opens(program, _link(program, _file(data_dir))) is True
            assert _secret(program) == pushed
            assert program.command("keys", "list").returncode == 0


def _begin(program: Running, data_dir: Path) -> tuple[MasterKey, str, str]:
    """Rotate while all of it runs: nothing changes before the restart."""
    old = _file(data_dir)
    link = _link(program, old)
    assert _opens(program, link)
    assert wait_for(lambda: [each["state"] for each in _master(program)] == ["signing"], seconds=60)
    pushed = program.json_of("keys", "rotate", f"push:{_slug(program)}", "--days", "0")["secret"]

    done = program.json_of("keys", "rotate", "master")

    assert (done["is_written"], done["secret"]) == (True, None)
    assert _file(data_dir).ids == (done["key"], *old.ids)
    # Commands still sign as the running web server believes.
    printed = program.command("console-link").stdout.strip()
    path = printed.partition("/console/")[2]
    assert visitor.get(f"{program.web_url}/console/{path}").status == 200
    again = program.command("keys", "rotate", "master")
    assert (again.returncode, "is in place, and no worker holds it yet" in again.stderr) == (
        4,
        True,
    )
    return old, link, str(pushed)


def _die(program: Running) -> None:
    stack = program.run_file()["stack"]
    program.process.kill()
    program.process.wait()
    assert wait_for(lambda: not of_stack(stack), seconds=30)


def _go_on(program: Running, data_dir: Path, old: MasterKey, link: str, pushed: str) -> None:
    """The new key signs, the old one is honoured, and what was encrypted is under the new one."""
    new_id = _file(data_dir).ids[0]
    expected = {new_id: "signing", old.ids[0]: "honoured"}
    assert wait_for(
        lambda: {each["about"]: each["state"] for each in _master(program)} == expected, seconds=60
    )
    assert [_opens(program, each) for each in (link, _link(program, _file(data_dir)))] == [True] * 2
    assert _secret(program) == pushed
    early = program.command("keys", "end", "master")
    assert (early.returncode, "`--early` ends them now" in early.stderr) == (4, True)
    assert wait_for(
        lambda: program.command("keys", "end", "master", "--early").returncode == 0, seconds=90
    )
    assert _file(data_dir).ids == (new_id,)


def _file(data_dir: Path) -> MasterKey:
    return master_key.read(keys.master_key(data_dir))


def _master(program: Running) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = program.json_of("keys", "list")["keys"]
    return [each for each in found if each["kind"] == "master"]


def _slug(program: Running) -> str:
    return str(program.rows("SELECT slug FROM publication ORDER BY id")[0][0])


def _secret(program: Running) -> str:
    return str(program.json_of("sources", "secret", _slug(program))["secret"])


def _link(program: Running, key: MasterKey) -> str:
    [(subscription_id,)] = program.rows("SELECT min(id) FROM subscription")
    return signing.sign(key, UNSUBSCRIBE, str(subscription_id))


def _opens(program: Running, link: str) -> bool:
    return visitor.get(f"{program.web_url}/unsubscribe/{link}").status == 200
