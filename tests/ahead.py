"""On a fresh checkout each worker imports another part of the tests first, and so compiles it.

When it comes to the rest, the others have compiled that: assertions are rewritten once for each
file and not once for each worker.
"""

import importlib
from pathlib import Path

import pytest

_TESTS = Path(__file__).parent


def pytest_sessionstart(session: pytest.Session) -> None:
    worker = getattr(session.config, "workerinput", None)
    if worker is None or session.config.args != [_TESTS.name]:
        return
    number = int(worker["workerid"].removeprefix("gw"))
    for path in sorted(_TESTS.rglob("test_*.py"))[number :: worker["workercount"]]:
        importlib.import_module(".".join(path.relative_to(_TESTS.parent).with_suffix("").parts))
