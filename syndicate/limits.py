"""Rates and numbers that all workers share, counted in Redis; careful and local when it is away.

    take    so many tokens of several buckets at once, by the generic cell rate algorithm
    hold    so many of a fixed number of slots, for a time

Redis's own clock counts, so that machines need not agree on theirs. Nothing here is the truth about
anything: losing Redis costs pace for a while, never a message.

Source: GCRA, https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Self, cast

from redis import Redis
from redis.exceptions import RedisError

from syndicate import logs

log = logs.get(__name__)

TIMEOUT_S = 0.5
# Of so many names that a process counts by itself those are forgotten that have all their tokens.
MOST_NAMES = 5000
# After a failure Redis is left alone for so long.
BREAKER_S = 10.0
# Whoever waits for a slot asks again every two seconds.
ASKED_S = 5.0
_PREFIX = "syndicate:pace:"

_TAKE = """
local now = redis.call('TIME')
now = now[1] * 1000000 + now[2]
local grant, wait = tonumber(ARGV[1]), 0
local theirs = {}
for i, key in ipairs(KEYS) do
  local interval, burst = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  local tat = math.max(tonumber(redis.call('GET', key) or now), now)
  -- Nobody takes more than a burst ahead: what lies beyond is of before a clock was set back.
  if tat > now + (burst + 1) * interval then tat = now end
  local room = math.floor((now + burst * interval - tat) / interval + 0.000001)
  if room < 1 then wait = math.max(wait, tat + interval - now - burst * interval) end
  grant = math.min(grant, room)
  theirs[i] = tat
end
if grant < 1 then return {0, math.ceil(wait)} end
for i, key in ipairs(KEYS) do
  local interval, burst = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  local tat = theirs[i] + grant * interval
  redis.call('SET', key, string.format('%.3f', tat), 'PX', math.ceil((tat - now) / 1000) + 1000)
end
return {grant, 0}
"""
_HOLD = """
local now = redis.call('TIME')
now = now[1] * 1000 + math.floor(now[2] / 1000)
local holder, wanted, most, ttl = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local all, others = redis.call('HGETALL', KEYS[1]), 0
for i = 1, #all, 2 do
  local count, till = string.match(all[i + 1], '(%d+):(%d+)')
  if tonumber(till) > now + ttl then
    redis.call('HSET', KEYS[1], all[i], count .. ':' .. (now + ttl))
  end
  if tonumber(till) < now then redis.call('HDEL', KEYS[1], all[i])
  elseif all[i] ~= holder then others = others + tonumber(count) end
