"""What the demo tells while it works: a line for each step, a bar while a long one runs."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table

_NAME_WIDTH = 28


class Bar:
    """The progress of one step: a moving bar on a terminal, nothing elsewhere.

    Args:
        progress: None where nobody watches.
    """

    def __init__(self, progress: Progress | None = None) -> None:
        self._progress = progress
        self.note = ""

    def show(self, done: int, total: int) -> None:
        """Say how far it is."""
        if self._progress is not None:
            self._progress.update(self._progress.task_ids[0], completed=done, total=total)


class Teller:
    """Tells the steps of the demo on stderr."""

    def __init__(self) -> None:
        self.console = Console(stderr=True, highlight=False)

    def say(self, text: str) -> None:
        """One line."""
        self.console.print(text)

    def show(self, table: Table) -> None:
        """A table."""
        self.console.print(table)

    def starting(self, part: str) -> None:
        """A part of the stack is being started."""
        self.console.print(f"  [dim]starting {part}[/dim]")

    @contextmanager
    def step(self, name: str) -> Iterator[Bar]:
        """A step: its bar while it runs, one line with its note and its seconds when it is done."""
        began = time.monotonic()
        if self.console.is_terminal:
            with self._progress() as progress:
                progress.add_task(name.ljust(_NAME_WIDTH), total=None)
                bar = Bar(progress)
                yield bar
        else:
            self.console.print(f"- {name} …")
            bar = Bar()
            yield bar
        seconds = time.monotonic() - began
        self.console.print(
            f"[green]✓[/green] {name.ljust(_NAME_WIDTH)} {bar.note} [dim]({seconds:.1f} s)[/dim]"
        )

    def _progress(self) -> Progress:
        return Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            console=self.console,
            transient=True,
        )
