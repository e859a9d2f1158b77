"""Restores that no handbook names: parts of what stands beside are lost, old, or another's."""

import datetime as dt
import json
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import select, text

from syndicate import clock, settings
from syndicate.journal import lives
from syndicate.mail.recovery import reconcile, restored
from syndicate.store.ground.session import transaction
from syndicate.store.maintenance import migrate
from syndicate.store.platform import installation
from tests.faults import copies
from tests.faults.copies import CHUNK, READERS, House
from tests.mail import confirmation

pytestmark = pytest.mark.stack


def begin_the_issue(house: House, number: int = 0) -> None:
    """The issue is composed and frozen for all, and so many have got it."""
    copies.open_newsroom()
    copies.tick()
    copies.compose_what_is_due()
    if number:
        copies.send(lambda: len(house.sink.taken()) >= number)


def restart_the_relay(log: Path) -> None:
    """A relay that is started again goes on in whatever log it finds."""
    with log.open("a") as file:
        file.write(json.dumps({"at": clock.now().isoformat()}) + "\n")


def release_and_work(house: House) -> None:
    house.release()
    copies.work()


@pytest.mark.long
@pytest.mark.parametrize("lost", ["all of it", "its last lines"])
def test_a_journal_that_lost_its_lines_is_not_believed_for_its_mark(
    house: House, lost: str
) -> None:
    house.begin(has_log=False)
    copies.open_newsroom()
    backup = house.dump("nightly")
    copies.work()
    sent = house.sink.taken()
    assert len(sent) == READERS

    if lost == "all of it":
        house.journal.unlink()
    else:
        house.journal.write_text(house.journal.read_text().splitlines(keepends=True)[0])
    house.restore_into(backup, "house")
    assert house.start() is not None
    release_and_work(house)

    assert house.sink.taken() == sent


@pytest.mark.long
def test_an_old_log_in_which_the_relay_goes_on_is_not_believed(house: House) -> None:
    house.begin()
    begin_the_issue(house, CHUNK)
    backup = house.dump("nightly")
    copies.work()
    sent = house.sink.taken()
    assert len(sent) == READERS

    house.restore_what_stood_beside(backup)
    restart_the_relay(house.journal.with_name("accept.log"))
    house.restore_into(backup, "house")
    assert house.start() is not None
    release_and_work(house)

    assert house.sink.taken() == sent


@pytest.mark.long
def test_an_old_log_that_was_written_over_the_living_one_is_not_believed(house: House) -> None:
    house.begin()
    begin_the_issue(house, CHUNK)
    backup = house.dump("nightly")
    copies.work()
    sent = house.sink.taken()

    old = backup.with_suffix(".beside") / "accept.log"
    copies.grow_old(old)
    again = house.folder / "relay.log"
    again.touch()
    again.write_text(old.read_text())
    restart_the_relay(again)
    house.env.setenv("SYNDICATE_RELAY_ACCEPT_LOG", str(again))
    settings.load.cache_clear()
    house.restore_into(backup, "house")
    assert house.start() is not None
    release_and_work(house)

    assert house.sink.taken() == sent


@pytest.mark.long
def test_a_new_log_says_nothing_of_an_issue_that_began_before_it(house: House) -> None:
    """The relay's disk is lost, the journal on another volume is not."""
    house.begin()
    begin_the_issue(house)
    backup = house.dump("nightly")
    copies.work()
    sent = house.sink.taken()
    assert len(sent) == READERS

    fresh = house.folder / "fresh.log"
    restart_the_relay(fresh)
    house.env.setenv("SYNDICATE_RELAY_ACCEPT_LOG", str(fresh))
    settings.load.cache_clear()
    house.restore_into(backup, "house")
    assert house.start() is not None
    release_and_work(house)

    assert house.sink.taken() == sent


@pytest.mark.long
def test_rows_that_are_brought_into_a_new_schema_mail_nobody_twice(house: House) -> None:
    """`pg_restore --data-only` into a database that `migrate` has made: its own row stays."""
    house.begin()
    begin_the_issue(house, CHUNK)
    backup = house.dump("nightly")
    copies.work()
    sent = house.sink.taken()

    house.lose_the_log()
    house._create("anew")
    house.use(house.server, "anew")
    migrate.upgrade()
    house.start()
    house.restore_rows(backup)
    copies.work()
    assert copies.row().held_at is not None
    confirmation.queue("confirmation:200", now=clock.now(), address="reader200@example.com")
    release_and_work(house)

    assert house.sink.taken() - sent in ({}, {"reader200@example.com": 1})
    [mailing] = [each for each in copies.mailings() if each.issue_id is not None]
    assert copies.counts(mailing.id).get("remaining", 0) == 0
    with transaction() as tx:
        assert tx.scalar(select(text("nextval('mailing_id_seq')"))) > mailing.id + 500_000


