"""By what a copy is told from the database itself, and what is no sign of one."""

import datetime as dt
import json
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import text, update

from syndicate import clock, settings
from syndicate.cli import doctor
from syndicate.cli.send import Campaign
from syndicate.embedded.postgres import Postgres
from syndicate.errors import RefusedError
from syndicate.journal import lives
from syndicate.mail.recovery import copy_check, reconcile, recover
from syndicate.newsletters import steering
from syndicate.store.ground import session
from syndicate.store.ground.session import transaction
from syndicate.store.maintenance import migrate
from syndicate.store.platform import installation
from syndicate.store.platform.installation import Installation
from syndicate.store.recovery import copies as restoring
from syndicate.store.sending import batch_leases
from syndicate.store.sending.mailings import Batch
from syndicate.vocabulary.sending import Lane
from tests import leftovers, matrix
from tests.acting import TESTER
from tests.faults import copies
from tests.faults.copies import CHUNK, House
from tests.store.hands import WORKER

pytestmark = pytest.mark.stack

RELAY = "relay.example:25"


def send_some(house: House, number: int) -> None:
    copies.tick()
    copies.compose_what_is_due()
    copies.send(lambda: len(house.sink.taken()) >= number)


def as_a_snapshot(house: House, backup: Path) -> None:
    """The volume of the database alone is brought back: no table knows."""
    house.restore_into(backup, "house")
    copies.stay_at_home()


@pytest.mark.long
@pytest.mark.parametrize("when", ["before the issue", "while it was sent"])
def test_a_snapshot_of_the_database_alone_is_known_by_the_journal(house: House, when: str) -> None:
    house.begin()
    copies.open_newsroom()
    backup = house.dump("nightly")
    send_some(house, CHUNK)
    if when == "while it was sent":
        lives.keep(house.journal)
        backup = house.dump("nightly")
        send_some(house, 2 * CHUNK)
    copies.work()
    sent = house.sink.taken()

    as_a_snapshot(house, backup)
    assert "its journal knows of later work" in str(house.start())
    copies.work()

    assert copies.row().rest_held_at is not None
    house.release()
    copies.work()
    assert house.sink.taken() == sent


@pytest.mark.long
@pytest.mark.parametrize(
    "when", matrix.whole(["before the issue", "while it was sent"], short=["while it was sent"])
)
def test_a_snapshot_without_a_journal_is_known_by_the_accept_log(house: House, when: str) -> None:
    house.begin()
    copies.open_newsroom()
    copies.grow_old_life()
    backup = house.dump("nightly")
    send_some(house, 2 * CHUNK)
    if when == "while it was sent":
        backup = house.dump("nightly")
    copies.work()
    sent = house.sink.taken()

    house.journal.unlink()
    house.journal.with_name("journal.jsonl.mark").unlink()
    as_a_snapshot(house, backup)
    held = house.start()
    copies.work()
    house.release()
    copies.work()

    assert "a relay accepted" in str(held)
    assert house.sink.taken() == sent


@pytest.mark.long
def test_lines_that_a_relay_pushes_later_hold_a_snapshot(house: House) -> None:
    house.begin(has_log=False)
    house.env.setenv("SYNDICATE_RELAY_ACCEPT_LOG", reconcile.PUSHED)
    house.env.setenv("SYNDICATE_RELAY_URL", f"smtp://127.0.0.1:{house.sink.port}")
    settings.load.cache_clear()
    copies.open_newsroom()
    copies.grow_old_life()
    copies.tick()
    copies.compose_what_is_due()
    backup = house.dump("nightly")
    copies.work()
    sent = house.sink.taken()
    for each in (house.journal, house.journal.with_name("journal.jsonl.mark")):
        each.unlink()
    as_a_snapshot(house, backup)
    assert house.start() is None

    with house.sink.log.open("rb") as log:
        reconcile.ingest(log, relay_name=f"127.0.0.1:{house.sink.port}", now=clock.now())

    assert "a relay accepted 30 mails" in str(copies.row().held_why)
    house.release()
    copies.work()
    assert house.sink.taken() == sent


@pytest.mark.long
def test_a_restored_database_is_sent_from_by_no_worker_that_has_not_noticed(house: House) -> None:
    house.begin()
    copies.open_newsroom()
    copies.tick()
    copies.compose_what_is_due()
    house.restore_into(house.dump("nightly"), "house")

    with transaction() as tx:
        leased = batch_leases.take(tx, Lane.BULK, worker=WORKER, now=clock.now())
        ready = batch_leases.ready_lanes(tx, clock.now())

    assert (leased, ready) == (None, set())


