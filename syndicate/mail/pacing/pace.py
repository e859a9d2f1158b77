"""How fast mail may leave: rates and connections, warm-up, windows, and relays that are dead.

Rates and connections are shared exactly among all workers (`syndicate.limits`); a fifth of each is
kept for urgent mail. What a receiver asked us is in rows (`store.sending.pacing`). A
breaker belongs to this process: it opens when a relay cannot be reached or takes nothing, for 2 s
at first and a minute at most, and costs no delivery an attempt. Reading the settings is pure.

Source: docs/facts/mail.md#a-relay-that-says-nothing.
"""

import datetime as dt
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from syndicate import paces
from syndicate.errors import SettingsError
from syndicate.limits import Bucket, Limits, Taken
from syndicate.paces import Limit, WarmUp
from syndicate.vocabulary.sending import Lane

FIRST_PAUSE_S = 2.0
LONGEST_PAUSE_S = 60.0
# A relay that greets has its first reply ready, or is stuck.
FIRST_REPLY_S = 30.0
LONGEST_FIRST_REPLY_S = 300.0
# Of each rate and of connections, so that an alert never waits for a digest's.
BULK_SHARE = 0.8
# A worker that died with connections in hand blocks nobody for longer than a lease.
SLOTS_TTL_S = 150.0
_WINDOW = re.compile(r"(\d\d:\d\d)-(\d\d:\d\d) (\S+)")


class Breaker:
    """Remembers that a relay was dead, and for how long to leave it alone."""

    def __init__(self) -> None:
        self._pause_s = 0.0
        self._open_until = 0.0
        self._trips = 0  # in a row

    def is_open(self) -> bool:
        """Whether the relay is left alone just now."""
        return time.monotonic() < self._open_until

    def left_s(self) -> float:
        """For how many seconds more the relay is left alone; 0 where it is not."""
        return max(self._open_until - time.monotonic(), 0.0)

    def trip(self) -> float:
        """Leave the relay alone; twice as long as the last time.

        Returns:
            For how many seconds.
        """
        self._pause_s = min(max(self._pause_s * 2, FIRST_PAUSE_S), LONGEST_PAUSE_S)
        self._open_until = time.monotonic() + self._pause_s
        self._trips += 1
        return self._pause_s

    def first_reply_s(self) -> float:
        """How long the first reply on a connection may take; twice as long after each trip.

        So one that is slow, and not stuck, is heard out in the end.
        """
        return min(FIRST_REPLY_S * 2.0**self._trips, LONGEST_FIRST_REPLY_S)

    def close(self) -> None:
        """The relay took a message: forget what was."""
        self._pause_s = 0.0
        self._open_until = 0.0
        self._trips = 0


# One relay, one breaker, for as long as this process lives.
BREAKERS: dict[str, Breaker] = {}


def breaker(relay_name: str) -> Breaker:
    """The breaker of a relay in this process."""
    return BREAKERS.setdefault(relay_name, Breaker())


def read_limits(setting: Mapping[str, str]) -> dict[str, Limit]:
    """Read `SYNDICATE_MAIL_PACE`: {"google": "10/s 5", "relay.example:25": "500/s"}.

    Raises:
        SettingsError: a value is neither a rate nor a number of connections.
    """
    return {name: _limit(name, value) for name, value in setting.items()}


def _limit(name: str, value: str) -> Limit:
    try:
        return paces.limit(value)
    except ValueError as error:
        raise SettingsError(
            f'SYNDICATE_MAIL_PACE: "{value}" of {name} is not like "10/s 5": messages a second '
            "(s, min, h or day), connections, or both."
        ) from error


