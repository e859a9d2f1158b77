"""Whether this database is a copy, holding one that may be, and its next life.

What a copy gave out after the moment that it holds, somebody else has: links in mails name readers
by number. So where one is held, every number is moved on far beyond what can have been given out.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select, text, update

from syndicate.store.ground.session import Transaction
from syndicate.store.platform import audit
from syndicate.store.platform.due import SKEW
from syndicate.store.platform.installation import HOME, Installation
from syndicate.store.sending import partitions
from syndicate.store.sending.mailings import Batch, Mailing
from syndicate.vocabulary.acts import Act
from syndicate.vocabulary.sending import BatchState

ACTOR = "system"
# More than was ever given out between a backup and its restore.
NUMBERS_AHEAD = 1_000_000
_UNKNOWN = "-"
FILES_COPIED = "the files of its PostgreSQL were copied"
_MOVES = (
    "it is in a different PostgreSQL than before",
    "it is a different database than before",
    "its tables were created again",
    FILES_COPIED,
)


@dataclass(frozen=True)
class Here:
    """Where this database is now.

    Attributes:
        home: as `installation.HOME` says it.
        server_since: when its PostgreSQL was started, aware UTC.
        newest_mailing: the last number that was given to one; 0 before the first.
    """

    home: str
    server_since: dt.datetime
    newest_mailing: int


_HERE = text(
    f"""
    SELECT {HOME}, pg_postmaster_start_time(),
        (SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM mailing_id_seq)
    """  # noqa: S608 - our own text
)


def here(tx: Transaction) -> Here:
    """Where this database is."""
    return Here(*tx.execute(_HERE).one())


def folder(tx: Transaction) -> str | None:
    """Where PostgreSQL has its files, on its machine; None where it does not tell us."""
    said = tx.scalar(text("SELECT setting FROM pg_settings WHERE name = 'data_directory'"))
    return str(said) if said is not None else None


def moved(before: str, now: str) -> str | None:
    """What of a database's home is not as it was, as a clause; None when nothing is. Pure."""
    for was, is_now, clause in zip(before.split("|"), now.split("|"), _MOVES, strict=True):
        if was != is_now and _UNKNOWN not in (was, is_now):
            return clause
    return None


def move_in(tx: Transaction) -> None:
    """Let a database that was made, or upgraded, just now be at home where it is.

    One that knew its cluster and is in another now is left without a home, and
    `mail.recovery.copy_check` holds it. Safe to run twice.
    """
    row = tx.scalar(select(Installation).where(Installation.home.is_(None)).with_for_update())
    if row is None:
        return
    found = here(tx)
    if moved_cluster(row, found) is None:
        row.home, row.compared_for = found.home, found.server_since


def moved_cluster(row: Installation, found: Here) -> str | None:
    """The same as `moved` of a database that knows no more than its cluster."""
    if row.system_id is None:
        return None
    system_id = found.home.partition("|")[0]
    return _MOVES[0] if system_id not in (_UNKNOWN, str(row.system_id)) else None


def settle_in(tx: Transaction, found: Here) -> None:
    """Write down that somebody compared this database, and that it may be where it is."""
    tx.execute(update(Installation).values(home=found.home, compared_for=found.server_since))


def is_compared(tx: Transaction) -> bool:
    """Whether somebody compared this database since its server was started, and let mail leave."""
    row = tx.scalar(select(Installation))
    found = here(tx)
    is_known = row is not None and (row.home, row.compared_for) == (found.home, found.server_since)
    return row is not None and is_known and row.held_at is None


def hold(tx: Transaction, *, now: dt.datetime, why: str, is_all_restored: bool) -> bool:
    """Let no mail leave a database that may be a copy. Safe to run twice.

    A copy of one that was held is held anew: what was asked for meanwhile may have left the other.

    Args:
        tx: the open transaction.
        now: aware UTC.
        why: as a clause.
        is_all_restored: journal and accept logs may be as old as the database.

    Returns:
        Whether it was not held before, where it is.
    """
    row = tx.scalar(select(Installation).with_for_update())
    if row is None:
        return False
    found = here(tx)
    is_held = row.held_at is not None and moved(row.home or "", found.home) is None
    is_told = is_all_restored and not row.is_all_restored
    row.home, row.compared_for = found.home, found.server_since
    row.is_all_restored = row.is_all_restored or is_all_restored
    if is_held and not is_told:
        return False
    if not _is_stopped_by_hand(row):
        row.stopped_at, row.stopped_why = now, why
    row.held_at, row.held_why = now, why
    row.held_mailing = found.newest_mailing
    _end_leases(tx)
    _move_numbers_on(tx)
    act = Act.MAIL_HOLD
    audit.record(tx, at=now, actor=ACTOR, action=act, subject="installation", why=why)
    return True


