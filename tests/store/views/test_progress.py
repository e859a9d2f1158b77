"""How mailings stand: what adds up, how fast they go, what went wrong, who came later."""

import datetime as dt
from typing import Any

import pytest

from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.sending.events import DeliveryEvent
from syndicate.store.sending.ledger import Counts
from syndicate.store.sending.mailings import Batch, Mailing, MailingRevision
from syndicate.store.views import progress
from syndicate.store.views.progress import ErrorGroup, Health, MailingProgress, VersionCount
from syndicate.vocabulary.newsletters import SubscriptionState
from syndicate.vocabulary.sending import DeliveryReason, DeliveryState, MailingState
from tests import rows
from tests.rows import NOW

database = pytest.mark.usefixtures("database")
SECOND, HOUR = dt.timedelta(seconds=1), dt.timedelta(hours=1)
ACCEPTED, FAILED, DEFERRED = DeliveryState.ACCEPTED, DeliveryState.FAILED, DeliveryState.DEFERRED
AMBIGUOUS, PENDING = DeliveryState.AMBIGUOUS, DeliveryState.PENDING
SKIPPED, SUPPRESSED = DeliveryState.SKIPPED, DeliveryState.SUPPRESSED


def counts(audience: int = 0, **told: int) -> Counts:
    names = ("accepted", "deferred", "failed", "suppressed", "skipped", "ambiguous")
    return Counts(audience, **(dict.fromkeys(names, 0) | told))


def mailing_progress(told: Counts, **columns: Any) -> MailingProgress:
    """A mailing of no database, made at `NOW`."""
    plain = {"state": MailingState.SENDING, "created_at": NOW, "started_at": None, "done_at": None}
    return MailingProgress(Mailing(**(plain | columns)), told, {})


def mailing(tx: Transaction, number: int = 1, **columns: Any) -> Mailing:
    """A mailing of an issue of newsletter 1."""
    if number == 1:
        assert rows.newsletter(tx, rows.publication(tx).id).id == 1
    return rows.mailing(tx, rows.issue(tx, 1, number), **columns)


@pytest.mark.parametrize("state", list(MailingState))
def test_a_mailing_is_over_when_it_is_done_or_cancelled(state: MailingState) -> None:
    is_over = state in {MailingState.DONE, MailingState.CANCELLED}

    assert mailing_progress(counts(), state=state).is_over is is_over


@pytest.mark.parametrize(
    ("told", "has_problems"),
    [
        ({}, False),
        ({"accepted": 9, "suppressed": 9, "skipped": 9}, False),
        ({"failed": 1}, True),
        ({"deferred": 1}, True),
        ({"ambiguous": 1}, True),
    ],
)
def test_a_mailing_has_problems_where_readers_did_not_get_it(
    told: dict[str, int], *, has_problems: bool
) -> None:
    assert mailing_progress(counts(99, **told)).has_problems is has_problems


@pytest.mark.parametrize(
    ("columns", "now", "per_second"),
    [
        pytest.param({"started_at": NOW + SECOND}, NOW + 11 * SECOND, 6.0, id="since the start"),
        pytest.param({}, NOW + 10 * SECOND, 6.0, id="since it was made, if it says no start"),
        pytest.param({"done_at": NOW + 5 * SECOND}, NOW + HOUR, 12.0, id="until it was done"),
        pytest.param({}, NOW, 0.0, id="at the moment of its start"),
        pytest.param({"started_at": NOW + HOUR}, NOW, 0.0, id="before its start"),
    ],
)
def test_what_has_an_outcome_counts_by_the_second(
    columns: dict[str, Any], now: dt.datetime, per_second: float
) -> None:
    told = counts(100, accepted=40, failed=10, skipped=10)

    assert mailing_progress(told, **columns).per_second(now) == per_second


@pytest.mark.parametrize(
    ("state", "per_second", "seconds_left"),
    [
        (MailingState.SENDING, 2.0, 20.0),
        (MailingState.SENDING, 0.0, None),
        (MailingState.PAUSED, 2.0, None),
        (MailingState.MATERIALISING, 2.0, None),
        (MailingState.DONE, 2.0, None),
    ],
)
def test_how_long_the_rest_takes(
    state: MailingState, per_second: float, seconds_left: float | None
) -> None:
    told = counts(100, accepted=60)

    assert mailing_progress(told, state=state).seconds_left(per_second) == seconds_left


