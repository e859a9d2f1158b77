"""Where the rotation of the master key stands, and what comes next: one sentence for each thing.

Read by the alarm, `syndicate doctor` and whoever asks for the next step.
"""

import datetime as dt
from collections.abc import Iterator, Sequence

from syndicate import phrases
from syndicate.master_key import MasterKey
from syndicate.store.ground.session import Transaction
from syndicate.store.platform import master_keys
from syndicate.store.platform.master_keys import MasterKeyRow
from syndicate.vocabulary.keys import MasterKeyState

# Long enough to put a line in place and to restart.
_MADE_AGO = dt.timedelta(minutes=15)
_HELD_AGO = dt.timedelta(days=1)
# The tick encrypts them anew within seconds.
_SEALED_AGO = dt.timedelta(minutes=10)
# A worker that was started before the switch ends within minutes of it.
_STRAGGLES = dt.timedelta(minutes=10)


def said(
    tx: Transaction, key: MasterKey | None, still_older: int, now: dt.datetime
) -> Iterator[str]:
    """What a person has to do about the master key, the gravest first.

    Args:
        tx: the open transaction.
        key: of this process; None where it has none.
        still_older: how much in the database is encrypted under an older key.
        now: aware UTC.
    """
    rows = master_keys.every(tx)
    if key is not None and wrong_addresses(tx, key):
        yield of_wrong_addresses()
    for row in rows:
        if row.state is MasterKeyState.MADE and now - row.made_at > _MADE_AGO:
            yield (
                f"A rotation of the master key was begun {phrases.moment(row.made_at)} and broken "
                f"off: no worker holds the new key {row.id}. All that was signed and encrypted "
                "stays readable. Put the line that `syndicate keys rotate master` gave in place "
                "and restart every process, or run it again for a new one."
            )
        if row.state is MasterKeyState.HELD and row.held_at and now - row.held_at > _HELD_AGO:
            yield (
                f"The workers hold the new master key {row.id} since "
                f"{phrases.moment(row.held_at)}, and the old one still signs: `syndicate keys "
                "rotate master` gives the line that switches."
            )
        if row.ends_at is not None and row.ends_at <= now:
            yield (
                f"The master key {row.id} was to be honoured until {phrases.moment(row.ends_at)}: "
                "`syndicate keys end master` takes it out."
            )
    strange = straggler(rows, now)
    if strange is not None:
        yield of_straggler(strange)
    signing = _signing(rows)
    if still_older and signing and signing.signs_at and now - signing.signs_at > _SEALED_AGO:
        what = phrases.counted(still_older, "key", "keys")
        yield (
            f"{what} in the database can still be read with the older master key alone: the "
            "tick encrypts them anew, and its log says why it does not (tick_step_failed)."
        )


def straggler(rows: Sequence[MasterKeyRow], now: dt.datetime) -> MasterKeyRow | None:
    """An older key that a worker still signs with; None where none does."""
    signing = _signing(rows)
    if signing is None or signing.signs_at is None:
        return None
    since = max(signing.signs_at, now - 2 * _STRAGGLES) + _STRAGGLES
    older = (each for each in rows if each.left_at is not None and each.used_at is not None)
    return next((each for each in older if each.used_at and each.used_at > since), None)


def of_straggler(row: MasterKeyRow) -> str:
    """What is said of one."""
    return (
        f"A worker still signs with the older master key {row.id}: a host has the line of before; "
        "put the new one in place there and restart its processes."
    )


def wrong_addresses(tx: Transaction, key: MasterKey) -> bool:
    """Whether this process hashes addresses otherwise than the database was written."""
    known = master_keys.addresses_id(tx)
    return known is not None and known != key.addresses_id


def of_wrong_addresses() -> str:
    """What is said where it does."""
    return (
        "SYNDICATE_MASTER_KEY is not the one that this database was written with: addresses are "
        "hashed otherwise, so that nobody who left or was suppressed is known again. Put back the "
        "line of before, with its end that begins `addresses:`; a new key comes in by `syndicate "
        "keys rotate master` alone."
    )


def _signing(rows: Sequence[MasterKeyRow]) -> MasterKeyRow | None:
    return next((each for each in rows if each.state is MasterKeyState.SIGNING), None)