def newest_of_copy(tx: Transaction, held_mailing: int) -> int:
    """The newest mailing that another life may have sent; no lower than that of the hold.

    Rows may be brought back after it: what is asked for while mail is held has higher numbers.

    Args:
        tx: the open transaction.
        held_mailing: the newest one when the database was held.
    """
    brought = select(func.max(Mailing.id)).where(Mailing.id <= held_mailing + NUMBERS_AHEAD)
    return max(held_mailing, tx.scalar(brought) or 0)


def keep_numbers_ahead(tx: Transaction, row: Installation, found: Here) -> None:
    """Move numbers on again that rows which were brought back have set back. Safe to run twice.

    Beyond those that were given out while mail was held, too.
    """
    if row.held_mailing is not None and found.newest_mailing < row.held_mailing + NUMBERS_AHEAD:
        _move_numbers_on(tx, by=2 * NUMBERS_AHEAD)


def is_still_held(tx: Transaction, held_at: dt.datetime) -> bool:
    """Whether nobody has released a database, or the rest of it; nobody does until the commit."""
    held = func.coalesce(Installation.held_at, Installation.rest_held_at)
    return tx.scalar(select(held).with_for_update(read=True)) == held_at


def begin_life(tx: Transaction, *, now: dt.datetime, also_past: Collection[str], mark: int) -> None:
    """Let a database that was held begin a new life, in which mail leaves. Safe to run twice.

    Args:
        tx: the open transaction.
        now: aware UTC.
        also_past: lives that the journal knows and this database does not.
        mark: the journal's; ours goes on from there.
    """
    row = tx.scalars(select(Installation).with_for_update()).one()
    if row.held_at is None:
        return
    row.past_lives = sorted({*row.past_lives, row.life, *also_past})
    row.life = str(tx.scalar(select(func.gen_random_uuid())))
    row.life_since = now
    row.mark = max(row.mark, mark) + 1
    row.held_at = row.held_why = row.held_mailing = row.rest_held_at = None
    row.is_all_restored = False


def go_on(
    tx: Transaction, *, now: dt.datetime, also_past: Collection[str], mark: int, until: int
) -> None:
    """Let a database that was held begin a new life; what was there stays held. Safe to run twice.

    Where an operator has stopped everything too, that stands.

    Args:
        tx: the open transaction.
        now: aware UTC.
        also_past: as for `begin_life`.
        mark: likewise.
        until: the newest mailing that stays held.
    """
    row = tx.scalars(select(Installation).with_for_update()).one()
    held_at, is_by_hand = row.held_at, _is_stopped_by_hand(row)
    if held_at is None:
        return
    begin_life(tx, now=now, also_past=also_past, mark=mark)
    row.rest_held_at, row.held_mailing = held_at, until
    if not is_by_hand:
        row.stopped_at = row.stopped_why = None
    said = {"held": "what was open when it was restored"}
    act = Act.MAIL_RELEASE
    audit.record(tx, at=now, actor=ACTOR, action=act, subject="installation", **said)


def release_rest(tx: Transaction) -> None:
    """Let go what was open when a database was restored. Safe to run twice."""
    values = {"rest_held_at": None, "held_mailing": None}
    tx.execute(update(Installation).where(Installation.held_at.is_(None)).values(values))


def put_right(tx: Transaction, now: dt.datetime) -> None:
    """Let a clock that was set back since bar nothing of the present. Safe to run twice."""
    for column in (Installation.life_since, Installation.opens_from, Installation.rest_held_at):
        tx.execute(update(Installation).where(column > now + SKEW).values({column.key: now}))


def open_from(tx: Transaction, moment: dt.datetime) -> None:
    """Let nothing that was due by a moment open an issue by itself."""
    later = func.greatest(Installation.opens_from, moment)
    tx.execute(update(Installation).values(opens_from=later))


def _is_stopped_by_hand(row: Installation) -> bool:
    if row.stopped_at is None:
        return False
    # Without a hold nobody else stops, whether or not a reason was given.
    return row.held_at is None or row.stopped_why != row.held_why


def _end_leases(tx: Transaction) -> None:
    """Their holders work for another database, or are gone; `sending.reaping` takes them back."""
    tx.execute(
        update(Batch)
        .where(Batch.state == BatchState.LEASED)
        .values(lease_until=func.clock_timestamp())
        .execution_options(synchronize_session=False)
    )


_NUMBERS_ON = text(
    """
    SELECT setval(format('%I.%I', schemaname, sequencename)::regclass,
        coalesce(last_value, start_value) + :ahead)
    FROM pg_sequences WHERE schemaname = current_schema()
    """
)


def _move_numbers_on(tx: Transaction, *, by: int = NUMBERS_AHEAD) -> None:
    tx.execute(_NUMBERS_ON, {"ahead": by})
    partitions.make_for(tx, here(tx).newest_mailing)