def test_no_time_is_left_where_all_that_waits_was_put_off() -> None:
    assert mailing_progress(counts(100, accepted=99, deferred=1)).seconds_left(2.0) is None


def test_counts_are_summed_each_by_itself() -> None:
    one, two = Counts(10, 1, 2, 3, 4, 5, 6), Counts(20, 10, 20, 30, 40, 50, 60)

    assert progress.total([one, two]) == Counts(30, 11, 22, 33, 44, 55, 66)
    assert progress.total([]) == counts()


@database
def test_mailings_stand_newest_first_with_the_counts_of_their_own_batches() -> None:
    with transaction() as tx:
        first, second, third = (mailing(tx, number) for number in (1, 2, 3))
        rows.batch(tx, first, 0, 9, accepted=1, deferred=1, failed=1, suppressed=1, skipped=1)
        rows.batch(tx, second, 0, 5, accepted=3, receiver_group="google")
        rows.batch(tx, second, 1, 4, ambiguous=2, receiver_group="google")
        rows.batch(tx, second, 2, 2, accepted=1, receiver_group="apple")
        rows.batch(tx, third, 0, 7)

        found = progress.find_all(tx, [first.id, second.id])

        assert [each.mailing.id for each in found] == [second.id, first.id]
        newest, oldest = found
        assert newest.counts == counts(11, accepted=4, ambiguous=2)
        assert newest.groups == {
            "apple": counts(2, accepted=1),
            "google": counts(9, accepted=3, ambiguous=2),
        }
        assert list(newest.groups) == ["apple", "google"]
        assert oldest.counts.remaining == 4


@database
def test_a_mailing_without_batches_stands_at_nothing() -> None:
    with transaction() as tx:
        found = progress.find(tx, mailing(tx).id)

        assert found is not None
        assert (found.counts, found.groups) == (counts(), {})


@database
def test_a_mailing_that_is_not_there_does_not_stand() -> None:
    with transaction() as tx:
        assert progress.find(tx, 7) is None
        assert progress.find_all(tx, []) == []


def complaint(tx: Transaction, of: Mailing, kind: str = progress.COMPLAINED) -> None:
    rows.added(tx, DeliveryEvent(at=NOW, mailing_id=of.id, kind=kind))


@database
def test_a_mailing_is_judged_by_the_answers_it_had_and_what_readers_said() -> None:
    with transaction() as tx:
        judged, other = mailing(tx), mailing(tx, 2)
        rows.batch(tx, judged, 0, 9, accepted=5, failed=1)
        rows.batch(tx, judged, 1, 9, accepted=2, failed=2, deferred=5)
        for _ in range(2):
            complaint(tx, judged)
        complaint(tx, judged, "bounced")
        complaint(tx, other)

        assert progress.healths(tx, min_answers=10) == [Health(judged.id, 7, 3, 2)]


@database
@pytest.mark.parametrize(
    ("state", "accepted", "is_judged"),
    [
        (MailingState.SENDING, 10, True),
        (MailingState.SENDING, 9, False),
        (MailingState.PAUSED, 10, False),
        (MailingState.DONE, 10, False),
    ],
)
def test_a_mailing_is_judged_while_it_is_sent_and_has_enough_answers(
    state: MailingState, accepted: int, *, is_judged: bool
) -> None:
    with transaction() as tx:
        made = mailing(tx, state=state)
        rows.batch(tx, made, 0, 20, accepted=accepted, deferred=5)

        judged = [Health(made.id, accepted, 0, 0)] if is_judged else []
        assert progress.healths(tx, min_answers=10) == judged


def delivered(tx: Transaction, batch: Batch, *states: DeliveryState, **columns: Any) -> None:
    """Deliveries of a batch in these states, to readers of their own."""
    taken = tx.session.info.setdefault("readers", [])
    for state in states:
        taken.append(state)
        reader = rows.recipient(tx, len(taken), receiver_group=batch.receiver_group).id
        rows.delivery(tx, batch, len(taken), reader, state=state, **columns)


