"""Every table of the house, gathered for migrations and tests: no module of the store is missed."""

import pkgutil
from importlib import import_module

from syndicate import store
from syndicate.store.ground.schema import Table


def _meet_all() -> None:
    """Import every module that may define a table; this shelf defines none."""
    own = __name__.rpartition(".")[0]
    for found in pkgutil.walk_packages(store.__path__, f"{store.__name__}."):
        if not found.name.startswith(own):
            import_module(found.name)


_meet_all()
METADATA = Table.metadata
