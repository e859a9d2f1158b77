"""Puts templates/ into the wheel, as syndicate/templates, and the documents, as syndicate/manual.

In a checkout they stand at the top, beside the code, and an editable install reads them there. All
else about the package stands in pyproject.toml.
"""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

_DOCUMENTS = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")


class BuildWithTemplates(build_py):
    """Copies templates and documents beside the code into the package that is built."""

    def run(self) -> None:
        """Build the package; an editable install gets no copy, which could go stale."""
        super().run()
        if not self.editable_mode:
            package = Path(self.build_lib) / "syndicate"
            shutil.copytree("templates", package / "templates", dirs_exist_ok=True)
            shutil.copytree("docs", package / "manual" / "docs", dirs_exist_ok=True)
            for name in _DOCUMENTS:
                shutil.copy(name, package / "manual" / name)


setup(cmdclass={"build_py": BuildWithTemplates})
