"""Holds by scope: what each stops, what no hold stops, and what is given back afterwards."""

import datetime as dt

import pytest
from sqlalchemy import select, text, update

from syndicate.store.ground.session import transaction
from syndicate.store.newsroom.newsletters import Newsletter
from syndicate.store.sending import holds, ledger
from syndicate.store.sending.holds import MAILING_IS_HELD, Hold, Target
from syndicate.store.sending.mailings import Mailing
from syndicate.vocabulary.newsletters import NewsletterKind
from syndicate.vocabulary.sending import HoldScope, MailingKind, MailingState
from tests.mail.campaign import NOW
from tests.store import mailed
from tests.store.hands import intend, take, taken

pytestmark = pytest.mark.usefixtures("database")
HOUR = dt.timedelta(hours=1)


def place(target: Target, *, why: str | None = "wrong", now: dt.datetime = NOW) -> bool:
    with transaction() as tx:
        return holds.place(tx, target, why=why, otherwise="none", by="operator:desk", now=now)


def lift(target: Target, now: dt.datetime = NOW) -> bool:
    with transaction() as tx:
        return holds.lift(tx, target, now=now)


def target_of(scope: HoldScope, mailing_id: int) -> Target:
    """The hold of a scope that covers a mailing."""
    row = mailed.mailing(mailing_id)
    ids = {
        HoldScope.MAILING: row.id,
        HoldScope.NEWSLETTER: row.newsletter_id,
        HoldScope.PUBLICATION: row.publication_id,
    }
    return Target(scope, ids.get(scope))


def paper(mailing_id: int) -> None:
    """Say whose a mailing is, as composing does."""
    with transaction() as tx:
        whose = select(Newsletter.publication_id).where(Newsletter.id == Mailing.newsletter_id)
        tx.execute(
            update(Mailing)
            .where(Mailing.id == mailing_id)
            .values(publication_id=whose.scalar_subquery())
        )


@pytest.mark.parametrize("scope", list(HoldScope))
def test_nothing_of_what_is_held_leaves_and_all_else_does(scope: HoldScope) -> None:
    held, other = mailed.digest(1), mailed.digest(1, name="evening")
    paper(held)
    in_hand = taken()
    assert in_hand.mailing_id == held
    assert place(target_of(scope, held))

    assert intend(in_hand, 0) is None
    beside = take()
    if scope is HoldScope.ISSUES:
        assert beside is None
    else:
        assert beside is not None
        assert beside.mailing_id == other
        assert intend(beside, 0) == {}
    assert lift(target_of(scope, held))
    assert intend(in_hand, 0) == {}


@pytest.mark.parametrize("kind", list(MailingKind))
@pytest.mark.parametrize("scope", list(HoldScope))
def test_alerts_and_single_messages_go_on(kind: MailingKind, scope: HoldScope) -> None:
    mailing_id = mailed.digest(1, kind=kind)
    paper(mailing_id)
    place(target_of(scope, mailing_id))

    is_held = kind in {MailingKind.DIGEST, MailingKind.LETTER}
    with transaction() as tx:
        row = tx.scalars(select(Mailing).where(Mailing.id == mailing_id)).one()
        assert bool(holds.on_mailing(tx, row)) is is_held
        assert tx.scalar(select(text(MAILING_IS_HELD)).select_from(Mailing)) is is_held
    assert (take() is None) is is_held


@pytest.mark.parametrize("kind", list(NewsletterKind))
def test_a_newsletter_waits_that_its_kind_lets_wait(kind: NewsletterKind) -> None:
    mailing_id = mailed.digest(0)
    place(Target(HoldScope.ISSUES))
    with transaction() as tx:
        tx.execute(update(Newsletter).values(kind=kind))
        row = tx.scalars(select(Newsletter)).one()
        is_held = kind is not NewsletterKind.ALERT

        assert bool(holds.on_newsletter(tx, row)) is is_held
        assert holds.newsletters_held(tx) == ({row.id} if is_held else set())
    assert mailed.mailing(mailing_id).state is MailingState.SENDING


def test_a_lease_asks_for_holds_once_and_not_once_a_batch() -> None:
    with transaction() as tx:
        asked = f"EXPLAIN SELECT id FROM mailing WHERE NOT {MAILING_IS_HELD}"  # noqa: S608 - our own words
        held = text(asked)
        plan = "\n".join(tx.scalars(held))

    assert "InitPlan" in plan
    assert "SubPlan" not in plan


def test_what_is_held_does_not_expire_and_gets_its_time_back() -> None:
    mailing_id = mailed.digest(1, created_at=NOW - HOUR, expires_at=NOW + HOUR)
    other = mailed.digest(1, name="evening", created_at=NOW - HOUR, expires_at=NOW + 9 * HOUR)
    target = target_of(HoldScope.NEWSLETTER, mailing_id)
    place(target)
    later = NOW + 5 * HOUR

    with transaction() as tx:
        assert ledger.expire(tx, later) == 0
    lift(target, later)

    assert mailed.mailing(mailing_id).expires_at == NOW + 6 * HOUR
    assert mailed.mailing(other).expires_at == NOW + 9 * HOUR
    with transaction() as tx:
        assert ledger.expire(tx, later) == 0
        assert ledger.expire(tx, NOW + 6 * HOUR) == 1


def test_a_mailing_that_was_made_meanwhile_gets_back_the_time_that_it_waited() -> None:
    target = Target(HoldScope.ISSUES)
    place(target)
    mailing_id = mailed.digest(1, created_at=NOW + 2 * HOUR, expires_at=NOW + 14 * HOUR)

    lift(target, NOW + 5 * HOUR)

    assert mailed.mailing(mailing_id).expires_at == NOW + 17 * HOUR


def test_a_hold_stands_once_with_the_last_reason_that_was_given() -> None:
    target = Target(HoldScope.ISSUES)

    assert place(target, why=None)
    assert not place(target, why=None)
    assert place(target, why="a bad night", now=NOW + HOUR)
    assert not place(target, why="a bad night")
    assert not place(target, why=None)

    with transaction() as tx:
        [row] = holds.every(tx)
    assert (row.why, row.placed_by, row.placed_at) == ("a bad night", "operator:desk", NOW)
    assert lift(target)
    assert not lift(target)


def test_a_hold_is_named_as_commands_take_it() -> None:
    mailing_id = mailed.digest(0)
    paper(mailing_id)
    for scope in HoldScope:
        place(target_of(scope, mailing_id))

    with transaction() as tx:
        found = holds.named(tx, holds.every(tx))
        assert [(each.name, each.which) for each in found] == [
            ("All digests and letters", ""),
            ("Morning-Paper", "morning-paper"),
            ("Morning", "morning"),
            (f"Mailing {mailing_id}", str(mailing_id)),
        ]
        tx.execute(update(Mailing).values(state=MailingState.DONE))
        assert len(holds.every(tx)) == len(HoldScope) - 1
        assert holds.named(tx, []) == []
        tx.execute(text("DELETE FROM mailing"))
        assert len(tx.scalars(select(Hold)).all()) == len(HoldScope) - 1
