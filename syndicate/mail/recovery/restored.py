"""Releasing mail after a restore: settle what was sent, show what is left, begin a new life.

    accept logs ────> what a relay took is accepted
    no live log ────> what was open is left to a person, whatever it is: most of it was sent
    journal ────────> issues that were begun are put back as sent, with what they told
    live journal ───> new mail leaves at once (`going_on`), and the rest, what was open, is held
    no live journal ─> all is held, and nothing that was due before opens by itself

Nobody is mailed twice where log or journal can tell, and where neither can, nobody is mailed. All
of it may be done again when it was interrupted: mail is held until the last step.

Source: docs/decisions/0019-the-way-back.md.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from syndicate import settings
from syndicate.errors import PermanentError, RefusedError, SettingsError
from syndicate.journal import lives, readers
from syndicate.journal.lives import Journal
from syndicate.mail.recovery import copy_check, log_evidence
from syndicate.mail.recovery.log_evidence import Told
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.platform import installation
from syndicate.store.platform.installation import Installation
from syndicate.store.recovery import begun_issues, copies, log_settlement
from syndicate.store.recovery.begun_issues import Begun
from syndicate.store.recovery.log_settlement import Found
from syndicate.store.sending import reaping
from syndicate.store.sending.mailings import Mailing
from syndicate.vocabulary.sending import AmbiguousPolicy, MailingState

# A message may be accepted long after its mailing was made, never before; clocks differ.
_MARGIN = dt.timedelta(hours=2)
# Of mailings that are over so far back, what failed may have been sent again since.
_FAR_BACK = dt.timedelta(days=14)
_REST = "what was open when this database was restored"
_AT_ONCE = 20_000
_UNREADABLE = (
    "Run `syndicate mailings release` where it can be read. If it is lost for good, move a broken "
    "journal away, or set SYNDICATE_RELAY_ACCEPT_LOG=pushed for this command: what it would have "
    "settled is then left for you to decide, and not sent."
)


@dataclass(frozen=True)
class Row:
    """One mailing as a release finds it.

    Attributes:
        would_send: deliveries that leave by it.
        settled: deliveries that are noted as accepted, because a log says so.
        left: deliveries that are left to a person as ambiguous, because nobody knows.
    """

    id: int
    would_send: int
    settled: int
    left: int


@dataclass(frozen=True)
class Plan:
    """What a release would do.

    Attributes:
        held_why: why mail is held, as a clause; None where it is not.
        mailings: those with anything to send, to settle or to leave, by id.
        put_back: issues that were sent in the time that is lost, as the journal tells.
        opens_from: what was due by then is not opened by itself; None where all that is due is.
        past_lives: what the journal knows.
        mark: likewise.
        is_rest: whether new mail leaves, and only what was open is held.
        has_reader_journal: whether that of readers is living, so that who left stays out.
    """

    held_why: str | None
    mailings: tuple[Row, ...]
    put_back: tuple[Begun, ...] = ()
    opens_from: dt.datetime | None = None
    past_lives: frozenset[str] = frozenset()
    mark: int = 0
    is_rest: bool = False
    has_reader_journal: bool = True

    @property
    def held_sentence(self) -> str:
        """What is held, where anything is."""
        if self.is_rest:
            return "New mail is sent. What was open when this database was restored is held."
        return f"Mail is held: {self.held_why}."


def plan(now: dt.datetime) -> Plan:
    """What `settle` would do, and what would leave then; writes nothing.

    Raises:
        RefusedError: journal or accept log are set and cannot be read here.
    """
    view = View.read(now)
    return view.plan(now) if view is not None else Plan(None, tuple(_waiting(now)))


def settle(now: dt.datetime) -> Plan:
    """Settle a database that is held; all but the last step. Safe to run twice.

    Returns:
        What was done.

    Raises:
        RefusedError: a worker still has a batch in hand, or journal or accept log are set and
            cannot be read here.
    """
    try:
        copy_check.wake(now, is_start=True)
    except PermanentError as error:
        raise RefusedError(f"{error} {_UNREADABLE}") from error
    _take_back(now)
    view = View.read(now)
    if view is None:
        return Plan(None, tuple(_waiting(now)))
    done = view.plan(now)
    try:
        _settle(view, done, now)
    except ReleasedError:
        return Plan(None, tuple(_waiting(now)))
    return done


def begin_life(tx: Transaction, done: Plan, *, now: dt.datetime) -> None:
    """The last step: the database begins a new life, which the journal follows."""
    if done.is_rest:
        copies.release_rest(tx)
        return
    copies.begin_life(tx, now=now, also_past=done.past_lives, mark=done.mark)


class ReleasedError(Exception):
    """Somebody else has released the database meanwhile: its mail is another life's."""


