"""What the demo tells while it works: one line for a step, and a bar only where somebody looks."""

import re

import pytest
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from syndicate.cli.demo.telling import ProgressBar, Teller


def test_a_step_is_one_line_with_its_note_and_its_seconds_when_it_is_done(
    capsys: pytest.CaptureFixture[str],
) -> None:
    teller = Teller()

    with teller.step("Collecting") as bar:
        bar.show(1, 2)
        bar.tell("the pages")
        before = capsys.readouterr()
        bar.note = "28 articles"

    out, err = capsys.readouterr()
    assert (before.out, before.err, out) == ("", "", "")
    assert re.fullmatch(r"✓ Collecting {15} +\d+\.\d s  28 articles\n", err)


def test_a_step_that_failed_is_not_said_to_be_done(capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        with Teller().step("Collecting"):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert capsys.readouterr().err == ""


def test_a_line_is_left_whole_however_long_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    Teller().say("word " * 60)

    assert capsys.readouterr().err == "word " * 60 + "\n"


def test_a_table_is_shown_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    table = Table("name")
    table.add_row("Readers")

    Teller().show(table)

    out, err = capsys.readouterr()
    assert out == ""
    assert "Readers" in err


def test_a_bar_shows_how_far_and_what_is_done_now() -> None:
    progress = Progress(console=Console(width=80), disable=True)
    progress.add_task("Collecting", total=None)
    bar = ProgressBar(progress, "Collecting")

    bar.show(3, 10)
    bar.tell("the pages")

    (task,) = progress.tasks
    assert (task.completed, task.total) == (3, 10)
    assert task.description == f"{'Collecting'.ljust(24)} the pages"


def test_a_bar_that_nobody_watches_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    bar = ProgressBar()

    bar.show(1, 2)
    bar.tell("the pages")

    assert (bar.note, capsys.readouterr()) == ("", ("", ""))


def test_on_a_terminal_the_bar_is_gone_when_the_step_is_done() -> None:
    teller = Teller()
    teller.console = Console(stderr=True, force_terminal=True, width=100, highlight=False)

    with teller.console.capture() as captured, teller.step("Collecting") as bar:
        bar.show(1, 2)
        bar.note = "28 articles"

    last = captured.get().splitlines()[-1]
    assert "Collecting" in last
    assert last.endswith("28 articles")
