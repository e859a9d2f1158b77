"""The web server's watch: it looks, tells, and rings by itself when the database is gone.

looker   looks every few seconds, and remembers when that last succeeded
teller   tells what is due, however long a way takes
sentry   rings from memory when nothing has succeeded for half a minute: a database that hangs
holds up the looker, and not the bell
"""

import threading
import time
from collections.abc import Callable

from syndicate import clock, logs, settings
from syndicate.alarms import watch
from syndicate.alarms.memory import DatabaseBell
from syndicate.alarms.telling import dead_man
from syndicate.alarms.telling import round as rounds
from syndicate.store.ground.session import DatabaseDownError

log = logs.get(__name__)

LOOK_EVERY_S = 5.0
TELL_EVERY_S = 10.0
_LISTEN_EVERY_S = 1.0


class Sentry:
    """Stands watch in threads of this process, until it ends."""

    def __init__(self) -> None:
        self._bell = DatabaseBell(rounds.tell_blind)
        self._due = threading.Event()
        self._seen_at = clock.now()

    def start(self) -> None:
        """Begin to watch."""
        for act in (self.look, self.tell, self.listen):
            threading.Thread(target=_forever, args=(act,), name=act.__name__, daemon=True).start()

    def look(self) -> None:
        """Look once at the bells."""
        try:
            if watch.look(clock.now()):
                self._due.set()
            self._seen_at = clock.now()
        except DatabaseDownError as error:
            log.warning("bells_not_seen", reason=type(error).__name__)
        time.sleep(LOOK_EVERY_S)

    def tell(self) -> None:
        """Tell what some way has not heard, and tell outside that somebody watches."""
        self._due.wait(TELL_EVERY_S)
        self._due.clear()
        watch.tell(clock.now())
        dead_man.beat(settings.load(), clock.now(), passed_at=watch.looked_at())

    def listen(self) -> None:
        """Hear once whether the database has answered the looker of late."""
        self._bell.listen(self._seen_at, clock.now())
        time.sleep(_LISTEN_EVERY_S)


def _forever(act: Callable[[], None]) -> None:
    while True:
        try:
            act()
        except DatabaseDownError as error:
            log.warning("bells_not_told", reason=type(error).__name__)
            time.sleep(_LISTEN_EVERY_S)
        except Exception:  # a face: who watches goes on watching
            log.exception("watch_missed")
            time.sleep(LOOK_EVERY_S)
