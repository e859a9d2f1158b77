"""Puts templates/ and static/ into the wheel, as syndicate/templates and syndicate/static.

In a checkout they stand at the top, beside the code, and an editable install reads them there. All
else about the package stands in pyproject.toml.
"""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

FOLDERS = ("templates", "static")


class BuildWithFolders(build_py):
    """Copies the folders beside the code into the package that is built."""

    def run(self) -> None:
        """Build the package; an editable install gets no copies, which could go stale."""
        super().run()
        if self.editable_mode:
            return
        for name in FOLDERS:
            if Path(name).is_dir():
                target = Path(self.build_lib) / "syndicate" / name
                shutil.copytree(name, target, dirs_exist_ok=True)


setup(cmdclass={"build_py": BuildWithFolders})
