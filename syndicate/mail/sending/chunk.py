"""One chunk of a leased batch: intent, SMTP, results; what a killed worker can lose sight of.

    intend (commit) ─> send ─> settle (commit)

Between the two commits the chunk's deliveries stand as *in flight* in the batch. A worker that dies
there leaves at most these ambiguous. Nothing is sent before the first commit, and
the second is tried until the lease is over: the results are known and must not be lost.
"""

import enum
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from syndicate import clock, logs
from syndicate.bounces.keeping import record
from syndicate.errors import BadAddressError, RelayError
from syndicate.mail.mime.message import Writer
from syndicate.mail.relay.conversation import EnvelopeOutcome, Result
from syndicate.mail.relay.smtp import Session
from syndicate.mail.relay.supply import BatchLostError, Envelope
from syndicate.mail.sending import outcomes
from syndicate.mail.sending.hold import Hold
from syndicate.render.merge import Content
from syndicate.store.ground.session import DatabaseDownError, transaction
from syndicate.store.sending import batch_leases, pacing, reaping, results, withholding
from syndicate.store.sending.batch_leases import DueDelivery
from syndicate.store.sending.events import Refused
from syndicate.vocabulary.sending import DeliveryReason, DeliveryState, MailingKind

log = logs.get(__name__)

_RETRY_SETTLE_S = 1.0
# A relay that takes minutes for each message keeps no chunk open for longer: what has not begun by
# then stays pending. `mail.recovery.reconcile` counts on it.
BEGIN_WITHIN_S = 300.0
# One greylisting reply is no reason to leave a whole group alone.
MIN_COMPLAINTS = 3
COMPLAINTS_SHARE = 0.1
# Of a single message; who looks after an issue is told by its mailing's being paused.
UNUSABLE = "its content cannot be made into a mail"


class After(enum.Enum):
    """How to go on after a chunk."""

    GO_ON = "go on"
    GIVE_BACK = "give back"  # paused, cancelled, stopped, newer content, or the lease is gone
    RELAY_DOWN = "relay down"
    NO_TOKENS = "no tokens"
    SLOW_DOWN = "slow down"  # the receivers asked for it
    BROKEN = "broken"  # the content cannot be made into mail: nobody's copy would be better


