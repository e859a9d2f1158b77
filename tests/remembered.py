"""What the same environment said once is not read and checked again for each of many tests."""

import os
from pathlib import Path

from syndicate import settings

_read = settings.load
_by_environment: dict[tuple[tuple[str, str], ...], settings.Settings] = {}


class _Load:
    """`settings.load`, which reads files each time and an environment without files once."""

    def __init__(self) -> None:
        self._now: settings.Settings | None = None

    def __call__(self) -> settings.Settings:
        if self._now is None:
            self._now = self._found()
        return self._now

    def cache_clear(self) -> None:
        self._now = None
        _read.cache_clear()

    def _found(self) -> settings.Settings:
        if (
            "SYNDICATE_SECRETS_DIR" in os.environ
            or Path(os.environ.get("SYNDICATE_CONFIG") or ".").exists()
        ):
            return _read()
        key = tuple((each, os.environ[each]) for each in sorted(os.environ) if _is_ours(each))
        if key not in _by_environment:
            _by_environment[key] = _read()
        return _by_environment[key]


def _is_ours(name: str) -> bool:
    return name.upper().startswith(settings.PREFIX)


def begin() -> None:
    """From now on `settings.load` remembers."""
    settings.load = _Load()  # type: ignore[assignment]