def test_a_lease_of_before_lets_no_chunk_begin_in_the_copy(house: House) -> None:
    house.begin()
    copies.open_newsroom()
    copies.tick()
    copies.compose_what_is_due()
    with transaction() as tx:
        leased = batch_leases.take(tx, Lane.BULK, worker=WORKER, now=clock.now())
    assert leased is not None
    house.restore_into(house.dump("nightly"), "house")

    with transaction() as tx:
        assert batch_leases.intend(tx, leased, [0, 1], version=1, now=clock.now()) is None

    assert house.start() is not None
    recover.recover(clock.now())
    with transaction() as tx:
        assert not batch_leases.renew(tx, leased)


@pytest.mark.long
def test_a_server_that_was_started_anew_sends_once_somebody_has_compared(house: House) -> None:
    house.begin()
    copies.open_newsroom()
    copies.tick()
    copies.compose_what_is_due()
    with transaction() as tx:
        earlier = Installation.compared_for - dt.timedelta(hours=1)
        tx.execute(update(Installation).values(compared_for=earlier))
    copies.send()
    assert house.sink.taken() == {}

    copies.work()

    assert copies.row().held_at is None
    assert len(house.sink.taken()) == copies.READERS


@pytest.mark.long
def test_a_killed_worker_and_a_server_started_anew_are_no_sign_of_a_copy(house: House) -> None:
    """The relay took what the worker in hand had not written down yet."""
    house.begin()
    copies.open_newsroom()
    copies.grow_old_life()
    send_some(house, CHUNK)
    first = len(house.sink.taken())
    with transaction() as tx:
        leased = batch_leases.take(tx, Lane.BULK, worker=WORKER, now=clock.now())
        assert leased is not None
        ordinals = [due.ordinal for due in batch_leases.due_deliveries(tx, leased, clock.now())][
            :CHUNK
        ]
        batch_leases.intend(tx, leased, ordinals, version=1, now=clock.now())
        recipients = [
            due.recipient_id
            for due in batch_leases.due_deliveries(tx, leased, clock.now())
            if due.ordinal in ordinals
        ]
    copies.accept(house.sink.log, leased.mailing_id, recipients)

    assert house.start() is None
    with transaction() as tx:
        tx.execute(update(Batch).values(lease_until=clock.now() - dt.timedelta(hours=1)))
    recover.recover(clock.now())

    assert house.start() is None
    assert first < copies.READERS


def test_a_process_of_another_environment_holds_nothing_by_its_own_journal(
    house: House, tmp_path: Path
) -> None:
    house.begin()
    copies.open_newsroom()
    other = tmp_path / "laptop" / "journal.jsonl"
    other.parent.mkdir()
    other.write_text('{"life": "another", "mark": 99, "at": "2026-11-24T08:00:00+00:00"}\n')
    house.env.setenv("SYNDICATE_JOURNAL", str(other))
    settings.load.cache_clear()

    house.env.setenv("SYNDICATE_ENVIRONMENT", "development")
    settings.load.cache_clear()
    at_the_laptop = copy_check.wake(clock.now(), is_start=True)
    house.env.setenv("SYNDICATE_ENVIRONMENT", "test")
    settings.load.cache_clear()
    at_home = copy_check.wake(clock.now(), is_start=True)

    assert at_the_laptop is None
    assert "its journal tells of another life" in str(at_home)


@pytest.mark.long
def test_an_empty_database_beside_an_old_journal_waits_for_a_word(house: House) -> None:
    house.begin()
    copies.open_newsroom()
    copies.work()
    sent = house.sink.taken()
    house._create("house")
    house.use(house.server, "house")
    migrate.upgrade()

    held = house.start()
    copies.open_newsroom()
    copies.work()
    house.release()
    copies.work()

    assert "its journal tells of another life" in str(held)
    assert house.sink.taken() == sent


