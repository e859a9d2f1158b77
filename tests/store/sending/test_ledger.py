"""Mailings as wholes: written, counted, found, moved on, and ended when their time is over."""

import datetime as dt

import pytest
from sqlalchemy import text

from syndicate.store.ground.session import transaction
from syndicate.store.sending import ledger
from syndicate.store.sending.ledger import ContentRow, Counts
from syndicate.store.sending.mailings import Batch, Mailing
from syndicate.vocabulary.sending import (
    AmbiguousPolicy,
    BatchState,
    DeliveryReason,
    DeliveryState,
    Lane,
    MailingKind,
    MailingState,
)
from tests import rows
from tests.mail.campaign import Plan, start
from tests.rows import DAY, NOW
from tests.store import mailed
from tests.store.hands import LATER, assert_counts_agree, give_back, intend, settle, states, taken

pytestmark = pytest.mark.usefixtures("database")


def test_what_nothing_has_become_of_yet_remains() -> None:
    counts = Counts(
        audience=28, accepted=1, deferred=2, failed=3, suppressed=4, skipped=5, ambiguous=6
    )

    assert counts.remaining == 7
    assert counts.as_dict()["remaining"] == 7
    assert sum(counts.as_dict().values()) == 2 * counts.audience


def test_a_mailing_is_counted_over_its_batches_and_over_its_rows_alike() -> None:
    mailing_id = mailed.digest(7)
    mailed.digest(3, name="evening")
    for ordinal, state in enumerate(DeliveryState):
        mailed.put(mailing_id, state, ordinal)
    with transaction() as tx:
        made = ledger.find(tx, mailing_id)
        assert made is not None
        mailed.add_batch(tx, made, range(8, 10), number=1)

    counts = assert_counts_agree(mailing_id)

    assert counts == Counts(9, 1, 1, 1, 1, 1, 1)
    assert counts.remaining == 3


def test_a_mailing_without_batches_counts_nobody() -> None:
    assert assert_counts_agree(mailed.digest(0)) == Counts(0, 0, 0, 0, 0, 0, 0)


def test_content_is_found_by_version_and_language() -> None:
    mailing_id, other_id = mailed.digest(0), mailed.digest(0, name="evening")
    block = ContentRow("en", "frame", 0, 0, b"<p>", b"text", {"subject": "Today"}, 2)
    arabic = ContentRow("ar", "story", 3, 8, b"<b>", b"more", None, 2)
    with transaction() as tx:
        ledger.add_content(tx, mailing_id, 1, [block, arabic])
        ledger.add_content(tx, mailing_id, 2, [block])
        ledger.add_content(tx, other_id, 1, [block])

    with transaction() as tx:
        (found,) = ledger.content(tx, mailing_id, 1, "ar")
        assert len(ledger.content(tx, mailing_id, 1, "en")) == 1
        assert ledger.content(tx, mailing_id, 2, "ar") == []
    assert (found.mailing_id, found.version, found.kind) == (mailing_id, 1, "story")
    assert (found.position, found.mask, found.html, found.text) == (3, 8, b"<b>", b"more")
    assert (found.headers, found.format) == (None, 2)


def unsaved() -> Mailing:
    return Mailing(
        kind=MailingKind.SINGLE,
        dedupe_key="article:1:abc",
        message="article",
        scope="article",
        state=MailingState.SENDING,
        lane=Lane.URGENT,
        priority=0,
        policy=AmbiguousPolicy.RESEND,
        expires_at=NOW + DAY,
    )


def test_a_mail_to_one_is_written_whole_and_once() -> None:
    with transaction() as tx:
        who = rows.recipient(tx, receiver_group="google")
        made = [ledger.add_single(tx, unsaved(), who, language="ar") for _ in range(2)]

    mailing_id, again = made
    assert again is None
    assert mailing_id is not None
    mailing, batch = mailed.mailing(mailing_id), mailed.batch(mailing_id)
    assert (mailing.state, mailing.scope) == (MailingState.SENDING, "article")
    assert (batch.lane, batch.priority, batch.receiver_group) == (Lane.URGENT, 0, "google")
    assert (batch.size, batch.state) == (1, BatchState.READY)
    line = mailed.delivery(mailing_id)
    assert (line.recipient_id, line.language, line.choice) == (who.id, "ar", 0)
    assert line.state is DeliveryState.PENDING
    with transaction() as tx:
        assert tx.execute(text("SELECT count(*) FROM batch")).scalar_one() == 1


def test_mailings_are_found_newest_first_and_singles_where_they_are_asked_for() -> None:
    first = mailed.digest(0)
    with transaction() as tx:
        single = rows.single(tx).id
    last = mailed.digest(0, name="evening")

    def newest(limit: int, *, with_singles: bool) -> list[int]:
        with transaction() as tx:
            found = ledger.newest(tx, limit=limit, with_singles=with_singles)
            return [each.id for each in found]

    assert newest(9, with_singles=False) == [last, first]
    assert newest(9, with_singles=True) == [last, single, first]
    assert newest(1, with_singles=True) == [last]


def test_an_issues_mailing_is_found_by_the_issue() -> None:
    mailing_id = mailed.digest(0)

    with transaction() as tx:
        found = ledger.of_issue(tx, mailed.issue(mailing_id).id)
        assert found is not None
        assert found.id == mailing_id
        assert ledger.of_issue(tx, 99) is None


