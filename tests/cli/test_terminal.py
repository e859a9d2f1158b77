"""What others wrote is printed as it is, and does nothing to the terminal or to the command."""

import io
from contextlib import redirect_stdout

import pytest
import time_machine
from rich.console import Console
from rich.errors import MarkupError
from typer.testing import CliRunner

from syndicate.cli import articles, newsletters
from syndicate.cli.terminal import Table, Terminal
from syndicate.store.ground.session import transaction
from tests.newsletters.paper import HOUR, NOW, SLOT, article
from tests.subscribers import desk

HOSTILE = "Open [/b] door :bomb: [link=https://pier.example]x[/link] [red]"


@pytest.fixture
def newsroom() -> None:
    with transaction() as tx:
        desk.morning(tx)
        article(tx, 1, "world-one", SLOT - HOUR, headline=HOSTILE, standfirst="slot:x")


def run(app: object, *arguments: str) -> str:
    with time_machine.travel(NOW, tick=False):
        result = CliRunner(env={"COLUMNS": "200"}).invoke(app, arguments, catch_exceptions=False)  # type: ignore[arg-type]
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.usefixtures("database", "newsroom")
def test_a_headline_that_looks_like_mark_up_is_listed_as_it_is() -> None:
    assert HOSTILE in " ".join(run(articles.app, "list").split())


@pytest.mark.usefixtures("database", "newsroom")
def test_a_rehearsal_prints_a_headline_as_it_is() -> None:
    assert HOSTILE in " ".join(run(newsletters.app, "dry-run", "morning").split())


def printed(text: str) -> str:
    out = io.StringIO()
    with redirect_stdout(out):
        table = Table("heading")
        table.add_row(text)
        terminal = Terminal()
        terminal.print(text)
        terminal.print(table)
    return out.getvalue()


def test_an_escape_does_not_reach_the_terminal() -> None:
    told = printed("Red \x1b[31mnews\x07 \x9b2J at\rsea")

    assert told.count("Red [31mnews 2J atsea") == 2
    assert "\x1b" not in told


def test_rich_alone_would_have_stopped() -> None:
    with pytest.raises(MarkupError):
        Console(file=io.StringIO()).print(HOSTILE)


SLUG = "the-morning-harbour-of-saturday"
ROW = (SLUG, *(f"{word} and more words of it" for word in ("one", "two", "three", "four")))


def rows() -> list[str]:
    """What a table prints of a row of five long cells."""
    out = io.StringIO()
    with redirect_stdout(out):
        table = Table("newsletter", "first", "second", "third", "fourth", box=None)
        table.add_row(*ROW)
        Terminal().print(table)
    return out.getvalue().splitlines()


def test_a_narrow_terminal_shows_the_slug_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")

    shown = rows()

    assert any(SLUG in line for line in shown)
    assert "…" not in "".join(shown)
    assert max(map(len, shown)) <= 60


def test_what_is_piped_has_a_row_on_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)

    assert [line.split() for line in rows()[1:]] == [" ".join(ROW).split()]
