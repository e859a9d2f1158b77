"""Modules that are loaded when they are used, for commands that need one act of many.

    module = late.load("syndicate.cli.sources", within="syndicate.cli")

What the module imports from us is there at once and empty; the first look into it loads it, with
all that it imports, as Python does. `from syndicate.collect.checking import check` is such a look,
`from syndicate.collect import checking` is none. Packages are loaded where they are named: ours
hold nothing but a sentence.
"""

import importlib
import importlib.util
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

_OURS = "syndicate."


class _Whole(Loader):
    """Runs a module that was looked into; what that imports is loaded as always.

    A table leans on those that its module imports: they must be there with it.
    """

    def __init__(self, own: Loader, late: "_Late") -> None:
        self._own = own
        self._late = late

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """As Python makes it."""
        return self._own.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """Run it."""
        was, self._late.is_on = self._late.is_on, False
        try:
            self._own.exec_module(module)
        finally:
            self._late.is_on = was


class _Late(MetaPathFinder):
    """Finds our modules as Python does, and puts off to run them; not those of one package."""

    def __init__(self, within: str) -> None:
        self.is_on = True
        self._within = f"{within}."

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Where the module is; None leaves it to Python."""
        if not self.is_on or not name.startswith(_OURS) or name.startswith(self._within):
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is None or spec.loader is None or spec.submodule_search_locations is not None:
            return None
        spec.loader = importlib.util.LazyLoader(_Whole(spec.loader, self))
        return spec


def load(name: str, *, within: str) -> ModuleType:
    """A module; what it and others of its package import is loaded when it is used.

    Args:
        name: of the module.
        within: its package.
    """
    late = _Late(within)
    sys.meta_path.insert(0, late)
    try:
        return importlib.import_module(name)
    finally:
        sys.meta_path.remove(late)
