"""`make bench-commands`: how much longer our commands take than what they stand on.

Processor time of whole processes, in pairs: `syndicate --help` beside a bare Typer application that
prints its help, and each command that asks the database beside a program that imports SQLAlchemy's
ORM and psycopg and connects. The middle of the rounds counts; for the database the worst command.

    python -m bench.commands [--json] [--rounds 5]
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import chdir
from pathlib import Path

from syndicate.embedded.postgres import Postgres

ROUNDS = 5
SYNDICATE = (sys.executable, "-m", "syndicate.cli")
BARE = """
import typer
app = typer.Typer(no_args_is_help=True, add_completion=False)

@app.callback()
def main() -> None:
    "A bare application."

@app.command()
def one() -> None:
    "Its command."

app()
"""
CONNECTING = """
import sys
import psycopg, sqlalchemy.orm
url = sys.argv[1].replace("postgresql:", "postgresql+psycopg:", 1)
sqlalchemy.create_engine(url).connect().close()
"""
ASKING = (
    ("articles", "list"),
    ("bounces", "incidents"),
    ("feeds", "list"),
    ("mailings", "list"),
    ("newsletters", "list"),
    ("sources", "list"),
    ("tokens", "list"),
)


def cpu_s(argv: Sequence[str], env: Mapping[str, str]) -> float:
    """Processor time of a program, s."""
    before = os.times()
    subprocess.run(argv, env=env, stdout=subprocess.DEVNULL, check=True)  # noqa: S603 - our own
    after = os.times()
    user = after.children_user - before.children_user
    return user + after.children_system - before.children_system


def ratio(ours: Callable[[], float], ground: Callable[[], float], rounds: int) -> float:
    """How many times the ground's time ours is, by the middle of paired rounds."""
    ours(), ground()  # compiled, and in the machine's memory
    pairs = [(ours(), ground()) for _ in range(rounds)]
    return statistics.median(one for one, _ in pairs) / statistics.median(two for _, two in pairs)


def measured(url: str, rounds: int) -> dict[str, dict[str, float]]:
    """The ratios, and of the database each command's.

    Args:
        url: of a database with our schema.
        rounds: pairs of each.
    """
    env = {name: value for name, value in os.environ.items() if not name.startswith("SYNDICATE_")}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    env |= {"SYNDICATE_CONFIG": os.devnull, "SYNDICATE_DATABASE_URL": url}
    subprocess.run([*SYNDICATE, "migrate"], env=env, stdout=subprocess.DEVNULL, check=True)  # noqa: S603
    by_command = {
        " ".join(words): ratio(
            lambda words=words: cpu_s([*SYNDICATE, *words], env),  # type: ignore[misc]
            lambda: cpu_s([sys.executable, "-c", CONNECTING, url], env),
            rounds,
        )
        for words in ASKING
    }
    bare = ratio(
        lambda: cpu_s([*SYNDICATE, "--help"], env),
        lambda: cpu_s([sys.executable, "-c", BARE, "--help"], env),
        rounds,
    )
    found = {"help": bare, "database": max(by_command.values())}
    return {
        "ratio": {name: round(value, 2) for name, value in found.items()},
        "commands": {name: round(value, 2) for name, value in by_command.items()},
    }


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description="Processor time of commands.")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    asked = parser.parse_args()
    # Elsewhere a syndicate.toml may stand.
    with tempfile.TemporaryDirectory(prefix="syndicate-bench-") as folder, chdir(folder):
        server = Postgres(Path(folder), durable=False)
        try:
            found = measured(server.start(), asked.rounds)
        finally:
            server.stop(now=True)
            server.remove()
    if asked.json:
        print(json.dumps(found))
        return
    print(f"syndicate --help: {found['ratio']['help']} times a bare Typer application")
    for name, value in found["commands"].items():
        print(f"syndicate {name}: {value} times SQLAlchemy, psycopg and a connection")


if __name__ == "__main__":
    main()
