"""Readers who left, complained or were erased after a backup stay out, whatever brings them."""

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from syndicate import clock, settings
from syndicate.journal import readers
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import newsletters
from syndicate.store.readers import recipients, subscribers
from syndicate.store.readers.imports import IMPORT
from syndicate.store.readers.recipients import EVERYWHERE, Suppression
from syndicate.store.readers.subscribers import Subscriber
from syndicate.subscribers import erase, suppressions, transfer
from syndicate.vocabulary.readers import ReaderFact
from syndicate.vocabulary.sending import SuppressionReason
from tests.acting import TESTER
from tests.journal.one_reader import (
    ADDRESS,
    ENDED,
    HOUR,
    bring_in,
    confirm,
    count,
    forget,
    leave,
    lose_the_reader,
    state,
    suppress,
)
from tests.newsletters.paper import reader

pytestmark = pytest.mark.usefixtures("database", "newsroom")


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


@pytest.mark.parametrize("status", ["unsubscribed", "bounced", "complained"])
def test_readers_whom_an_import_remembered_as_gone_stay_so_after_a_restore(
    path: Path, status: str
) -> None:
    """They left elsewhere, long before there was this newsletter."""
    lose_the_reader()
    lines = ["email,Status,unsubscribed_at", f"{ADDRESS},{status},2020-01-01T00:00:00Z"]
    transfer.import_csv(lines, "morning", wording="Yes.", origin="other.csv", now=clock.now())
    assert readers.keep(path) == 1
    assert sum(readers.replay(path, clock.now()).values()) == 0
    lose_the_reader()
    with transaction() as tx:
        tx.execute(delete(Suppression))

    done = [sum(readers.replay(path, clock.now()).values()) for _ in range(2)]

    assert (done, bring_in(path), count(Subscriber)) == ([1, 0], 0, 0)


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
        suppressions.lift(tx, ADDRESS, why="asked by phone", actor=TESTER, now=clock.now())
        told, key = SuppressionReason.COMPLAINT, recipients.hash_of(ADDRESS)
    with transaction() as tx:
        two_days_ago = clock.now() - 48 * HOUR
        recipients.suppress(tx, key, scope=EVERYWHERE, reason=told, now=two_days_ago)
    readers.keep(path)

    assert sum(readers.replay(path, clock.now()).values()) == 0
    assert count(Suppression) == 1
    forget()
    assert readers.replay(path, clock.now())[ReaderFact.SUPPRESSED] == 1


def test_who_was_erased_is_not_made_again_though_an_old_file_names_them(path: Path) -> None:
    """The file of another host, whose tick has not run since."""
    confirm("world")
    readers.keep(path)
    old = path.read_text()
    erase.erase(ADDRESS, actor=TESTER, now=clock.now())
    path.write_text(old)

    assert sum(readers.replay(path, clock.now()).values()) == 0
    assert count(Subscriber) == 0


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
