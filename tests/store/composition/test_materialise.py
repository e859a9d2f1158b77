"""From an issue to its audience: who gets it, which stories of it, and in which batch."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import OperationalError

from syndicate.store.composition import materialise
from syndicate.store.ground.session import transaction
from syndicate.store.readers import recipients
from syndicate.store.readers.recipients import EVERYWHERE, Recipient
from syndicate.store.sending.mailings import Batch, Delivery
from syndicate.vocabulary.newsletters import SubscriptionState
from syndicate.vocabulary.sending import (
    BatchState,
    DeliveryReason,
    DeliveryState,
    Lane,
    SuppressionReason,
)
from tests.rows import NOW
from tests.store import mailed
from tests.store.composition import audience
from tests.store.composition.audience import choices, reader, spread

pytestmark = pytest.mark.usefixtures("database")
SECOND = dt.timedelta(seconds=1)
PENDING, SKIPPED, SUPPRESSED = (
    DeliveryState.PENDING,
    DeliveryState.SKIPPED,
    DeliveryState.SUPPRESSED,
)
DAILY = 1  # the newsletter's id


def issue(*stories: dict[str, Any], **columns: Any) -> int:
    """The mailing of an issue: by default of world and sport in English, and world in Arabic."""
    plain = [{}, {"section_slug": "sport"}, {"language": "ar"}]
    with transaction() as tx:
        assert audience.newsletter(tx) == DAILY
        every = list(stories) or plain
        ids = audience.articles(tx, *(f"story-{place}" for place in range(len(every))))
        told = [{"article_id": each} | more for each, more in zip(ids, every, strict=True)]
        return audience.mailing(tx, DAILY, 1, *told, **columns)


def subscribe(number: int = 1, **more: Any) -> int:
    with transaction() as tx:
        return reader(tx, number, DAILY, **more)


def suppress(recipient_id: int, scope: str = EVERYWHERE) -> None:
    with transaction() as tx:
        row = tx.get(Recipient, recipient_id)
        assert row is not None
        why = SuppressionReason.BOUNCE
        recipients.suppress(tx, row.address_hash, scope=scope, reason=why, now=NOW)


@pytest.mark.parametrize(
    ("sections", "languages", "choice"),
    [
        ((), (), 0b111),
        (("world",), (), 0b101),
        (("sport",), (), 0b010),
        (("world", "sport"), (), 0b111),
        (("culture",), (), 0),
        ((), ("en",), 0b011),
        ((), ("ar",), 0b100),
        ((), ("en", "ar"), 0b111),
        (("world",), ("en",), 0b001),
        (("sport",), ("ar",), 0),
    ],
)
def test_a_reader_gets_the_stories_of_the_sections_and_languages_they_chose(
    sections: tuple[str, ...], languages: tuple[str, ...], choice: int
) -> None:
    mailing_id = issue()
    one = subscribe(sections=sections, languages=languages)
    other = subscribe(2, sections=("sport",), languages=("en",))

    assert spread(mailing_id) == 2

    assert choices(mailing_id) == {one: choice, other: 0b010}


def test_the_last_of_63_stories_has_a_bit_too() -> None:
    mailing_id = issue(*[{}] * 62, {"section_slug": "sport"})
    one = subscribe(sections=("sport",))

    spread(mailing_id)

    assert choices(mailing_id) == {one: 1 << 62}


def test_stories_of_another_issue_are_none_of_this_one() -> None:
    mailing_id = issue({})
    with transaction() as tx:
        told = {"article_id": 1, "section_slug": "sport"}
        audience.mailing(tx, audience.newsletter(tx, "evening"), 1, told)
    one = subscribe(sections=("sport",))

    spread(mailing_id)

    assert choices(mailing_id) == {one: 0}


def test_a_correction_is_news_to_nobody() -> None:
    mailing_id = issue({}, {"is_correction": True})
    one = subscribe()

    spread(mailing_id)

    assert choices(mailing_id) == {one: 0b01}


@pytest.mark.parametrize(
    ("language", "frame"), [("en", "en"), ("ar", "ar"), ("fr", "en"), ("ar-QA", "en")]
)
def test_a_frame_is_in_the_readers_language_or_in_the_first_one(language: str, frame: str) -> None:
    mailing_id = issue()
    subscribe(language=language)

    spread(mailing_id)

    assert mailed.delivery(mailing_id).language == frame


@pytest.mark.parametrize(
    ("columns", "is_there"),
    [
        ({"state": SubscriptionState.PENDING}, False),
        ({"state": SubscriptionState.ENDED}, False),
        ({"paused_until": NOW}, True),
        ({"paused_until": NOW + SECOND}, False),
    ],
    ids=["unconfirmed", "left", "the pause is over", "paused"],
)
def test_who_is_no_active_reader_is_no_part_of_the_audience(
    columns: dict[str, Any], is_there: bool
) -> None:
    mailing_id = issue()
    subscribe(1, **columns)
    other = subscribe(2)

    assert spread(mailing_id) == 1 + is_there

    assert (other in choices(mailing_id)) is True
    assert len(choices(mailing_id)) == 1 + is_there


def test_readers_of_another_newsletter_are_no_part_of_the_audience() -> None:
    mailing_id = issue()
    with transaction() as tx:
        reader(tx, 1, audience.newsletter(tx, "evening"))

    assert spread(mailing_id) == 0


def test_who_has_no_address_any_more_is_no_part_of_the_audience() -> None:
    mailing_id = issue()
    subscribe()
    with transaction() as tx:
        tx.execute(delete(Recipient))

    assert spread(mailing_id) == 0


def test_an_issue_that_nobody_reads_has_no_batch() -> None:
    mailing_id = issue()

    assert spread(mailing_id) == 0

    with transaction() as tx:
        assert list(tx.scalars(select(Batch))) == []


@pytest.mark.parametrize(
    ("scope", "is_barred"),
    [(EVERYWHERE, True), (f"newsletter:{DAILY}", True), ("newsletter:9", False)],
)
def test_who_is_suppressed_is_counted_and_not_sent_to(scope: str, is_barred: bool) -> None:
    mailing_id = issue()
    subscribe(2)
    suppress(subscribe(1), scope)

    assert spread(mailing_id) == 2

    row = mailed.delivery(mailing_id, 1)
    barred = (SUPPRESSED, DeliveryReason.SUPPRESSED, NOW)
    assert (row.state, row.reason, row.done_at) == (barred if is_barred else (PENDING, None, None))
    other = mailed.delivery(mailing_id, 0)
    assert (other.state, other.reason, other.done_at) == (PENDING, None, None)


def test_who_chose_nothing_of_it_is_skipped() -> None:
    mailing_id = issue()
    subscribe(sections=("culture",))

    spread(mailing_id)

    row = mailed.delivery(mailing_id)
    assert (row.state, row.reason, row.done_at) == (SKIPPED, DeliveryReason.NOTHING_CHOSEN, NOW)


def test_who_is_suppressed_and_chose_nothing_is_suppressed() -> None:
    mailing_id = issue()
    suppress(subscribe(sections=("culture",)))

    spread(mailing_id)

    assert mailed.delivery(mailing_id).state is SUPPRESSED


def test_a_notice_that_there_is_nothing_new_is_for_everybody() -> None:
    mailing_id = issue()
    nothing, something = subscribe(1, sections=("culture",)), subscribe(2, sections=("sport",))

    spread(mailing_id, always=0b1000)

    assert choices(mailing_id) == {nothing: 0b1000, something: 0b1010}
    assert mailed.delivery(mailing_id).state is PENDING


def test_a_rehearsal_is_for_one_reader() -> None:
    mailing_id = issue()
    subscribe(1)
    one = subscribe(2)

    assert spread(mailing_id, only=recipients.hash_of("reader002@example.com")) == 1

    assert choices(mailing_id) == {one: 0b111}


def group(name: str, *recipient_ids: int) -> None:
    with transaction() as tx:
        tx.execute(
            update(Recipient).where(Recipient.id.in_(recipient_ids)).values(receiver_group=name)
        )


def test_a_batch_is_of_one_receiver_group_and_no_larger_than_it_may_be() -> None:
    mailing_id = issue(lane=Lane.URGENT, priority=1)
    readers = [subscribe(number) for number in range(1, 7)]
    group("google", *readers[1::2])
    group("apple", readers[0])

    spread(mailing_id, size=2)

    with transaction() as tx:
        query = select(Batch.number, Batch.receiver_group, Batch.size, Batch.lane, Batch.priority)
        batches = [tuple(row) for row in tx.execute(query.order_by(Batch.number))]
        lines = select(Delivery.batch_number, Delivery.ordinal, Delivery.recipient_id)
        order = lines.order_by(Delivery.batch_number, Delivery.ordinal)
        deliveries = [tuple(row) for row in tx.execute(order)]
    assert batches == [
        (0, "apple", 1, Lane.URGENT, 1),
        (1, "google", 2, Lane.URGENT, 1),
        (2, "google", 1, Lane.URGENT, 1),
        (3, "other", 2, Lane.URGENT, 1),
    ]
    first, second, third, fourth, fifth, sixth = readers
    assert deliveries == [
        (0, 0, first),
        (1, 0, second),
        (1, 1, fourth),
        (2, 0, sixth),
        (3, 0, third),
        (3, 1, fifth),
    ]


def test_a_batch_with_nobody_to_send_to_is_done_at_once() -> None:
    mailing_id = issue()
    every = [subscribe(number) for number in (1, 2, 3)]
    none = subscribe(4, sections=("culture",))
    group("google", every[0], none)
    suppress(every[0])
    suppress(every[1])

    spread(mailing_id)

    done, ready = mailed.batch(mailing_id, 0), mailed.batch(mailing_id, 1)
    assert (done.receiver_group, done.state) == ("google", BatchState.DONE)
    assert mailed.counters(mailing_id, 0) == {"suppressed": 1, "skipped": 1}
    assert (ready.receiver_group, ready.state) == (recipients.OTHER, BatchState.READY)
    assert mailed.counters(mailing_id, 1) == {"suppressed": 1}


def test_another_mailings_deliveries_are_in_no_batch_of_this_one() -> None:
    mailing_id = issue()
    subscribe()
    spread(mailing_id)
    with transaction() as tx:
        other_id = audience.mailing(tx, DAILY, 2, {"article_id": 1}, {"article_id": 2})

    spread(other_id)

    with transaction() as tx:
        query = select(Batch.mailing_id, func.sum(Batch.size)).group_by(Batch.mailing_id)
        assert {row[0]: row[1] for row in tx.execute(query)} == {mailing_id: 1, other_id: 1}


def test_two_issues_are_not_materialised_at_once() -> None:
    mailing_id = issue()
    with transaction() as tx:
        other_id = audience.mailing(tx, DAILY, 2)

    with transaction() as tx, transaction() as other:
        materialise.materialise(tx, audience.values(tx, mailing_id))
        wanted = audience.values(other, other_id)
        other.execute(text("SET LOCAL lock_timeout = '20ms'"))
        with pytest.raises(OperationalError, match="lock timeout"):
            materialise.materialise(other, wanted)
        other.session.rollback()

    assert spread(other_id) == 0


def test_an_audience_is_counted_as_it_would_divide_and_nothing_is_written() -> None:
    mailing_id = issue()
    one, arabic = subscribe(1), subscribe(2, language="ar")
    suppress(subscribe(3))
    subscribe(4, sections=("culture",))
    subscribe(5)
    group("google", one, arabic)

    with transaction() as tx:
        found = materialise.count(tx, audience.values(tx, mailing_id))

    assert found == {
        ("en", "google", ""): 1,
        ("ar", "google", ""): 1,
        ("en", "other", "suppressed"): 1,
        ("en", "other", "nothing chosen"): 1,
        ("en", "other", ""): 1,
    }
    assert choices(mailing_id) == {}


def test_an_audience_of_nobody_divides_into_nothing() -> None:
    mailing_id = issue()

    with transaction() as tx:
        assert materialise.count(tx, audience.values(tx, mailing_id)) == {}
