"""One story once per reader, and a correction for whoever got the story as it was before."""

from typing import Any

import pytest
from sqlalchemy import select, update

from syndicate.store.composition import materialise
from syndicate.store.ground.session import transaction
from syndicate.store.sending.mailings import Delivery, Mailing, MailingRevision
from syndicate.vocabulary.sending import DeliveryState, MailingState
from tests import matrix, rows
from tests.rows import NOW
from tests.store import mailed
from tests.store.composition import audience
from tests.store.composition.audience import choices, reader, spread

pytestmark = pytest.mark.usefixtures("database")
BRIDGE, HARBOUR = 1, 2  # articles
ARTICLES = ("bridge", "harbour", "market")
MORNING, EVENING = 1, 2  # newsletters
FIRST = {"article_id": BRIDGE}
CORRECTION = {"article_id": BRIDGE, "revision": 2, "is_correction": True}
ACCEPTED, PENDING, DEFERRED, AMBIGUOUS = (
    DeliveryState.ACCEPTED,
    DeliveryState.PENDING,
    DeliveryState.DEFERRED,
    DeliveryState.AMBIGUOUS,
)


@pytest.fixture
def one(database: str) -> int:  # noqa: ARG001 - the database must be there first
    """A reader of both newsletters, who gets all sections; their recipient's id."""
    with transaction() as tx:
        assert audience.newsletter(tx) == MORNING
        assert audience.newsletter(tx, "evening") == EVENING
        audience.articles(tx, *ARTICLES)
        return reader(tx, 1, MORNING)


def sent(*stories: audience.Story, number: int = 1, newsletter: int = MORNING, **line: Any) -> int:
    """An earlier mailing, accepted by every reader but for what `line` says of its deliveries."""
    with transaction() as tx:
        mailing_id = audience.mailing(tx, newsletter, number, *stories)
    spread(mailing_id)
    with transaction() as tx:
        values: dict[str, Any] = {"state": ACCEPTED, "content_version": 1}
        earlier = Delivery.mailing_id == mailing_id
        tx.execute(update(Delivery).where(earlier).values(**(values | line)))
    return mailing_id


def choice(*stories: audience.Story, number: int = 9, newsletter: int = MORNING) -> int:
    """What the reader gets of an issue now."""
    with transaction() as tx:
        mailing_id = audience.mailing(tx, newsletter, number, *stories)
    spread(mailing_id)
    return mailed.delivery(mailing_id).choice


NEXT = ({"article_id": HARBOUR}, {"article_id": BRIDGE}, {"article_id": 3})


@pytest.mark.usefixtures("one")
def test_a_story_is_known_again_wherever_it_stands() -> None:
    sent(FIRST)

    assert choice(*NEXT) == 0b101


@pytest.mark.usefixtures("one")
def test_what_several_mailings_told_is_left_out_together() -> None:
    sent(FIRST, number=1)
    sent({"article_id": HARBOUR}, number=2)

    assert choice(*NEXT) == 0b100


def test_what_another_newsletter_told_is_left_out(one: int) -> None:
    with transaction() as tx:
        subscriber = rows.subscriber(tx, 2)
        rows.recipient(tx, 2, subscriber_id=subscriber.id)
        for newsletter_id in (MORNING, EVENING):
            rows.subscription(tx, subscriber.id, newsletter_id)
    sent(FIRST, newsletter=EVENING)

    with transaction() as tx:
        mailing_id = audience.mailing(tx, MORNING, 9, *NEXT)
    spread(mailing_id)

    # Only the second reader had it.
    assert sorted(choices(mailing_id).items()) == [(one, 0b111), (one + 1, 0b101)]


@pytest.mark.usefixtures("one")
def test_a_story_that_this_reader_had_not_chosen_is_new_to_them() -> None:
    sent(FIRST, {"article_id": HARBOUR}, choice=0b10)

    assert choice(*NEXT) == 0b110


@pytest.mark.usefixtures("one")
@pytest.mark.parametrize("state", sorted(DeliveryState))
def test_what_never_arrived_is_not_had(state: DeliveryState) -> None:
    sent(FIRST, state=state)

    assert choice(FIRST) == (1 if state in DeliveryState.unsent() else 0)


@pytest.mark.usefixtures("one")
@pytest.mark.parametrize("mailing", sorted(MailingState))
@pytest.mark.parametrize("state", matrix.rows([PENDING, DEFERRED, ACCEPTED, AMBIGUOUS], every=2))
def test_what_a_mailing_that_was_ended_had_not_sent_is_not_had(
    mailing: MailingState, state: DeliveryState
) -> None:
    mailed.put_mailing(sent(FIRST, state=state), state=mailing)

    is_new = mailing is MailingState.MATERIALISING or (
        mailing is MailingState.CANCELLED and state in {PENDING, DEFERRED}
    )
    assert choice(FIRST) == int(is_new)


@pytest.mark.usefixtures("one")
def test_an_issue_that_was_sent_is_counted_as_if_it_was_not() -> None:
    mailing_id = sent(FIRST)

    with transaction() as tx:
        assert materialise.count(tx, audience.values(tx, mailing_id)) == {("en", "other", ""): 1}


