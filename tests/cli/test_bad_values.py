"""What no row can hold, given to any command: one sentence and a usage error, never a traceback."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from syndicate.cli import COMMANDS, build, known_as, whole
from syndicate.errors import SyndicateError
from syndicate.vocabulary.sending import MailingState
from tests import matrix
from tests.web import newsroom, operators

pytestmark = pytest.mark.usefixtures("database")

# They run until somebody ends them, or bring servers of their own.
LASTING = {"up", "servers", "demo", "web", "worker", "beat", "sample", "migrate",
           "bounces listen"}  # fmt: skip
# No argument of a program holds a NUL.
VALUES = {
    "half a character": "a\udcffb",
    "too long": "x" * 300_000,
    "an address without a host": "http://[",
    "2**63": "9223372036854775808",
    "a number that has no end": "9" * 400,
    "below none": "-1",
    "the year 10000": "9999-12-31T23:59:59-05:00",
    "the year 1": "0001-01-01T00:00:00+14:00",
    "NaN": "NaN",
    "beyond any calendar": "99999999",
}


def leaves(command: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if hasattr(command, "commands"):
        for name, each in command.commands.items():
            yield from leaves(each, (*words, name))
    else:
        yield words


def every() -> list[tuple[str, ...]]:
    root = typer.main.get_command(whole())
    return sorted(each for each in leaves(root) if not LASTING & {each[0], " ".join(each)})


def found(words: tuple[str, ...]) -> Any:
    command: Any = typer.main.get_command(build(words))
    for word in words:
        command = command.commands[word]
    return command


def calls(words: tuple[str, ...]) -> Iterator[tuple[str, list[str]]]:
    """Each parameter with each bad value, the needed others with a plain one."""
    every_param = found(words).params
    params = [each for each in every_param if not getattr(each, "is_flag", False)]
    sure = ["--yes"] if any("--yes" in each.opts for each in every_param) else []
    for bad in params:
        for what, value in VALUES.items():
            options: list[str] = []
            arguments: list[str] = []
            for each in params:
                given = value if each is bad else "1"
                if each.param_type_name == "argument":
                    arguments.append(given)
                elif each is bad or each.required:
                    options += [f"{each.opts[0]}={given}"]
            yield f"{bad.name}: {what}", [*words, *sure, *options, "--", *arguments]


def test_the_sweep_sees_the_commands() -> None:
    assert {words[0] for words in every()} == set(COMMANDS) - LASTING


EVERY_COMMAND = every()


@pytest.mark.parametrize(
    "words", matrix.whole(EVERY_COMMAND, short=EVERY_COMMAND[::9], name=" ".join)
)
def test_no_value_ends_a_command_in_a_traceback(words: tuple[str, ...], tmp_path: Path) -> None:
    newsroom.make()
    ended = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        for what, arguments in calls(words):
            result = CliRunner().invoke(build(arguments), arguments)
            ended[what] = result.exception

    crashed = {
        what: repr(error)[:300]
        for what, error in ended.items()
        if not (
            error is None
            or isinstance(error, SystemExit | SyndicateError)
            or (isinstance(error, Exception) and known_as(error) is not None)
        )
    }
    assert crashed == {}


@pytest.mark.parametrize("hours", ["99999999", "9223372036854775808"])
def test_no_mailing_lasts_beyond_the_calendar(hours: str) -> None:
    mailing_id = operators.mailing(newsroom.make(), state=MailingState.DONE)
    words = ["mailings", "resend", "--yes", "--what=failed", f"--hours={hours}", str(mailing_id)]

    result = CliRunner().invoke(build(words), words)

    assert (result.exit_code, "--hours" in result.output) == (2, True)
