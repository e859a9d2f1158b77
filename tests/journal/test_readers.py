"""The journal of readers: written once, with nobody's address, and repeated where it is unknown."""

import datetime as dt
import json
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from syndicate import clock, settings
from syndicate.journal import readers
from syndicate.store.ground.session import transaction
from syndicate.store.readers import recipients, subscribers
from syndicate.store.readers.changes import SubscriptionChange
from syndicate.store.readers.recipients import Suppression
from syndicate.store.readers.subscribers import Consent, Subscriber, Subscription
from syndicate.subscribers import erase, suppressions
from syndicate.vocabulary.newsletters import ChoiceKind
from syndicate.vocabulary.readers import ReaderFact
from syndicate.vocabulary.sending import SuppressionReason
from tests.acting import TESTER
from tests.journal.one_reader import (
    ACTIVE,
    ADDRESS,
    ENDED,
    HOUR,
    choose,
    chosen,
    come_back,
    confirm,
    count,
    forget,
    leave,
    lose_the_reader,
    row,
    state,
    suppress,
)

pytestmark = pytest.mark.usefixtures("database", "newsroom")


def test_a_leaving_is_one_line_without_an_address(path: Path) -> None:
    first = readers.keep(path)
    leave()

    counts = [first, readers.keep(path), readers.keep(path)]

    assert counts == [0, 1, 0]
    said = json.loads(path.read_text())
    assert (said["fact"], said["about"]) == ("left", "morning")
    assert said["reader"] == recipients.hash_of(ADDRESS).hex()
    assert "@" not in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600


def test_who_signed_up_after_the_backup_is_there_again_with_choices_and_proof(path: Path) -> None:
    confirm("world", "culture")
    assert readers.keep(path) == 1
    lose_the_reader()

    done = [sum(readers.replay(path, clock.now()).values()) for _ in range(2)]

    assert done == [1, 0]
    assert (state(), chosen()) == (ACTIVE, ("culture", "world"))
    with transaction() as tx:
        found = subscribers.by_address(tx, ADDRESS)
        assert found is not None
        assert (found.address, row(tx).language) == (ADDRESS, "en")
        assert [each.origin for each in tx.scalars(select(Consent))] == ["journal"]
        # Mail reaches them: the address has a recipient of theirs.
        assert recipients.upsert(tx, ADDRESS).subscriber_id == found.id


def test_what_was_chosen_after_the_backup_is_chosen_again_once(path: Path) -> None:
    confirm("world")
    choose("culture")
    # Two kinds of change at one moment are one choice.
    assert readers.keep(path) == 2
    assert sum(readers.replay(path, clock.now()).values()) == 0
    with transaction() as tx:
        tx.execute(delete(SubscriptionChange))
        subscribers.choose(tx, row(tx).id, ChoiceKind.SECTION, ["world"])
        subscribers.prefer(tx, row(tx), language="en", paused_until=None)

    done = [readers.replay(path, clock.now())[ReaderFact.CHOSE] for _ in range(2)]

    assert (done, chosen()) == ([1, 0], ("culture",))
    with transaction() as tx:
        assert (row(tx).language, row(tx).paused_until is not None) == ("ar", True)


def test_an_address_is_encrypted_and_goes_with_an_erasure(path: Path) -> None:
    confirm("world")
    choose("culture")
    readers.keep(path)
    assert path.read_text().count('"sealed"') == 2
    assert "@" not in path.read_text()
    assert "culture" not in path.read_text()

    erase.erase(ADDRESS, actor=TESTER, now=clock.now())
    readers.keep(path)

    assert '"sealed"' not in path.read_text()
    assert len(path.read_text().splitlines()) == 3
    assert sum(readers.replay(path, clock.now()).values()) == 0
    assert count(Subscriber) == 0


def test_addresses_that_no_backup_needs_any_more_are_taken_out(path: Path) -> None:
    confirm("world")
    readers.keep(path)

    assert [readers.tidy(path, clock.now() + dt.timedelta(days=each)) for each in (89, 91)] == [
        0,
        1,
    ]
    assert '"sealed"' not in path.read_text()
    lose_the_reader()
    assert sum(readers.replay(path, clock.now()).values()) == 0


def test_with_another_key_nobody_is_made(path: Path, settings_env: pytest.MonkeyPatch) -> None:
    confirm("world")
    readers.keep(path)
    lose_the_reader()
    settings_env.setenv("SYNDICATE_MASTER_KEY", "ab" * 32)
    settings.load.cache_clear()

    assert sum(readers.replay(path, clock.now()).values()) == 0
    assert count(Subscriber) == 0


def test_nothing_is_repeated_where_nothing_was_lost(path: Path) -> None:
    leave()
    come_back()
    leave()
    suppress(SuppressionReason.COMPLAINT)
    assert readers.keep(path) == 4

    assert sum(readers.replay(path, clock.now()).values()) == 0
    assert (state(), count(SubscriptionChange)) == (ENDED, 2)


