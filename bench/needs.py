"""What a bench cannot do without: it says what is missing and how to get it, before it measures."""

import os
import shutil
import sys
from pathlib import Path

# As a named thing that does not exist has it: syndicate/errors.py.
LACKING = 3
# Where Debian's packages put what an ordinary user's PATH leaves out.
_MORE_FOLDERS = "/usr/sbin"
# Program -> the Debian package that brings it; without a row, the package is called the same.
_PACKAGES = {"nginx": "nginx-light"}


def program(name: str) -> Path | None:
    """A program of this machine, by its name or whole path; None where it is not installed."""
    found = shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), _MORE_FOLDERS]))
    return Path(found) if found else None


def refuse_without(*programs: str, instead: str = "") -> None:
    """End in one sentence, with exit code 3, where one of these programs is not installed.

    Args:
        programs: names or whole paths.
        instead: what can be done without them.
    """
    lacking = [each for each in programs if program(each) is None]
    if not lacking:
        return
    names = [Path(each).name for each in lacking]
    packages = " ".join(_PACKAGES.get(name, name) for name in names)
    sys.stderr.write(
        f"This bench needs {' and '.join(lacking)}, which this machine lacks; on Debian: "
        f"apt-get install {packages}.{f' {instead}' if instead else ''}\n"
    )
    sys.exit(LACKING)
