"""A test that is skipped without a listed reason is a test that nobody runs: CI refuses it.

`pytest --listed-skips-only` fails when a test was skipped that no line of `tests/skips.txt` names.
A test marked `debian("chromium")` is skipped where that program is not installed.
"""

import fnmatch
import os
import shutil
from pathlib import Path

import pytest

LIST = Path(__file__).with_name("skips.txt")
_FLAG = "--listed-skips-only"
# Where Debian keeps what only an administrator runs (postfix), beside everybody's PATH.
_SYSTEM_PATH = "/usr/local/sbin:/usr/sbin:/sbin"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(_FLAG, action="store_true", help=f"fail on a skip that {LIST.name} lacks")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption(_FLAG):
        config.pluginmanager.register(ListedSkipsOnly(LIST.read_text()))


def pytest_runtest_setup(item: pytest.Item) -> None:
    path = f"{os.environ.get('PATH', os.defpath)}:{_SYSTEM_PATH}"
    for mark in item.iter_markers("debian"):
        for program in mark.args:
            if shutil.which(program, path=path) is None:
                pytest.skip(f"{program} is not installed (apt-get install {program})")


class ListedSkipsOnly:
    """Turns a skip that is not listed into a failed run."""

    def __init__(self, listed: str) -> None:
        self.patterns = patterns(listed)
        self.unlisted: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail"):
            self._note(report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            self._note(report.nodeid)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.unlisted and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for nodeid in self.unlisted:
            terminalreporter.write_line(f"SKIPPED BUT NOT LISTED in {LIST.name}: {nodeid}")

    def _note(self, nodeid: str) -> None:
        if not any(fnmatch.fnmatchcase(nodeid, pattern) for pattern in self.patterns):
            self.unlisted.append(nodeid)


def patterns(listed: str) -> list[str]:
    """The test-id patterns of a list whose lines read `pattern | reason`.

    Raises:
        ValueError: a line has no reason.
    """
    found = []
    for line in listed.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        pattern, _, reason = line.partition(" | ")
        if not reason.strip():
            raise ValueError(f"{LIST.name}: {line!r} has no reason; write `pattern | reason`.")
        found.append(pattern.strip())
    return found
