"""Puts templates/ into the wheel, as syndicate/templates.

In a checkout it stands at the top, beside the code, and an editable install reads it there. All
else about the package stands in pyproject.toml.
"""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithTemplates(build_py):
    """Copies the templates beside the code into the package that is built."""

    def run(self) -> None:
        """Build the package; an editable install gets no copy, which could go stale."""
        super().run()
        if not self.editable_mode:
            target = Path(self.build_lib) / "syndicate" / "templates"
            shutil.copytree("templates", target, dirs_exist_ok=True)


setup(cmdclass={"build_py": BuildWithTemplates})