end
local grant = math.max(0, math.min(wanted, most - others))
if grant > 0 then redis.call('HSET', KEYS[1], holder, grant .. ':' .. (now + ttl))
else redis.call('HDEL', KEYS[1], holder) end
redis.call('PEXPIRE', KEYS[1], ttl)
return grant
"""


@dataclass(frozen=True)
class Bucket:
    """A rate.

    Attributes:
        name: what it counts; the same for all workers.
        per_s: tokens a second.
        burst: tokens that may be taken at once after a rest.
    """

    name: str
    per_s: float
    burst: int


@dataclass(frozen=True)
class Taken:
    """What was granted: `count` tokens, or none and the seconds until there is one."""

    count: int
    wait_s: float = 0.0


class Limits:
    """The shared limits, from one process.

    Args:
        redis_url: redis://, rediss:// or unix://.
        share: by how many workers a limit is divided while Redis is away.
    """

    def __init__(self, redis_url: str, *, share: int) -> None:
        self.share = share
        self._redis = Redis.from_url(
            redis_url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S
        )
        self._take = self._redis.register_script(_TAKE)
        self._hold = self._redis.register_script(_HOLD)
        self._away_until = 0.0
        self._local: dict[str, float] = {}

    @classmethod
    @cache
    def of(cls, redis_url: str, share: int) -> Self:
        """The limits of this process: what it counts by itself outlasts one task."""
        return cls(redis_url, share=share)

    def take(self, buckets: Sequence[Bucket], wanted: int) -> Taken:
        """Take up to `wanted` tokens, of every bucket the same number.

        Args:
            buckets: all of them must have room; none means no limit.
            wanted: at least 1.
        """
        if not buckets:
            return Taken(wanted)
        if time.monotonic() >= self._away_until:
            numbers: list[float] = [wanted]
            for bucket in buckets:
                numbers += [1_000_000 / bucket.per_s, bucket.burst]
            keys = [f"{_PREFIX}rate:{bucket.name}" for bucket in buckets]
            try:
                count, wait_us = cast("list[int]", self._take(keys=keys, args=numbers))
            except (RedisError, OSError) as error:
                self._leave_alone(error)
            else:
                return Taken(int(count), int(wait_us) / 1_000_000)
        return self._take_locally(buckets, wanted)

    def hold(self, name: str, holder: str, *, wanted: int, most: int, ttl_s: float) -> int:
        """Hold up to `wanted` of `most` slots for a time; again before it ends to go on holding.

        Returns:
            How many; 0 when others have them all.
        """
        if time.monotonic() >= self._away_until:
            try:
                key = f"{_PREFIX}slots:{name}"
                args: list[str | int] = [holder, wanted, most, int(ttl_s * 1000)]
                return int(cast("int", self._hold(keys=[key], args=args)))
            except (RedisError, OSError) as error:
                self._leave_alone(error)
        return min(wanted, max(1, most // self.share))

    def drop(self, name: str, holder: str) -> None:
        """Give slots back; what is not given back ends by itself."""
        if time.monotonic() < self._away_until:
            return
        try:
            self._redis.hdel(f"{_PREFIX}slots:{name}", holder)
        except (RedisError, OSError) as error:
            self._leave_alone(error)

    def ask(self, names: Sequence[str]) -> None:
        """Tell who holds slots that somebody waits for one, for a moment."""
        if time.monotonic() < self._away_until:
            return
        try:
            for name in names:
                self._redis.set(f"{_PREFIX}asked:{name}", 1, px=round(ASKED_S * 1000))
        except (RedisError, OSError) as error:
            self._leave_alone(error)

    def is_asked(self, names: Sequence[str]) -> bool:
        """Whether somebody waits for a slot of one of these."""
        if time.monotonic() < self._away_until:
            return False
        try:
            return bool(self._redis.exists(*(f"{_PREFIX}asked:{name}" for name in names)))
        except (RedisError, OSError) as error:
            self._leave_alone(error)
            return False

    def _leave_alone(self, error: Exception) -> None:
        self._away_until = time.monotonic() + BREAKER_S
        log.warning("limits_are_local", reason=type(error).__name__, share=self.share)

    def _take_locally(self, buckets: Sequence[Bucket], wanted: int) -> Taken:
        """The same algorithm with this worker's share of each rate."""
        now = time.monotonic()
        count, wait_s = wanted, 0.0
        for bucket in buckets:
            interval = self.share / bucket.per_s
            burst = max(1, bucket.burst // self.share)
            tat = max(self._local.get(bucket.name, now), now)
            room = int((now + burst * interval - tat) / interval + 1e-6)
            if room < 1:
                wait_s = max(wait_s, tat + interval - now - burst * interval)
            count = min(count, room)
        if count < 1:
            return Taken(0, wait_s)
        self._forget_idle(now)
        for bucket in buckets:
            tat = max(self._local.get(bucket.name, now), now)
            self._local[bucket.name] = tat + count * self.share / bucket.per_s
        return Taken(count)

    def _forget_idle(self, now: float) -> None:
        """Keep what this process counts by itself bounded: every receiver is a name of its own."""
        if len(self._local) >= MOST_NAMES:
            self._local = {name: tat for name, tat in self._local.items() if tat > now}
