"""`make check` side by side: each part told whole, the tests' dots at once, and who failed last."""

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# What stands for the parts: two that speak while the other does, and dots on the way.
PARTS = {
    "lint": "@echo lint begins; sleep 0.4; echo lint ends; test -z '$(BROKEN_LINT)'",
    "wheel": "@sleep 0.2; echo wheel begins; sleep 0.6; echo wheel ends; test -z '$(BROKEN_WHEEL)'",
    "tests": "@printf '..'; sleep 1.2; echo ' passed'; test -z '$(BROKEN_TESTS)'",
}


def run(folder: Path, *broken: str) -> subprocess.CompletedProcess[str]:
    """`make check` of the real file, with these parts in place of the long ones."""
    text = (ROOT / "Makefile").read_text()
    for name, recipe in PARTS.items():
        text, count = re.subn(rf"(?m)^{name}:.*\n(?:\t.*\n)+", f"{name}:\n\t{recipe}\n", text)
        assert count == 1
    (folder / ".venv").mkdir()
    for name in ("pyproject.toml", "setup.py", "constraints.txt", ".venv/.for-work"):
        (folder / name).touch()
    (folder / "Makefile").write_text(text)
    outside = {name: value for name, value in os.environ.items() if "MAKE" not in name}
    flags = [f"BROKEN_{name.upper()}=yes" for name in broken]
    return subprocess.run(
        ["make", "check", *flags],
        cwd=folder,
        env=outside,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=30,
    )


@pytest.mark.parametrize("broken", [(), ("lint",), ("wheel",), ("tests",), ("tests", "wheel")])
def test_a_check_tells_each_part_whole_and_names_what_failed(
    tmp_path: Path, broken: tuple[str, ...]
) -> None:
    done = run(tmp_path, *broken)

    assert "lint begins\nlint ends\n" in done.stdout
    assert "wheel begins\nwheel ends\n" in done.stdout
    assert done.stdout.startswith("..")
    assert " passed\n" in done.stdout
    assert (done.returncode == 0) is (broken == ())
    named = f"make check failed in: {' '.join(broken)}." if broken else None
    last = [line for line in done.stdout.splitlines() if not line.startswith("make: ***")][-1]
    assert (last == named) if named else ("failed" not in done.stdout)
