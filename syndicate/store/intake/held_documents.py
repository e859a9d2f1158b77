"""The answer to a document that waits for a person because it changes its whole feed at once."""

import datetime as dt

from syndicate.store.ground.session import Transaction
from syndicate.store.intake import sources


def answer(tx: Transaction, source_id: int, *, is_let_in: bool, now: dt.datetime) -> bool | None:
    """Say what becomes of a held document, at its next poll, which is due now.

    One that was dropped can be accepted as long as nothing else was taken.

    Returns:
        Whether that is news; None where no document is held.
    """
    state = sources.state_of(tx, source_id)
    if state.held_at is None and not (is_let_in and state.dropped_hash):
        return None
    if state.is_let_in == is_let_in:
        return False
    state.is_let_in, state.next_at = is_let_in, now
    if state.held_at is None:  # its bytes are the same, and are to be read all the same
        state.etag = state.last_modified = state.body_hash = None
    return True
