"""Sending what is due in one lane: lease a batch, send it chunk by chunk, give it back.

    take ─> chunk ─> chunk ─> … ─> give back ─> take …      until nothing is ready, or 50 s

A worker that lives leaves nothing behind: whatever ends its run, the batch goes back to the rows.
One that dies leaves a lease, which `mail.recovery.deaths` takes back in seconds, or which runs out.
"""

import datetime as dt
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from syndicate import clock, jobs, logs, processes, settings
from syndicate.errors import NotFoundError
from syndicate.limits import Limits
from syndicate.mail.mime import signers
from syndicate.mail.mime.contents import Contents
from syndicate.mail.mime.message import Writer
from syndicate.mail.mime.signers import Signers
from syndicate.mail.pacing import pace, streams
from syndicate.mail.pacing.pace import Pacer
from syndicate.mail.pacing.routes import Routes
from syndicate.mail.pacing.tokens import Tokens
from syndicate.mail.recovery import copy_check
from syndicate.mail.relay import addresses
from syndicate.mail.relay.patience import Patience
from syndicate.mail.relay.smtp import Session
from syndicate.mail.relay.supply import BatchLostError
from syndicate.mail.sending import allowed
from syndicate.mail.sending.chunk import UNUSABLE, After, Chunk
from syndicate.mail.sending.hold import Hold
from syndicate.render.merge import Content
from syndicate.settings import Settings
from syndicate.store.ground import lock_session
from syndicate.store.ground.session import DatabaseDownError, Transaction, transaction
from syndicate.store.platform import audit, installation
from syndicate.store.sending import batch_leases, ledger, pacing, results
from syndicate.store.sending.batch_leases import DueDelivery, LeasedBatch
from syndicate.store.sending.mailings import Mailing
from syndicate.vocabulary.acts import Act
from syndicate.vocabulary.sending import Lane, MailingKind, MailingState

log = logs.get(__name__)

# A task's bound is 60 s; the chunk in hand at 50 s has the rest.
RUN_S = 50.0
ACTOR = "sender"
# A batch that holds addresses which this environment may not mail is looked at again after this.
NOT_ALLOWED_PAUSE = dt.timedelta(minutes=5)
JOBS = {Lane.URGENT: jobs.SEND_URGENT, Lane.BULK: jobs.SEND_BULK}
# Leases that this process holds and no run of it works on: the database was away when a chunk was
# to begin, or the batch to be given back. Once it is there they are ended, instead of running out.
_LEFT_BEHIND: list[LeasedBatch] = []


def send_lane(lane: Lane, *, should_stop: Callable[[], bool]) -> int:
    """Send what is ready in a lane. Safe to run twice, or at once.

    Args:
        lane: urgent or bulk.
        should_stop: asked before each message; the rest goes back to the rows when it says yes.

    Returns:
        How many deliveries got an outcome.

    Raises:
        SettingsError: relay, master key, DKIM key or pace are missing or unusable.
    """
    configured = settings.load()
    relays = addresses.of_readers(configured)
    window = pace.read_window(configured.mail_window)
    if lane is Lane.BULK and window is not None and not window.is_open(clock.now()):
        return 0
    started = time.monotonic()
    most, helo = configured.mail_connections, configured.relay_helo
    with Routes(relays, connections=most, helo=helo, patience=_patience(configured)) as routes:
        run = Run(lane, configured, routes, should_stop, ends_at=started + RUN_S)
        try:
            run.go()
        except DatabaseDownError as error:
            log.warning("database_down", reason=type(error.orig).__name__)
    if run.settled:
        duration_ms = round((time.monotonic() - started) * 1000)
        log.info("lane_sent", lane=lane.value, deliveries=run.settled, duration_ms=duration_ms)
    return run.settled


def _patience(configured: Settings) -> Patience:
    """How long a relay's greeting may take."""
    return Patience(greeting_s=configured.relay_greeting_s, step_s=configured.relay_reply_s)


