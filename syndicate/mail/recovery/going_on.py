"""After a restore: new mail leaves at once, where the living journal knows what was begun.

    held ─> what was lost is done again ─> issues that were begun are put back ─> a new life
                                                    what was open stays held until `restored.settle`

A newsroom that has just lost its database must be able to warn its readers. Where the journal is
gone, old, or lacks what a log names, nobody knows what was sent, and all stays held.

Source: docs/decisions/0019-the-way-back.md.
"""

import datetime as dt

from syndicate import logs, settings
from syndicate.journal import lives, readers, takedowns
from syndicate.mail.recovery.restored import ReleasedError, View
from syndicate.store.ground.session import transaction
from syndicate.store.platform import installation
from syndicate.store.recovery import begun_issues, copies

log = logs.get(__name__)


def go_on(now: dt.datetime) -> bool:
    """Let new mail leave of a database that is held; what was open stays so. Safe to run twice.

    Only where the living journal knows what was begun: what it and those beside it remember is done
    again before.

    Returns:
        Whether new mail leaves by this.

    Raises:
        RefusedError: journal or accept log are set and cannot be read here.
        PermanentError: another of the files beside the database cannot be read.
    """
    own = settings.load()
    path = lives.path_of(own)
    with transaction() as tx:
        row = installation.read(tx)
    if path is None or row is None or row.held_at is None or row.is_all_restored:
        return False
    if row.environment != own.environment or not lives.is_live(path):
        return False
    if not readers.is_living(own):
        return False
    if (stones := takedowns.path_of(own)) is not None:
        takedowns.replay(stones, now)
    readers.recall(own, now)
    view = View.read(now)
    if view is None or view.is_rest or not view.knows_what_was_begun():
        return False
    done = view.plan(now)
    try:
        with view.held() as tx:
            for one in done.put_back:
                begun_issues.put_back(tx, one, now=now)
            lives_before = done.past_lives
            copies.go_on(tx, now=now, also_past=lives_before, mark=done.mark, until=view.until)
    except ReleasedError:
        return False
    log.warning("mail_goes_on", put_back=len(done.put_back))
    return True