@dataclass(frozen=True)
class Pacer:
    """Grants tokens and connections to one worker.

    Attributes:
        limits: shared with the others.
        by_name: what each relay, receiver group and stream may be given.
        holder: this worker's name.
    """

    limits: Limits
    by_name: Mapping[str, Limit]
    holder: str

    def tokens(self, lane: Lane, names: Sequence[str], wanted: int) -> Taken:
        """Tokens for a chunk.

        Args:
            lane: urgent mail may use all of a rate.
            names: the relay and the receiver group, and the stream that has a pace of its own.
            wanted: messages.
        """
        buckets: list[Bucket] = []
        for name in names:
            limit = self.by_name.get(name, Limit())
            if limit.per_s is not None:
                buckets.append(_bucket(name, limit.per_s))
                if lane is Lane.BULK and limit.has_urgent:
                    buckets.append(_bucket(f"{name}:bulk", limit.per_s * BULK_SHARE))
        return self.limits.take(buckets, wanted)

    def connections(self, lane: Lane, names: Sequence[str], wanted: int) -> int:
        """Connections that this worker may have open; 0 when others have them all.

        A fifth, and one at least, is kept for urgent mail. Where there is only one, whoever sends
        bulk mail gives it back after a chunk when urgent mail has asked for it (`gives_way`).
        """
        for name, most in self._slots(lane, names):
            wanted = self.limits.hold(
                name, self.holder, wanted=wanted, most=most, ttl_s=SLOTS_TTL_S
            )
        if lane is Lane.URGENT and not wanted:
            self.limits.ask(names)
        return wanted

    def gives_way(self, lane: Lane, names: Sequence[str]) -> bool:
        """Whether urgent mail waits for the only connection, which this bulk mail has."""
        single = [name for name in names if self.by_name.get(name, Limit()).connections == 1]
        return lane is Lane.BULK and bool(single) and self.limits.is_asked(single)

    def release(self, names: Sequence[str]) -> None:
        """Give connections back."""
        for name, _ in self._slots(Lane.BULK, names):
            self.limits.drop(name, self.holder)

    def _slots(self, lane: Lane, names: Sequence[str]) -> Iterator[tuple[str, int]]:
        """What connections are counted by, the narrower first: none is held and not used."""
        for name in names:
            limit = self.by_name.get(name, Limit())
            most = limit.connections
            if most is None:
                continue
            if lane is Lane.BULK and limit.has_urgent and most > 1:
                yield f"{name}:bulk", most - max(1, round(most * (1 - BULK_SHARE)))
            yield name, most


def _bucket(name: str, per_s: float) -> Bucket:
    return Bucket(name, per_s, burst=max(1, round(per_s)))


def read_warm_up(setting: str | None) -> WarmUp | None:
    """Read `SYNDICATE_MAIL_WARMUP`: "2026-11-24 50 100 500 1000 5000".

    Raises:
        SettingsError: it is not a date and numbers.
    """
    if setting is None:
        return None
    try:
        return paces.warm_up(setting)
    except ValueError as error:
        raise SettingsError(
            'SYNDICATE_MAIL_WARMUP is not like "2026-11-24 50 100 500": the first day, and the '
            "messages of each day."
        ) from error


@dataclass(frozen=True)
class Window:
    """The hours in which bulk mail leaves, in a zone; may span midnight."""

    start: dt.time
    end: dt.time
    zone: ZoneInfo

    def is_open(self, now: dt.datetime) -> bool:
        """Whether a moment lies in it."""
        local = now.astimezone(self.zone).time()
        if self.start <= self.end:
            return self.start <= local < self.end
        return local >= self.start or local < self.end


def read_window(setting: str | None) -> Window | None:
    """Read `SYNDICATE_MAIL_WINDOW`: "06:00-22:00 Asia/Qatar".

    Raises:
        SettingsError: it is not two times and a zone.
    """
    if setting is None:
        return None
    found = _WINDOW.fullmatch(setting)
    start, end, zone = found.groups() if found is not None else ("", "", "")
    try:
        return Window(dt.time.fromisoformat(start), dt.time.fromisoformat(end), ZoneInfo(zone))
    except (ValueError, ZoneInfoNotFoundError) as error:
        raise SettingsError(
            'SYNDICATE_MAIL_WINDOW is not like "06:00-22:00 Asia/Qatar".'
        ) from error
