"""Structured logs: one event per line, ids as keys, never an address.

JSON where a machine reads, colours where a person does. An event is a past-tense snake_case name
(`issue_composed`); an error is something a human must act on.
"""

import logging
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

from syndicate.redaction import without_addresses_in


def configure(*, log_format: str = "auto", level: str = "info") -> None:
    """Set logging up for this process; safe to call twice.

    Args:
        log_format: "json", "text" or "auto" (text on a terminal).
        level: the least serious level that is written.
    """
    as_text = log_format == "text" or (log_format == "auto" and sys.stderr.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer() if as_text else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            redact,  # last: a traceback quotes what it failed on
            renderer,
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # It tells each connection and each step of a migration; `syndicate migrate` says what matters.
    logging.getLogger("alembic").setLevel(logging.WARNING)


def get(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of one module: `log = logs.get(__name__)`."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger


def redact(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Blank anything that looks like an address, wherever it slipped in, tracebacks included."""
    return {key: without_addresses_in(_told(value)) for key, value in event.items()}


def _told(value: object) -> object:
    """A value with what a renderer would write of each part that is none of JSON's own.

    Such as an exception, or bytes, however deep it lies.
    """
    if isinstance(value, Mapping):
        return {_told(key): _told(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_told(each) for each in value]
    return value if isinstance(value, str | int | float | None) else repr(value)