@pytest.mark.long
def test_a_journal_that_is_behind_is_no_reason(house: House) -> None:
    """Each host has its own; the tick of one may not have run for long."""
    house.begin()
    copies.open_newsroom()
    copies.work()
    house.journal.unlink()
    mark = house.journal.with_name("journal.jsonl.mark")
    mark.write_text(json.dumps(json.loads(mark.read_text()) | {"mark": 1}) + "\n")

    assert house.start() is None
    head = lives.head(house.journal)
    assert head is not None
    assert (head.life, head.mark) == (copies.row().life, copies.row().mark)
    assert [each.newsletter for each in lives.read(house.journal).mailings()] == ["morning"]


@pytest.mark.long
def test_an_operators_word_holds_where_all_was_brought_back(house: House) -> None:
    house.begin()
    copies.open_newsroom()
    send_some(house, CHUNK)
    sent = house.sink.taken()

    held = house.start(is_all_restored=True)
    copies.work()
    house.release()
    copies.work()

    assert "an operator said so" in str(held)
    assert house.sink.taken() == sent
    assert {name for each in copies.mailings() for name in copies.counts(each.id)} == {
        "audience", "accepted", "ambiguous",
    }  # fmt: skip


@pytest.mark.long
def test_files_of_the_embedded_database_that_are_copied_back_are_noticed(
    settings_env: pytest.MonkeyPatch,
) -> None:
    with leftovers.folder() as folder:
        server = Postgres(folder, durable=False)
        settings_env.setenv("SYNDICATE_DATABASE_URL", server.start())
        settings.load.cache_clear()
        migrate.upgrade()
        with transaction() as tx:
            home = restoring.here(tx).home
        session.dispose()
        server.stop()
        copies.copy_files(server.room() / "data")

        settings_env.setenv("SYNDICATE_DATABASE_URL", server.start())
        settings.load.cache_clear()
        held = copy_check.wake(clock.now(), is_start=True)
        with transaction() as tx:
            now = restoring.here(tx).home
        is_all_restored = copies.row().is_all_restored
        session.dispose()
        server.stop(now=True)
        server.remove()

    assert home.split("|")[:3] == now.split("|")[:3]
    assert "the files of its PostgreSQL were copied" in str(held)
    assert is_all_restored


@pytest.mark.long
def test_an_upgrade_gives_a_life_quietly(house: House) -> None:
    house.begin()
    copies.open_newsroom()
    send_some(house, CHUNK)
    copies.downgrade("0006")
    for each in (house.journal, house.journal.with_name("journal.jsonl.mark")):
        each.unlink()

    migrate.upgrade()
    held = house.start()
    copies.work()

    assert held is None
    assert sorted(house.sink.taken().values()) == [1] * copies.READERS
    assert len(lives.read(house.journal).mailings()) == 1


@pytest.mark.long
def test_an_upgrade_in_another_cluster_than_it_sent_from_is_held(house: House) -> None:
    house.begin()
    copies.open_newsroom()
    copies.downgrade("0006")
    with transaction() as tx:
        tx.execute(text("UPDATE installation SET system_id = 1"))

    migrate.upgrade()

    assert "a different PostgreSQL" in str(house.start())


def test_while_it_is_held_nothing_is_opened_and_every_face_says_why(house: House) -> None:
    house.begin()
    copies.open_newsroom()
    backup = house.dump("nightly")
    house.lose_what_stands_beside()
    house.restore_into(backup, "house")
    copies.work()

    assert copies.issues() == []
    with pytest.raises(RefusedError, match="Mail is held: this database was restored"):
        steering.send_now(1, actor=TESTER, now=clock.now())
    with pytest.raises(RefusedError, match="Mail is held: this database was restored"):
        Campaign("morning", None, "", is_confirmed=True).prepare()
    [found] = list(doctor.examine(["restore"]))
    assert (found.state, found.says) == ("fail", copy_check.held_notice(str(copies.row().held_why)))


@pytest.mark.long
def test_ticks_that_run_at_once_are_no_sign_of_a_copy(house: House) -> None:
    """One reads while the other writes: what rises in between is no later work."""
    house.begin()
    ends_at = time.monotonic() + 3.0

    def raise_the_mark() -> None:
        while time.monotonic() < ends_at:
            with transaction() as tx:
                installation.raise_mark(tx)
            lives.keep(house.journal)

    others = [threading.Thread(target=raise_the_mark) for _ in range(2)]
    for each in others:
        each.start()
    held = {copy_check.wake(clock.now()) for _ in range(200) if time.monotonic() < ends_at}
    for each in others:
        each.join()

    assert held == {None}
