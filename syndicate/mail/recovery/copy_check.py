"""Whether this database is the one that sent the mail, asked before any of it may leave.

Asked by `migrate` and `up`, and by every tick; by senders and the web server as far as the database
itself can tell. It is held when it lives elsewhere than it did, when the journal knows of later
work or another life, when a relay accepted what it never gave to one, or when an operator says that
it was restored. A copy that came with its journal and its logs cannot be told from within.

Source: docs/decisions/0019-the-way-back.md.
"""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from syndicate import logs, phrases, settings
from syndicate.bounces.keeping import verp
from syndicate.errors import SettingsError
from syndicate.journal import lives, readers
from syndicate.journal.lives import Head
from syndicate.mail.recovery import accept_log
from syndicate.settings import Settings
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.platform import installation
from syndicate.store.platform.installation import Installation
from syndicate.store.recovery import copies, log_settlement
from syndicate.store.recovery.copies import Here
from syndicate.store.sending import accepts

log = logs.get(__name__)

_SUBJECT = "this database was restored or copied"
_UNSURE = "mail that it lists as unsent has possibly been sent since"
_WORD = "an operator said so"
# Whoever sends goes on sending: what a copy lacks stands among the newest lines, if it lacks any.
_NEWEST = 1000
# So soon after a server was started somebody has compared.
_SOON = dt.timedelta(minutes=1)
_NOBODY = (
    "Mail is held: this database has not been compared with its journal since its PostgreSQL was "
    "started. The tick does that; its log says why it cannot, and `syndicate migrate` tries it "
    "immediately."
)
# The log's clock and ours may differ by so much.
_CLOCKS = dt.timedelta(minutes=1)


def wake(now: dt.datetime, *, is_start: bool = False, is_all_restored: bool = False) -> str | None:
    """Compare this database with all that stands outside it, and hold it where they differ.

    Safe to run twice, or at once. For processes that see the journal.

    Args:
        now: aware UTC.
        is_start: whether the accept log is asked too, as it is when the server is new.
        is_all_restored: an operator's word that everything was restored, journal and logs too.

    Returns:
        Why mail is held, as a clause; None when it may leave.

    Raises:
        PermanentError: the journal cannot be read.
    """
    configured = settings.load()
    with transaction() as tx:
        row = installation.read(tx)
        is_new = row is not None and row.compared_for != copies.here(tx).server_since
    if row is not None and row.environment == configured.environment and (is_start or is_new):
        # Also where nothing is held: a replica that took over may lack the last leavings.
        readers.recall(configured, now)
    return _compare(now, is_start=is_start, is_all_restored=is_all_restored)


def _compare(now: dt.datetime, *, is_start: bool, is_all_restored: bool) -> str | None:
    # Before the row: what rises in between is no sign.
    head = _journal_head(settings.load())
    with transaction() as tx:
        copies.put_right(tx, now)
        row = installation.read(tx)
        found = copies.here(tx)
    if row is None:
        return None
    moved = _moved(row, found)
    if is_all_restored:
        return _settle(row, found, _WORD, now=now, is_all_restored=True)
    if row.held_at is not None and moved is None:
        with transaction() as tx:
            copies.keep_numbers_ahead(tx, row, found)
        return row.held_why
    is_new = is_start or row.compared_for != found.server_since
    why = moved or _outside(row, head, now, is_new=is_new)
    # Whoever copies the files of a folder back copies the journal in it too, unless that is ahead.
    is_whole = moved == copies.FILES_COPIED and lives.conflict(head, row) is None
    return _settle(row, found, why, now=now, is_all_restored=is_whole)


def notice(now: dt.datetime) -> str | None:
    """The same as far as the database itself can tell; for processes without the journal."""
    with transaction() as tx:
        row = installation.read(tx)
        found = copies.here(tx)
    if row is None:
        return None
    why = _moved(row, found)
    if why is None:
        return row.held_why
    return _settle(row, found, why, now=now, is_all_restored=False)


