"""What the demo tells while it works: a line for each step, a bar while a long one runs."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table

_NAME_WIDTH = 24


class ProgressBar:
    """The progress of one step: a moving bar on a terminal, nothing elsewhere.

    Args:
        progress: None where nobody watches.
        name: of the step.
    """

    def __init__(self, progress: Progress | None = None, name: str = "") -> None:
        self._progress = progress
        self._name = name
        self.note = ""

    def show(self, done: int, total: int) -> None:
        """Say how far it is."""
        if self._progress is not None:
            self._progress.update(self._progress.task_ids[0], completed=done, total=total)

    def tell(self, part: str) -> None:
        """Say what is being done just now."""
        if self._progress is not None:
            text = f"{self._name.ljust(_NAME_WIDTH)} {part}"
            self._progress.update(self._progress.task_ids[0], description=text)


class Teller:
    """Tells the steps of the demo on stderr."""

    def __init__(self) -> None:
        self.console = Console(stderr=True, highlight=False)

    def say(self, text: str) -> None:
        """One line."""
        self.console.print(text, soft_wrap=True)

    def show(self, table: Table) -> None:
        """A table."""
        self.console.print(table)

    @contextmanager
    def step(self, name: str) -> Iterator[ProgressBar]:
        """A step: its bar while it runs, one line with its note and its seconds when it is done."""
        began = time.monotonic()
        if self.console.is_terminal:
            with self._progress() as progress:
                progress.add_task(name.ljust(_NAME_WIDTH), total=None)
                bar = ProgressBar(progress, name)
                yield bar
        else:
            bar = ProgressBar()
            yield bar
        seconds = f"{time.monotonic() - began:5.1f} s"
        self.say(f"[green]✓[/green] {name.ljust(_NAME_WIDTH)} [dim]{seconds}[/dim]  {bar.note}")

    def _progress(self) -> Progress:
        return Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            console=self.console,
            transient=True,
        )
