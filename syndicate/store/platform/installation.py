"""The installation itself: its environment, *stop everything*, and whether this is the database.

A database that was restored holds mail as unsent that was sent since. So it has a *life* (a random
id) and a mark that rises with all that is begun, both of which stand in a journal outside it too
(`syndicate.journal.lives`), and it knows where it lives (`home`). Nothing is leased where that
differs, or since its server was started anew, before somebody has compared
(`mail.recovery.copy_check`).

    compared ─> mail leaves ─> copied, or restored ─> held ─> released: a new life
                                                       └─> a new life, in which new mail leaves;
                                                           the rest, what was open, stays held

Source: docs/decisions/0019-the-way-back.md.
"""

import datetime as dt

from sqlalchemy import CheckConstraint, ColumnElement, func, or_, select, update
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY, TEXT, insert
from sqlalchemy.orm import Mapped, mapped_column

from syndicate.store.ground.schema import Table
from syndicate.store.ground.session import Transaction


class Installation(Table):
    """The only row of this table."""

    __tablename__ = "installation"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    environment: Mapped[str]
    stopped_at: Mapped[dt.datetime | None]  # stop everything: no mail leaves while this is set
    stopped_why: Mapped[str | None]
    # Of the PostgreSQL cluster; read by processes of the version before, `home` took its place.
    system_id: Mapped[int | None]
    life: Mapped[str] = mapped_column(server_default=sql("gen_random_uuid()::text"))
    life_since: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    past_lives: Mapped[list[str]] = mapped_column(ARRAY(TEXT), server_default="{}")
    mark: Mapped[int] = mapped_column(server_default="0")  # only ever rises
    home: Mapped[str | None]  # `HOME` where it was when somebody compared
    compared_for: Mapped[dt.datetime | None]  # start of the server for which that was
    held_at: Mapped[dt.datetime | None]  # it may be a copy; `stopped_at` is set with it
    held_why: Mapped[str | None]
    # An operator said so: journal and accept logs may be as old as the database.
    is_all_restored: Mapped[bool] = mapped_column(server_default="false")
    held_mailing: Mapped[int | None]  # the newest mailing when it was held
    # Mail leaves again; issues and mailings that were there by then are held until the release.
    rest_held_at: Mapped[dt.datetime | None]
    opens_from: Mapped[dt.datetime | None]  # what was due by then opens by no tick's word
    addresses_key: Mapped[str | None]  # id of the key that addresses are hashed with


# Where a database is: cluster, database, tables, and when the files of an embedded cluster were
# laid down (nothing touches template1's afterwards, and a copy is younger, though `cp -a` keeps
# their times). A part that nobody may ask for is "-". OIDs and the system's identifier are never
# given twice.
HOME = """concat_ws('|',
    CASE WHEN has_function_privilege('pg_control_system()', 'execute')
        THEN (SELECT system_identifier::text FROM pg_control_system()) ELSE '-' END,
    (SELECT oid FROM pg_database WHERE datname = current_database()),
    'installation'::regclass::oid,
    CASE WHEN current_setting('cluster_name') LIKE 'syndicate-%'
            AND has_function_privilege('pg_stat_file(text)', 'execute')
        THEN extract(epoch FROM (pg_stat_file('base/1/PG_VERSION')).change)::bigint::text
        ELSE '-' END)"""
# Asked by every lease and before every chunk.
MAY_LEAVE = f"""EXISTS (SELECT FROM installation WHERE stopped_at IS NULL AND held_at IS NULL
    AND home = {HOME} AND compared_for = pg_postmaster_start_time())"""


# Of a row of `mailing`: whether it was there when the database was restored, and is still held.
MAILING_IS_OF_THE_REST = """(mailing.id <= coalesce(
    (SELECT held_mailing FROM installation WHERE rest_held_at IS NOT NULL), 0))"""
# Whether everything is stopped, or held as a copy's: for screens, which ask for no comparing.
IS_STOPPED = "EXISTS (SELECT FROM installation WHERE stopped_at IS NOT NULL)"


def stamp(tx: Transaction, environment: str) -> None:
    """Stamp a database that has no environment yet; one that has keeps its own."""
    tx.execute(insert(Installation).values(id=1, environment=environment).on_conflict_do_nothing())


def read(tx: Transaction) -> Installation | None:
    """The row, or None before the first start."""
    return tx.scalar(select(Installation))


def held_why(tx: Transaction) -> str | None:
    """Why mail is held, as a clause; None where it is not."""
    return tx.scalar(select(Installation.held_why).where(Installation.held_at.is_not(None)))


def rest_held_at(tx: Transaction) -> dt.datetime | None:
    """Until when what was there is still held after a restore; None where nothing of it is."""
    return tx.scalar(select(Installation.rest_held_at))


def opens_from(tx: Transaction) -> dt.datetime | None:
    """What was due by then opens no issue by itself; None where all that is due does."""
    return tx.scalar(select(func.greatest(Installation.opens_from, Installation.rest_held_at)))


def raise_mark(tx: Transaction) -> int:
    """Raise the high-water mark, for good once this is committed.

    Returns:
        The new one.
    """
    # A crash must not take back what the journal is told next.
    tx.execute(sql("SET LOCAL synchronous_commit = on"))
    statement = update(Installation).values(mark=Installation.mark + 1).returning(Installation.mark)
    return int(tx.execute(statement).scalar_one())


def stop_everything(
    tx: Transaction, *, now: dt.datetime, why: str | None, otherwise: str = ""
) -> bool:
    """Let no more mail leave, from any worker, within one chunk. Safe to run twice.

    Args:
        tx: the open transaction.
        now: aware UTC.
        why: takes the place of the reason of before; None lets that one stand.
        otherwise: the reason where none was ever given.

    Returns:
        Whether anything changed: False where all was stopped already, for this reason.
    """
    is_new: ColumnElement[bool] = Installation.stopped_at.is_(None)
    if why is not None:
        is_new = or_(is_new, Installation.stopped_why.is_distinct_from(why))
    values = {
        "stopped_at": func.coalesce(Installation.stopped_at, now),
        "stopped_why": otherwise if why is None else why,
    }
    statement = update(Installation).where(is_new).values(values).returning(Installation.id)
    return tx.scalar(statement) is not None


def release(tx: Transaction) -> bool:
    """Release mail; False where it is not stopped."""
    was_stopped = update(Installation).where(Installation.stopped_at.is_not(None))
    statement = was_stopped.values(stopped_at=None, stopped_why=None).returning(Installation.id)
    return tx.scalar(statement) is not None
