"""Lines of a relay's log that were sent to us: what was taken, what was seen, until when."""

import datetime as dt

import pytest
from sqlalchemy import select

from syndicate.store.ground.session import transaction
from syndicate.store.platform.due import SKEW
from syndicate.store.sending import accepts
from syndicate.store.sending.accepts import HEARTBEAT, Heard
from syndicate.store.sending.events import RelayAccept, RelaySeen
from tests.rows import NOW

pytestmark = pytest.mark.usefixtures("database")
RELAY, OTHER = "mx1.example:25", "mx2.example:25"
SECOND = dt.timedelta(seconds=1)


def add(*lines: Heard, relay: str = RELAY) -> list[tuple[str, dt.datetime]]:
    with transaction() as tx:
        return accepts.add(tx, relay, lines)


def took(message_id: str, at: dt.datetime = NOW) -> Heard:
    return Heard(at, message_id)


def saw(message_id: str, queue_id: str, at: dt.datetime = NOW) -> Heard:
    return Heard(at, message_id, queue_id, is_taken=False)


def queued(queue_id: str, at: dt.datetime = NOW) -> Heard:
    """A line that names a message by the relay's own name for it alone."""
    return Heard(at, None, queue_id)


def accepted(*message_ids: str) -> set[str]:
    with transaction() as tx:
        return accepts.accepted(tx, message_ids)


def seen(*message_ids: str) -> set[str]:
    with transaction() as tx:
        return accepts.seen(tx, message_ids)


def complete_until(*relays: str, now: dt.datetime = NOW) -> dt.datetime | None:
    with transaction() as tx:
        return accepts.complete_until(tx, relays, now)


def test_what_a_relay_took_is_known_by_its_message_id() -> None:
    assert add(took("<a@x>"), took("<b@x>", NOW + SECOND)) == [
        ("<a@x>", NOW),
        ("<b@x>", NOW + SECOND),
    ]

    assert accepted("<a@x>", "<b@x>", "<c@x>") == {"<a@x>", "<b@x>"}
    assert accepted("<c@x>") == accepted() == set()


def test_the_same_lines_twice_are_stored_once_and_told_again() -> None:
    line = took("<a@x>")
    add(line)

    assert add(line, line) == [("<a@x>", NOW)] * 2

    with transaction() as tx:
        assert list(accepts.every(tx)) == [("<a@x>", RELAY)]


def test_what_two_relays_took_is_two_lines_and_one_message() -> None:
    add(took("<a@x>"))
    add(took("<a@x>"), relay=OTHER)

    assert accepted("<a@x>") == {"<a@x>"}
    with transaction() as tx:
        assert sorted(accepts.every(tx)) == [("<a@x>", RELAY), ("<a@x>", OTHER)]


def test_a_message_that_was_seen_is_not_taken_yet() -> None:
    assert add(saw("<a@x>", "4F2")) == []

    assert accepted("<a@x>") == set()
    assert seen("<a@x>", "<b@x>") == {"<a@x>"}
    with transaction() as tx:
        assert accepts.every_seen(tx) == {"<a@x>"}


def test_a_message_is_taken_by_the_queue_id_under_which_it_was_seen() -> None:
    add(saw("<a@x>", "4F2"), saw("<b@x>", "4F3"))

    assert add(queued("4F2", NOW + SECOND)) == [("<a@x>", NOW + SECOND)]

    assert accepted("<a@x>", "<b@x>") == {"<a@x>"}
    assert seen("<a@x>", "<b@x>") == {"<b@x>"}


def test_a_message_is_seen_and_taken_in_one_lot() -> None:
    assert add(saw("<a@x>", "4F2"), queued("4F2")) == [("<a@x>", NOW)]
    assert seen("<a@x>") == set()


def test_a_queue_id_is_one_relays_own() -> None:
    add(saw("<a@x>", "4F2"))
    add(saw("<b@x>", "4F2"), relay=OTHER)

    assert add(queued("4F2"), relay=OTHER) == [("<b@x>", NOW)]
    assert seen("<a@x>", "<b@x>") == {"<a@x>"}