@pytest.mark.parametrize("last", ["left", "came back"])
def test_the_last_word_is_done_again_once(path: Path, last: str) -> None:
    leave()
    if last == "came back":
        come_back()
    readers.keep(path)
    forget()

    done = [sum(readers.replay(path, clock.now()).values()) for _ in range(2)]

    assert done == [1, 0] if last == "left" else [0, 0]
    assert state() is (ENDED if last == "left" else ACTIVE)


def test_who_had_left_before_and_came_back_is_there_with_proof(path: Path) -> None:
    come_back()
    readers.keep(path)
    forget()
    with transaction() as tx:
        values = {"state": ENDED, "ended_at": clock.now() - HOUR, "confirmed_at": None}
        tx.execute(update(Subscription).values(values))

    assert readers.replay(path, clock.now())[ReaderFact.CONFIRMED] == 1

    assert state() is ACTIVE
    with transaction() as tx:
        [proof] = tx.scalars(select(Consent))
        assert (proof.method, proof.origin) == ("confirmation", "journal")


def test_who_came_back_has_what_they_asked_for_then_and_no_older_pause(path: Path) -> None:
    choose("culture")
    readers.keep(path)
    leave()
    confirm("world")
    readers.keep(path)
    forget()
    with transaction() as tx:
        subscribers.choose(tx, row(tx).id, ChoiceKind.SECTION, ["sport"])

    done = [readers.replay(path, clock.now()) for _ in range(2)]

    assert [sum(each.values()) for each in done] == [1, 0]
    assert (state(), chosen()) == (ACTIVE, ("world",))
    with transaction() as tx:
        assert row(tx).paused_until is None


def test_an_address_that_is_no_subscriber_is_suppressed_and_mailed_again_after_a_restore(
    path: Path,
) -> None:
    stranger = "reader044@example.com"
    why = "They wrote."
    for of in ("article", "*"):
        with transaction() as tx:
            now = clock.now()
            suppressions.add(tx, stranger, of=of, why=why, actor=TESTER, now=now)
        readers.keep(path)
    with transaction() as tx:
        now = clock.now()
        suppressions.lift(tx, stranger, of="article", why=why, actor=TESTER, now=now)
    readers.keep(path)
    key = recipients.hash_of(stranger)
    with transaction() as tx:
        tx.execute(delete(Suppression))
        operator, before = SuppressionReason.OPERATOR, clock.now() - HOUR
        recipients.suppress(tx, key, scope="article", reason=operator, now=before)
        tx.execute(update(Suppression).values(noted_at=before))

    readers.replay(path, clock.now())

    with transaction() as tx:
        assert recipients.reasons(tx, key, ("*", "article")) == {"*": "operator"}


def test_what_is_newer_here_than_in_the_journal_stays(path: Path) -> None:
    leave()
    readers.keep(path)
    come_back()

    assert sum(readers.replay(path, clock.now()).values()) == 0
    assert state() is ACTIVE


def test_suppressions_come_back_but_those_that_were_lifted(path: Path) -> None:
    suppress(SuppressionReason.COMPLAINT)
    suppress(SuppressionReason.READER, scope="article")
    readers.keep(path)
    with transaction() as tx:
        suppressions.lift(tx, ADDRESS, why="asked by phone", actor=TESTER, now=clock.now())
    readers.keep(path)
    forget()
    suppress(SuppressionReason.COMPLAINT)
    with transaction() as tx:
        before = clock.now() - HOUR
        tx.execute(update(Suppression).values(at=before, noted_at=before))

    done = readers.replay(path, clock.now())

    assert (done[ReaderFact.SUPPRESSED], done[ReaderFact.LIFTED]) == (1, 1)
    with transaction() as tx:
        assert list(tx.scalars(select(Suppression.scope))) == ["article"]


@pytest.mark.parametrize("is_lifted", [False, True])
def test_an_address_that_bounced_is_suppressed_again_unless_it_was_lifted(
    path: Path, is_lifted: bool
) -> None:
    suppress(SuppressionReason.BOUNCE)
    assert readers.keep(path) == 1
    if is_lifted:
        with transaction() as tx:
            suppressions.lift(tx, ADDRESS, why="asked by phone", actor=TESTER, now=clock.now())
        readers.keep(path)
    forget()

    done = [readers.replay(path, clock.now()).get(ReaderFact.SUPPRESSED, 0) for _ in range(2)]

    assert done == [int(not is_lifted), 0]
    assert count(Suppression) == int(not is_lifted)


@pytest.mark.parametrize(
    "line",
    [
        "{}",
        "[1]",
        "{broken",
        '{"fact": "left", "reader": "zz", "about": "morning", "at": "2026-11-24T08:00:00+00:00"}',
        '{"fact": "left", "reader": "00", "about": "x", "at": "never", "noted_at": "never"}',
    ],
)
def test_a_line_that_is_not_understood_takes_no_other_with_it(path: Path, line: str) -> None:
    leave()
    readers.keep(path)
    path.write_text(f"{line}\n{path.read_text()}{line}\n")
    forget()

    assert readers.replay(path, clock.now())[ReaderFact.LEFT] == 1
    come_back()
    assert readers.keep(path) >= 1