@pytest.mark.long
def test_a_backup_of_a_held_database_is_a_copy_too(house: House) -> None:
    """What was asked for while it was held has left by the one that was released."""
    house.begin()
    copies.open_newsroom(readers=3)
    copies.work()
    house.restore_into(house.dump("first"), "house")
    assert house.start() is not None
    confirmation.queue("confirmation:200", now=clock.now(), address="reader200@example.com")
    while_held = house.dump("while held")
    release_and_work(house)
    sent = house.sink.taken()
    with transaction() as tx:
        given = tx.scalar(select(text("nextval('subscription_id_seq')")))
    assert sent["reader200@example.com"] == 1

    house.restore_into(while_held, "second")
    assert house.start() is not None
    release_and_work(house)

    assert house.sink.taken() == sent
    assert house.start() is None
    with transaction() as tx:
        assert tx.scalar(select(text("nextval('subscription_id_seq')"))) > given + 500_000


def test_of_two_who_release_at_once_one_touches_nothing_of_the_new_life(house: House) -> None:
    """The other had found mail held, and the log lost, when the new life began."""
    house.begin()
    begin_the_issue(house, CHUNK)
    house.restore_into(house.dump("nightly"), "house")
    assert house.start() is not None
    house.lose_the_log()
    late = threading.Thread(target=house.release)

    with transaction() as tx:
        plan = restored.Plan("held", ())
        restored.begin_life(tx, plan, now=clock.now())
        installation.release(tx)
        tx.flush()
        late.start()
        wait_for_a_lock()
    late.join(30)
    life = copies.row().life

    assert len(copies.row().past_lives) == 1
    assert copies.row().opens_from is None
    [mailing] = copies.mailings()
    assert copies.counts(mailing.id) == {"audience": 30, "accepted": 5, "remaining": 25}
    house.release()
    assert copies.row().life == life


def wait_for_a_lock() -> None:
    """Until another transaction waits for ours."""
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    for _ in range(200):
        with transaction() as tx:
            if tx.execute(waiting).scalar_one():
                return
        time.sleep(0.05)
    raise AssertionError("nobody waits")


@pytest.mark.long
def test_one_relay_of_two_does_not_tell_what_the_other_took(house: House) -> None:
    house.begin(has_log=False)
    here, there = f"127.0.0.1:{house.sink.port}", f"localhost:{house.sink.port}"
    house.env.setenv("SYNDICATE_RELAY_ACCEPT_LOG", reconcile.PUSHED)
    house.env.setenv("SYNDICATE_RELAY_URL", f"smtp://{here} smtp://{there}")
    settings.load.cache_clear()
    begin_the_issue(house, CHUNK)
    told = house.sink.log.read_text().splitlines(keepends=True)
    push(here, told)
    backup = house.dump("nightly")
    copies.work()
    confirmation.queue("confirmation:200", now=clock.now(), address="reader200@example.com")
    copies.send()
    sent = house.sink.taken()
    lines = house.sink.log.read_text().splitlines(keepends=True)

    house.restore_into(backup, "house")
    assert house.start() is not None
    push(here, [*lines[:10], lines[-1]])
    release_and_work(house)

    assert house.sink.taken() == sent


def push(relay: str, lines: list[str]) -> None:
    source = [each.encode() for each in lines]
    reconcile.ingest(source, relay_name=relay, now=clock.now())


@pytest.mark.long
@pytest.mark.parametrize("ahead", [dt.timedelta(days=1), dt.timedelta(days=27_000)])
def test_a_line_of_the_future_does_not_name_the_life_of_today(
    house: House, ahead: dt.timedelta
) -> None:
    """A clock was a day ahead, and 74 years, when an issue began."""
    house.begin()
    copies.open_newsroom(readers=3)
    copies.work()
    for path in (house.journal, house.journal.with_name("journal.jsonl.mark")):
        copies.grow_old(path, by=-ahead)
    house.restore_into(house.dump("nightly"), "house")
    assert house.start() is not None
    house.release()
    for _ in range(3):
        lives.keep(house.journal)
    size = house.journal.stat().st_size
    lives.keep(house.journal)

    head = lives.head(house.journal)
    assert head is not None
    assert head.life == copies.row().life
    assert house.journal.stat().st_size == size
