"""A relay that counts how often each address was taken, in a process of its own."""

import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from syndicate.embedded import child
from syndicate.embedded.child import Recipe

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Sink:
    """The relay that counts, by what it logged before each 250."""

    folder: Path
    port: int

    @property
    def log(self) -> Path:
        return self.folder / "accept.log"

    def taken(self) -> Counter[str]:
        """How often each address was taken."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return Counter(json.loads(line)["rcpt"][0] for line in lines)

    def twice(self) -> list[str]:
        """Who was mailed more than once."""
        return [address for address, times in self.taken().items() if times > 1]


@contextmanager
def sink(folder: Path) -> Iterator[Sink]:
    recipe = Recipe(
        name="sink",
        argv=[sys.executable, "-m", "bench.sink", "--dir", str(folder)],
        env=dict(os.environ) | {"PYTHONPATH": str(ROOT)},
        log_file=folder.with_suffix(".log"),
    )
    process = child.start(recipe)
    try:
        child.wait_until((folder / "port").exists, process, recipe)
        yield Sink(folder, int((folder / "port").read_text()))
    finally:
        process.terminate()
        process.wait(10)
