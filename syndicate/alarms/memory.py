"""A bell that needs no database: it rings that the database is gone, from this process's memory.

    answers ─> away ─ 30 s ─> rung, and again ─> answers ─> told that it is over

Nobody can acknowledge it, for that is a row; it is over when the database answers. The web server
keeps one beside its watch. The supervisor, whose PostgreSQL has died and who ends with it, rings
once.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace

from syndicate import clock, logs, settings
from syndicate.alarms import watch
from syndicate.alarms.telling import round as rounds
from syndicate.alarms.telling.ring import Outcome, Ring
from syndicate.settings import Settings
from syndicate.vocabulary.bells import RingState

log = logs.get(__name__)

Tell = Callable[[Ring, Settings, dt.datetime], Sequence[Outcome]]
DATABASE = "database"
_SILENCE = dt.timedelta(seconds=10)  # twice the time between two looks
_FROZEN = dt.timedelta(seconds=5)
# A restart of the database takes a few seconds.
AWAY_FOR = dt.timedelta(seconds=30)


class DatabaseBell:
    """Whether the database answers, as one process knows it.

    Args:
        tell: tells one ring by every way.
    """

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._ring: Ring | None = None
        self._next_at: dt.datetime | None = None
        self._listened_at: dt.datetime | None = None
        self._awake_since: dt.datetime | None = None

    def listen(self, seen_at: dt.datetime, now: dt.datetime) -> None:
        """Ring or not, by when the database answered last; to be asked every second.

        Whoever was not asked for a while was frozen with the whole process, or its clock was set:
        then the silence counts from now.
        """
        before, self._listened_at = self._listened_at, now
        if before is None or not dt.timedelta(0) <= now - before <= _FROZEN:
            self._awake_since = now
        since = max(min(seen_at, now), self._awake_since or now)
        if now - since > _SILENCE:
            self.is_away(since, now)
        elif now - min(seen_at, now) <= _SILENCE:
            self.answers()

    def is_away(self, since: dt.datetime, now: dt.datetime) -> None:
        """It does not answer: ring, once it has been away for long enough, and again."""
        if now < (self._next_at or since + AWAY_FOR):
            return
        rung = self._ring.rung + 1 if self._ring is not None else 1
        self._ring = gone(since, rung)
        self._next_at = now + watch.wait_after(DATABASE, rung)
        _tell(self._tell, self._ring)

    def answers(self) -> None:
        """It answered: tell that it is over, if it rang."""
        if self._ring is not None:
            _tell(self._tell, replace(self._ring, state=RingState.OVER))
        self._ring = self._next_at = None


def gone(since: dt.datetime, rung: int = 1, text: str = "") -> Ring:
    """The ring of a database that does not answer.

    Args:
        since: aware UTC.
        rung: how often it was rung, this time included.
        text: what is known of it, instead of that.
    """
    said = (
        "The database does not answer: no mail is sent, nothing is collected, and readers see only "
        "what the proxy kept."
    )
    return watch.ring_of(DATABASE, DATABASE, text or said, began_at=since, rung=rung)


def ring_once(since: dt.datetime, text: str) -> None:
    """Ring that the database is gone, from a process that ends with it."""
    _tell(rounds.tell_blind, gone(since, text=text))


def _tell(tell: Tell, ring: Ring) -> None:
    watch.write_down(ring)
    try:
        outcomes = tell(ring, settings.load(), clock.now())
    except Exception:  # a face: whoever watches goes on watching
        log.exception("ring_not_told", alarm=ring.bell)
        return
    for each in outcomes:
        if each.error:
            log.warning("ring_not_told", alarm=ring.bell, way=each.way, reason=each.error)
