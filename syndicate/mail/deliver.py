"""Sending what is due in one lane: lease a batch, send it chunk by chunk, give it back.

    take ─> chunk ─> chunk ─> … ─> give back ─> take …      until nothing is ready, or 50 s

A worker that lives leaves nothing behind: whatever ends its run, the batch goes back to the rows.
One that dies leaves a lease that runs out, and `mail.recover` takes it back (design §6).
"""

import datetime as dt
import os
import socket
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from syndicate import clock, jobs, logs, settings
from syndicate.errors import NotFoundError
from syndicate.mail import allowed, dkim, pace, relay
from syndicate.mail.chunk import After, Chunk
from syndicate.mail.dkim import Signer
from syndicate.mail.hold import Hold
from syndicate.mail.message import Writer
from syndicate.mail.smtp import Session
from syndicate.render.merge import Content
from syndicate.settings import Settings
from syndicate.store import installation, lease, ledger, results
from syndicate.store.lease import Due, Leased
from syndicate.store.mailings import Lane, Mailing, MailingState
from syndicate.store.session import DatabaseDownError, transaction

log = logs.get(__name__)

# A task's bound is 60 s (design §6); the chunk in hand at 50 s has the rest.
RUN_S = 50.0
# A batch that holds addresses which this environment may not mail is looked at again after this.
NOT_ALLOWED_PAUSE = dt.timedelta(minutes=5)
JOBS = {Lane.URGENT: jobs.SEND_URGENT, Lane.BULK: jobs.SEND_BULK}


def send_lane(lane: Lane, *, should_stop: Callable[[], bool]) -> int:
    """Send what is ready in a lane. Safe to run twice, or at once.

    Args:
        lane: urgent or bulk.
        should_stop: asked before each message; the rest goes back to the rows when it says yes.

    Returns:
        How many deliveries got an outcome.

    Raises:
        SettingsError: relay, master key or DKIM key are missing or unusable.
    """
    configured = settings.load()
    target = relay.parse(configured.need("relay_url"))
    if pace.breaker(target.name).is_open():
        return 0
    started = time.monotonic()
    with Session(target, connections=configured.mail_connections) as session:
        run = Run(lane, configured, session, should_stop, ends_at=started + RUN_S)
        try:
            run.go()
        except DatabaseDownError as error:
            log.warning("database_down", reason=type(error.orig).__name__)
    if run.settled:
        duration_ms = round((time.monotonic() - started) * 1000)
        log.info("lane_sent", lane=lane.value, deliveries=run.settled, duration_ms=duration_ms)
    return run.settled


