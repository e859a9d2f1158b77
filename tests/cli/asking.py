"""A command asked in this process, answered as `syndicate.cli.main` answers in a shell."""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog
import typer
from typer.testing import CliRunner

from syndicate.errors import SyndicateError


@dataclass(frozen=True)
class Answer:
    """What a shell sees: the exit code, what was printed, and the sentence of an error."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> Any:
        """The one JSON object of `--json`."""
        (line,) = self.out.splitlines()
        return json.loads(line)


def ask(
    command: typer.Typer | Callable[..., None], *arguments: object, stdin: str | bytes = ""
) -> Answer:
    """Ask a module's `app`, or the function of a command of its own; logs are on `err`."""
    # As `logs.configure` does it, which every logger would remember beyond this test.
    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))
    app = command if isinstance(command, typer.Typer) else _alone(command)
    done = CliRunner().invoke(app, [str(each) for each in arguments], input=stdin)
    if isinstance(done.exception, SyndicateError):
        return Answer(done.exception.exit_code, done.stdout, f"{done.stderr}{done.exception}")
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Answer(done.exit_code, done.stdout, done.stderr)


def cells(table: str, first: str) -> list[str]:
    """What stands in the row that begins with this, cell by cell."""
    for line in table.splitlines():
        head, *rest = (cell.strip() for cell in line.strip("│┃ ").replace("┃", "│").split("│"))
        if head == first:
            return rest
    raise AssertionError(table)


def _alone(command: Callable[..., None]) -> typer.Typer:
    app = typer.Typer()
    app.command()(command)
    return app