def _settle(view: "View", done: Plan, now: dt.datetime) -> None:
    for mailing in view.mailings:
        view.settle(mailing, now)
    with view.held() as tx:
        for one in done.put_back:
            begun_issues.put_back(tx, one, now=now)
        if done.opens_from is not None:
            begun_issues.hold_waiting(tx, until=view.held_at if view.is_rest else None)
            copies.open_from(tx, done.opens_from)


@dataclass(frozen=True)
class View:
    """A database that is held, and what stands outside it.

    Attributes:
        row: of the installation.
        until: the newest mailing that another life may have sent.
        mailings: that the logs may say something of.
        journal: all of it.
        logs: what they tell.
        lost: what was begun and this database does not know as begun.
    """

    row: Installation
    until: int
    mailings: tuple[Mailing, ...]
    journal: Journal
    logs: Told
    lost: tuple[Begun, ...]

    @classmethod
    def read(cls, now: dt.datetime) -> "View | None":
        """Read everything; None where mail is not held.

        Raises:
            RefusedError: something of it cannot be read here.
        """
        with transaction() as tx:
            row = installation.read(tx)
            if row is None or (row.held_at or row.rest_held_at) is None:
                return None
            until = copies.newest_of_copy(tx, row.held_mailing or 0)
            oldest = log_settlement.oldest_open(tx, until=until) or row.life_since
            mailings = log_settlement.mailings(tx, until=until, since=now - _FAR_BACK)
        journal, logs = _outside(oldest - _MARGIN, now)
        begun = journal.mailings(but_of=row.life if row.held_at is None else "")
        with transaction() as tx:
            frozen = begun_issues.frozen(tx, [each for each in logs.accepted if each <= until])
            lost = begun_issues.missing(tx, [*begun, *frozen])
        return cls(row, until, tuple(mailings), journal, logs, tuple(lost))

    @property
    def is_rest(self) -> bool:
        """Whether new mail leaves, and only what was open is held."""
        return self.row.held_at is None

    @property
    def held_at(self) -> dt.datetime | None:
        """When it was held."""
        return self.row.held_at or self.row.rest_held_at

    def plan(self, now: dt.datetime) -> Plan:
        """What is to be done."""
        rows = [self._row(mailing, now) for mailing in self.mailings]
        rows += [] if self.is_rest else _waiting(now, after=self.until)
        head = self.journal.head
        return Plan(
            held_why=_REST if self.is_rest else self.row.held_why,
            mailings=tuple(row for row in rows if row.would_send or row.settled or row.left),
            put_back=self.lost,
            opens_from=None if self.knows_what_was_begun() else self.held_at,
            past_lives=frozenset(self.journal.lives),
            mark=head.mark if head is not None else 0,
            is_rest=self.is_rest,
            has_reader_journal=readers.is_living(settings.load()),
        )

    def settle(self, mailing: Mailing, now: dt.datetime) -> None:
        """Write down what is known of one mailing, and what is not."""
        is_trusted = self._is_trusted(mailing)
        for recipients in _parts(self.logs.accepted.get(mailing.id)):
            with self.held() as tx:
                log_settlement.accept(tx, mailing.id, recipients, now=now)
        for recipients in _parts(self.logs.unsure.get(mailing.id)):
            with self.held() as tx:
                log_settlement.doubt(tx, mailing.id, recipients, now=now)
        with self.held() as tx:
            if not is_trusted:
                log_settlement.doubt(tx, mailing.id, now=now)
                log_settlement.ask_no_log(tx, mailing.id)
            log_settlement.end_what_is_over(tx, mailing.id, now=now)

    @contextmanager
    def held(self) -> Iterator[Transaction]:
        """A transaction in which the database is still held as it was read.

        Raises:
            ReleasedError: it is not any more.
        """
        with transaction() as tx:
            if self.held_at is None or not copies.is_still_held(tx, self.held_at):
                raise ReleasedError
            yield tx

    def _row(self, mailing: Mailing, now: dt.datetime) -> Row:
        named = _look(mailing, self.logs.accepted.get(mailing.id))
        unsure = _look(mailing, self.logs.unsure.get(mailing.id))
        with transaction() as tx:
            every = log_settlement.look(tx, mailing.id)
        waiting = every.waiting - named.waiting
        if not self._is_trusted(mailing, every=every, named=named):
            return Row(mailing.id, 0, named.open, left=waiting)
        # A relay may say of a message that it saw it, and after a while that it took it.
        unknown = min(unsure.waiting, waiting)
        is_going = mailing.state is MailingState.SENDING and mailing.expires_at > now
        again = every.ambiguous - named.ambiguous - unsure.ambiguous
        asks_again = mailing.policy is AmbiguousPolicy.RECONCILE
        would_send = waiting - unknown + (max(again, 0) if asks_again else 0)
        return Row(mailing.id, would_send if is_going else 0, named.open, left=unknown)

    def _is_trusted(
        self, mailing: Mailing, *, every: Found | None = None, named: Found | None = None
    ) -> bool:
        """Whether what no log names of a mailing was surely never accepted.

        The log must be the living one, and know whatever the ledger knows of this mailing; where
        that is nothing, it must reach back to before it.
        """
        if self.row.is_all_restored or not (self.logs.is_live or self._was_pushed_again()):
            return False
        if every is None:
            with transaction() as tx:
                every = log_settlement.look(tx, mailing.id)
        if every.accepted:
            named = named or _look(mailing, self.logs.accepted.get(mailing.id))
            return named.accepted == every.accepted
        return self.logs.oldest is not None and self.logs.oldest <= mailing.created_at

    def _was_pushed_again(self) -> bool:
        """Whether all relays on other machines told once more what they took in the lost time."""
        heard: set[str] = set()
        for mailing_id, by in self.logs.told_by.items():
            heard |= by if self._is_lost(mailing_id) else set()
        return bool(self.logs.relays) and self.logs.relays <= heard

    def _is_lost(self, mailing_id: int) -> bool:
        # What is begun in the life that goes on has numbers far beyond.
        return self.until < mailing_id <= self.until + log_settlement.MOST_LOST

    def knows_what_was_begun(self) -> bool:
        """Whether the journal is the living one, and no log names an issue that it lacks."""
        if self.row.is_all_restored or not self.journal.is_live:
            return False
        known = {mailing_id for _, mailing_id in self.journal.begun}
        strange = any(
            self._is_lost(mailing_id) and mailing_id not in known and len(set(recipients)) > 1
            for mailing_id, recipients in self.logs.accepted.items()
        )
        lived = {self.row.life, *(self.row.past_lives if self.is_rest else ())}
        return bool(lived & self.journal.lives) and not strange