def suspect(taken: Sequence[tuple[str, dt.datetime]], now: dt.datetime) -> None:
    """Hold the database when a relay says that it took what was never given to it.

    Args:
        taken: (Message-ID, when) of messages that the relay took.
        now: aware UTC.
    """
    configured = settings.load()
    with transaction() as tx:
        row = installation.read(tx)
        found = copies.here(tx)
    if row is None or row.held_at is not None or configured.master_key is None:
        return
    since = row.life_since + _CLOCKS
    why = _strangers(ours([each for each, at in taken if at > since], configured))
    if why is not None:
        _settle(row, found, why, now=now, is_all_restored=False)


def silence(tx: Transaction, now: dt.datetime) -> str | None:
    """Why no mail leaves though nobody stopped it, in sentences; None when it may leave.

    Args:
        tx: the open transaction.
        now: aware UTC.
    """
    row = installation.read(tx)
    if row is None:
        return None
    if row.held_why is not None:
        return held_notice(row.held_why)
    found = copies.here(tx)
    is_compared = (row.home, row.compared_for) == (found.home, found.server_since)
    return None if is_compared or now - found.server_since < _SOON else _NOBODY


def held_notice(why: str) -> str:
    """What every face says of a database that is held, in sentences."""
    return (
        f"Mail is held: {why}. Run `syndicate mailings release`: it settles what the accept log "
        "knows, shows what would be sent, and asks."
    )


def rest_notice(rest_held_at: dt.datetime) -> str:
    """What every face says where new mail leaves and what was open is held, in sentences."""
    return (
        f"This database was restored {phrases.moment(rest_held_at)}: new mail is sent, and what "
        "was open then is held. Run `syndicate mailings release`: it settles what the accept log "
        "knows, shows what would be sent, and asks."
    )


def ours(message_ids: Sequence[str], configured: Settings) -> list[tuple[int, int]]:
    """(mailing, recipient) of the Message-IDs that carry our seal."""
    key = configured.key()
    names = [verp.find(each, key) for each in message_ids]
    return [(name.mailing_id, name.recipient_id) for name in names if name is not None]


def _settle(
    row: Installation, found: Here, clause: str | None, *, now: dt.datetime, is_all_restored: bool
) -> str | None:
    if clause is None:
        if (row.home, row.compared_for) != (found.home, found.server_since):
            with transaction() as tx:
                copies.settle_in(tx, found)
        return None
    why = f"{_SUBJECT} ({clause}): {_UNSURE}"
    with transaction() as tx:
        is_new = copies.hold(tx, now=now, why=why, is_all_restored=is_all_restored)
    if is_new:
        log.error("mail_held", why=why)
    return why


def _moved(row: Installation, found: Here) -> str | None:
    if row.home is None:
        return copies.moved_cluster(row, found)
    return copies.moved(row.home, found.home)


def _outside(row: Installation, head: Head | None, now: dt.datetime, *, is_new: bool) -> str | None:
    """What journal and accept log say; a process of another environment has others than these."""
    configured = settings.load()
    if row.environment != configured.environment:
        return None
    why = lives.conflict(head, row)
    if why is None and is_new:
        why = _strangers(_newest(row, configured, now))
    return why


def _journal_head(configured: Settings) -> Head | None:
    path = lives.path_of(configured)
    return lives.head(path) if path is not None else None


def _strangers(named: list[tuple[int, int]]) -> str | None:
    """What is wrong with mails that a relay accepted: asked after the log was read."""
    if not named:
        return None
    with transaction() as tx:
        newest = copies.here(tx).newest_mailing
        number = log_settlement.strangers(tx, named, newest=newest)
    mails = phrases.counted(number, "mail")
    return f"a relay accepted {mails} that it never sent" if number else None


def _newest(row: Installation, configured: Settings, now: dt.datetime) -> list[tuple[int, int]]:
    """The newest mails of ours, of this life, that a relay accepted."""
    if configured.relay_accept_log is None or configured.master_key is None:
        return []
    since = row.life_since + _CLOCKS
    if configured.relay_accept_log == accept_log.PUSHED:
        with transaction() as tx:
            return ours(accepts.newest(tx, since=since, limit=_NEWEST), configured)
    try:
        path = Path(configured.relay_accept_log)
        newest = accept_log.newest(path, since=since, now=now)
    except SettingsError as error:
        # Who sends says so too, and `doctor`; a schema can be migrated all the same.
        log.warning("accept_log_unreadable", reason=str(error))
        return []
    return ours(newest[-_NEWEST:], configured)
