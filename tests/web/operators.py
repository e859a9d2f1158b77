"""Operators and programs with tokens, and a mailing to steer, for the tests of console and API."""

import datetime as dt
from collections.abc import Collection

from starlette.testclient import TestClient

from syndicate import clock
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.newsroom import incidents
from syndicate.store.newsroom.incidents import Sample
from syndicate.store.newsroom.newsletters import Issue
from syndicate.store.platform import tokens
from syndicate.store.platform.tokens import ROLES, Permission
from syndicate.store.readers import recipients
from syndicate.store.sending.mailings import Batch, Mailing
from syndicate.vocabulary.sending import (
    DeliveryReason,
    DeliveryState,
    MailingState,
)
from tests import rows
from tests.web.newsroom import Newsroom


def token(
    role: str = "admin",
    *,
    permissions: Collection[Permission] | None = None,
    publication_id: int | None = None,
) -> str:
    """The secret of a fresh token; of one that opens a single publication, if that is named."""
    secret = tokens.new_secret()
    with transaction() as tx:
        allowed = ROLES[role] if permissions is None else permissions
        tokens.add_token(
            tx,
            role,
            allowed,
            secret=secret,
            expires_at=None,
            now=clock.now(),
            publication_id=publication_id,
        )
    return secret


def bearer(role: str = "admin") -> dict[str, str]:
    return {"Authorization": f"Bearer {token(role)}"}


def sign_in(browser: TestClient, role: str = "admin") -> None:
    answer = browser.post("/console/sign-in", data={"token": token(role)})
    assert answer.status_code == 303, answer.text


def mailing(
    room: Newsroom, *, state: MailingState = MailingState.SENDING, cohort_days: int = 0
) -> int:
    """A mailing of the newsroom's issue to four readers: accepted, failed, two remaining."""
    now = clock.now()
    with transaction() as tx:
        row = rows.mailing(
            tx,
            tx.session.get_one(Issue, room.issue),
            publication_id=room.english,
            cohort=now + dt.timedelta(days=cohort_days),
            state=state,
            audience=4,
            created_at=now,
            expires_at=now + dt.timedelta(hours=12),
            started_at=now - dt.timedelta(seconds=10),
        )
        _deliveries(tx, rows.batch(tx, row, size=4, accepted=1, failed=1))
        return row.id


def leave_out(mailing_id: int, *reasons: DeliveryReason) -> None:
    """One batch more of a mailing, whose readers were left out, each for one of these reasons."""
    skipped = sum(each.state is DeliveryState.SKIPPED for each in reasons)
    told = {"skipped": skipped, "suppressed": len(reasons) - skipped}
    with transaction() as tx:
        row = tx.session.get_one(Mailing, mailing_id)
        batch = rows.batch(tx, row, 1, len(reasons), **told)
        for ordinal, why in enumerate(reasons):
            reader = recipients.upsert(tx, f"reader{100 + ordinal}@example.com").id
            rows.delivery(tx, batch, ordinal, reader, state=why.state, reason=why)


def _deliveries(tx: Transaction, batch: Batch) -> None:
    outcomes = (DeliveryState.ACCEPTED, DeliveryState.FAILED, *[DeliveryState.PENDING] * 2)
    for ordinal, outcome in enumerate(outcomes):
        is_failed = outcome is DeliveryState.FAILED
        rows.delivery(
            tx,
            batch,
            ordinal,
            recipients.upsert(tx, f"reader{ordinal:03}@example.com").id,
            state=outcome,
            code=550 if is_failed else None,
            enhanced="5.1.1" if is_failed else None,
            reason="no such user" if is_failed else None,
        )


def incident(
    tx: Transaction, *, receiver: str = "google", reason: str = "blocked", detail: str = "550 no"
) -> None:
    """A receiver turns mail away."""
    sample = Sample(None, "550 5.7.1", detail)
    incidents.report(tx, receiver, "courier.example", reason, sample=sample, now=clock.now())


def accept(mailing_id: int, number: int) -> None:
    """So many of its readers have been accepted now."""
    with transaction() as tx:
        batch = tx.get(Batch, (mailing_id, 0))
        assert batch is not None
        batch.accepted = number


def state_of(mailing_id: int) -> MailingState:
    with transaction() as tx:
        row = tx.get(Mailing, mailing_id)
        assert row is not None
        return row.state
