"""The journal of readers: written once, with nobody's address, and repeated where it is unknown."""

import datetime as dt
import json
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select, update

from syndicate import clock, settings
from syndicate.journal import readers
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.newsroom import newsletters
from syndicate.store.readers import changes, recipients, subscribers
from syndicate.store.readers.changes import SubscriptionChange
from syndicate.store.readers.imports import IMPORT
from syndicate.store.readers.recipients import EVERYWHERE, Suppression
from syndicate.store.readers.subscribers import Consent, Proof, Subscriber, Subscription
from syndicate.subscribers import care, erase, suppressions, transfer
from syndicate.vocabulary.newsletters import ChoiceKind, SubscriptionState
from syndicate.vocabulary.readers import ReaderChange, ReaderFact
from syndicate.vocabulary.sending import SuppressionReason
from tests.acting import TESTER
from tests.newsletters.paper import reader
from tests.subscribers import desk

pytestmark = pytest.mark.usefixtures("database")

ADDRESS = "reader001@example.com"
HOUR = dt.timedelta(hours=1)
ENDED, ACTIVE = SubscriptionState.ENDED, SubscriptionState.ACTIVE


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "apart" / "readers.jsonl"


@pytest.fixture(autouse=True)
def _newsroom(database: str) -> None:  # noqa: ARG001 - the database must be there first
    with transaction() as tx:
        reader(tx, 1, desk.morning(tx).id)


def row(tx: Transaction) -> Subscription:
    return tx.scalars(select(Subscription)).one()


def leave() -> None:
    with transaction() as tx:
        subscribers.end(tx, row(tx), now=clock.now())


def come_back() -> None:
    now = clock.now()
    with transaction() as tx:
        subscribers.activate(row(tx), now=now)
        subscribers.add_consent(tx, row(tx).id, Proof("confirmation", "Morning"), at=now)


def suppress(reason: SuppressionReason, scope: str = EVERYWHERE) -> None:
    with transaction() as tx:
        key = recipients.hash_of(ADDRESS)
        recipients.suppress(tx, key, scope=scope, reason=reason, now=clock.now())


def forget() -> None:
    """The database as a backup of an hour ago has it: active, and nothing else is known."""
    with transaction() as tx:
        for table in (SubscriptionChange, Consent, Suppression):
            tx.execute(delete(table))
        values = {"state": ACTIVE, "ended_at": None, "confirmed_at": clock.now() - HOUR}
        tx.execute(update(Subscription).values(values))


def state() -> SubscriptionState:
    with transaction() as tx:
        return row(tx).state


def count(table: type[Suppression | Subscriber | SubscriptionChange | Consent]) -> int:
    with transaction() as tx:
        return tx.execute(select(func.count()).select_from(table)).scalar_one()


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


def lose_the_reader() -> None:
    """The backup is older than the sign-up: nothing is known of the address."""
    with transaction() as tx:
        tx.execute(delete(Subscriber))


def confirm(*sections: str) -> None:
    with transaction() as tx:
        subscribers.choose(tx, row(tx).id, ChoiceKind.SECTION, sections)
    come_back()


def choose(*sections: str) -> None:
    now = clock.now()
    with transaction() as tx:
        found = row(tx)
        subscribers.choose(tx, found.id, ChoiceKind.SECTION, sections)
        subscribers.prefer(tx, found, language="ar", paused_until=now + HOUR)
        for kind in (ReaderChange.CHOSE, ReaderChange.LANGUAGE):
            changes.note(tx, found.id, kind, at=now)


def chosen() -> tuple[str, ...]:
    with transaction() as tx:
        return subscribers.choices(tx, row(tx).id, ChoiceKind.SECTION)


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


def test_who_was_erased_is_not_made_again_though_an_old_file_names_them(path: Path) -> None:
    """The file of another host, whose tick has not run since."""
    confirm("world")
    readers.keep(path)
    old = path.read_text()
    erase.erase(ADDRESS, actor=TESTER, now=clock.now())
    path.write_text(old)

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
        care.lift(tx, ADDRESS, why="asked by phone", actor=TESTER, now=clock.now())
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


def bring_in(path: Path) -> int:
    """An old list of before all that, as an operator imports it; how many readers it woke."""
    lines = ["address,consented_at", f"{ADDRESS},2025-01-01T00:00:00Z"]
    done = transfer.import_csv(lines, "morning", wording="Yes.", origin=path.name, now=clock.now())
    return done.added