@pytest.mark.usefixtures("one")
@pytest.mark.parametrize(
    ("earlier", "now", "is_told"),
    [
        ({}, {}, True),
        ({"revision": 2}, {}, False),
        ({"revision": 3}, {}, False),
        ({"revision": 2}, {"revision": 3}, True),
        ({}, {"is_correction": False}, False),
    ],
    ids=["older", "the same", "newer", "of several", "no correction"],
)
def test_a_correction_is_owed_to_whoever_got_an_older_revision(
    earlier: dict[str, Any], now: dict[str, Any], is_told: bool
) -> None:
    sent(FIRST | earlier)

    assert choice(CORRECTION | now) == int(is_told)


@pytest.mark.usefixtures("one")
@pytest.mark.parametrize("state", sorted(DeliveryState))
def test_a_correction_is_owed_to_nobody_who_did_not_get_the_story(state: DeliveryState) -> None:
    sent(FIRST, state=state)

    assert choice(CORRECTION) == (0 if state in DeliveryState.unsent() else 1)


@pytest.mark.usefixtures("one")
def test_a_correction_of_a_story_that_this_reader_had_not_chosen_is_not_theirs() -> None:
    sent(FIRST, {"article_id": HARBOUR}, choice=0b10)

    assert choice(CORRECTION) == 0


@pytest.mark.usefixtures("one")
@pytest.mark.parametrize("has_failed", [False, True])
def test_a_correction_that_another_mailing_told_is_not_owed_any_more(has_failed: bool) -> None:
    sent(FIRST, number=1)
    sent(CORRECTION, number=2, state=DeliveryState.FAILED if has_failed else ACCEPTED)

    assert choice(CORRECTION) == int(has_failed)


@pytest.mark.usefixtures("one")
def test_a_correction_stands_beside_what_is_new() -> None:
    sent(FIRST, {"article_id": HARBOUR})

    assert choice(CORRECTION, {"article_id": HARBOUR}, {"article_id": 3}) == 0b101


def renewed(mailing_id: int, *versions: tuple[int, int, int]) -> None:
    """From these (version, position, revision) on, stories of a mailing have another text."""
    with transaction() as tx:
        for version, position, revision in versions:
            tx.add(
                MailingRevision(
                    mailing_id=mailing_id,
                    version=version,
                    position=position,
                    revision=revision,
                    made_at=NOW,
                )
            )
    newest = max(version for version, _, _ in versions)
    mailed.put_mailing(mailing_id, content_version=newest)


@pytest.mark.usefixtures("one")
@pytest.mark.parametrize(
    ("line", "is_told"),
    matrix.rows(
        [
            ({"content_version": 1}, True),
            ({"content_version": 2}, True),
            ({"content_version": 3}, False),
            ({"content_version": None}, False),
            ({"state": AMBIGUOUS, "content_version": 1}, True),
            ({"state": PENDING, "content_version": None}, False),
            ({"state": PENDING, "content_version": 1, "resends": 1}, True),
            ({"state": PENDING, "content_version": 3, "resends": 1}, False),
            ({"state": PENDING, "content_version": None, "resends": 1}, False),
            ({"state": DEFERRED, "content_version": 1}, False),
            ({"state": DEFERRED, "content_version": 1, "resends": 1}, True),
        ],
        every=3,
    ),
    ids=str,
)
def test_which_text_a_reader_got_is_what_their_copys_version_said(
    line: dict[str, Any], is_told: bool
) -> None:
    renewed(sent(FIRST, **line), (2, 0, 2), (3, 0, 3))

    assert choice(CORRECTION | {"revision": 3}) == int(is_told)


@pytest.mark.usefixtures("one")
def test_a_story_that_was_renewed_is_had_in_every_version() -> None:
    renewed(sent(FIRST, content_version=2), (2, 0, 2))

    assert choice(FIRST | {"revision": 2}) == 0


@pytest.mark.usefixtures("one")
@pytest.mark.parametrize(("version", "owed"), [(1, 0b11), (2, 0b10), (3, 0b00), (9, 0b00)])
def test_each_story_has_versions_of_its_own(version: int, owed: int) -> None:
    mailing_id = sent(FIRST, {"article_id": HARBOUR}, content_version=version)
    renewed(mailing_id, (2, 0, 2), (3, 1, 2))

    assert choice(CORRECTION, CORRECTION | {"article_id": HARBOUR}) == owed


@pytest.mark.usefixtures("one")
def test_each_mailing_has_versions_of_its_own() -> None:
    renewed(sent(FIRST, number=1, state=DeliveryState.FAILED), (2, 0, 2))
    sent(FIRST, number=2)

    # The copy that arrived had the first version, whose text the other mailing renewed.
    assert choice(CORRECTION) == 1


@pytest.mark.usefixtures("one")
def test_a_mailing_with_versions_ends_no_version_of_another() -> None:
    renewed(sent(FIRST, number=1, state=DeliveryState.FAILED), (2, 0, 2))
    mailing_id = sent(FIRST, number=2, content_version=5)
    mailed.put_mailing(mailing_id, content_version=5)

    assert choice(FIRST) == 0
    with transaction() as tx:
        assert len(list(tx.scalars(select(Mailing.id)))) == 3
