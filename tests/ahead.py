"""What workers do once and not each of them: compile the tests, and read the house.

On a fresh checkout each worker imports another part of the tests first. When it comes to the rest,
the others have compiled that: assertions are rewritten once for each file and not for each worker.
The guards of the house go to one worker, which reads and parses all code once. And what coverage
has measured is written while there is time: who is not gone ten seconds after the end is killed.
"""

import importlib
from pathlib import Path

import coverage
import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

_TESTS = Path(__file__).parent
_HOUSE = "tests/house"


class ByFile(LoadFileScheduling):
    """A file stays whole, and so does the room of the guards."""

    def _split_scope(self, nodeid: str) -> str:
        return _HOUSE if nodeid.startswith(_HOUSE) else str(super()._split_scope(nodeid))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    return ByFile(config, log)


def pytest_sessionstart(session: pytest.Session) -> None:
    worker = getattr(session.config, "workerinput", None)
    if worker is None or session.config.args != [_TESTS.name]:
        return
    number = int(worker["workerid"].removeprefix("gw"))
    for path in sorted(_TESTS.rglob("test_*.py"))[number :: worker["workercount"]]:
        importlib.import_module(".".join(path.relative_to(_TESTS.parent).with_suffix("").parts))


def pytest_sessionfinish() -> None:
    measured = coverage.Coverage.current()
    if measured is not None:
        measured.save()
