"""The connections of this process to the clean database, which outlive a test: opening one again
and filling its caches takes as long as many a test."""

from sqlalchemy import Engine, event

_PROCESSES: dict[int, int] = {}


def open_now() -> frozenset[int]:
    """The numbers of the PostgreSQL processes that serve this process's engines."""
    return frozenset(_PROCESSES.values())


@event.listens_for(Engine, "connect")
def _opened(connection: object, _record: object) -> None:
    _PROCESSES[id(connection)] = connection.info.backend_pid  # type: ignore[attr-defined]


@event.listens_for(Engine, "close")
@event.listens_for(Engine, "close_detached")
def _closed(connection: object, *_record: object) -> None:
    _PROCESSES.pop(id(connection), None)
