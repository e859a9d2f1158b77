"""A hold bites between two chunks and before an issue is composed; it leaves nobody out."""

from collections import Counter

import pytest

from syndicate.errors import RefusedError
from syndicate.mail import holding
from syndicate.newsletters import run, steering
from syndicate.store.composition import issues
from syndicate.store.ground.session import transaction
from syndicate.store.sending import holds
from syndicate.store.views import progress
from syndicate.vocabulary.newsletters import IssueState
from syndicate.vocabulary.sending import HoldScope
from tests.acting import TESTER
from tests.mail.fault_relay import Event, FaultRelay
from tests.newsletters.paper import DAY, HOUR, NOW
from tests.newsletters.sending import CHUNK, compose, counts, readers, send

HELD = (HoldScope.NEWSLETTER, "morning")


def hold() -> None:
    assert holding.hold(*HELD, "The wrong picture", actor=TESTER, now=NOW)


def unhold() -> None:
    assert holding.unhold(*HELD, actor=TESTER, now=NOW + HOUR)


def standing(mailing_id: int) -> str:
    with transaction() as tx:
        found = progress.find(tx, mailing_id)
    assert found is not None
    return found.standing


def test_a_hold_stops_between_two_chunks_and_let_go_everybody_gets_one(relay: FaultRelay) -> None:
    readers(4 * CHUNK)
    mailing_id = compose()

    def hold_at_the_seventh(event: Event) -> bytes | None:
        if event.step == "body" and event.taken == CHUNK + 2:
            hold()
        return None

    relay.fault = hold_at_the_seventh
    send()
    relay.fault = lambda _event: None

    assert counts(mailing_id) == {
        "audience": 4 * CHUNK,
        "accepted": 2 * CHUNK,
        "remaining": 2 * CHUNK,
    }
    assert standing(mailing_id) == "held"
    send()
    assert len(relay.accepted) == 2 * CHUNK

    unhold()
    assert standing(mailing_id) == "sending"
    send()

    assert counts(mailing_id) == {"audience": 4 * CHUNK, "accepted": 4 * CHUNK}
    assert set(Counter(taken.rcpt for taken in relay.accepted).values()) == {1}
    assert len({taken.rcpt for taken in relay.accepted}) == 4 * CHUNK


@pytest.mark.usefixtures("relay")
def test_no_issue_of_a_held_newsletter_is_opened_composed_or_sent() -> None:
    readers(1)
    (issue_id,) = run.open_due_issues(NOW)
    hold()

    assert run.compose_issue(issue_id, NOW) is IssueState.DUE
    assert run.open_due_issues(NOW + DAY) == []
    with transaction() as tx:
        assert issues.unfinished(tx) == []
    said = "Morning is held by .* since .* UTC: The wrong picture. Lift the hold first."
    with pytest.raises(RefusedError, match=said):
        steering.send_now(1, actor=TESTER, now=NOW + DAY)

    unhold()
    assert run.compose_issue(issue_id, NOW) is IssueState.SENDING


@pytest.mark.usefixtures("relay")
def test_what_two_scopes_hold_waits_for_both() -> None:
    readers(1)
    with transaction() as tx:
        holds.place(tx, holds.Target(HoldScope.ISSUES), why="later", by="desk", now=NOW)
    # Of another scope than the one that is lifted: both must be.
    hold()
    unhold()

    with pytest.raises(RefusedError):
        compose()
