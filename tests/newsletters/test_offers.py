"""*Send now* offers the slot that is past and what is new since, each with its counts."""

import pytest

from syndicate.errors import RefusedError
from syndicate.newsletters import rehearse, run, steering
from syndicate.newsletters.offers import Offer
from syndicate.store.composition import issues
from syndicate.store.content.articles import Article
from syndicate.store.ground.session import transaction
from syndicate.store.sending import ledger
from syndicate.vocabulary.articles import Change
from syndicate.vocabulary.newsletters import IssueState
from tests import rows
from tests.acting import TESTER
from tests.newsletters.paper import DAY, HOUR, NOW, SLOT, article, reader
from tests.subscribers import desk

pytestmark = pytest.mark.usefixtures("newsroom")
LATER = NOW + 6 * HOUR


@pytest.fixture
def newsroom(database: str) -> None:  # noqa: ARG001 - the rows go there
    """A digest whose slot is past: two stories in it, three since; one of two readers has sport."""
    with transaction() as tx:
        desk.morning(tx)
        for number in range(2):
            article(tx, 1, f"world-{number}", SLOT - HOUR)
        for number in range(3):
            article(tx, 1, f"world-new-{number}", SLOT + HOUR)
        reader(tx, 1)
        reader(tx, 2, sections=("sport",))


def send(offer: Offer) -> int:
    issue_id = steering.send_now(1, offer, actor=TESTER, now=LATER)
    assert run.compose_issue(issue_id, LATER) is IssueState.SENDING
    return issue_id


def stories(issue_id: int) -> list[str]:
    with transaction() as tx:
        return [headline for _, headline in issues.carried(tx, issue_id)]


def offered() -> dict[str, tuple[int, int, int | None]]:
    return {
        each.offer.value: (each.stories, each.readers, each.sent)
        for each in rehearse.offered(1, LATER)
    }


def test_each_is_counted_as_it_would_be_sent() -> None:
    assert offered() == {"new": (5, 1, None), "slot": (2, 1, None)}

    issue_id = send(Offer.SLOT)

    with transaction() as tx:
        mailing = ledger.of_issue(tx, issue_id)
        assert mailing is not None
        assert ledger.counts(tx, mailing.id).remaining == 1
    found = offered()
    assert found["new"] == (3, 1, None)
    assert found["slot"][2] == issue_id


def test_a_correction_is_counted_beside_the_stories_and_called_so() -> None:
    first = {each.offer: each for each in rehearse.offered(1, LATER)}
    assert {each.is_first for each in first.values()} == {True}
    send(Offer.SLOT)
    with transaction() as tx:
        article(tx, 2, "sport-new", SLOT + HOUR)
        tx.session.get_one(Article, 1).revision = 2
        told = {"is_material": True, "note": "It is 200 metres long."}
        rows.revision(tx, 1, 2, Change.CORRECTION, created_at=LATER, **told)

    found = {each.offer: each for each in rehearse.offered(1, LATER)}

    assert found[Offer.NEW].contents == "4 stories and 1 correction"
    assert (found[Offer.NEW].is_first, found[Offer.SLOT].called) == (False, "No. 1")


def test_what_is_new_is_an_issue_of_its_own_and_the_next_slot_goes_on_after_it() -> None:
    slot = send(Offer.SLOT)

    new = send(Offer.NEW)

    assert len(stories(slot)) == 2
    assert stories(new) == [f"Headline world-new-{number}" for number in range(3)]
    with transaction() as tx:
        article(tx, 1, "world-last", LATER + HOUR)
    (following,) = run.open_due_issues(NOW + DAY)
    run.compose_issue(following, NOW + DAY)
    assert stories(following) == ["Headline world-last"]


def test_what_is_new_is_sent_once() -> None:
    send(Offer.NEW)

    with pytest.raises(RefusedError, match="Nothing is new in Morning since its last issue"):
        steering.send_now(1, Offer.NEW, actor=TESTER, now=LATER + HOUR)
    assert run.open_due_issues(LATER + HOUR) == []
