"""A command loads what it needs: no other's libraries, and none for the help."""

import json
import subprocess
import sys
from collections.abc import Sequence

import pytest

from syndicate import cli
from tests import matrix

# Each takes longer to import than most commands to run.
HEAVY = {
    *("celery", "cryptography", "fastapi", "jinja2", "kombu", "premailer", "starlette"),
    *("structlog", "trafilatura", "uvicorn"),
}
# What a command's first look at its own arguments needs.
NEEDED = {
    **dict.fromkeys(("demo", "doctor", "servers", "up", "web"), HEAVY),
    "alarms": {"cryptography", "jinja2", "premailer"},  # a test is mailed
    "send": {"cryptography"},  # its own stack's keys
}
STORE = {"psycopg", "sqlalchemy"}
LOADED = """
import json, os, sys
from syndicate.cli import build
found = {}
for name in sys.argv[1:]:
    reading, writing = os.pipe()
    if os.fork() == 0:
        build([name])
        tops = sorted({each.partition(".")[0] for each in sys.modules})
        os.write(writing, json.dumps(tops).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as said:
        found[name] = json.loads(said.read())
    os.wait()
print(json.dumps(found))
"""


def loaded(names: Sequence[str]) -> dict[str, set[str]]:
    """Top-level modules by the command whose arguments were about to be read."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *names], capture_output=True, text=True, check=True
    )
    return {name: set(modules) for name, modules in json.loads(done.stdout).items()}


@pytest.mark.parametrize("step", matrix.steps(6))
def test_a_command_loads_no_library_of_another(step: int) -> None:
    names = [name for name in cli.COMMANDS if cli.is_there(name)][::step]

    found = {
        name: modules & HEAVY - NEEDED.get(name, set()) for name, modules in loaded(names).items()
    }

    assert {name: modules for name, modules in found.items() if modules} == {}


def test_the_help_loads_neither_a_store_nor_a_library() -> None:
    code = (
        "import atexit, sys\n"
        "sys.argv = ['syndicate', '--help']\n"
        "atexit.register(lambda: print('|', *sorted(sys.modules)))\n"
        "from syndicate.cli import main\n"
        "main()\n"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    said, _, names = done.stdout.rpartition("|")
    tops = {each.partition(".")[0] for each in names.split()}
    assert "newsletters" in said
    assert tops & (HEAVY | STORE) == set()