@pytest.mark.parametrize("is_address_known", [True, False])
def test_a_reader_who_signed_up_and_left_after_the_backup_is_not_woken_by_an_old_list(
    path: Path, is_address_known: bool
) -> None:
    confirm("world")
    leave()
    readers.keep(path)
    if not is_address_known:
        readers.tidy(path, clock.now() + dt.timedelta(days=91))
    lose_the_reader()

    done = [readers.replay(path, clock.now())[ReaderFact.LEFT] for _ in range(2)]

    assert (done, bring_in(path)) == ([1, 0], 0)
    if is_address_known:
        assert (state(), count(Suppression)) == (ENDED, 0)
        return
    assert (count(Subscriber), count(Suppression)) == (0, 1)
    why, of = "They want it again.", "newsletter:morning"
    with transaction() as tx:
        suppressions.lift(tx, ADDRESS, of=of, why=why, actor=TESTER, now=clock.now())
    readers.recall(settings.load(), clock.now())
    readers.keep(path)
    assert sum(readers.replay(path, clock.now()).values()) == 0
    assert bring_in(path) == 1


@pytest.mark.parametrize("was_known", [True, False])
def test_a_reader_who_complained_after_the_backup_is_not_woken_by_an_old_list(
    path: Path, was_known: bool
) -> None:
    if was_known:
        confirm("world")
    suppress(SuppressionReason.COMPLAINT)
    readers.keep(path)
    lose_the_reader()
    with transaction() as tx:
        tx.execute(delete(Suppression))

    readers.replay(path, clock.now())

    assert bring_in(path) == 0
    with transaction() as tx:
        assert recipients.is_suppressed(tx, recipients.hash_of(ADDRESS), EVERYWHERE)


def test_who_was_erased_after_they_left_is_remembered_by_the_erasure_alone(path: Path) -> None:
    confirm("world")
    leave()
    readers.keep(path)
    old = path.read_text()
    erase.erase(ADDRESS, actor=TESTER, now=clock.now())
    readers.keep(path)
    with transaction() as tx:
        why, now = "They asked to be in the next list.", clock.now()
        suppressions.lift(tx, ADDRESS, of=IMPORT, why=why, actor=TESTER, now=now)
    readers.keep(path)
    path.write_text(old + path.read_text())

    assert sum(readers.replay(path, clock.now()).values()) == 0
    assert (count(Subscriber), count(Suppression), bring_in(path)) == (0, 0, 1)


def test_a_complaint_that_is_told_of_after_a_lift_stands(path: Path) -> None:
    suppress(SuppressionReason.OPERATOR)
    with transaction() as tx:
        care.lift(tx, ADDRESS, why="asked by phone", actor=TESTER, now=clock.now())
        told, key = SuppressionReason.COMPLAINT, recipients.hash_of(ADDRESS)
    with transaction() as tx:
        two_days_ago = clock.now() - 48 * HOUR
        recipients.suppress(tx, key, scope=EVERYWHERE, reason=told, now=two_days_ago)
    readers.keep(path)

    assert sum(readers.replay(path, clock.now()).values()) == 0
    assert count(Suppression) == 1
    forget()
    assert readers.replay(path, clock.now())[ReaderFact.SUPPRESSED] == 1


def test_an_address_that_bounced_is_not_remembered(path: Path) -> None:
    suppress(SuppressionReason.BOUNCE)

    assert readers.keep(path) == 0


def test_who_was_erased_is_erased_again_and_who_signed_up_since_is_not(path: Path) -> None:
    with transaction() as tx:
        key = recipients.hash_of(ADDRESS)
        for _ in range(2):  # the second erasure counts
            recipients.suppress_erased(tx, key, scope=IMPORT, now=clock.now())
    readers.keep(path)
    assert readers.replay(path, clock.now()).get(ReaderFact.SUPPRESSED, 0) == 0
    assert count(Subscriber) == 0

    with transaction() as tx:
        subscribers.upsert(tx, ADDRESS, language="en", now=clock.now())
    readers.replay(path, clock.now())
    assert count(Subscriber) == 1


def test_who_was_erased_is_erased_again_though_the_bar_against_imports_was_lifted(
    path: Path,
) -> None:
    erase.erase(ADDRESS, actor=TESTER, now=clock.now())
    readers.keep(path)
    with transaction() as tx:
        why, now = "They asked to be in the next list.", clock.now()
        suppressions.lift(tx, ADDRESS, of=IMPORT, why=why, actor=TESTER, now=now)
    readers.keep(path)
    with transaction() as tx:
        morning = newsletters.by_slug(tx, "morning")
        assert morning is not None
        reader(tx, 1, morning.id)
        tx.execute(update(Subscriber).values(created_at=clock.now() - HOUR))

    done = [sum(readers.replay(path, clock.now()).values()) for _ in range(2)]

    assert (count(Subscriber), count(Suppression), done) == (0, 0, [0, 0])


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
