"""A digest that went out, for what comes back of it."""

import pytest
from sqlalchemy import update

from syndicate.newsletters import run
from syndicate.store.ground.session import transaction
from syndicate.store.readers.recipients import Recipient
from syndicate.store.sending import ledger
from tests.clean_database import CleanDatabase
from tests.newsletters.paper import HOUR, NOW, SLOT, article, reader
from tests.subscribers import desk


@pytest.fixture
def mailing_id(database: str, clean_database: CleanDatabase) -> int:  # noqa: ARG001 - must be there
    """A digest that went to reader001 to reader030@example.com, in the group "google"."""
    return clean_database.once("a digest that went out", _went_out)


def _went_out() -> int:
    with transaction() as tx:
        desk.morning(tx)
        article(tx, 1, "world-one", SLOT - HOUR)
        for number in range(1, 31):
            reader(tx, number)
        tx.execute(update(Recipient).values(receiver_group="google"))
    (issue_id,) = run.open_due_issues(NOW)
    run.compose_issue(issue_id, NOW)
    with transaction() as tx:
        mailing = ledger.of_issue(tx, issue_id)
        assert mailing is not None
        return mailing.id