@dataclass
class Run:
    """One worker's stretch of sending in one lane.

    Attributes:
        lane: urgent or bulk.
        configured: the settings of this process.
        session: connections to the relay.
        should_stop: whether this worker was told to stop.
        ends_at: on the monotonic clock.
        worker: this process's name in the leases.
        settled: deliveries that got an outcome so far.
    """

    lane: Lane
    configured: Settings
    session: Session
    should_stop: Callable[[], bool]
    ends_at: float
    worker: uuid.UUID = field(default_factory=lambda: worker_id(os.getpid()))
    settled: int = 0
    _signer: Signer | None = None
    _contents: dict[tuple[int, int, str], Content] = field(default_factory=dict)

    def go(self) -> None:
        """Send batch after batch."""
        self._signer = signer(self.configured)
        has_called_others = False
        while self._may_go_on():
            since = time.monotonic()
            with transaction() as tx:
                leased = lease.take(tx, self.lane, worker=self.worker, now=clock.now())
            if leased is None:
                return
            if not has_called_others:
                # There may be more than one worker's work: each that finds some wakes one more.
                has_called_others = jobs.hint(JOBS[self.lane])
            if not self._send_batch(Hold(leased, since)):
                return

    def _may_go_on(self) -> bool:
        return time.monotonic() < self.ends_at and not self.should_stop()

    def _send_batch(self, hold: Hold) -> bool:
        """Send a batch as far as it goes; False when the relay is down."""
        leased, now = hold.leased, clock.now()
        with transaction() as tx:
            mailing = ledger.find(tx, leased.mailing_id)
            dues = lease.due_deliveries(tx, leased, now)
            stamped = installation.read(tx)
        if mailing is None:
            raise NotFoundError(f"There is no mailing {leased.mailing_id}.")
        mailable = self._mailable(dues, stamped.environment if stamped else None)
        after = self._send_chunks(hold, mailing, mailable)
        not_before = None if len(mailable) == len(dues) else now + NOT_ALLOWED_PAUSE
        if after is After.RELAY_DOWN:
            pause_s = pace.breaker(self.session.relay.name).trip()
            not_before = clock.now() + dt.timedelta(seconds=pause_s)
        self._give_back(leased, not_before, is_broken=after is After.BROKEN)
        return after is not After.RELAY_DOWN

    def _mailable(self, dues: Sequence[Due], stamped: str | None) -> list[Due]:
        whom = allowed.whom(
            stamped=stamped,
            own=self.configured.environment,
            allow_list=self.configured.mail_allow_list,
        )
        mailable = [due for due in dues if whom.has(due.address)]
        if len(mailable) < len(dues):
            log.warning(
                "mail_held_for_another_environment",
                database=stamped,
                process=self.configured.environment,
                deliveries=len(dues) - len(mailable),
            )
        return mailable

    def _send_chunks(self, hold: Hold, mailing: Mailing, dues: Sequence[Due]) -> After:
        writer = Writer(mailing, self.configured.key(), self.configured.base_url(), self._signer)
        after = After.GO_ON
        size = self.configured.mail_chunk_size
        for start in range(0, len(dues), size):
            if after is not After.GO_ON or not self._may_go_on():
                break
            part = dues[start : start + size]
            try:
                contents = self._load(mailing, part)
            except NotFoundError as error:
                log.error("content_missing", mailing=mailing.id, reason=str(error))  # noqa: TRY400 - the sentence says it all
                return After.BROKEN
            chunk = Chunk(hold, writer, part, contents, self.should_stop)
            after = chunk.send(self.session)
            self.settled += len(chunk.outcomes)
        if after is After.GO_ON and self.settled:
            pace.breaker(self.session.relay.name).close()
        return after

    def _load(self, mailing: Mailing, dues: Sequence[Due]) -> dict[tuple[int, str], Content]:
        """The contents that these deliveries are made of, read once per run."""
        wanted = {(due.content_version or mailing.content_version, due.language) for due in dues}
        for version, language in wanted:
            if (mailing.id, version, language) not in self._contents:
                with transaction() as tx:
                    rows = ledger.content(tx, mailing.id, version, language)
                if not rows:
                    raise NotFoundError(
                        f"Mailing {mailing.id} has no content of version {version} in {language}."
                    )
                self._contents[mailing.id, version, language] = Content.load(rows)
        return {key: self._contents[mailing.id, *key] for key in wanted}

    def _give_back(
        self, leased: Leased, not_before: dt.datetime | None, *, is_broken: bool
    ) -> None:
        with transaction() as tx:
            if is_broken:
                was = (MailingState.SENDING,)
                ledger.change_state(tx, leased.mailing_id, was=was, to=MailingState.PAUSED)
            results.give_back(tx, leased, now=clock.now(), not_before=not_before)


def worker_id(pid: int) -> uuid.UUID:
    """The name under which a process of this machine holds leases: found again from outside."""
    return uuid.uuid5(uuid.NAMESPACE_DNS, f"{pid}.{socket.gethostname()}")


def signer(configured: Settings) -> Signer | None:
    """Who signs, or None when the relay does.

    Raises:
        SettingsError: the key cannot be used.
    """
    if configured.dkim_domain is None or configured.dkim_key_file is None:
        return None
    return dkim.load(configured.dkim_domain, configured.dkim_selector, configured.dkim_key_file)
