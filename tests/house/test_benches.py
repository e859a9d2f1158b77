"""A bench that cannot measure says in one sentence what it lacks and how to get it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def run(tmp_path: Path, module: str, **env: str) -> subprocess.CompletedProcess[str]:
    """A bench on a machine where PATH leads to nothing."""
    return subprocess.run(
        [sys.executable, "-m", f"bench.{module}", "--json"],
        env={**os.environ, "PATH": str(tmp_path), **env},
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def test_feeds_without_wrk_says_so_and_measures_nothing(tmp_path: Path) -> None:
    done = run(tmp_path, "feeds")

    assert (done.returncode, done.stdout) == (3, "")
    [line] = done.stderr.splitlines()
    assert re.fullmatch(
        r"This bench needs (nginx and )?wrk, which this machine lacks; on Debian: "
        r"apt-get install (nginx-light )?wrk\. With --building it measures what needs neither\.",
        line,
    )


def test_pictures_without_chromium_say_so(tmp_path: Path) -> None:
    done = run(tmp_path, "pictures", CHROMIUM="/nonexistent/chromium")

    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == (
        "This bench needs /nonexistent/chromium, which this machine lacks; on Debian: "
        "apt-get install chromium.\n"
    )


def test_make_knows_every_bench() -> None:
    measuring = {
        path.stem
        for path in (ROOT / "bench").glob("*.py")
        if '"--json"' in path.read_text() and "ArgumentParser" in path.read_text()
    }

    [listed] = re.findall(r"^BENCHES := (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)

    assert sorted(listed.split()) == sorted(measuring)


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make_names_the_benches_to_whoever_asks_for_another() -> None:
    done = subprocess.run(
        ["make", "--no-print-directory", "--assume-old=.venv/.for-work", "bench-nothing"],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip

    assert done.returncode != 0
    assert "There is no bench nothing; there are: collect commands feeds " in done.stderr
