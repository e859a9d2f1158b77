"""The command line's frame: one clear sentence, the right exit code, nothing imported in vain."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from syndicate import __version__, cli
from syndicate.store.ground.session import transaction
from tests import matrix

PROGRAM = [sys.executable, "-m", "syndicate.cli"]


def run(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("SYNDICATE_")}
    return subprocess.run(
        [*PROGRAM, *arguments],
        env={**clean, "SYNDICATE_DATA_DIR": "/nonexistent/data", **env},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_version_is_printed() -> None:
    done = run("--version")

    assert (done.returncode, done.stdout) == (0, f"syndicate {__version__}\n")


def test_the_help_lists_every_command() -> None:
    done = run("--help")

    missing = [name for name in cli.COMMANDS if f" {name} " not in done.stdout]
    assert (done.returncode, missing) == (0, [])


def leaves(command: object, path: str = "syndicate") -> Iterator[tuple[str, TyperCommand]]:
    if isinstance(command, TyperGroup):
        for name, inner in command.commands.items():
            yield from leaves(inner, f"{path} {name}")
    elif isinstance(command, TyperCommand):
        yield path, command


EVERY = dict(leaves(get_command(cli.whole())))


def test_the_help_of_a_command_is_for_those_who_type_it() -> None:
    for_colleagues = re.compile(r"Raises:|Returns:|Args:|Error\b")
    said = {name: command.help or "" for name, command in EVERY.items()}

    assert [name for name, text in said.items() if not text] == []
    assert [name for name, text in said.items() if for_colleagues.search(text)] == []


def test_the_help_says_what_every_argument_and_option_is() -> None:
    silent = [
        f"{name} {each.name}"
        for name, command in EVERY.items()
        for each in command.params
        if not getattr(each, "help", None)
    ]

    assert silent == []


def test_every_command_that_is_listed_is_there() -> None:
    folder = Path(cli.__file__).parent

    modules = [name.replace("-", "_") for name in cli.COMMANDS]
    missing = [
        name
        for name in modules
        if not (folder / f"{name}.py").exists() and not (folder / name).is_dir()
    ]

    assert missing == []


ERRORS = [
        (["worker", "nosuch"], {}, 2, "There is no queue nosuch; the queues are build, "),
        (["worker", "bulk"], {"SYNDICATE_PROT": "1"}, 2, "There is no setting SYNDICATE_PROT; "),
        (["worker", "bulk"], {}, 2, "SYNDICATE_DATABASE_URL is not set; "),
        (["beat"], {"SYNDICATE_DATABASE_URL": "postgresql:///d"}, 2,
         "SYNDICATE_REDIS_URL is not set; "),
        (["web"], {}, 2, "SYNDICATE_DATABASE_URL is not set; "),
        (["migrate"], {}, 2, "SYNDICATE_DATABASE_URL is not set; set it, or run `syndicate up`"),
        (["doctor", "--only", "x"], {}, 2, "There is no check x; "),
        (["console-link"], {}, 2, "SYNDICATE_MASTER_KEY is not set; "),
        (["sources", "list"], {"SYNDICATE_DATABASE_URL": "postgresql://u@127.0.0.1:1/d"}, 1,
         "The database does not answer (connection failed: "),
        (["sources", "list"], {"SYNDICATE_DATABASE_URL": "mysql://u:geheim@db/d"}, 2,
         "SYNDICATE_DATABASE_URL is not the address of a PostgreSQL; "),
        (["sources", "list"], {"SYNDICATE_DATABASE_URL": "postgresql://u:geheim@db:x/d"}, 2,
         "SYNDICATE_DATABASE_URL is not the address of a PostgreSQL; "),
    ]  # fmt: skip


@pytest.mark.parametrize(("arguments", "env", "code", "sentence"), matrix.rows(ERRORS, every=6))
def test_an_error_is_one_sentence_on_stderr(
    arguments: list[str], env: dict[str, str], code: int, sentence: str
) -> None:
    done = run(*arguments, **env)

    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr.startswith(f"syndicate: {sentence}")
    assert len(done.stderr.strip().splitlines()) == 1
    assert "geheim" not in done.stderr


def test_a_database_that_waits_for_migrate_is_one_sentence(database: str) -> None:
    with transaction() as tx:
        tx.execute(text("ALTER TABLE source RENAME TO source_of_another_version"))

    done = run("sources", "list", SYNDICATE_DATABASE_URL=database)

    assert done.returncode == 4
    assert done.stderr.startswith("syndicate: The database has another schema than this program")
    assert "`syndicate migrate`" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_an_unknown_command_or_option_is_a_usage_error() -> None:
    assert run("publish").returncode == 2
    assert run("migrate", "--nosuch").returncode == 2


def test_a_ctrl_c_while_a_command_is_loaded_leaves_no_traceback() -> None:
    code = """
import os, signal, sys
class AtImport:
    def find_spec(self, name, path, target=None):
        if name == "syndicate.cli.migrate":
            os.kill(os.getpid(), signal.SIGINT)
sys.argv = ["syndicate", "migrate"]
from syndicate import cli
sys.meta_path.insert(0, AtImport())
cli.main()
"""

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (130, "")