@database
def test_what_went_wrong_is_grouped_the_biggest_group_first() -> None:
    with transaction() as tx:
        made = mailing(tx)
        google = rows.batch(tx, made, 0, 9, failed=3, accepted=1, receiver_group="google")
        apple = rows.batch(tx, made, 1, 9, deferred=1, ambiguous=2, receiver_group="apple")
        refused = {"code": 550, "enhanced": "5.1.1"}
        delivered(tx, google, FAILED, FAILED, **refused, reason="b unknown")
        delivered(tx, google, FAILED, **refused, reason="a unknown")
        delivered(tx, google, ACCEPTED, PENDING)
        delivered(tx, apple, AMBIGUOUS, AMBIGUOUS)
        delivered(tx, apple, DEFERRED, code=451)

        assert progress.errors(tx, made.id) == [
            ErrorGroup("failed", "google", 550, "5.1.1", "a unknown", 3),
            ErrorGroup("ambiguous", "apple", None, None, None, 2),
            ErrorGroup("deferred", "apple", 451, None, None, 1),
        ]


@database
def test_groups_part_by_what_was_replied_and_by_whom() -> None:
    with transaction() as tx:
        made = mailing(tx)
        for number, group in enumerate(("google", "apple")):
            batch = rows.batch(tx, made, number, 9, failed=9, receiver_group=group)
            delivered(tx, batch, FAILED, code=550, enhanced="5.1.1")
            delivered(tx, batch, FAILED, code=550, enhanced="5.7.1")
            delivered(tx, batch, FAILED, code=552, enhanced="5.7.1")

        assert [each.deliveries for each in progress.errors(tx, made.id)] == [1] * 6


@database
def test_groups_of_one_size_stand_in_one_order() -> None:
    with transaction() as tx:
        made = mailing(tx)
        for number, group in enumerate(("google", "apple")):
            batch = rows.batch(tx, made, number, 9, failed=9, receiver_group=group)
            delivered(tx, batch, AMBIGUOUS)
            delivered(tx, batch, FAILED, code=552)
            delivered(tx, batch, FAILED, code=550, enhanced="5.7.1")
            delivered(tx, batch, FAILED, code=550)

        found = progress.errors(tx, made.id)

    each: list[tuple[str, int | None, str | None]]
    each = [("failed", 550, None), ("failed", 550, "5.7.1"), ("failed", 552, None)]
    expected = [(group, *row) for group in ("apple", "google") for row in each]
    last = ("ambiguous", None, None)
    expected += [("apple", *last), ("google", *last)]
    assert [(row.receiver_group, row.state, row.code, row.enhanced) for row in found] == expected


@database
def test_who_was_left_out_is_counted_by_reason() -> None:
    with transaction() as tx:
        made, other = mailing(tx, state=MailingState.DONE), mailing(tx, 2)
        batch = rows.batch(tx, made, 0, 9, skipped=3, suppressed=1)
        delivered(tx, batch, SKIPPED, SKIPPED, reason=DeliveryReason.ENDED)
        delivered(tx, batch, SKIPPED, reason=DeliveryReason.NOTHING_CHOSEN)
        delivered(tx, batch, SUPPRESSED, reason=DeliveryReason.SUPPRESSED)
        delivered(tx, batch, FAILED, reason=DeliveryReason.EXPIRED)
        delivered(tx, batch, ACCEPTED, PENDING)
        delivered(tx, rows.batch(tx, other, 0, 9), SKIPPED, reason=DeliveryReason.PAUSED)

        shown = progress.find(tx, made.id)
        assert shown is not None
        assert progress.left_out(tx, shown) == dict.fromkeys(DeliveryReason.barred(), 0) | {
            DeliveryReason.SUPPRESSED: 1,
            DeliveryReason.ENDED: 2,
            DeliveryReason.NOTHING_CHOSEN: 1,
        }


@database
@pytest.mark.parametrize("state", list(MailingState))
def test_who_was_left_out_is_not_counted_again_and_again_while_it_is_sent(
    state: MailingState,
) -> None:
    with transaction() as tx:
        some, none = mailing(tx, state=state), mailing(tx, 2, state=state)
        delivered(tx, rows.batch(tx, some, 0, 9, skipped=1), SKIPPED, reason=DeliveryReason.PAUSED)
        rows.batch(tx, none, 0, 9)
        of_some, of_none = progress.find(tx, some.id), progress.find(tx, none.id)
        assert of_some is not None
        assert of_none is not None

        is_known = progress.left_out(tx, of_some) is not None
        assert is_known is (state is not MailingState.SENDING)
        assert progress.left_out(tx, of_none) == {}