@pytest.mark.parametrize("state", sorted(MailingState))
def test_what_a_newsletter_has_not_finished_is_its_newest_open_mailing(state: MailingState) -> None:
    mailing_id = mailed.digest(0, state=state)
    newsletter_id = mailed.mailing(mailing_id).newsletter_id or 0
    mailed.digest(0, name="evening")

    with transaction() as tx:
        found = ledger.unfinished_of(tx, newsletter_id)

    is_open = state not in {MailingState.DONE, MailingState.CANCELLED}
    assert (found and found.id) == (mailing_id if is_open else None)


@pytest.mark.parametrize("state", sorted(MailingState))
def test_a_mailing_moves_on_from_the_states_that_it_may_come_from(state: MailingState) -> None:
    mailing_id = mailed.digest(0, state=state)
    other_id = mailed.digest(0, name="evening")
    was = (MailingState.SENDING, MailingState.PAUSED)

    with transaction() as tx:
        moved = ledger.change_state(tx, mailing_id, was=was, to=MailingState.CANCELLED)

    assert moved is (state in was)
    assert mailed.mailing(mailing_id).state is (MailingState.CANCELLED if moved else state)
    assert mailed.mailing(other_id).state is MailingState.SENDING


def expire(now: dt.datetime) -> int:
    with transaction() as tx:
        return ledger.expire(tx, now)


def test_expiry_fails_what_waits_and_ends_the_mailing() -> None:
    mailing_id = start(Plan(audience=4, batch_size=2))
    leased = taken()
    intend(leased, 0, 1)
    settle(leased, DeliveryState.ACCEPTED, 0)
    settle(leased, DeliveryState.DEFERRED, 1, not_before=LATER)
    give_back(leased)

    with transaction() as tx:
        failed = ledger.expire(tx, NOW + dt.timedelta(hours=13))

    assert failed == 3
    counts = assert_counts_agree(mailing_id)
    assert (counts.accepted, counts.failed, counts.deferred, counts.remaining) == (1, 3, 0, 0)
    with transaction() as tx:
        mailing = ledger.find(tx, mailing_id)
    assert mailing is not None
    assert mailing.state is MailingState.DONE


def test_expiry_leaves_a_batch_alone_that_is_in_hand() -> None:
    start(Plan(audience=2))
    taken()

    with transaction() as tx:
        assert ledger.expire(tx, NOW + dt.timedelta(hours=13)) == 0


def test_a_mailing_that_nobody_was_left_for_is_ended() -> None:
    mailing_id = start(Plan(audience=2))
    with transaction() as tx:
        tx.execute(text("UPDATE batch SET state = 2"))

    with transaction() as tx:
        ledger.finish_ended(tx, NOW)

    with transaction() as tx:
        mailing = ledger.find(tx, mailing_id)
    assert mailing is not None
    assert mailing.state is MailingState.DONE
    assert mailing.done_at == NOW


def test_what_expires_says_so_and_nothing_else_does() -> None:
    mailing_id = mailed.digest(7, expires_at=NOW)
    other_id = mailed.digest(1, name="evening", expires_at=NOW + mailed.MINUTE)
    for ordinal, state in enumerate(DeliveryState):
        mailed.put(mailing_id, state, ordinal, reason="as before")

    assert expire(NOW - mailed.MINUTE) == 0
    assert expire(NOW) == 2

    expired = mailed.delivery(mailing_id, DeliveryState.DEFERRED)
    assert (expired.state, expired.reason) == (DeliveryState.FAILED, DeliveryReason.EXPIRED)
    assert expired.done_at == NOW
    assert mailed.delivery(mailing_id, DeliveryState.FAILED).reason == "as before"
    assert mailed.counters(mailing_id) == {
        "accepted": 1,
        "failed": 3,
        "suppressed": 1,
        "skipped": 1,
        "ambiguous": 1,
    }
    assert mailed.batch(mailing_id).state is BatchState.DONE
    assert mailed.mailing(mailing_id).state is MailingState.DONE
    assert states(other_id) == [DeliveryState.PENDING]


def test_a_paused_mailing_does_not_expire_in_the_dark() -> None:
    mailing_id = mailed.digest(1, expires_at=NOW, state=MailingState.PAUSED)

    assert expire(LATER) == 0
    assert states(mailing_id) == [DeliveryState.PENDING]


def test_a_batch_that_somebody_writes_to_expires_later() -> None:
    mailing_id = mailed.digest(1, expires_at=NOW)

    with transaction() as tx:
        tx.get(Batch, (mailing_id, 0), with_for_update=True)
        assert expire(NOW) == 0

    assert expire(NOW) == 1


@pytest.mark.parametrize("state", sorted(MailingState))
def test_only_a_mailing_that_is_sending_is_ended_for_want_of_batches(state: MailingState) -> None:
    mailing_id = mailed.digest(0, state=state)
    open_id = mailed.digest(1, name="evening")

    with transaction() as tx:
        ledger.finish_ended(tx, NOW)

    ends = state is MailingState.SENDING
    assert mailed.mailing(mailing_id).state is (MailingState.DONE if ends else state)
    assert mailed.mailing(open_id).state is MailingState.SENDING