@dataclass
class Run:
    """One worker's stretch of sending in one lane.

    Attributes:
        lane: urgent or bulk.
        configured: the settings of this process.
        routes: sessions with the relays.
        should_stop: whether this worker was told to stop.
        ends_at: on the monotonic clock.
        worker: this process's name in the leases.
        settled: deliveries that got an outcome so far.
        attempted: those of them about which a relay said something.
    """

    lane: Lane
    configured: Settings
    routes: Routes
    should_stop: Callable[[], bool]
    ends_at: float
    worker: uuid.UUID = field(default_factory=lambda: processes.own().id)
    settled: int = 0
    attempted: int = 0

    def __post_init__(self) -> None:
        configured = self.configured
        self.signers = Signers()
        self.contents = Contents()
        self.pacer = Pacer(
            Limits.of(configured.need("redis_url"), configured.mail_pace_share),
            pace.read_limits(configured.mail_pace),
            holder=f"{self.worker}:{self.lane}",
        )
        self.warm_up = pace.read_warm_up(configured.mail_warmup)

    def go(self) -> None:
        """Send batch after batch."""
        signers.require_own(self.configured)
        copy_check.notice(clock.now())
        with transaction() as tx:
            for left in _LEFT_BEHIND:
                batch_leases.end(tx, left)
        _LEFT_BEHIND.clear()
        has_called_others = False
        while self._may_go_on() and self.routes.has_any():
            since, session = clock.steady(), lock_session.current()
            with transaction() as tx:
                leased = batch_leases.take(tx, self.lane, worker=self.worker, now=clock.now())
            if leased is None:
                return
            if not has_called_others:
                # There may be more than one worker's work: each that finds some wakes one more.
                has_called_others = jobs.hint(JOBS[self.lane])
            try:
                self._send_batch(Hold(leased, since, session))
            except DatabaseDownError:
                _LEFT_BEHIND.append(leased)
                raise

    def _may_go_on(self) -> bool:
        return time.monotonic() < self.ends_at and not self.should_stop()

    def _send_batch(self, hold: Hold) -> None:
        """Send a batch as far as it goes and give it back."""
        leased, now = hold.leased, clock.now()
        with transaction() as tx:
            mailing = self._mailing(tx, leased)
            dues = batch_leases.due_deliveries(tx, leased, now)
            stamped = installation.read(tx)
            eased = pacing.connections(tx, leased.receiver_group)
            way = streams.way(tx, mailing)
        mailable, not_before = self._mailable(dues, stamped.environment if stamped else None, now)
        session, after = self.routes.session(leased, way.sender_domain, way.pool), After.NO_TOKENS
        if session is not None:
            most = min(self.routes.most(session), eased or self.routes.most(session))
            place = (session.relay.name, leased.receiver_group)
            tokens = way.tokens(self.pacer, self.lane, place, self.warm_up)
            session.limit(tokens.connections(most))
            attempted = self.attempted
            after = self._send_chunks(_Work(hold, mailing, session, tokens), mailable)
            # Where nobody was left to send to, nothing was learnt about relay and receivers.
            if after is not After.GO_ON or self.attempted > attempted:
                not_before = self._look_back(leased, session, after, eased, way.pool) or not_before
            not_before = tokens.not_before or not_before
        elif self.routes.has_any():
            not_before = now + dt.timedelta(seconds=self.routes.pause_s(way.pool))
        self._give_back(leased, not_before, is_broken=after is After.BROKEN)

    def _mailing(self, tx: Transaction, leased: LeasedBatch) -> Mailing:
        """Whose batch it is; keys that were seen since the last one sign what was frozen since."""
        mailing = ledger.find(tx, leased.mailing_id)
        if mailing is None:
            raise NotFoundError(f"There is no mailing {leased.mailing_id}.")
        self.signers = signers.fresh(tx, self.configured, self.signers)
        return mailing

    def _mailable(
        self, dues: Sequence[DueDelivery], stamped: str | None, now: dt.datetime
    ) -> tuple[list[DueDelivery], dt.datetime | None]:
        """Those whom this environment may mail; and until when the batch waits for the others."""
        whom = allowed.whom(
            stamped=stamped,
            own=self.configured.environment,
            allow_list=self.configured.mail_allow_list,
        )
        mailable = [due for due in dues if whom.has(due.address)]
        if len(mailable) == len(dues):
            return mailable, None
        log.warning(
            "mail_held_for_another_environment",
            database=stamped,
            process=self.configured.environment,
            deliveries=len(dues) - len(mailable),
        )
        return mailable, now + NOT_ALLOWED_PAUSE

    def _send_chunks(self, work: "_Work", dues: Sequence[DueDelivery]) -> After:
        try:
            return self._send_each_chunk(work, dues)
        except BatchLostError as error:
            log.warning("lease_lost", mailing=work.mailing.id, reason=str(error))
            return After.GIVE_BACK
        finally:
            work.tokens.release()

    def _send_each_chunk(self, work: "_Work", dues: Sequence[DueDelivery]) -> After:
        writer = Writer(
            work.mailing, self.configured.key(), self.configured.base_url(), self.signers
        )
        after, start = After.GO_ON, 0
        while start < len(dues) and after is After.GO_ON and self._may_go_on():
            wanted = min(self.configured.mail_chunk_size, len(dues) - start)
            granted = work.granted(wanted, self._may_go_on)
            if not granted:
                return After.NO_TOKENS
            part = dues[start : start + granted]
            start += granted
            contents = self._contents(work.mailing, part)
            if contents is None:
                return After.BROKEN
            chunk = Chunk(work.hold, writer, part, contents, self.should_stop)
            after = chunk.send(work.session)
            self.settled += len(chunk.outcomes)
            self.attempted += sum(one.is_attempt for one in chunk.outcomes)
        return after

    def _contents(
        self, mailing: Mailing, dues: Sequence[DueDelivery]
    ) -> Mapping[tuple[int, str], Content] | None:
        """What these deliveries are made of; None where a person must look at the mailing.

        A single message without content fails for itself, when it is to be made.
        """
        try:
            return self.contents.needed(mailing, dues)
        except (NotFoundError, LookupError, ValueError) as error:
            log.error("content_unusable", mailing=mailing.id, reason=str(error))  # noqa: TRY400 - the sentence says it all
            return {} if mailing.kind is MailingKind.SINGLE else None

    def _look_back(
        self,
        leased: LeasedBatch,
        session: Session,
        after: After,
        eased: int | None,
        pool: str,
    ) -> dt.datetime | None:
        """What a batch taught us about relay and receivers.

        Returns:
            Until when the batch is held back.
        """
        breaker = pace.breaker(session.relay.name)
        if after is After.RELAY_DOWN:
            pause_s = breaker.trip()
            has_other = self.routes.has_any(pool)
            return None if has_other else clock.now() + dt.timedelta(seconds=pause_s)
        if after is After.GO_ON:
            breaker.close()
            if eased is not None:
                with transaction() as tx:
                    most = self.routes.most(session)
                    pacing.ease(tx, leased.receiver_group, most=most, now=clock.now())
        return None

    def _give_back(
        self, leased: LeasedBatch, not_before: dt.datetime | None, *, is_broken: bool
    ) -> None:
        with transaction() as tx:
            if is_broken:
                _pause(tx, leased.mailing_id)
            results.give_back(tx, leased, now=clock.now(), not_before=not_before)


def _pause(tx: Transaction, mailing_id: int) -> None:
    was = (MailingState.SENDING,)
    if ledger.change_state(tx, mailing_id, was=was, to=MailingState.PAUSED):
        subject, act = f"mailing:{mailing_id}", Act.MAILING_PAUSE
        audit.record(tx, at=clock.now(), actor=ACTOR, action=act, subject=subject, why=UNUSABLE)


@dataclass(frozen=True)
class _Work:
    """A batch in hand with all that sending it needs."""

    hold: Hold
    mailing: Mailing
    session: Session
    tokens: Tokens

    def granted(self, wanted: int, may_wait: Callable[[], bool]) -> int:
        """How many messages may be sent now; waits a little while for tokens."""
        if self.session.connections < 1 or self.tokens.gives_way():
            self.tokens.come_back_soon(clock.now())
            return 0
        return self.tokens.take(wanted, may_wait=may_wait, renew=self.hold.renew)
