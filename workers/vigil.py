"""The vigil of a worker: once a second it sees that its own lock is held, and whose is not.

A thread of its own, for a task may take a minute: a death is noticed whatever the others do. While
the database is away nothing can be noticed; a worker that finds its session over gets another one.
"""

import threading

from syndicate import clock, logs, processes
from syndicate.mail.recovery import deaths
from syndicate.store.ground import lock_session
from syndicate.store.ground.lock_session import LockSessionError, PooledError
from syndicate.store.ground.session import DatabaseDownError, transaction
from syndicate.store.platform import holders

log = logs.get(__name__)

EVERY_S = 1.0


class Vigil:
    """Keeps this process's lock session, and looks for those of others that are over."""

    def __init__(self) -> None:
        self._is_pooled = False
        self._is_away = False
        self._ending = threading.Event()

    def begin(self) -> None:
        """Have the lock before the first lease, and go on in a thread."""
        self.look()
        threading.Thread(target=self._run, name="vigil", daemon=True).start()

    def end(self) -> None:
        """Stop looking, and give the lock back."""
        self._ending.set()
        lock_session.leave()

    def look(self) -> None:
        """Look once."""
        try:
            self._keep_lock()
            deaths.sweep(clock.now())
        except (LockSessionError, DatabaseDownError) as error:
            if not self._is_away:
                log.warning("vigil_without_database", reason=type(error).__name__)
            self._is_away = True
        except Exception:  # a face: whoever dies next must be noticed all the same
            log.exception("vigil_failed")
        else:
            self._is_away = False

    def _run(self) -> None:
        while not self._ending.wait(EVERY_S):
            self.look()

    def _keep_lock(self) -> None:
        session = lock_session.current()
        if self._is_pooled or (session is not None and not session.is_broken()):
            return
        own = processes.own()
        try:
            made = lock_session.open_for(own.id)
        except PooledError:
            # It is there to stay, and a lease of two minutes decides, as before.
            log.warning("lock_session_is_pooled")
            self._is_pooled = True
            return
        try:
            with transaction() as tx:
                holders.announce(tx, own)
        except BaseException:
            made.close()
            raise
        lock_session.use(made)
