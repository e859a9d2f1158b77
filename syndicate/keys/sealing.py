"""What is encrypted under the master key, and encrypting it anew after a rotation.

Each row is written by itself, and only while it is as it was read; the journal is written whole or
not at all. So whatever breaks this off leaves everything readable, and the next run goes on.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from syndicate import logs, phrases
from syndicate.articles import push_keys as pushed
from syndicate.journal import readers
from syndicate.mail.mime import sealed
from syndicate.mail.mime.signers import KeyName
from syndicate.master_key import MasterKey
from syndicate.settings import Settings
from syndicate.signing import BadTokenError
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.intake import push_keys
from syndicate.store.platform import master_keys
from syndicate.store.sending import dkim_keys
from syndicate.vocabulary.keys import MasterKeyState

log = logs.get(__name__)

AT_ONCE = 200  # rows that one run writes


@dataclass(frozen=True)
class _Row:
    """One thing that is encrypted.

    Attributes:
        renewed: it under the key that signs; None where it is. Raises BadTokenError.
        put: writes that down.
    """

    renewed: Callable[[], bytes | None]
    put: Callable[[bytes], bool]


@dataclass(frozen=True)
class Held:
    """How much is not under the master key that signs.

    Attributes:
        rows: in the database, under an older key.
        lines: of the journal, likewise.
        lost: in the database, under a key that is not held here.
    """

    rows: int = 0
    lines: int = 0
    lost: int = 0

    @property
    def words(self) -> str:
        """What is under an older key, for a sentence; empty where nothing is."""
        said = []
        if self.rows:
            said.append(phrases.counted(self.rows, "key in the database", "keys in the database"))
        if self.lines:
            said.append(phrases.counted(self.lines, "line of the journal", "lines of the journal"))
        return " and ".join(said)


def held(tx: Transaction, key: MasterKey) -> Held:
    """How much in the database is not under the key that signs."""
    older = lost = 0
    for each in _rows(tx, key):
        try:
            older += each.renewed() is not None
        except BadTokenError:
            lost += 1
    return Held(rows=older, lost=lost)


def in_journal(own: Settings) -> int:
    """How many lines of the journal are not under the key that signs; 0 where none is kept here.

    Raises:
        PermanentError: the journal cannot be read.
    """
    path = readers.path_of(own)
    return readers.under_older(path) if path is not None and path.exists() else 0


def renew_rows(key: MasterKey) -> int:
    """Encrypt rows anew, `AT_ONCE` at most; how many. Safe to run twice, or at once."""
    done = 0
    with transaction() as tx:
        for each in _rows(tx, key):
            try:
                fresh = each.renewed()
            except BadTokenError:
                continue  # its own alarm says so
            if fresh is not None:
                done += each.put(fresh)
            if done >= AT_ONCE:
                break
    if done:
        log.info("keys_encrypted_anew", rows=done)
    return done


def renew_journal(own: Settings, now: dt.datetime) -> int:
    """Encrypt the journal anew once after each rotation. Safe to run twice, by one process.

    Returns:
        How many lines.

    Raises:
        PermanentError: the journal cannot be read or written.
    """
    path, key = readers.path_of(own), own.key()
    with transaction() as tx:
        row = master_keys.find(tx, key.ids[0])
        is_due = row is not None and row.state is MasterKeyState.SIGNING and row.journal_at is None
    if not is_due:
        return 0
    count, lost = readers.renew(path) if path is not None and path.exists() else (0, 0)
    with transaction() as tx:
        master_keys.journal_is_under(tx, key.ids[0], now)
    if count or lost:
        log.info("journal_encrypted_anew", lines=count, unreadable=lost)
    return count


def _rows(tx: Transaction, key: MasterKey) -> Iterator[_Row]:
    for each in dkim_keys.every(tx):
        if each.sealed is not None:
            name = KeyName(each.domain, each.selector).in_dns
            yield _Row(
                partial(sealed.renewed, key, name, each.sealed),
                partial(dkim_keys.put, tx, each.id, each.sealed),
            )
    for own in push_keys.every(tx):
        yield _Row(
            partial(pushed.renewed, key, own), partial(push_keys.put, tx, own.id, own.sealed)
        )