def _outside(since: dt.datetime, now: dt.datetime) -> tuple[Journal, Told]:
    """What stands outside the database.

    Raises:
        RefusedError: some of it is set and cannot be read here; it is not released past that.
    """
    configured = settings.load()
    path = lives.path_of(configured)
    try:
        journal = lives.read(path) if path is not None else Journal()
        return journal, log_evidence.gather(configured, since=since, now=now)
    except (SettingsError, PermanentError) as error:
        raise RefusedError(f"{error} {_UNREADABLE}") from error


def _take_back(now: dt.datetime) -> None:
    """Take back every lease, which the hold has ended; what was in hand is ambiguous."""
    while True:
        with transaction() as tx:
            row = installation.read(tx)
            if row is None or (row.held_at or row.rest_held_at) is None:
                return
            if not reaping.reap(tx, now=now):
                break
    with transaction() as tx:
        # Of the rest nothing was leased since it was held; what is in hand is new.
        if row.held_at is not None and log_settlement.has_leases(tx):
            raise RefusedError("A worker still has mail in hand; try again in two minutes.")


def _waiting(now: dt.datetime, *, after: int = 0) -> Iterator[Row]:
    """What waits of the mailings after a number: none of them can have been sent by another life.

    All of a database that is stopped and no copy; of a copy what people asked for while it is held.
    """
    with transaction() as tx:
        newest = copies.here(tx).newest_mailing
        for mailing in log_settlement.mailings(tx, after=after, until=newest):
            waiting = log_settlement.look(tx, mailing.id).waiting
            if waiting and mailing.state is MailingState.SENDING and mailing.expires_at > now:
                yield Row(mailing.id, waiting, 0, 0)


def _look(mailing: Mailing, recipients: Sequence[int] | None) -> Found:
    found = Found()
    for part in _parts(recipients):
        with transaction() as tx:
            found += log_settlement.look(tx, mailing.id, part)
    return found


def _parts(recipients: Sequence[int] | None) -> Iterator[list[int]]:
    """Each recipient once, so many at a time."""
    every = sorted(set(recipients or ()))
    for first in range(0, len(every), _AT_ONCE):
        yield every[first : first + _AT_ONCE]
