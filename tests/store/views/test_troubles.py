"""What went wrong in mailings: few failures wait for nobody, and what was ticked off waits no more.

Beside it, when what was put off is tried again.
"""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update

from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.platform import audit
from syndicate.store.platform.audit import Audit
from syndicate.store.sending.mailings import Mailing
from syndicate.store.views import progress, troubles
from syndicate.store.views.troubles import Trouble
from syndicate.vocabulary.acts import Act
from syndicate.vocabulary.sending import BatchState
from tests import rows
from tests.rows import NOW

pytestmark = pytest.mark.usefixtures("database")
HOUR = dt.timedelta(hours=1)
TROUBLE = Trouble(failed=2, ambiguous=1)


def mailing(tx: Transaction, number: int = 1, size: int = 4, **counts: int) -> Mailing:
    """A mailing of an issue of newsletter 1."""
    if number == 1:
        assert rows.newsletter(tx, rows.publication(tx).id).id == 1
    made = rows.mailing(tx, rows.issue(tx, 1, number))
    rows.batch(tx, made, size=size, **counts)
    return made


def noted(tx: Transaction, made: Mailing, action: Act = Act.MAILING_TICK_OFF, **seen: Any) -> None:
    subject = f"mailing:{made.id}"
    audit.record(tx, at=NOW, actor="desk", action=action, subject=subject, **seen)


def waiting(tx: Transaction, *mailings: Mailing) -> list[Trouble | None]:
    found = progress.find_all(tx, [each.id for each in mailings])
    told = troubles.waiting(tx, found)
    return [told.get(each.id) for each in mailings]


@pytest.mark.parametrize(("failed", "expected"), [(0, None), (2, None), (3, Trouble(failed=3))])
def test_a_few_dead_addresses_wait_for_nobody(failed: int, expected: Trouble | None) -> None:
    with transaction() as tx:
        made = mailing(tx, size=200, accepted=100 - failed, failed=failed)

        assert waiting(tx, made) == [expected]


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ({"failed": 2, "ambiguous": 1}, None),
        ({"failed": 3, "ambiguous": 1}, None),
        ({"failed": 1, "ambiguous": 1}, TROUBLE),
        ({"failed": 2, "ambiguous": 0}, TROUBLE),
        ({"failed": "two"}, TROUBLE),
        ({}, TROUBLE),
    ],
)
def test_what_was_ticked_off_waits_again_when_there_is_more(
    seen: dict[str, Any], expected: Trouble | None
) -> None:
    with transaction() as tx:
        made, other = mailing(tx, failed=2, ambiguous=1), mailing(tx, 2, failed=1)
        noted(tx, made, failed=9, ambiguous=9)
        noted(tx, made, **seen)

        assert waiting(tx, made, other) == [expected, Trouble(failed=1)]


def test_what_fails_when_it_is_sent_again_waits_again() -> None:
    with transaction() as tx:
        made = mailing(tx, failed=2)
        noted(tx, made, failed=2, ambiguous=0)
        noted(tx, made, Act.MAILING_RESEND)

        assert waiting(tx, made) == [Trouble(failed=2)]


def test_what_was_ticked_off_in_an_older_version_stays_ticked_off() -> None:
    with transaction() as tx:
        made = mailing(tx, failed=2)
        noted(tx, made, failed=2, ambiguous=0)
        tx.flush()
        tx.execute(update(Audit).values(action="ticked off"))

        assert waiting(tx, made) == [None]


def test_what_was_put_off_is_tried_again_when_its_first_batch_is_due() -> None:
    with transaction() as tx:
        made = mailing(tx, deferred=1)
        rows.batch(tx, made, 1, 9, deferred=1, not_before=NOW + 2 * HOUR)
        rows.batch(tx, made, 2, 9, deferred=1, not_before=NOW + HOUR, receiver_group="google")
        rows.batch(tx, made, 3, 9, failed=1, not_before=NOW)
        rows.batch(tx, made, 4, 9, deferred=1, not_before=NOW, state=BatchState.DONE)
        at_once = mailing(tx, 2, deferred=1)

        newest, first = progress.find_all(tx, [made.id, at_once.id])

        assert first.next_try_at == NOW + HOUR
        assert replace(first, is_held=True).next_try_at is None
        assert newest.next_try_at is None
