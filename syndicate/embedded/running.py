"""Working beside a running stack: its addresses become this process's settings.

`syndicate collect run` in a second terminal finds the stack of `syndicate up` by the run.json in
the data folder, as long as its supervisor lives; a setting that is set already is left alone.
"""

import importlib
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from syndicate import settings
from syndicate.embedded import folder


class Adoption:
    """Other settings for this process, until `undo`.

    Args:
        env: the environment variables to set.
    """

    def __init__(self, env: Mapping[str, str]) -> None:
        self._before = {name: os.environ.get(name) for name in env}
        os.environ.update(env)
        _forget()

    def undo(self) -> None:
        """Take the settings back."""
        for name, value in self._before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        _forget()


def attach() -> Path | None:
    """Take over the addresses of the stack that runs in the data folder.

    Returns:
        The data folder, or None when no stack runs there or none is needed.

    Raises:
        SettingsError: a setting of this process is not usable.
    """
    own = settings.load()
    data_dir = folder.chosen(own.data_dir)
    if own.database_url is not None or not folder.is_held(data_dir):
        return None
    run = folder.read_run(data_dir)
    if run is None:
        return None
    found = {name: str(value) for name, value in run["settings"].items() if name not in os.environ}
    if own.port == 0:  # "a free one": the stack knows which it took
        found["SYNDICATE_PORT"] = str(run["settings"]["SYNDICATE_PORT"])
    if own.master_key is None:
        keys = importlib.import_module("syndicate.embedded.keys")
        found["SYNDICATE_MASTER_KEY"] = keys.master_key(data_dir)
    Adoption(found)
    return data_dir


def _forget() -> None:
    settings.load.cache_clear()
    # The store comes with it, which half of the commands never need.
    if (session := sys.modules.get("syndicate.store.ground.session")) is not None:
        session.dispose()
