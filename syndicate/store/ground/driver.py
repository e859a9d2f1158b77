"""The last door to the database: what no column can hold is refused, whatever it came through.

Each entrance judges its own values and says so in its own words (`syndicate.bounds`); this stands
behind all of them, and in front of rows that older code wrote. PostgreSQL holds moments that Python
has no word for (`infinity`, the year 10000, years before Christ): read as they are, one of them
fails every list that it stands in. So such a moment is read as the nearest one that there is a word
for, and is written down once. All others are read as they stand.
"""

import datetime as dt
from functools import lru_cache
from typing import Any

import psycopg
from psycopg import adapters, errors
from psycopg.abc import AdaptContext, Buffer
from psycopg.adapt import Dumper, Loader
from psycopg.pq import Format
from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DataError

from syndicate import bounds, logs

log = logs.get(__name__)


def guard(engine: Engine) -> None:
    """Have every connection of an engine refuse and read values so."""
    event.listen(engine, "connect", _adapt)
    event.listen(engine, "handle_error", _is_too_long_for_an_index)


def _adapt(connection: psycopg.Connection[Any], _record: object) -> None:
    for oid, loader in _LOADERS.items():
        connection.adapters.register_loader(oid, loader)
    connection.adapters.register_dumper(dt.datetime, _MomentDumper)
    connection.adapters.register_dumper(str, _TextDumper)


class _Lenient(Loader):
    """Reads what the driver's own loader reads, and has a word for the rest."""

    def __init__(self, oid: int, context: AdaptContext | None = None) -> None:
        super().__init__(oid, context)
        loader = adapters.get_loader(oid, Format.TEXT)
        assert loader is not None  # noqa: S101 - the driver knows its own types
        self._load = loader(oid, context).load


class _Moment(_Lenient):
    """A moment that Python can say, whatever stands in the row."""

    earliest: Any = bounds.FIRST
    latest: Any = bounds.LAST

    def load(self, data: Buffer) -> Any:
        """The moment, or the nearest one that can be said."""
        try:
            found = self._load(data)
        except psycopg.DataError:
            return self._nearest(bytes(data).decode())
        is_within = self.earliest <= found <= self.latest
        return found if is_within else self._nearest(bytes(data).decode())

    def _nearest(self, written: str) -> Any:
        _tell(written)
        is_far = len(written.partition("-")[0]) > len("9999")  # or "infinity"
        is_early = written.startswith("-") or written.endswith("BC")
        return self.earliest if is_early or (not is_far and written < "5000") else self.latest


class _LocalMoment(_Moment):
    """The same without a zone."""

    earliest = bounds.FIRST.replace(tzinfo=None)
    latest = bounds.LAST.replace(tzinfo=None)


class _Date(_Moment):
    """The same for a date."""

    earliest = bounds.FIRST.date()
    latest = bounds.LAST.date()


class _Texts(_Lenient):
    """A list of texts; a NULL among them is none."""

    def load(self, data: Buffer) -> list[Any]:
        """The texts that there are."""
        return [each for each in self._load(data) if each is not None]


_LOADERS: dict[int, type[Loader]] = {
    adapters.types["timestamptz"].oid: _Moment,
    adapters.types["timestamp"].oid: _LocalMoment,
    adapters.types["date"].oid: _Date,
    adapters.types["text"].array_oid: _Texts,
    adapters.types["varchar"].array_oid: _Texts,
}


class _MomentDumper(Dumper):
    """A moment that rows may hold.

    Raises:
        OutOfBoundsError: it is none.
    """

    oid = adapters.types["timestamptz"].oid

    def dump(self, obj: dt.datetime) -> bytes:
        """As PostgreSQL reads it."""
        return bounds.sayable(obj).isoformat().encode()


class _TextDumper(Dumper):
    """A text that rows may hold.

    Raises:
        OutOfBoundsError: it is none.
    """

    def dump(self, obj: str) -> bytes:
        """As PostgreSQL reads it."""
        try:
            encoded = obj.encode()
        except UnicodeEncodeError:
            encoded = b"\0"
        if b"\0" in encoded:
            bounds.text(obj)
        return encoded


@lru_cache(maxsize=256)
def _tell(written: str) -> None:
    """Once for each moment in each process: a page that is read often must not flood the log."""
    log.error("moment_out_of_bounds_read", written=written)


def _is_too_long_for_an_index(context: ExceptionContext) -> None:
    """A value that no index holds is a bad value, and not a database that is away."""
    error = context.original_exception
    if isinstance(error, errors.ProgramLimitExceeded):
        raise DataError(context.statement, None, error, hide_parameters=True)