def test_a_queue_id_that_was_given_again_names_the_newer_message() -> None:
    add(saw("<a@x>", "4F2"))
    add(saw("<b@x>", "4F2", NOW + SECOND))

    assert add(queued("4F2")) == [("<b@x>", NOW)]
    assert accepted("<a@x>", "<b@x>") == {"<b@x>"}


def test_a_queue_id_that_nobody_named_says_nothing() -> None:
    assert add(queued("4F2")) == []

    with transaction() as tx:
        assert list(accepts.every(tx)) == []


def test_the_message_ids_own_word_comes_before_the_queue_ids() -> None:
    add(saw("<a@x>", "4F2"))

    assert add(Heard(NOW, "<b@x>", "4F2")) == [("<b@x>", NOW)]
    # The queue id is used up all the same.
    assert seen("<a@x>") == set()


def test_a_line_without_a_message_says_that_all_before_it_was_sent() -> None:
    assert add(Heard(NOW)) == []

    assert complete_until(RELAY) == NOW
    assert accepted(HEARTBEAT) == {HEARTBEAT}
    with transaction() as tx:
        assert list(accepts.every(tx)) == []
        assert accepts.newest(tx, since=NOW - SECOND, limit=9) == []


def test_nothing_that_was_sent_says_nothing() -> None:
    assert add() == []
    assert complete_until(RELAY) is None


def test_a_heartbeat_is_the_newest_line_and_never_goes_back() -> None:
    add(took("<a@x>", NOW - SECOND), took("<b@x>", NOW - 9 * SECOND))
    assert complete_until(RELAY) == NOW - SECOND

    add(Heard(NOW - 5 * SECOND))
    assert complete_until(RELAY) == NOW - SECOND
    add(Heard(NOW))
    assert complete_until(RELAY) == NOW


def test_of_several_relays_the_one_that_is_behind_counts() -> None:
    add(Heard(NOW))
    assert complete_until(RELAY, OTHER) is None

    add(Heard(NOW - SECOND), relay=OTHER)
    assert complete_until(RELAY, OTHER) == NOW - SECOND
    assert complete_until(RELAY) == NOW
    assert complete_until() is None


@pytest.mark.parametrize(("ahead", "counts"), [(SKEW, True), (SKEW + SECOND, False)])
def test_a_heartbeat_of_the_future_says_nothing(ahead: dt.timedelta, counts: bool) -> None:
    add(Heard(NOW + ahead))

    assert complete_until(RELAY) == (NOW + ahead if counts else None)


def test_the_newest_come_first_and_only_those_since_a_moment() -> None:
    add(*(took(f"<{age}@x>", NOW - age * SECOND) for age in (3, 1, 2, 4)))

    with transaction() as tx:
        assert accepts.newest(tx, since=NOW - 4 * SECOND, limit=9) == ["<1@x>", "<2@x>", "<3@x>"]
        assert accepts.newest(tx, since=NOW - 4 * SECOND, limit=2) == ["<1@x>", "<2@x>"]


def test_old_lines_are_forgotten_and_heartbeats_are_not() -> None:
    add(took("<old@x>", NOW - SECOND), saw("<lost@x>", "1", NOW - SECOND))
    add(took("<young@x>", NOW), saw("<waits@x>", "2", NOW))
    add(Heard(NOW - 2 * SECOND), relay=OTHER)

    with transaction() as tx:
        accepts.forget_before(tx, NOW)

    with transaction() as tx:
        kept = set(tx.scalars(select(RelayAccept.message_id)))
        assert kept == {"<young@x>", HEARTBEAT}
        assert list(tx.scalars(select(RelaySeen.message_id))) == ["<waits@x>"]
    assert complete_until(RELAY, OTHER) == NOW - 2 * SECOND