@database
def test_another_mailings_errors_and_batches_that_tell_of_none_are_not_read() -> None:
    with transaction() as tx:
        made, other = mailing(tx), mailing(tx, 2)
        delivered(tx, rows.batch(tx, other, 0, 9, failed=1), FAILED)
        delivered(tx, rows.batch(tx, made, 0, 9), FAILED)

        assert progress.errors(tx, made.id) == []


@database
def test_no_more_groups_are_shown_than_a_page_holds() -> None:
    with transaction() as tx:
        batch = rows.batch(tx, mailing(tx), 0, 99, failed=99)
        for code in range(progress.MAX_ERROR_GROUPS + 1):
            delivered(tx, batch, FAILED, code=500 + code)

        assert len(progress.errors(tx, batch.mailing_id)) == progress.MAX_ERROR_GROUPS


def test_a_group_and_a_version_are_said_as_json_has_them() -> None:
    assert ErrorGroup("failed", "google", 550, None, "x", 3).as_dict() == {
        "state": "failed",
        "receiver_group": "google",
        "code": 550,
        "enhanced": None,
        "reason": "x",
        "deliveries": 3,
    }
    first, second = VersionCount(1, None, 2, 3), VersionCount(2, NOW, 0, 0)
    assert first.as_dict() == {"version": 1, "made_at": None, "accepted": 2, "other": 3}
    assert second.as_dict()["made_at"] == "2026-11-24T08:00:00+00:00"


@database
def test_each_version_says_how_many_readers_were_sent_it() -> None:
    with transaction() as tx:
        made, other = mailing(tx, content_version=3), mailing(tx, 2, content_version=3)
        batch = rows.batch(tx, made, 0, 9)
        delivered(tx, batch, ACCEPTED, ACCEPTED, DEFERRED, content_version=1)
        delivered(tx, batch, AMBIGUOUS, content_version=3)
        delivered(tx, batch, PENDING)
        delivered(tx, rows.batch(tx, other, 0, 9), ACCEPTED, content_version=1)
        for version, position, after in ((2, 0, 2), (2, 1, 1), (3, 0, 3)):
            at = NOW + after * HOUR
            key = {"mailing_id": made.id, "version": version, "position": position}
            rows.added(tx, MailingRevision(**key, revision=2, made_at=at))
        key = {"mailing_id": other.id, "version": 2, "position": 0}
        rows.added(tx, MailingRevision(**key, revision=2, made_at=NOW))

        assert progress.versions(tx, made) == [
            VersionCount(1, None, 2, 1),
            VersionCount(2, NOW + HOUR, 0, 0),
            VersionCount(3, NOW + 3 * HOUR, 0, 1),
        ]


@database
def test_a_mailing_that_was_never_renewed_has_no_versions_to_tell() -> None:
    with transaction() as tx:
        made = mailing(tx)
        delivered(tx, rows.batch(tx, made), ACCEPTED, content_version=1)

        assert progress.versions(tx, made) == []


@database
@pytest.mark.parametrize(
    ("columns", "is_later"),
    [
        pytest.param({}, True, id="an active reader"),
        pytest.param({"state": SubscriptionState.PENDING}, False, id="not confirmed"),
        pytest.param({"state": SubscriptionState.ENDED}, False, id="ended"),
        pytest.param({"paused_until": NOW + SECOND}, False, id="paused"),
        pytest.param({"paused_until": NOW}, True, id="the pause is over"),
    ],
)
def test_who_came_later_than_a_mailing(columns: dict[str, Any], *, is_later: bool) -> None:
    with transaction() as tx:
        made = mailing(tx)
        had = rows.reader(tx, 1, 1)
        rows.delivery(tx, rows.batch(tx, made), 0, had)
        who = rows.subscriber(tx, 2)
        rows.subscription(tx, who.id, 1, **columns)
        rows.recipient(tx, 2, subscriber_id=who.id)

        assert progress.came_later(tx, 1, made.id, now=NOW) == is_later


@database
def test_readers_of_others_and_deliveries_of_others_do_not_count() -> None:
    with transaction() as tx:
        made, earlier = mailing(tx), mailing(tx, 2)
        other = rows.newsletter(tx, 1, "evening").id
        rows.reader(tx, 1, other)
        rows.delivery(tx, rows.batch(tx, earlier), 0, rows.reader(tx, 2, 1))
        rows.recipient(tx, 3)

        assert progress.came_later(tx, 1, made.id, now=NOW) == 1
