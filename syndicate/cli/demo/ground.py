"""The demo's own surroundings: a fresh folder, a free port, and none of the user's settings.

A database, broker or relay that the user has set is for their own installation: the demo never
writes there.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from syndicate import settings
from syndicate.embedded import listening
from syndicate.errors import PortInUseError, RefusedError

# What is left of the user's settings: how this machine is used, not whose data it works on.
_KEPT = frozenset(
    f"{settings.PREFIX}{name}"
    for name in (
        "COLLECT_CONCURRENCY",
        "HOST",
        "LOG_FORMAT",
        "LOG_LEVEL",
        "MAIL_BATCH_SIZE",
        "MAIL_CHUNK_SIZE",
        "MAIL_CONNECTIONS",
        "MAILBOX_PORT",
        "PORT",
        "WEB_WORKERS",
    )
)


@contextmanager
def fresh(data_dir: Path | None, port: int | None) -> Iterator[tuple[Path, int | None]]:
    """A folder and a port to run the demo with, and its own settings meanwhile.

    Args:
        data_dir: a new or empty folder; None makes a temporary one.
        port: of the web server; None takes the setting, else 8080, else a free one.

    Yields:
        The folder, and the port for `Options`.

    Raises:
        RefusedError: the folder holds something.
    """
    if data_dir is not None and data_dir.exists() and any(data_dir.iterdir()):
        raise RefusedError(
            f"The demo needs a folder of its own, and {data_dir} is not empty; "
            "name a new one, or none at all."
        )
    folder = data_dir or Path(tempfile.mkdtemp(prefix="syndicate-demo-"))
    before = dict(os.environ)
    try:
        _leave_own_settings()
        yield folder.absolute(), _port(port)
    finally:
        os.environ.clear()
        os.environ.update(before)
        settings.load.cache_clear()
        if data_dir is None and not any(folder.glob("logs/*")):  # nothing was started
            shutil.rmtree(folder, ignore_errors=True)


def _leave_own_settings() -> None:
    for name in list(os.environ):
        if name.upper().startswith(settings.PREFIX) and name.upper() not in _KEPT:
            del os.environ[name]
    os.environ["SYNDICATE_CONFIG"] = os.devnull
    settings.load.cache_clear()


def _port(wanted: int | None) -> int | None:
    """The port that was asked for, or the usual one, or a free one when nobody asked for it."""
    if wanted is not None or f"{settings.PREFIX}PORT" in os.environ:
        return wanted
    configured = settings.load()
    try:
        listening.listen(configured.host, configured.port).close()
    except PortInUseError:
        return 0
    return None
