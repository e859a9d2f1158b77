"""The list of skips that CI accepts: read strictly, applied strictly."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests import skips

ROOT = Path(__file__).resolve().parents[2]
SUITE = """
import pytest

def test_runs():
    pass

@pytest.mark.debian("no-such-program-anywhere")
def test_needs_a_program():
    pass
"""


def run_suite(folder: Path, listed: str, *flags: str) -> subprocess.CompletedProcess[str]:
    """Run a suite with one skip beside our plugin and a list of its own."""
    tests = folder / "tests"
    tests.mkdir()
    (tests / "test_suite.py").write_text(SUITE)
    (tests / "conftest.py").write_text('pytest_plugins = ("tests.skips",)\n')
    (tests / "skips.py").write_text((ROOT / "tests" / "skips.py").read_text())
    (tests / "skips.txt").write_text(listed)
    (folder / "pyproject.toml").write_text(
        '[tool.pytest.ini_options]\npythonpath = ["."]\nmarkers = ["debian(*programs): x"]\n'
        'addopts = "--import-mode=importlib -p no:cacheprovider"\n'
    )
    argv = [sys.executable, "-m", "pytest", "-q", "--listed-skips-only", *flags, "tests"]
    return subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=False)


def test_a_listed_skip_passes(tmp_path: Path) -> None:
    done = run_suite(tmp_path, "tests/test_suite.py::test_needs* | there is no such program\n")

    assert (done.returncode, done.stdout.splitlines()[-1][:19]) == (0, "1 passed, 1 skipped")


@pytest.mark.parametrize(
    "flags",
    [
        pytest.param([], id="alone"),
        pytest.param(["--numprocesses=2"], id="two at once", marks=pytest.mark.long),
    ],
)
def test_a_skip_that_is_not_listed_fails_the_run_and_is_named(
    tmp_path: Path, flags: list[str]
) -> None:
    done = run_suite(tmp_path, "# nothing\n", *flags)

    assert done.returncode == 1, done.stdout + done.stderr
    assert (
        "SKIPPED BUT NOT LISTED in skips.txt: tests/test_suite.py::test_needs_a_program"
        in done.stdout.splitlines()
    )


def test_a_line_without_a_reason_is_refused() -> None:
    with pytest.raises(ValueError, match="has no reason"):
        skips.patterns("tests/web/* |  \n")


def test_every_line_of_the_list_is_readable() -> None:
    assert skips.patterns(skips.LIST.read_text())