@dataclass
class Chunk:
    """One chunk on its way.

    Attributes:
        hold: on its batch.
        writer: of its mailing.
        dues: the deliveries.
        contents: by version and language, everything that `dues` need.
        should_stop: asked before each new message.
        outcomes: what became of them so far.
    """

    hold: Hold
    writer: Writer
    dues: Sequence[DueDelivery]
    contents: Mapping[tuple[int, str], Content]
    should_stop: Callable[[], bool]
    outcomes: list[results.DeliveryOutcome] = field(default_factory=list)
    _by_ordinal: dict[int, DueDelivery] = field(default_factory=dict)
    _withheld: int = 0
    _progress: int = 0
    _is_broken: bool = False

    def send(self, session: Session) -> After:
        """Send the chunk and write down what became of it.

        Raises:
            DatabaseDownError: the results could not be written before the lease was over.
        """
        # Whoever's lock session is over begins nothing: it may be taken for dead.
        barred = None if self.hold.has_lost_session() else self._intend()
        if barred is None:
            return After.GIVE_BACK
        self.outcomes += [
            _barred(due, why) for due in self.dues if (why := barred.get(due.ordinal))
        ]
        self._by_ordinal = {
            due.ordinal: replace(due, choice=due.choice & ~self._withheld)
            for due in self.dues
            if due.ordinal not in barred
        }
        after = self._hand_over(session) if self._by_ordinal else After.GO_ON
        if self._settle():
            self._tell_refusals()
        return after

    def _intend(self) -> Mapping[int, DeliveryReason] | None:
        since = clock.steady()
        leased, version = self.hold.leased, self.writer.mailing.content_version
        ordinals = [due.ordinal for due in self.dues]
        now = clock.now()
        with transaction() as tx:
            # The batch was read a while ago: what was withdrawn since must not leave.
            self._withheld = withholding.bits(tx, leased.mailing_id, now=now)
            barred = batch_leases.intend(
                tx,
                leased,
                ordinals,
                version=version,
                now=now,
                withheld=self._withheld,
                missing=self._missing(version),
            )
        if barred is not None:
            self.hold.renewed(since)
        return barred

    def _missing(self, version: int) -> int:
        """Bits chosen of stories that the newest content has no block of."""
        missing = 0
        for due in self.dues:
            content = self.contents.get((version, due.language))
            if due.content_version is None and content is not None and content.shown:
                missing |= due.choice & ~content.shown
        return missing

    def _hand_over(self, session: Session) -> After:
        try:
            takes_utf8 = self._needs_utf8() and session.has_smtputf8()
            self._use_seven_bit(session)
            session.send(self._envelopes(takes_utf8), self._report, self.hold.renew)
        except BatchLostError as error:
            log.warning("lease_lost", mailing=self.writer.mailing.id, reason=str(error))
            return After.GIVE_BACK
        except RelayError as error:
            log.warning("relay_down", relay=session.relay.name, reason=str(error))
            return After.RELAY_DOWN
        if self._is_broken:
            return After.BROKEN
        if self.hold.has_lost_session():
            return After.GIVE_BACK
        if not self._progress and not self.should_stop():
            log.warning("relay_took_nothing", relay=session.relay.name)
            return After.RELAY_DOWN
        return self._asked_to_slow_down() or After.GO_ON

    def _asked_to_slow_down(self) -> After | None:
        """Whether the receivers of this group want less: a tenth of a chunk said 421 or 4.7.x."""
        complaints = [one for one in self.outcomes if outcomes.is_slow_down(one)]
        if len(complaints) < max(MIN_COMPLAINTS, len(self._by_ordinal) * COMPLAINTS_SHARE):
            return None
        group, reason = self.hold.leased.receiver_group, complaints[0].reason or ""
        with transaction() as tx:
            until = pacing.slow_down(tx, group, reason=reason, now=clock.now())
        log.warning("receivers_want_less", receiver_group=group, until=until, reason=reason)
        return After.SLOW_DOWN

    def _use_seven_bit(self, session: Session) -> None:
        needs_it = any(content.is_eight_bit for content in self.contents.values())
        if needs_it and not session.has_eight_bit():
            self.contents = {key: content.seven_bit() for key, content in self.contents.items()}

    def _needs_utf8(self) -> bool:
        return any(not due.address.isascii() for due in self._by_ordinal.values())

    def _envelopes(self, takes_utf8: bool) -> Iterator[Envelope]:
        ends_at = time.monotonic() + BEGIN_WITHIN_S
        for due in self._by_ordinal.values():
            if self.should_stop() or time.monotonic() >= ends_at:
                return
            try:
                envelope = self._envelope(due)
            except BadAddressError:
                self._fail(due, "the address cannot be mailed")
                continue
            except (LookupError, ValueError):
                log.exception("content_unusable", mailing=self.writer.mailing.id)
                if self.writer.mailing.kind is not MailingKind.SINGLE:
                    self._is_broken = True
                    return
                # Nobody would resume it, and there is nobody else whom it would fail.
                self._fail(due, UNUSABLE)
                continue
            if envelope.is_utf8 and not takes_utf8:
                self._fail(due, "the relay does not take addresses beyond ASCII")
                continue
            yield envelope

    def _envelope(self, due: DueDelivery) -> Envelope:
        version = due.content_version or self.writer.mailing.content_version
        return self.writer.envelope(due, self.contents[version, due.language])

    def _fail(self, due: DueDelivery, reason: str) -> None:
        self._progress += 1
        outcome = results.DeliveryOutcome(
            due.ordinal, DeliveryState.FAILED, is_attempt=False, reason=reason
        )
        self.outcomes.append(outcome)

    def _report(self, result: Result) -> None:
        outcome = outcomes.of(result, self._by_ordinal[result.key], now=clock.now())
        if outcome is not None:
            self.outcomes.append(outcome)
        if result.outcome not in (EnvelopeOutcome.UNTRIED, EnvelopeOutcome.UNKNOWN):
            self._progress += 1

    def _settle(self) -> bool:
        while True:
            try:
                return self._write()
            except DatabaseDownError:
                if clock.steady() >= self.hold.end:
                    raise
                time.sleep(_RETRY_SETTLE_S)

    def _write(self) -> bool:
        leased = self.hold.leased
        has_ambiguous = any(
            one.state is DeliveryState.AMBIGUOUS and one.is_attempt for one in self.outcomes
        )
        with transaction() as tx:
            is_ours = results.settle(tx, leased, self.outcomes, now=clock.now())
            if is_ours and has_ambiguous:
                reaping.requeue_ambiguous(tx, leased.mailing_id, leased.number)
        if not is_ours:
            log.warning("results_came_too_late", mailing=leased.mailing_id, batch=leased.number)
        return is_ours

    def _tell_refusals(self) -> None:
        """Have an address that is gone mailed no more, by whatever is sent a second later."""
        mailing_id, now = self.hold.leased.mailing_id, clock.now()
        refused = [
            Refused(
                mailing_id,
                self._by_ordinal[one.ordinal].recipient_id,
                now,
                one.code,
                one.enhanced,
                one.reason,
            )
            for one in self.outcomes
            if one.state is DeliveryState.FAILED and one.code is not None
        ]
        try:
            record.refusals(refused)
        except DatabaseDownError:
            # They stand in the ledger; the sweep finds them there.
            log.warning("refusals_not_kept", mailing=mailing_id, refusals=len(refused))


def _barred(due: DueDelivery, why: DeliveryReason) -> results.DeliveryOutcome:
    """What becomes of a delivery that may not be attempted.

    Where a first copy may have arrived, nobody may hide that: it stays ambiguous.
    """
    state = why.state if due.content_version is None else DeliveryState.AMBIGUOUS
    return results.DeliveryOutcome(due.ordinal, state, is_attempt=False, reason=why)
