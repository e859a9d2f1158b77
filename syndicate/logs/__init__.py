"""Structured logs: one event per line, ids as keys, never an address.

JSON where a machine reads, colours where a person does. An event is a past-tense snake_case name,
such as "issue_composed"; an error is something a human must act on. What writes them is loaded with
the first line: most commands write none.

bounded    what one line may hold at most
floods     how many lines one cause may write
"""

import importlib
import logging
import sys
from collections.abc import Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, cast

from syndicate.logs import bounded, floods
from syndicate.redaction import without_addresses_in

if TYPE_CHECKING:
    import structlog


def configure(*, log_format: str = "auto", level: str = "info") -> None:
    """Set logging up for this process; safe to call twice.

    Args:
        log_format: "json", "text" or "auto" (text on a terminal).
        level: the least serious level that is written.
    """
    as_text = log_format == "text" or (log_format == "auto" and sys.stderr.isatty())
    handler = floods.CalmHandler(_tell_flood)
    handler.setFormatter(_Formatter(as_text=as_text))
    root = logging.getLogger()
    for each in root.handlers:
        each.close()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # It tells each connection and each step of a migration; `syndicate migrate` says what matters.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    if "structlog" in sys.modules:
        _steer()


def get(name: str) -> "structlog.stdlib.BoundLogger":
    """The logger of one module: `log = logs.get(__name__)`."""
    return cast("structlog.stdlib.BoundLogger", _Logger(name))


class _Logger:
    """structlog's logger of a module, asked for at each line."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, method: str) -> Any:
        if "structlog" not in sys.modules and any(
            isinstance(each.formatter, _Formatter) for each in logging.getLogger().handlers
        ):
            _steer()
        return getattr(_structlog().stdlib.get_logger(self._name), method)


class _Formatter(logging.Formatter):
    """structlog's formatter, made with the first line."""

    def __init__(self, *, as_text: bool) -> None:
        super().__init__()
        self._as_text = as_text
        self._made: logging.Formatter | None = None

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        if self._made is None:
            self._made = _formatter(as_text=self._as_text)
            # It was loaded for this line, which may be another's: Celery, uvicorn.
            _steer()
        return self._made.format(record)


def _structlog() -> Any:
    return importlib.import_module("structlog")


def _shared() -> "list[structlog.typing.Processor]":
    """What every line goes through, ours and those of what we import."""
    own = _structlog()
    return [
        own.contextvars.merge_contextvars,
        own.stdlib.add_logger_name,
        own.stdlib.add_log_level,
        own.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _steer() -> None:
    """Send our own lines through the handler of this process."""
    own = _structlog()
    own.configure(
        processors=[*_shared(), own.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=own.stdlib.LoggerFactory(),
        wrapper_class=own.stdlib.BoundLogger,
    )


def _formatter(*, as_text: bool) -> logging.Formatter:
    own = _structlog()
    made: logging.Formatter = own.stdlib.ProcessorFormatter(
        foreign_pre_chain=_shared(),
        processors=[
            own.stdlib.ProcessorFormatter.remove_processors_meta,
            own.processors.ExceptionRenderer(bounded.traceback_of),
            redact,  # a traceback quotes what it failed on
            _bound,  # half an address would not be known as one
            own.dev.ConsoleRenderer() if as_text else own.processors.JSONRenderer(),
        ],
    )
    return made


def redact(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Blank anything that looks like an address, wherever it slipped in, tracebacks included."""
    return {key: without_addresses_in(_told(value)) for key, value in event.items()}


def _bound(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    return {key: bounded.bounded(value) for key, value in event.items()}


def _tell_flood(cause: floods.Cause, level: int, more: int) -> None:
    """The one line for all that were left out."""
    name, event, place, *fault = cause
    get(name).log(
        level,
        floods.MORE,
        of=event or place.rpartition("/")[2],
        said=f"… and {more:,} more",
        more=more,
        **({"fault": fault[0]} if fault else {}),
    )


def _told(value: object) -> object:
    """A value with what a renderer would write of each part that is none of JSON's own.

    Such as an exception, or bytes, however deep it lies.
    """
    if isinstance(value, Mapping):
        return {_told(key): _told(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_told(each) for each in value]
    return value if isinstance(value, str | int | float | None) else repr(value)
